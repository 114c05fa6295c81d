// leat query: one statement against the target.
#include <fmt/core.h>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/wait_notice.h"
#include "run/free_warehouse.h"
#include "run/workspace.h"

namespace leat::cli {
namespace {

class QueryCommand : public Command {
 public:
  std::string_view name() const override { return "query"; }
  std::string_view summary() const override { return "Ask the warehouse: leat query \"select …\""; }
  std::string_view group() const override { return "Look"; }
  std::vector<Option> options() override {
    return {
        {"sql", "The statement", &sql_, true},
        {"--format,-f", "table, csv, json (a line a row) or md (default: table)", &format_, false, "FORMAT"},
        {"--limit", "More rows than this are an error (default: 100000)", &limit_, false, "N"}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat query "select count(*) from raw.crimes"
  leat query --format csv "select * from marts.orders" > orders.csv
  leat query --target postgres "select * from _leat.loads order by committed_at desc limit 5")";
  }
  int run(const Globals& globals, Env& env) override {
    std::optional<TableFormat> format = parse_table_format(format_);
    if (!format)
      throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no format", format_), "--format")
          .fix("There are table, csv, json and md.");
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    std::string target = run::choose_target(project, globals.target, env);
    WaitNotice notice(env);
    auto warehouse = run::open_warehouse(project, target, env);
    sql::QueryResult result =
        run::adapter_when_free(*warehouse, project.folder, std::nullopt, env)->query(sql_, limit_);
    Terminal::print(format_table(result, *format));
    return 0;
  }

 private:
  std::string sql_, format_ = "table";
  int limit_ = 100000;
};

}  // namespace

std::unique_ptr<Command> make_query() {
  return std::make_unique<QueryCommand>();
}

}  // namespace leat::cli
