// SavedState: an earlier manifest of the project, to compare with and to read from.
//
// Guarantees: what `state:new`, `state:modified` with its parts, `state:old` and `state:unmodified` mean is
// as dbt documents it: a node whose file, configuration, relation, macros, contract or persisted descriptions
// differ is modified. Manifests of dbt itself compare as well. Threads: immutable after load(). Owns: the
// manifest. Errors: Error(config_not_found), Error(document_syntax). Source:
// https://docs.getdbt.com/reference/node-selection/methods#state
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dbt/project.h"

namespace leat::dbt {

class SavedState {
 public:
  SavedState() = default;
  /// Reads manifest.json of a folder, and run_results.json where it is there.
  static std::shared_ptr<const SavedState> load(const std::string& folder);

  /// The words of `state:` that fit a node: {"new"}, {"unmodified", "old"} or {"modified", "modified.body",
  /// "old"}.
  std::vector<std::string> words(const Project& project, const Node& node) const;
  /// Where a node stood; nullopt for one that is not known or has no relation.
  std::optional<sql::Relation> relation(std::string_view unique_id) const;
  /// What became of a node in the saved run, in dbt's words; "" for none.
  std::string result(std::string_view unique_id) const;

 private:
  const document::Value* saved(std::string_view unique_id) const;
  bool same_macros(const Project& project, const document::Value& now, const document::Value& then) const;

  document::Value manifest_;
  std::map<std::string, std::string, std::less<>> results_;
};

}  // namespace leat::dbt
