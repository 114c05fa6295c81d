// leat connector spec, check, discover, read: the Airbyte protocol on stdout.
#include <fmt/core.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/error.h"
#include "cli/connector.h"
#include "cli/event_line.h"
#include "cli/exit_codes.h"
#include "document/settings.h"
#include "sources/declarative/manifest.h"
#include "sources/protocol/serve.h"
#include "sources/source_kind.h"

namespace leat::cli {
namespace {

using document::Value;
namespace protocol = sources::protocol;

// The key under which a platform hands a manifest over together with its config.
constexpr std::string_view kInjectedManifest = "__injected_declarative_manifest";
constexpr std::int64_t kRowsTogether = 100;
constexpr std::int64_t kBytesAhead = 1 << 20;  // small pages still come side by side

// Config comes from elsewhere: what looks like ${a variable} in it must neither be filled in nor run.
Value as_written(const Value& value) {
  Value out = value;
  if (value.is_text() && value.raw().find("${") != std::string::npos) {
    std::string text;
    for (std::size_t at = 0; at < value.raw().size(); ++at) {
      bool opens = value.raw().compare(at, 2, "${") == 0;
      text += opens ? std::string("${ :-$}") : std::string(1, value.raw()[at]);
    }
    out = Value::of(text);
    out.set_mark(value.mark());
  }
  for (Value& item : out.items()) item = as_written(item);
  for (Value::Member& member : out.members()) member.second = as_written(member.second);
  return out;
}

Value read_document(const std::string& path) {
  std::string text = document::read_file(path);
  bool is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
  return is_yaml ? document::parse_yaml(text, path) : document::parse_json(text, path);
}

// A list, one message, or messages line by line as a read printed them; of those the last of each stream
// counts.
Value read_state_file(const std::string& path) {
  if (path.empty()) return {};
  std::string text = document::read_file(path);
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return {};
  std::size_t first = text.find_first_not_of(" \t\r\n"), end = text.find('\n', first);
  bool is_lines = text[first] == '{' && end != std::string::npos && text[end - 1] == '}' &&
                  text.find_first_not_of(" \t\r\n", end) != std::string::npos &&
                  text[text.find_first_not_of(" \t\r\n", end)] == '{';
  if (!is_lines) return document::parse_json(text, path);
  Value all = Value::list();
  for (std::size_t at = first; at < text.size();) {
    std::size_t stop = std::min(text.find('\n', at), text.size());
    if (stop > at)
      all.items().insert(all.items().begin(), document::parse_json(text.substr(at, stop - at), path));
    at = stop + 1;
  }
  return all;
}

class LogListener final : public EventListener {
 public:
  explicit LogListener(protocol::MessageWriter& writer) : writer_(writer) {}
  void on_event(const Event& event) override {
    std::string line = event_line(event, 0, true);
    if (line.empty()) return;
    try {
      writer_.log(event.level, line);
    } catch (const Error&) {
      // The reader is gone; the next record says so.
    }
  }

 private:
  protocol::MessageWriter& writer_;
};

class Listening {
 public:
  Listening(EventListener& listener, Env& env) : listener_(listener), env_(env) { env_.listen(listener_); }
  ~Listening() { env_.forget(listener_); }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

