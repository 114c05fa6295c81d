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
#include <set>
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

  /// Unique ids of the macros that differ, or use one that does, whichever way round.
  std::set<std::string> changed_macros(const Project& project) const;
  /// The words of `state:` that fit a node: {"new", "modified", …}, {"old", "unmodified"} or {"old",
  /// "modified.body", "modified"}.
  std::vector<std::string> words(const Project& project, const Node& node,
                                 const std::set<std::string>& changed_macros) const;
  /// Where a node stood; nullopt for one that is not known or has no relation.
  std::optional<sql::Relation> relation(std::string_view unique_id) const;
  /// What became of a node in the saved run, in dbt's words; "" for none.
  std::string result(std::string_view unique_id) const;
  /// When each source was last loaded, as sources.json of a folder tells; empty where there is none.
  static std::map<std::string, std::string, std::less<>> loaded_times(const std::string& folder);
  /// True when a source was loaded later than it was in this state (`source_status:fresher`).
  bool is_fresher(const std::string& unique_id,
                  const std::map<std::string, std::string, std::less<>>& loaded) const;

 private:
  const document::Value* saved(std::string_view unique_id) const;
  std::vector<std::string> words_of_known(const Project& project, const Node& node,
                                          const document::Value& then) const;

  document::Value manifest_;
  std::map<std::string, std::string, std::less<>> results_, loaded_;
};

}  // namespace leat::dbt
