// leat audit: who logged in to `leat serve`, and changed what.
#include <fmt/core.h>

#include "base/time.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "run/project_file.h"
#include "run/store/accounts.h"

namespace leat::cli {
namespace {

class AuditCommand : public Command {
 public:
  std::string_view name() const override { return "audit"; }
  std::string_view summary() const override { return "Show who logged in to `leat serve` and changed what"; }
  std::string_view group() const override { return "Look"; }
  std::vector<Option> options() override {
    return {{"--count", "How many entries (default: 50)", &count_, false, "N"},
            {"--user", "Only those of one user", &user_, false, "NAME"}};
  }
  int run(const Globals& globals, Env& env) override {
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    run::Accounts accounts(project.folder);
    for (const run::AuditEntry& each : accounts.audit_log(count_, user_)) {
      std::string who = each.user.empty() ? "-" : each.user;
      Ink ink = each.status >= 400 ? Ink::red : Ink::plain;
      Terminal::line(
          fmt::format("{} {} {} {} {} {} {}", format_iso_timestamp(each.at).substr(0, 19),
                      pad(fit(who, 24), 24), pad(each.how, 8), pad(each.address, 15),
                      Terminal::ink(ink, pad(each.status > 0 ? std::to_string(each.status) : "-", 3)),
                      each.action, each.what));
    }
    return 0;
  }

 private:
  int count_ = 50;
  std::string user_;
};

}  // namespace

std::unique_ptr<Command> make_audit() {
  return std::make_unique<AuditCommand>();
}

}  // namespace leat::cli
