#include "dbt/package.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"

namespace leat::dbt {

namespace fs = std::filesystem;
using document::Value;

namespace {

struct PathSetting {
  std::string_view key, former, fallback;
};
constexpr PathSetting kPaths[] = {{"model-paths", "source-paths", "models"},
                                  {"seed-paths", "data-paths", "seeds"},
                                  {"test-paths", "", "tests"},
                                  {"macro-paths", "", "macros"},
                                  {"snapshot-paths", "", "snapshots"},
                                  {"analysis-paths", "", "analyses"}};

bool is_name(const std::string& text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0]))) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  });
}

}  // namespace

std::vector<std::string> Package::paths(std::string_view key) const {
  for (const PathSetting& each : kPaths) {
    if (each.key != key) continue;
    const Value* given = file.find(key);
    if (!given && !each.former.empty()) given = file.find(each.former);
    if (!given || given->is_null()) return {std::string(each.fallback)};
    if (given->is_text()) return {given->raw()};
    std::vector<std::string> out;
    for (const Value& item : given->items()) out.push_back(item.as_text(key));
    return out;
  }
  return {};
}

std::vector<std::string> Package::files(const std::string& below,
                                        std::initializer_list<const char*> endings) const {
  std::vector<std::string> found;
  fs::path root = fs::path(folder) / below;
  std::error_code absent;
  if (!fs::is_directory(root, absent)) return found;
  std::size_t skip = folder.size() + 1;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    std::string extension = entry.path().extension().string();
    if (std::find(endings.begin(), endings.end(), extension) == endings.end()) continue;
    found.push_back(entry.path().string().substr(skip));
  }
  std::sort(found.begin(), found.end());
  return found;
}

const Value& Package::tree(ResourceType type) const {
  switch (type) {
    case ResourceType::model:
    case ResourceType::analysis:
    case ResourceType::operation:
      return file["models"];
    case ResourceType::seed:
      return file["seeds"];
    case ResourceType::snapshot:
      return file["snapshots"];
    case ResourceType::source:
      return file["sources"];
    case ResourceType::unit_test:
      return file["unit_tests"];
    case ResourceType::exposure:
      return file["exposures"];
    case ResourceType::metric:
      return file["metrics"];
    case ResourceType::semantic_model:
      return file["semantic-models"];
    case ResourceType::saved_query:
      return file["saved-queries"];
    case ResourceType::group:
      return file["groups"];
    case ResourceType::test:
      break;
  }
  return file.find("data_tests") ? file["data_tests"] : file["tests"];
}

std::vector<std::string> Package::texts(std::string_view key) const {
  std::vector<std::string> out;
  const Value& given = file[key];
  if (given.is_text()) out.push_back(given.raw());
  for (const Value& item : given.items()) out.push_back(item.as_text(key));
  return out;
}

Package read_package(const std::string& folder, std::string prefix) {
  Package package;
  package.folder = fs::path(folder).lexically_normal().string();
  while (package.folder.size() > 1 && package.folder.back() == '/') package.folder.pop_back();
  package.prefix = std::move(prefix);
  std::string path = package.folder + "/dbt_project.yml", shown = package.prefix + "dbt_project.yml";
  if (!fs::exists(path))
    throw Error(ErrorCode::config_not_found, "There is no dbt_project.yml in this folder", folder);
  package.file = document::parse_yaml(document::read_file(path), shown);
  const Value* name = package.file.find("name");
  if (!name) throw Error(ErrorCode::dbt_project, "`name` is missing", shown + ":1:1");
  package.name = name->as_text("name");
  if (!is_name(package.name))
    throw Error(ErrorCode::dbt_project, "A project's name is of letters, digits and underscores",
                name->where());
  return package;
}

}  // namespace leat::dbt
