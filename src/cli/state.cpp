// leat state: shows, sets and resets the state of a connection's streams.
#include <fmt/core.h>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "run/lock.h"
#include "run/project_file.h"

namespace leat::cli {
namespace {

class StateCommand : public Command {
 public:
  std::string_view name() const override { return "state"; }
  std::string_view summary() const override {
    return "Show, set or reset where a stream goes on: leat state show CONNECTION";
  }
  std::string_view group() const override { return "Repair"; }
  std::vector<Option> options() override {
    return {
        {"verb", "show, set or reset", &verb_, true, "", "show, set, reset"},
        {"connection", "The connection of leat.yml", &connection_, true},
        {"--stream,-s", "The stream; show and reset take all when it is left out", &stream_, false, "NAME"},
        {"--value", "set: the state, as JSON", &value_, false, "JSON"}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat state show chicago
  leat state reset chicago --stream crimes      the next sync reads it from the beginning
  leat state set chicago -s crimes --value '{"updated": "2026-01-01"}'

A reset deletes no rows; `leat sync CONNECTION --full-refresh` replaces the tables as well.)";
  }
  int run(const Globals& globals, Env& env) override {
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    const run::ConnectionFile& connection = project.connection(connection_);
    auto warehouse = run::open_warehouse(project, run::choose_target(project, globals.target, env), env);
    auto destination = warehouse->destination();
    std::vector<std::string> streams = streams_of(connection, env);
    if (streams.empty())
      throw Error(ErrorCode::source_stream_unknown, fmt::format("The connection has no stream `{}`", stream_),
                  connection.connection.where);
    if (verb_ == "show") {
      for (const std::string& stream : streams) {
        stream::State state = destination->read_state(connection_, stream);
        Terminal::line(
            fmt::format("{} {}", pad(stream, 28),
                        state.empty() ? "(none: the next sync reads from the beginning)" : state.json));
      }
      return 0;
    }
    run::ProjectLock lock(project.folder);
    if (verb_ == "set") {
      if (stream_.empty() || value_.empty())
        throw Error(ErrorCode::cli_usage, "set needs --stream and --value", "leat state set");
      document::parse_json(value_, "--value");
      destination->write_state(connection_, stream_, {value_});
    } else if (verb_ == "reset") {
      for (const std::string& stream : streams) destination->write_state(connection_, stream, {});
    } else {
      throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no verb of state", verb_), "leat state")
          .fix("There are show, set and reset.");
    }
    return 0;
  }

 private:
  // Of those that leat.yml lists, else of all that the source has, the one that is asked for.
  std::vector<std::string> streams_of(const run::ConnectionFile& connection, Env& env) const {
    std::vector<std::string> names;
    for (const sync::StreamSettings& each : connection.connection.streams) {
      if (stream_.empty() || stream_ == each.name) names.push_back(each.name);
    }
    if (!connection.connection.streams.empty()) return names;
    if (!stream_.empty()) return {stream_};
    for (const stream::Stream& each : run::open_source(connection, env)->discover().streams)
      names.push_back(each.name);
    return names;
  }

  std::string verb_, connection_, stream_, value_;
};

}  // namespace

std::unique_ptr<Command> make_state() {
  return std::make_unique<StateCommand>();
}

}  // namespace leat::cli
