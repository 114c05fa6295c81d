// leat token: what programs call `leat serve` with.
#include <fmt/core.h>

#include <charconv>

#include "base/error.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "run/project_file.h"
#include "run/store/accounts.h"
#include "server/access/access_settings.h"
#include "server/access/secrets.h"

namespace leat::cli {
namespace {

class TokenCommand : public Command {
 public:
  std::string_view name() const override { return "token"; }
  std::string_view summary() const override { return "List, create and revoke API tokens of `leat serve`"; }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {{"verb", "list, create or revoke (default: list)", &verb_},
            {"what", "create: what it is for; revoke: its number", &what_},
            {"--role", "viewer, operator or admin (default: viewer)", &role_, false, "ROLE"},
            {"--days", "create: how long it is good for (default: 365); 0 for ever", &days_, false, "DAYS"}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat token create airflow --role operator   prints the token, once
  curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8080/api/leat/v1/jobs
  leat token revoke 3

Only a digest of it is kept.)";
  }

  int run(const Globals& globals, Env& env) override {
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    run::Accounts accounts(project.folder);
    if (verb_.empty() || verb_ == "list") return list(accounts);
    if (verb_ == "create") return create(accounts, env);
    if (verb_ != "revoke")
      throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no verb of token", verb_), "leat token")
          .fix("There are list, create and revoke.");
    std::int64_t id = -1;
    std::from_chars(what_.data(), what_.data() + what_.size(), id);
    if (!accounts.revoke_token(id))
      throw Error(ErrorCode::cli_selection, fmt::format("There is no token `{}`", what_), "leat token");
    note(accounts, env);
    return 0;
  }

 private:
  static int list(run::Accounts& accounts) {
    auto day = [](Timestamp time) {
      return time == Timestamp{} ? std::string("-") : format_iso_timestamp(time).substr(0, 10);
    };
    Terminal::line("number label                    role       created    expires    used");
    for (const run::ApiToken& token : accounts.tokens())
      Terminal::line(fmt::format("{} {} {} {} {} {}", pad(std::to_string(token.id), 6),
                                 pad(fit(token.label, 24), 24), pad(token.role, 10),
                                 pad(day(token.created), 10), pad(day(token.expires), 10), day(token.used)));
    return 0;
  }

  int create(run::Accounts& accounts, Env& env) {
    if (what_.empty())
      throw Error(ErrorCode::cli_usage, "What the token is for is missing", "leat token create");
    if (server::parse_role(role_) == server::UserRole::none)
      throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no role", role_), "--role")
          .fix("There are viewer, operator and admin.");
    run::ApiToken token;
    token.label = what_;
    token.role = role_;
    token.created = env.now();
    if (days_ > 0) token.expires = token.created + std::chrono::hours(24) * days_;
    std::string secret = "leat_" + server::random_token();
    accounts.add_token(token, server::sha256(secret));
    note(accounts, env);
    Terminal::line(secret);
    return 0;
  }

  void note(run::Accounts& accounts, Env& env) const {
    accounts.audit(
        {0, env.now(), env.variable("USER").value_or(""), "command", "", "token " + verb_, what_, 0});
  }

  std::string verb_, what_, role_ = "viewer";
  int days_ = 365;
};

}  // namespace

std::unique_ptr<Command> make_token() {
  return std::make_unique<TokenCommand>();
}

}  // namespace leat::cli
