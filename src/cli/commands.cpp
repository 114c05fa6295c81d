#include "cli/commands.h"

namespace leat::cli {

std::vector<std::unique_ptr<Command>> all_commands() {
  std::vector<std::unique_ptr<Command>> all;
  all.push_back(make_init());
  all.push_back(make_run());
  all.push_back(make_sync());
  all.push_back(make_copy());
  all.push_back(make_pipe());
  all.push_back(make_firehose());
  all.push_back(make_connector());
  all.push_back(make_dbt());
  all.push_back(make_pages());
  all.push_back(make_serve());
  all.push_back(make_user());
  all.push_back(make_token());
  all.push_back(make_query());
  all.push_back(make_status());
  all.push_back(make_schedule());
  all.push_back(make_jobs());
  all.push_back(make_audit());
  all.push_back(make_backfill());
  all.push_back(make_alerts());
  all.push_back(make_backup());
  all.push_back(make_ls());
  all.push_back(make_lineage());
  all.push_back(make_diff());
  all.push_back(make_check());
  all.push_back(make_discover());
  all.push_back(make_postgres());
  all.push_back(make_state());
  all.push_back(make_dead_letters());
  all.push_back(make_explain());
  all.push_back(make_sources());
  all.push_back(make_warehouses());
  all.push_back(make_docs());
  all.push_back(make_completion());
  return all;
}

}  // namespace leat::cli
