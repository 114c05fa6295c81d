// leat check and leat discover: is a connection's source reachable, and what does it offer.
#include <fmt/core.h>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "run/stand_in.h"

namespace leat::cli {
namespace {

class ConnectCommand : public Command {
 public:
  explicit ConnectCommand(bool discover) : discover_(discover) {}
  std::string_view name() const override { return discover_ ? "discover" : "check"; }
  std::string_view summary() const override {
    return discover_ ? "List the streams of a connection with their columns"
                     : "Try to reach a connection's source";
  }
  std::string_view group() const override { return "Look"; }
  std::vector<Option> options() override {
    return {{"connection", "The connection of leat.yml", &connection_, true},
            {"--live", "The real source, not the stand-in", &live_}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat check chicago
  leat discover chicago --live)";
  }
  int run(const Globals& globals, Env& env) override {
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    const run::ConnectionFile& connection = project.connection(connection_);
    auto stand_in = run::start_stand_in(project, live_, env);
    auto source = run::open_source(connection, env);
    if (!discover_) {
      source->check();
      Terminal::line(fmt::format("{} {} answers", Terminal::ink(Ink::green, "✓"), connection_));
      return 0;
    }
    for (const stream::Stream& stream : source->discover().streams) {
      std::string key;
      for (const std::string& column : stream.primary_key) key += (key.empty() ? "" : ", ") + column;
      Terminal::line(fmt::format("{}{}{}", Terminal::ink(Ink::bold, stream.name),
                                 key.empty() ? "" : "  key: " + key,
                                 stream.cursor_field.empty() ? "" : "  cursor: " + stream.cursor_field));
      for (const batch::Column& column : stream.schema->columns())
        Terminal::line(fmt::format("  {} {}", pad(column.name, 34), column.type.name()));
    }
    return 0;
  }

 private:
  bool discover_, live_ = false;
  std::string connection_;
};

}  // namespace

std::unique_ptr<Command> make_check() {
  return std::make_unique<ConnectCommand>(false);
}
std::unique_ptr<Command> make_discover() {
  return std::make_unique<ConnectCommand>(true);
}

}  // namespace leat::cli
