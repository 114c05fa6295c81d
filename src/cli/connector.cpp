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
    {"spec", speak_protocol},          {"check", speak_protocol},  {"discover", speak_protocol},
    {"read", speak_protocol},          {"new", draft_manifest},    {"try", try_stream},
    {"record", record_session},        {"replay", replay_session}, {"lint", lint_manifests},
    {"schema", print_manifest_schema},
};

class ConnectorCommand : public Command {
 public:
  std::string_view name() const override { return "connector"; }
  std::string_view summary() const override {
    return "Run a connector by the Airbyte protocol, or write one";
  }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {
        {"verb", "spec, check, discover, read, or new, lint, schema, try, record, replay", &arguments_.verb,
         true, "", "spec, check, discover, read, new, lint, schema, try, record, replay"},
        {"subject",
         "The manifest, as --manifest; lint: any number of them, or folders; new: an OpenAPI file, or a URL "
         "with an answer",
         &arguments_.subjects},
        {"--manifest", "The connector's YAML file", &arguments_.manifest, false, "FILE"},
        {"--config", "What the connector asks for, JSON or YAML; new: the file to write it to",
         &arguments_.config, false, "FILE"},
        {"--catalog", "read: the configured catalog", &arguments_.catalog, false, "FILE"},
        {"--state", "read: the states to go on from", &arguments_.state, false, "FILE"},
        {"--stream,-s", "try, record, replay: only this stream (may be repeated)", &arguments_.streams, false,
         "NAME"},
        {"--concurrency", "check, read: how many requests at once, in place of the connector's own number",
         &arguments_.concurrency, false, "N"},
        {"--limit", "try: how many records", &arguments_.limit, false, "N"},
        {"--cassette", "record, replay: the file of the HTTP session", &arguments_.cassette, false, "FILE"},
        {"--cassette-bytes", "record: where the recording ends, 50MB when left out",
         &arguments_.cassette_bytes, false, "SIZE"},
        {"--header,-H",
         "new: sent with the request to the URL (may be repeated); a key in it is one of the config",
         &arguments_.headers, false, "NAME: VALUE"},
        {"--output,-o", "new, schema: the file to write, else it is printed", &arguments_.output, false,
         "FILE"},
        {"--source", "Another kind of source than declarative; --config holds its settings", &arguments_.kind,
         false, "KIND"}};
  }
  std::string_view details() const override {
    return R"(For platforms: spec, check, discover and read print Airbyte protocol messages, one JSON object a line, and nothing else.
For authors: new drafts a manifest, lint tells what is wrong with one and where, schema prints the JSON Schema that
editors complete by, try shows what a stream reads, record keeps an HTTP session without its secrets, replay reads from
it without a network and prints the same messages each time.

Examples:
  leat connector new https://api.example.com/v1/orders?limit=50 -o connectors/example.yaml
  leat connector new https://api.example.com/v1/orders -H "Authorization: Bearer KEY" -o example.yaml --config config.json
  leat connector lint connectors/
  leat connector try connectors/example.yaml --config config.json --stream orders
  leat connector spec --manifest connectors/chicago.yaml
  leat connector check --manifest connectors/chicago.yaml --config config.json
  leat connector read --manifest connectors/chicago.yaml --config config.json --catalog catalog.json --state state.json)";
  }
  int run(const Globals&, Env& env) override {
    if (arguments_.subjects.size() > 1 && arguments_.verb != "lint")
      throw Error(ErrorCode::cli_usage, fmt::format("{} takes one subject", arguments_.verb),
                  "leat connector");
    if (arguments_.manifest.empty() && !arguments_.subjects.empty())
      arguments_.manifest = arguments_.subjects[0];
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
