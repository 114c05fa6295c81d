// Connector: a connector under test: a manifest's text, a scripted API, a clock that stands still.
//
// Guarantees: waits cost no time; they move the clock.
// Threads: one at a time.
// Owns: server, Env and source.
// Errors: what the source throws.
#pragma once
#include <cstdio>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "document/settings.h"
#include "sources/declarative/declarative.h"
#include "support/http_server.h"
#include "support/recording_sink.h"

namespace leat::testing {

using namespace leat::sources::declarative;

class Connector {
 public:
  using Reply = leat::testing::ScriptedReply;
  using Asked = leat::testing::ScriptedRequest;

  /// `streams` is the manifest from "streams:" on, or whole when it begins with "version:".
  Connector(std::string streams, leat::testing::ScriptedServer::Handler handler, std::string settings = "")
      : server(std::move(handler)) {
    manifest =
        streams.rfind("version:", 0) == 0
            ? std::move(streams)
            : "version: 1.0.0\ntype: DeclarativeSource\ncheck: {type: CheckStream, stream_names: [s]}\n" +
                  streams;
    settings_ = std::move(settings);
    set_config("");
  }
  /// Sets the config to address and token, and these members.
  void set_config(const std::string& members) {
    yaml_ = "manifest: " + path() + "\nconfig: {url: \"" + server.url() + "\", token: t0ken-value" +
            (members.empty() ? "" : ", " + members) + "}\n" + settings_;
  }
  ~Connector() { std::remove(path().c_str()); }

  stream::Source& open() {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path().c_str(), "wb"), std::fclose);
    std::fwrite(manifest.data(), 1, manifest.size(), file.get());
    file.reset();
    document::Value settings = document::parse_yaml(yaml_, "leat.yml");
    source_ = kDeclarative.open(document::read_settings(*kDeclarative.spec, settings, env), env);
    return *source_;
  }
  /// Reads a stream after `state` ("": from the beginning); opens anew each time.
  leat::testing::RecordingSink read(const std::string& name = "s", const std::string& state = "") {
    leat::testing::RecordingSink sink;
    read_into(sink, name, state);
    return sink;
  }
  void read_into(leat::testing::RecordingSink& sink, const std::string& name, const std::string& state,
                 std::optional<stream::Window> window = {}) {
    stream::Selection selection;
    selection.stream.name = name;
    selection.mode = stream::SyncMode::incremental;
    selection.state.json = state;
    selection.window = window;
    open().read({&selection, 1}, sink);
  }
  /// The targets that were asked for, in order of arrival.
  Lines targets() const {
    Lines out;
    for (const Asked& each : server.requests()) out.push_back(each.target);
    return out;
  }
  /// What an action throws, nullopt when nothing.
  template <class Action>
  std::optional<Error> failure(Action&& action) {
    try {
      action();
    } catch (const Error& error) {
      return error;
    }
    return std::nullopt;
  }

  Env env{fixed_clock(*parse_iso_timestamp("2024-05-06T07:08:09Z")), 1};
  leat::testing::ScriptedServer server;
  std::string manifest;

 private:
  std::string path() const { return "/tmp/leat_connector_" + std::to_string(server.port()) + ".yaml"; }
  std::string yaml_, settings_;
  std::unique_ptr<stream::Source> source_;
};

}  // namespace leat::testing
