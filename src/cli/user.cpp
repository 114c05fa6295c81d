// leat user: who may log in to `leat serve`.
#include <fmt/core.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

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

// What is typed is not shown while it lives.
class Unseen {
 public:
  Unseen() : is_terminal_(tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!is_terminal_) return;
    termios unseen = before_;
    unseen.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &unseen);
  }
  ~Unseen() {
    if (is_terminal_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;
  bool is_terminal() const { return is_terminal_; }

 private:
  termios before_{};
  bool is_terminal_;
};

class UserCommand : public Command {
 public:
  std::string_view name() const override { return "user"; }
  std::string_view summary() const override { return "List, add, change and remove users of `leat serve`"; }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {{"verb", "list, add, password, role or remove (default: list)", &verb_},
            {"user", "The user's name", &user_},
            {"--role", "viewer, operator or admin (default: viewer)", &role_, false, "ROLE"}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat user add ada --role admin            asks for her password
  LEAT_NEW_PASSWORD=… leat user add ben     takes it from the environment
  leat user role ben --role operator
  leat user remove ben                      ends his logins, too

A viewer looks, an operator runs and cancels, an admin does all. A change holds at once.)";
  }

  int run(const Globals& globals, Env& env) override {
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    run::Accounts accounts(project.folder);
    if (verb_.empty() || verb_ == "list") return list(accounts);
    if (user_.empty()) throw Error(ErrorCode::cli_usage, "The user's name is missing", "leat user " + verb_);
    if (verb_ == "add") return add(accounts, env);
    run::User user = find(accounts);
    if (verb_ == "remove") {
      accounts.remove_user(user_);
    } else if (verb_ == "password") {
      user.verifier = server::make_password_verifier(read_password(env));
      accounts.put_user(user);
    } else if (verb_ == "role") {
      user.role = role();
      accounts.put_user(user);
    } else {
      throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no verb of user", verb_), "leat user")
          .fix("There are list, add, password, role and remove.");
    }
    note(accounts, env);
    return 0;
  }

 private:
  static int list(run::Accounts& accounts) {
    for (const run::User& user : accounts.users())
      Terminal::line(fmt::format("{} {} {}", pad(fit(user.name, 32), 32), pad(user.role, 10),
                                 format_iso_timestamp(user.created).substr(0, 19)));
    return 0;
  }

  int add(run::Accounts& accounts, Env& env) const {
    constexpr std::size_t kNameMax = 200;
    if (accounts.user(user_))
      throw Error(ErrorCode::cli_usage, fmt::format("There is a user `{}` already", user_), "leat user add")
          .fix("`leat user password` and `leat user role` change one.");
    if (user_.size() > kNameMax) throw Error(ErrorCode::cli_usage, "The name is too long", "leat user add");
    std::string given = role();
    accounts.put_user({user_, given, server::make_password_verifier(read_password(env)), env.now()});
    note(accounts, env);
    return 0;
  }

  run::User find(run::Accounts& accounts) const {
    std::optional<run::User> user = accounts.user(user_);
    if (!user)
      throw Error(ErrorCode::cli_selection, fmt::format("There is no user `{}`", user_), "leat user");
    return *user;
  }

  std::string role() const {
    if (server::parse_role(role_) == server::UserRole::none)
      throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no role", role_), "--role")
          .fix("There are viewer, operator and admin.");
    return role_;
  }

  static std::string read_password(Env& env) {
    constexpr std::size_t kShortest = 8, kLongest = 1000;
    std::string password = env.variable("LEAT_NEW_PASSWORD").value_or("");
    if (password.empty()) {
      Unseen unseen;
      if (unseen.is_terminal()) Terminal::complain("Password: ");
      for (int c; (c = getchar()) != EOF && c != '\n' && password.size() <= kLongest;)
        password += static_cast<char>(c);
      if (unseen.is_terminal()) Terminal::complain("\n");
    }
    if (password.size() < kShortest || password.size() > kLongest)
      throw Error(ErrorCode::cli_usage,
                  fmt::format("A password needs {} to {} characters", kShortest, kLongest), "leat user")
          .fix("Type it, pipe it in, or set LEAT_NEW_PASSWORD.");
    return password;
  }

  void note(run::Accounts& accounts, Env& env) const {
    accounts.audit(
        {0, env.now(), env.variable("USER").value_or(""), "command", "", "user " + verb_, user_, 0});
  }

  std::string verb_, user_, role_ = "viewer";
};

}  // namespace

std::unique_ptr<Command> make_user() {
  return std::make_unique<UserCommand>();
}

}  // namespace leat::cli
