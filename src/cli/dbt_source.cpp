// leat dbt source freshness: how old the newest rows of sources are.
#include <fmt/core.h>

#include "base/error.h"
#include "base/units.h"
#include "cli/dbt_arguments.h"
#include "cli/exit_codes.h"
#include "cli/terminal.h"
#include "dbt/freshness.h"
#include "run/free_warehouse.h"

namespace leat::cli {

namespace {

void tell(const dbt::SourceFreshness& each) {
  Ink ink = each.status == "pass" ? Ink::green : each.status == "warn" ? Ink::yellow : Ink::red;
  std::string name = each.source->source_name + "." + each.source->name;
  std::string age = each.newest
                        ? fmt::format("{} old", format_duration(std::chrono::milliseconds(
                                                    static_cast<std::int64_t>(each.seconds_old * 1000))))
                        : each.error;
  Terminal::line(fmt::format("{} {:<40} {}", Terminal::ink(ink, each.status), name, age));
}

}  // namespace

int dbt_source(run::Workspace& workspace, const DbtArguments& arguments, const Globals& globals) {
  if (arguments.name != "freshness" && arguments.name != "snapshot-freshness")
    throw Error(ErrorCode::cli_usage, fmt::format("`{}` is nothing to do with sources", arguments.name),
                "leat dbt source")
        .fix("There is `leat dbt source freshness`.");
  const dbt::Project& project = *workspace.dbt();
  Env& env = workspace.env();
  auto adapter = run::adapter_when_free(workspace);
  auto started = env.steady();
  std::vector<dbt::SourceFreshness> results;
  bool well = true;
  for (const dbt::Node* node : chosen_nodes(project, arguments)) {
    if (!dbt::has_freshness(*node)) continue;
    env.check_cancelled();
    results.push_back(dbt::check_freshness(project, *node, *adapter, env));
    const std::string& status = results.back().status;
    well =
        well && status != "error" && status != "runtime error" && !(status == "warn" && arguments.warn_error);
    if (globals.verbosity >= 0) tell(results.back());
  }
  double seconds = static_cast<double>(env.elapsed_ms(started)) / 1000;
  std::string text = dbt::sources_json(project, results, seconds, env);
  dbt::write_artifact(project, "sources.json", text);
  Terminal::line(fmt::format("{} source{} looked at", results.size(), results.size() == 1 ? "" : "s"));
  return well ? kExitOk : kExitStepsFailed;
}

}  // namespace leat::cli
