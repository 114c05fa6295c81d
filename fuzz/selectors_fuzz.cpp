// rooms: dbt
//
// Fuzzes the selection grammar, of the command line and of selectors.yml: no text may crash it or hang it.
// The first line selects, the second leaves out, what follows is selectors.yml.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "dbt/selector.h"
#include "dbt/selector_file.h"
#include "document/value.h"

namespace {

using leat::dbt::Selectable;

// Some of each kind, in a graph with a diamond in it.
std::vector<Selectable> make_items() {
  std::vector<Selectable> items;
  for (int i = 0; i < 24; ++i) {
    Selectable item;
    item.kind = i < 4 ? "source" : i < 18 ? "model" : i < 22 ? "test" : "exposure";
    item.name = "n" + std::to_string(i);
    item.id = item.kind + ".p." + item.name;
    item.package = i % 5 ? "p" : "q";
    item.is_root = i % 5 != 0;
    item.path = "models/a" + std::to_string(i % 3) + "/" + item.name + ".sql";
    item.patch = i % 2 ? "models/schema.yml" : "";
    item.fqn = {item.package, "a" + std::to_string(i % 3), item.name};
    item.tags = {"t" + std::to_string(i % 4)};
    if (i % 7 == 5) {
      item.version = "1";
      item.latest_version = "2";
      item.fqn.push_back("v1");
    }
    item.test_name = item.kind == "test" && i % 2 ? "unique" : "";
    item.state = {i % 2 ? "modified" : "unmodified", "old"};
    item.config = leat::jinja::Value::dict({{"group", leat::jinja::Value("g")}});
    item.whole_config = [config = item.config] { return config; };
    if (i >= 4)
      item.upstream = {items[static_cast<std::size_t>(i) / 2].id, items[static_cast<std::size_t>(i) / 3].id};
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  static const std::vector<Selectable> items = make_items();
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::size_t first = std::min(text.find('\n'), text.size());
  std::size_t second = std::min(text.find('\n', std::min(first + 1, text.size())), text.size());
  leat::dbt::Selection selection;
  selection.include = {text.substr(0, first)};
  if (first < text.size()) selection.exclude = {text.substr(first + 1, second - first - 1)};
  selection.indirect = static_cast<leat::dbt::IndirectSelection>(size % 4);
  if (size % 3) selection.when_nothing = [](const std::string&) {};
  try {
    leat::dbt::select(items, selection);
  } catch (const leat::Error&) {
  }
  if (second >= text.size()) return 0;
  try {
    const leat::document::Value file = leat::document::parse_yaml(text.substr(second + 1), "selectors.yml");
    leat::dbt::select_named(items, file, leat::dbt::default_selector(file), selection.indirect);
    for (const auto& each : file["selectors"].items())
      leat::dbt::select_named(items, file, each["name"].raw(), selection.indirect);
  } catch (const leat::Error&) {
  }
  return 0;
}
