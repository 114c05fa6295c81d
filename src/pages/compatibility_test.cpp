#include <doctest/doctest.h>

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>

#include "document/value.h"
#include "pages/component.h"

using namespace leat;
using namespace leat::pages;

namespace {

std::string source_folder() {
  const char* source = std::getenv("LEAT_SOURCE_DIR");
  return source ? source : ".";
}
std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> out(1);
  for (char c : text) {
    if (c == by) {
      out.emplace_back();
    } else {
      out.back().push_back(c);
    }
  }
  std::erase(out, "");
  return out;
}
// The rows of a file with tabs between its columns, without its heading.
std::vector<std::vector<std::string>> rows_of(const std::string& file) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& line :
       split(document::read_file(source_folder() + "/tests/interop/" + file), '\n')) {
    rows.push_back(split(line, '\t'));
    rows.back().resize(3);
  }
  rows.erase(rows.begin());
  return rows;
}

const Spec* spec_of(const std::string& name) {
  for (const Component* component : components()) {
    if (component->spec->name == name) return component->spec;
  }
  return nullptr;
}
bool declares(const Spec& spec, const std::string& property) {
  return std::any_of(spec.fields.begin(), spec.fields.end(),
                     [&](const SpecField& field) { return field.name == property; });
}

}  // namespace

TEST_CASE(
    "docs/guide/page-compatibility.md tells of each component of Evidence what works, differs and is "
    "missing") {
  std::map<std::string, std::map<std::string, std::string>> differences;
  for (const auto& row : rows_of("evidence_differences.tsv")) {
    for (const std::string& component : split(row[0], ' ')) {
      for (const std::string& property : split(row[1], ' ')) {
        INFO(component, ".", property);
        const Spec* spec = spec_of(component);
        REQUIRE(spec);
        CHECK(declares(*spec, property));
        differences[component][property] = row[2];
      }
    }
  }
  std::string table, details;
  std::size_t all = 0, different = 0, missing = 0;
  for (const auto& row : rows_of("evidence_properties.tsv")) {
    const Spec* spec = spec_of(row[0]);
    std::vector<std::string> properties = split(row[2], ',');
    std::size_t differ = 0, absent = 0;
    for (const std::string& property : properties) {
      bool is_there = spec && declares(*spec, property);
      if (!is_there) details += fmt::format("| {} | `{}` | missing |\n", row[0], property);
      absent += is_there ? 0 : 1;
      if (!is_there || !differences[row[0]].count(property)) continue;
      details += fmt::format("| {} | `{}` | {} |\n", row[0], property, differences[row[0]][property]);
      ++differ;
    }
    INFO(row[0]);
    CHECK(spec);
    CHECK(absent == 0);
    table += fmt::format("| {} | {} | {} | {} | {} |\n", row[0], row[1], properties.size() - differ - absent,
                         differ, absent);
    all += properties.size();
    different += differ;
    missing += absent;
  }
  std::string printed = fmt::format(
      "# Components and properties of Evidence\n\nPrinted by a test from the components' own declarations, "
      "the list of "
      "properties that Evidence's classic documentation names or public projects use "
      "(`tests/interop/evidence_properties.tsv`), and the list of what differs "
      "(`tests/interop/evidence_differences.tsv`). How many public pages use a component was counted over "
      "357 pages of 61 "
      "projects. Of {} properties {} work, {} differ, {} are missing.\n\n| component | pages | work | differ "
      "| missing "
      "|\n|---|---|---|---|---|\n{}\n## What differs\n| component | property | how |\n|---|---|---|\n{}",
      all, all - different - missing, different, missing, table, details);
  std::string path = source_folder() + "/docs/guide/page-compatibility.md";
  if (std::getenv("LEAT_WRITE_DOCS")) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(path.c_str(), "wb"), std::fclose);
    REQUIRE(out);
    std::fwrite(printed.data(), 1, printed.size(), out.get());
    return;
  }
  // LEAT_WRITE_DOCS=1 build/release/bin/pages_test writes it anew.
  CHECK(document::read_file(path) == printed);
}
