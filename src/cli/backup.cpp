// leat backup: copies stores and warehouse while others are at work, and puts a copy back.
#include <fmt/core.h>

#include "base/error.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "run/backup.h"

namespace leat::cli {
namespace {

class BackupCommand : public Command {
 public:
  std::string_view name() const override { return "backup"; }
  std::string_view summary() const override { return "Copy stores and warehouse, while they are in use"; }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {{"folder", "Where the backup's own folder is made (default: backups)", &folder_},
            {"--restore", "Put this backup back instead; what it replaces is set aside", &restore_, false,
             "FOLDER"}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat backup /var/backups          makes /var/backups/PROJECT-20260105T030000Z
  leat backup --restore /var/backups/shop-20260105T030000Z

`leat serve` and its jobs go on. A warehouse that is a server has backups of its own: pg_dump.)";
  }

  int run(const Globals& globals, Env& env) override {
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    std::string target = run::choose_target(project, globals.target, env);
    if (!restore_.empty()) {
      for (const std::string& file : run::restore(project, target, restore_, env)) Terminal::line(file);
      return 0;
    }
    run::BackupReport report = run::back_up(project, target, folder_, env);
    Terminal::line(fmt::format("{}: {}", report.folder, format_bytes(report.bytes)));
    if (!report.has_warehouse)
      Terminal::line(fmt::format(
          "The target {} is a server: back it up with its own tools, such as pg_dump, after this.", target));
    return 0;
  }

 private:
  std::string folder_ = "backups", restore_;
};

}  // namespace

std::unique_ptr<Command> make_backup() {
  return std::make_unique<BackupCommand>();
}

}  // namespace leat::cli
