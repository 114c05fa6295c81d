#include "sync/schema_changes.h"

#include <algorithm>

namespace leat::sync {
namespace {

std::vector<batch::Column> without(const std::vector<batch::Column>& all,
                                   const std::vector<batch::Column>& known) {
  std::vector<batch::Column> rest;
  for (const batch::Column& each : all) {
    bool found = std::any_of(known.begin(), known.end(),
                             [&](const batch::Column& other) { return other.name == each.name; });
    if (!found) rest.push_back(each);
  }
  return rest;
}

}  // namespace

std::vector<SchemaChange> changes_between(const std::vector<batch::Column>& before,
                                          const std::vector<batch::Column>& now) {
  if (before.empty() || now.empty()) return {};
  std::vector<batch::Column> added = without(now, before), missing = without(before, now);
  bool renamed = added.size() == 1 && missing.size() == 1 && added[0].type == missing[0].type;
  if (renamed) {
    return {{SchemaChange::Kind::renamed, missing[0].name,
             "seems to be `" + added[0].name + "` now; `rename` keeps one column"}};
  }
  std::vector<SchemaChange> changes;
  for (const batch::Column& column : added)
    changes.push_back({SchemaChange::Kind::added, column.name, column.type.name()});
  for (const batch::Column& column : missing)
    changes.push_back({SchemaChange::Kind::missing, column.name, "is null from now on"});
  return changes;
}

void tell_changes(Env& env, const std::string& connection, const std::string& stream,
                  std::span<const SchemaChange> changes) {
  for (const SchemaChange& change : changes) {
    env.emit({"schema_changed",
              EventLevel::info,
              {{"connection", connection},
               {"stream", stream},
               {"change", std::string(name(change.kind))},
               {"column", change.column},
               {"detail", change.detail}}});
  }
}

}  // namespace leat::sync
