// leat connector: runs a connector as the Airbyte protocol asks for, and helps those who write one.
#include "cli/connector.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/spec.h"
#include "cli/commands.h"

namespace leat::cli {
namespace {

struct Verb {
  std::string_view name;
  int (*run)(const ConnectorArguments& arguments, Env& env);
};

constexpr Verb kVerbs[] = {
    {"spec", speak_protocol},
    {"check", speak_protocol},
    {"discover", speak_protocol},
    {"read", speak_protocol},
};

class ConnectorCommand : public Command {
 public:
  std::string_view name() const override { return "connector"; }
  std::string_view summary() const override { return "Run a connector by the Airbyte protocol"; }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {{"verb", "spec, check, discover or read", &arguments_.verb, true},
            {"subject", "The manifest; the same as --manifest", &arguments_.subject},
            {"--manifest", "The connector's YAML file", &arguments_.manifest, false, "FILE"},
            {"--config", "What the connector asks for, JSON or YAML", &arguments_.config, false, "FILE"},
            {"--catalog", "read: the configured catalog", &arguments_.catalog, false, "FILE"},
            {"--state", "read: the states to go on from", &arguments_.state, false, "FILE"},
            {"--source", "Another kind of source than declarative; --config holds its settings",
             &arguments_.kind, false, "KIND"}};
  }
  std::string_view details() const override {
    return R"(spec, check, discover and read print Airbyte protocol messages, one JSON object a line, and nothing else.

Examples:
  leat connector spec --manifest connectors/chicago.yaml
  leat connector check --manifest connectors/chicago.yaml --config config.json
  leat connector read --manifest connectors/chicago.yaml --config config.json --catalog catalog.json --state state.json)";
  }
  int run(const Globals&, Env& env) override {
    if (arguments_.manifest.empty()) arguments_.manifest = arguments_.subject;
    std::vector<std::string> names;
    std::string all;
    for (const Verb& verb : kVerbs) {
      if (verb.name == arguments_.verb) return verb.run(arguments_, env);
      names.emplace_back(verb.name);
      all += (all.empty() ? "" : ", ") + names.back();
    }
    std::string near = nearest(arguments_.verb, names);
    throw Error(ErrorCode::cli_usage,
                fmt::format("`{}` is no verb of connector{}", arguments_.verb,
                            near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                "leat connector")
        .fix("There are " + all + ".");
  }

 private:
  ConnectorArguments arguments_;
};

}  // namespace

std::unique_ptr<Command> make_connector() {
  return std::make_unique<ConnectorCommand>();
}

}  // namespace leat::cli
