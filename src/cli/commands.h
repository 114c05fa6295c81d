// The list of commands: one line each; each stands in the file of its name.
//
// Guarantees: each call makes a fresh Command.
// Threads: the main thread.
#pragma once
#include <memory>

#include "cli/command.h"

namespace leat::cli {

std::unique_ptr<Command> make_init();
std::unique_ptr<Command> make_run();
std::unique_ptr<Command> make_copy();
std::unique_ptr<Command> make_sync();
std::unique_ptr<Command> make_pipe();
std::unique_ptr<Command> make_firehose();
std::unique_ptr<Command> make_connector();
std::unique_ptr<Command> make_dbt();
std::unique_ptr<Command> make_pages();
std::unique_ptr<Command> make_serve();
std::unique_ptr<Command> make_user();
std::unique_ptr<Command> make_token();
std::unique_ptr<Command> make_audit();
std::unique_ptr<Command> make_query();
std::unique_ptr<Command> make_status();
std::unique_ptr<Command> make_schedule();
std::unique_ptr<Command> make_jobs();
std::unique_ptr<Command> make_backfill();
std::unique_ptr<Command> make_alerts();
std::unique_ptr<Command> make_backup();
std::unique_ptr<Command> make_ls();
std::unique_ptr<Command> make_lineage();
std::unique_ptr<Command> make_diff();
std::unique_ptr<Command> make_check();
std::unique_ptr<Command> make_discover();
std::unique_ptr<Command> make_postgres();
std::unique_ptr<Command> make_state();
std::unique_ptr<Command> make_dead_letters();
std::unique_ptr<Command> make_explain();
std::unique_ptr<Command> make_sources();
std::unique_ptr<Command> make_warehouses();
std::unique_ptr<Command> make_docs();
std::unique_ptr<Command> make_completion();

}  // namespace leat::cli
