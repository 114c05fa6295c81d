#include "lake/pipe/history.h"

#include <fmt/core.h>

#include "base/error.h"
#include "document/value.h"

namespace leat::lake {
namespace {

using document::Value;

std::string folder_name(const std::string& path) {
  std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

std::string leaf_name(const std::string& path) {
  return path.substr(folder_name(path).size());
}

}  // namespace

std::string FileHistory::name_of(const std::string& folder, std::size_t index) {
  std::string name = folder.empty() ? "/" : folder;
  return index == 0 ? name : fmt::format("{}#{}", name, index);
}

FileHistory::Folder& FileHistory::folder_of(const std::string& path) {
  std::string name = folder_name(path);
  auto found = folders_.find(name);
  if (found != folders_.end()) return found->second;
  Folder folder;
  for (;;) {
    stream::State state = destination_.read_state(connection_, name_of(name, folder.size()));
    Files files;
    if (!state.empty()) {
      Value root = document::parse_json(state.json, name);
      if (!root["files"].is_mapping())
        throw Error(ErrorCode::state_invalid, "A pipe's history is not in its form",
                    connection_ + "." + name);
      for (const Value::Member& member : root["files"].members()) {
        const Value& file = member.second;
        files[member.first] = {file["etag"].raw(), file["rows"].integer(), file["refused"].raw()};
      }
    }
    bool is_full = files.size() >= kFilesMax;
    folder.push_back(std::move(files));
    if (!is_full) break;
  }
  return folders_.emplace(std::move(name), std::move(folder)).first->second;
}

const FileRecord* FileHistory::find(const std::string& path) {
  std::string leaf = leaf_name(path);
  for (const Files& files : folder_of(path)) {
    if (auto found = files.find(leaf); found != files.end()) return &found->second;
  }
  return nullptr;
}

void FileHistory::note(const std::string& path, FileRecord record) {
  Folder& folder = folder_of(path);
  std::string leaf = leaf_name(path);
  if (folder.back().size() >= kFilesMax && !folder.back().contains(leaf)) folder.emplace_back();
  folder.back()[leaf] = std::move(record);
}

std::string FileHistory::state_name(const std::string& path) {
  Folder& folder = folder_of(path);
  bool is_full = folder.back().size() >= kFilesMax && !folder.back().contains(leaf_name(path));
  return name_of(folder_name(path), folder.size() - (is_full ? 0 : 1));
}

stream::State FileHistory::state(const std::string& name) const {
  for (const auto& [folder, states] : folders_) {
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (name_of(folder, i) != name) continue;
      std::vector<Value::Member> files;
      for (const auto& [leaf, record] : states[i]) {
        Value file = Value::mapping({{"etag", Value::of(record.etag)}, {"rows", Value::of(record.rows)}});
        if (!record.refused.empty()) file.set("refused", Value::of(record.refused));
        files.emplace_back(leaf, std::move(file));
      }
      return {document::to_json(Value::mapping({{"files", Value::mapping(std::move(files))}}))};
    }
  }
  return {};
}

}  // namespace leat::lake
