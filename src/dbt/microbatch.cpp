// Microbatch models: each batch is compiled and built on its own, in a transaction of its own.
#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "dbt/build.h"
#include "dbt/renderer.h"
#include "jinja/operations.h"

namespace leat::dbt {

// A project with a strategy of its own of that name builds in one piece, unless it says otherwise.
bool NodeBuilder::is_in_batches(const Node& node) const {
  if (!is_microbatch(node)) return false;
  const MacroEntry* own = project_.macros().find("get_incremental_microbatch_sql", project_.name());
  return !own || own->package == kOwnPackage ||
         project_.packages()
             .front()
             .file["flags"]["require_batched_execution_for_custom_microbatch_strategy"]
             .boolean();
}

// Whether there is a table to go on with.
bool NodeBuilder::is_continued(const Node& node, sql::Adapter& adapter) const {
  const jinja::Value* own = node.setting("full_refresh");
  if (own ? jinja::truth(*own) : project_.options().full_refresh) return false;
  std::vector<sql::Relation> all = adapter.list_relations(node.relation.schema);
  return std::any_of(all.begin(), all.end(), [&](const sql::Relation& each) {
    return each.identifier == node.relation.identifier && each.kind == sql::RelationKind::table;
  });
}

void NodeBuilder::build_batches(const Node& node, sql::Adapter& adapter, NodeResult& result) const {
  Rendering first = rendering_of(&node, adapter);
  ensure_schema(node, first);
  commit_for(first);
  bool is_there = is_continued(node, adapter);
  const ProjectOptions& options = project_.options();
  auto only = options.only_batches.find(node.unique_id);
  std::vector<TimeWindow> all =
      only != options.only_batches.end()
          ? only->second
          : batches_of(node, is_there, options.sample ? options.sample : options.event_times, env_.now());
  std::optional<Error> failure;
  std::int64_t rows = 0;
  result.compiled_at = env_.now();
  for (const TimeWindow& times : all) {
    env_.check_cancelled();
    Rendering rendering = rendering_of(&node, adapter);
    // batches_of has seen that the size is one.
    rendering.batch = RenderedBatch{
        times, batch_id(times.begin, batch_size(node.config_text("batch_size")).value_or(BatchSize::day)),
        is_there};
    try {
      result.compiled = compile_quietly(node, rendering);
      write_artifact("compiled", node, result.compiled);
      rendering.compiled = result.compiled;
      build_model(node, rendering, result);
      commit_for(rendering);
      rows += std::max<std::int64_t>(result.rows, 0);
      result.batches.push_back(times);
      is_there = true;
    } catch (const Error& error) {
      roll_back_for(rendering);
      if (error.code() == ErrorCode::cancelled) throw;
      if (!failure) failure = failure_of(node, rendering, error);
      result.failed_batches.push_back(times);
      // Without a relation there is nothing that a later batch could be added to.
      if (!is_there) break;
    }
  }
  if (!failure) {
    result.rows = rows;
    result.message =
        fmt::format("{} in {} batch{}", rows_message(rows), all.size(), all.size() == 1 ? "" : "es");
    return;
  }
  if (result.batches.empty()) throw *failure;
  result.rows = rows;
  result.status = NodeStatus::partial;
  result.message =
      fmt::format("PARTIAL SUCCESS ({}/{}): {}", result.batches.size(), all.size(), failure->what_failed());
}

}  // namespace leat::dbt
