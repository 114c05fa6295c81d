// The parts of `leat connector`: what its verbs have in common, and the verbs that authors use.
//
// Guarantees: each verb returns the exit code.
// Threads: the main thread.
// Errors: Error, which the command prints, or tells as a message where the verb speaks the Airbyte protocol.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "cli/command.h"
#include "document/value.h"
#include "stream/source.h"

namespace leat::cli {

/// The options of `leat connector`.
struct ConnectorArguments {
  std::string verb;
  std::vector<std::string> subjects;
  std::string kind = "declarative";  ///< the kind of source
  std::string manifest, config, catalog, state;
  std::string cassette, cassette_bytes, output;
  std::vector<std::string> headers;  ///< new: sent with the sample's request
  std::vector<std::string> streams;
  int limit = 10;
  int concurrency = 0;  ///< 0: as the connector says
};

/// The config file, JSON or YAML; an empty mapping where none is named.
document::Value read_config(const ConnectorArguments& arguments);
/// Opens sources as the arguments say. The config's text stands as it is: `${…}` in it means nothing.
std::function<std::unique_ptr<stream::Source>()> connector_opener(const ConnectorArguments& arguments,
                                                                  Env& env);
/// try: reads the first records of a stream and shows the requests and what came.
int try_stream(const ConnectorArguments& arguments, Env& env);
/// record: reads streams and keeps what is said over HTTP in a cassette, up to a bound.
int record_session(const ConnectorArguments& arguments, Env& env);
/// replay: reads with a cassette in place of the network, at the time at which it was recorded.
int replay_session(const ConnectorArguments& arguments, Env& env);
/// new: writes a manifest's draft.
int draft_manifest(const ConnectorArguments& arguments, Env& env);
/// Writes `text` to the file that --output names; Error(file_io) where that is there already.
void write_output(const ConnectorArguments& arguments, const std::string& text);
/// lint: tells what is wrong with manifests, each with its place.
int lint_manifests(const ConnectorArguments& arguments, Env& env);
/// schema: prints the JSON Schema of manifests.
int print_manifest_schema(const ConnectorArguments& arguments, Env& env);
/// spec, check, discover, read: prints messages of the Airbyte protocol and nothing else.
int speak_protocol(const ConnectorArguments& arguments, Env& env);

}  // namespace leat::cli