 private:
  EventListener& listener_;
  Env& env_;
};

// A manifest that came within the config, as a file while the verb runs.
class InjectedManifest {
 public:
  explicit InjectedManifest(const Value& manifest) {
    std::string path = (std::filesystem::temp_directory_path() / "leat-manifest-XXXXXX").string();
    int file = ::mkstemp(path.data());
    std::string text = manifest.is_text() ? manifest.raw() : document::to_json(manifest);
    bool wrote = file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (file >= 0) ::close(file);
    path_ = path;
    if (!wrote) throw Error(ErrorCode::file_io, "The injected manifest can't be kept", path);
  }
  ~InjectedManifest() { ::unlink(path_.c_str()); }
  InjectedManifest(const InjectedManifest&) = delete;
  InjectedManifest& operator=(const InjectedManifest&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// What readers of a spec expect to be told though authors leave it out.
Value with_defaults(const Value& advanced_auth) {
  Value out = advanced_auth;
  Value consent = out["oauth_config_specification"]["oauth_connector_input_specification"];
  if (!consent.is_mapping() || consent.find("scopes_join_strategy")) return out;
  consent.set("scopes_join_strategy", Value::of("space"));
  Value specification = out["oauth_config_specification"];
  specification.set("oauth_connector_input_specification", consent);
  out.set("oauth_config_specification", specification);
  return out;
}

std::string spec_json(const ConnectorArguments& arguments) {
  if (arguments.kind != "declarative") {
    const sources::SourceKind& kind = sources::find_source_kind(arguments.kind, "--source");
    return fmt::format(R"({{"connectionSpecification":{},"supportsIncremental":true}})",
                       json_schema(*kind.spec));
  }
  if (arguments.manifest.empty()) {
    // What a platform asks of a connector whose manifest comes with the config.
    return R"({"connectionSpecification":{"$schema":"http://json-schema.org/draft-07/schema#","type":"object",)"
           R"("additionalProperties":true,"required":["__injected_declarative_manifest"],"properties":)"
           R"({"__injected_declarative_manifest":{"type":"object","additionalProperties":true}}}})";
  }
  Value manifest = sources::declarative::load_manifest(arguments.manifest);
  const Value& spec = manifest["spec"];
  Value out = Value::mapping();
  if (spec.find("documentation_url")) out.set("documentationUrl", spec["documentation_url"]);
  Value open = Value::mapping();
  open.set("type", Value::of("object"));
  open.set("properties", Value::mapping());
  out.set("connectionSpecification",
          spec["connection_specification"].is_null() ? open : spec["connection_specification"]);
  if (spec.find("advanced_auth")) out.set("advanced_auth", with_defaults(spec["advanced_auth"]));
  return document::to_json(out);
}

// The streams of those names, or all, each as far as it can.
std::vector<protocol::Wanted> everything(stream::Source& source, const std::vector<std::string>& names) {
  std::vector<protocol::Wanted> all;
  for (const stream::Stream& each : source.describe(names).streams) {
    if (!names.empty() && std::find(names.begin(), names.end(), each.name) == names.end()) continue;
    protocol::Wanted wanted{each.name, each.namespace_name};
    for (stream::SyncMode mode : each.sync_modes) {
      if (mode == stream::SyncMode::incremental) wanted.mode = mode;
    }
    all.push_back(std::move(wanted));
  }
  return all;
}

// The streams whose records stand for files.
std::set<std::string> file_streams(const ConnectorArguments& arguments) {
  std::set<std::string> names;
  bool has_any = arguments.kind == "declarative" &&
                 document::read_file(arguments.manifest).find("file_uploader") != std::string::npos;
  if (!has_any) return names;
  Value manifest = sources::declarative::load_manifest(arguments.manifest);
  for (const Value& stream : manifest["streams"].items()) {
    if (stream["file_uploader"].is_mapping()) names.insert(stream["name"].raw());
  }
  return names;
}

// Where a platform takes the files of records from.
std::string files_folder(Env& env) {
  std::string staging = env.variable("AIRBYTE_STAGING_DIRECTORY").value_or("/staging/files");
  return std::filesystem::exists(staging) ? staging : "/tmp/airbyte-file-transfer";
}

int answer(ConnectorArguments arguments, protocol::MessageWriter& writer, Env& env) {
  if (arguments.verb == "spec") {
    writer.spec(spec_json(arguments));
    return kExitOk;
  }
  std::optional<InjectedManifest> injected;
  if (arguments.kind == "declarative" && arguments.manifest.empty()) {
    Value manifest = read_config(arguments)[kInjectedManifest];
    if (manifest.is_null())
      throw Error(ErrorCode::cli_usage, "There is no manifest", "leat connector " + arguments.verb)
          .fix("Name it with --manifest, or put it into the config as " + std::string(kInjectedManifest) +
               ".");
    arguments.manifest = injected.emplace(manifest).path();
  }
  auto open = [open_quietly = connector_opener(arguments, env), &writer] {
    std::unique_ptr<stream::Source> source = open_quietly();
    source->listen_config([&writer](const std::string& config) { writer.control(config); });
    return source;
  };
  if (arguments.verb == "check") return protocol::serve_check(open, writer);
  std::set<std::string> with_files = file_streams(arguments);
  if (arguments.verb == "discover") return protocol::serve_discover(open, writer, with_files);
  auto read = [&](std::vector<protocol::Wanted> wanted, const protocol::GivenState& state) {
    for (protocol::Wanted& each : wanted) each.has_files = with_files.count(each.name) > 0;
    return protocol::serve_read(open, wanted, state, writer, env);
  };
  if (!arguments.cassette.empty() && arguments.catalog.empty())
    return read(everything(*open(), arguments.streams), {});
  if (arguments.catalog.empty())
    throw Error(ErrorCode::cli_usage, "There is no catalog", "leat connector read")
        .fix("Name it with --catalog.");
  return read(protocol::read_configured_catalog(read_document(arguments.catalog)),
              protocol::read_states(read_state_file(arguments.state)));
}

}  // namespace

Value read_config(const ConnectorArguments& arguments) {
  if (arguments.config.empty()) return Value::mapping();
  Value config = read_document(arguments.config);
  if (!config.is_mapping())
    throw Error(ErrorCode::config_invalid, "A config has to be a mapping", arguments.config);
  return config;
}

std::function<std::unique_ptr<stream::Source>()> connector_opener(const ConnectorArguments& arguments,
                                                                  Env& env) {
  const sources::SourceKind& kind = sources::find_source_kind(arguments.kind, "--source");
  Value mapping = as_written(read_config(arguments));
  if (arguments.kind == "declarative") {
    if (arguments.manifest.empty())
      throw Error(ErrorCode::cli_usage, "There is no manifest", "leat connector " + arguments.verb)
          .fix("Name it with --manifest.");
    mapping.erase(kInjectedManifest);
    Value config = mapping;
    mapping = Value::mapping();
    mapping.set("manifest", Value::of(arguments.manifest));
    mapping.set("config", config);
    // Who looks at the first records wants no page ahead of them.
    if (arguments.verb == "try") {
      mapping.set("concurrency", Value::of(std::int64_t{1}));
      mapping.set("batch_rows_max", Value::of(std::int64_t{arguments.limit}));
    }
    // Messages hold each record as it came, and come soon.
    if (arguments.verb == "read") {
      mallopt(M_ARENA_MAX, 1);  // what one thread frees another takes; less memory, and no slower
      mapping.set("record_column", Value::of(std::string(protocol::kRecordColumn)));
      mapping.set("batch_rows_max", Value::of(kRowsTogether));
      mapping.set("ahead_bytes_max", Value::of(kBytesAhead));
      mapping.set("files_folder", Value::of(files_folder(env)));
    }
    if (arguments.concurrency != 0)
      mapping.set("concurrency", Value::of(std::int64_t{arguments.concurrency}));
  }
  bool has_config = !arguments.config.empty();
  return [&kind, mapping, has_config, &env] {
    try {
      return kind.open(document::read_settings(*kind.spec, mapping, env), env);
    } catch (Error& error) {
      if (!has_config && error.what_failed().find("missing in the config") != std::string::npos)
        error.fix("Write it into a file, such as config.json, and name that with --config.");
      throw;
    }
  };
}

int speak_protocol(const ConnectorArguments& arguments, Env& env) {
  protocol::MessageWriter writer(STDOUT_FILENO, env);
  LogListener log(writer);
  Listening listening(log, env);
  try {
    int code = answer(arguments, writer, env);
    writer.flush();
    return code;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::cancelled) return kExitInterrupted;
    // A reader that is gone hears nothing any more.
    if (error.where() == "the messages' reader") return kExitStepsFailed;
    if (arguments.verb == "check") {
      writer.connection_status(&error);
      return kExitOk;
    }
    writer.error(error);
    return kExitStepsFailed;
  }
}

}  // namespace leat::cli
