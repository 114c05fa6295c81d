// Programs that speak the Airbyte protocol.
#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "sources/process/config_store.h"
#include "sources/process/dialect.h"

namespace leat::sources::process {
namespace {

using document::Value;

// What a source says that has nothing to remember.
constexpr std::string_view kNoCursor = "__ab_no_cursor_state_message";

std::string first_of(const Value& path) {
  return path.items().size() == 1 ? path.items()[0].raw() : "";
}

ProgramStream stream_of(const Value& entry, const ProgramSettings& settings) {
  ProgramStream out;
  out.entry = entry;
  out.stream.name = entry["name"].as_text("name");
  out.stream.namespace_name = entry["namespace"].raw();
  out.stream.schema = columns_of_json_schema(entry["json_schema"]);
  for (const Value& path : entry["source_defined_primary_key"].items()) {
    if (std::string key = first_of(path); !key.empty()) out.stream.primary_key.push_back(key);
  }
  out.stream.cursor_field = first_of(entry["default_cursor_field"]);
  for (const auto& [name, column] : settings.cursors) {
    if (name == out.stream.name) out.stream.cursor_field = column;
  }
  out.stream.sync_modes.push_back(stream::SyncMode::full_refresh);
  for (const Value& mode : entry["supported_sync_modes"].items()) {
    if (mode.raw() == "incremental") out.stream.sync_modes.push_back(stream::SyncMode::incremental);
  }
  return out;
}

// The messages that every verb knows.
class Conversation {
 public:
  Conversation(const ProgramSettings& settings, const WorkFolder& folder, std::vector<std::string> arguments,
               Env& env)
      : run(settings, folder, std::move(arguments), env), settings_(settings) {}

  /// The next message that is not for everyone; nullptr at the end.
  const JsonLine* next(std::string& type) {
    while (const JsonLine* message = run.next()) {
      type = message->text({"type"});
      if (type == "LOG") {
        log(*message);
      } else if (type == "CONTROL") {
        keep_config(settings_, message->raw({"control", "connectorConfig", "config"}));
      } else if (type == "TRACE" && message->text({"trace", "type"}) == "ERROR") {
        complain(*message);
      } else if (type == "TRACE" && message->text({"trace", "type"}) == "STREAM_STATUS") {
        note_status(*message);
      } else {
        return message;
      }
    }
    return nullptr;
  }
  void finish() { run.finish(complaint); }

  ProgramRun run;
  std::optional<Complaint> complaint;

 private:
  void log(const JsonLine& message) {
    std::string level = message.text({"log", "level"});
    run.say(message.text({"log", "message"}), level == "WARN" || level == "ERROR" || level == "FATAL");
  }
  void complain(const JsonLine& message) {
    std::string kind = message.text({"trace", "error", "failure_type"});
    Complaint said{message.text({"trace", "error", "message"})};
    std::string inner = message.text({"trace", "error", "internal_message"});
    if (said.message.empty()) said.message = inner;
    if (!inner.empty() && inner != said.message) said.message += " (" + inner + ")";
    if (kind == "config_error") said.code = ErrorCode::process_config;
    said.may_pass = kind == "transient_error";
    if (!complaint) complaint = std::move(said);
  }
  void note_status(const JsonLine& message) {
    std::string status = message.text({"trace", "stream_status", "status"});
    std::string stream = message.text({"trace", "stream_status", "stream_descriptor", "name"});
    if (message.raw({"trace", "stream_status", "reasons"}).find("RATE_LIMITED") != std::string_view::npos)
      run.say(stream + " waits for the source's rate limit", true);
    if (status == "INCOMPLETE" && !complaint)
      complaint = Complaint{"The stream " + stream + " is incomplete"};
  }
  const ProgramSettings& settings_;
};

std::string configured_catalog(const ProgramStream& stream, stream::SyncMode mode) {
  auto quoted = [](std::string_view text) { return document::json_quote(text); };
  std::string keys, cursor;
  for (const std::string& key : stream.stream.primary_key)
    keys += (keys.empty() ? "[" : ",[") + quoted(key) + "]";
  if (!stream.stream.cursor_field.empty()) cursor = quoted(stream.stream.cursor_field);
  return fmt::format(
      R"({{"streams":[{{"stream":{},"sync_mode":"{}","destination_sync_mode":"append","cursor_field":[{}],)"
      R"("primary_key":[{}],"generation_id":0,"minimum_generation_id":0,"sync_id":0}}]}})",
      document::to_json(stream.entry), mode == stream::SyncMode::incremental ? "incremental" : "full_refresh",
      cursor, keys);
}

// The state as the program once told it.
std::string state_file(const ProgramStream& stream, const std::string& json) {
  Value state = document::parse_json(json, "the stored state of " + stream.stream.name);
  if (state["type"].raw() == "GLOBAL" && state.find("global")) return "[" + json + "]";
  if (state["type"].raw() == "LEGACY" && state.find("data")) return document::to_json(state["data"]);
  std::string space = stream.stream.namespace_name.empty()
                          ? ""
                          : ",\"namespace\":" + document::json_quote(stream.stream.namespace_name);
  return fmt::format(
      R"([{{"type":"STREAM","stream":{{"stream_descriptor":{{"name":{}{}}},"stream_state":{}}}}}])",
      document::json_quote(stream.stream.name), space, json);
}

// One read of one stream.
class Reading {
 public:
  Reading(const ProgramStream& stream, const stream::Selection& selection, stream::Sink& sink)
      : stream_(stream.stream),
        is_incremental_(selection.mode == stream::SyncMode::incremental),
        state_(selection.state),
        sink_(sink),
        columns_(
            stream.entry["json_schema"],
            [this](batch::RecordBatch&& batch) { sink_.batch(0, std::move(batch)); },
            [this](stream::RejectedRecord&& record) { sink_.reject(0, std::move(record)); }) {}

  void take(const std::string& type, const JsonLine& message, const ProgramRun& run) {
    if (type == "RECORD") return take_record(message, run);
    if (type == "STATE") take_state(message);
  }
  void end() {
    columns_.flush();
    if (!ended_with_state_) sink_.checkpoint(0, state_, "");
  }

 private:
  bool is_ours(const JsonLine& message, std::initializer_list<std::string_view> name,
               std::initializer_list<std::string_view> space) const {
    std::string_view raw = message.raw(name);
    bool plain = raw.size() == stream_.name.size() + 2 && raw.substr(1, stream_.name.size()) == stream_.name;
    if (!plain && message.text(name) != stream_.name) return false;
    std::string other = message.text(space);
    return other.empty() || stream_.namespace_name.empty() || other == stream_.namespace_name;
  }
  void take_record(const JsonLine& message, const ProgramRun& run) {
    if (!is_ours(message, {"record", "stream"}, {"record", "namespace"})) return;
    std::string problem = columns_.add(message, {"record", "data"});
    if (!problem.empty()) throw run.bad_message("can't be used: " + problem);
    ended_with_state_ = false;
  }
  void take_state(const JsonLine& message) {
    std::string type = message.text({"state", "type"});
    std::string json;
    if (type == "GLOBAL") {
      json = fmt::format(R"({{"type":"GLOBAL","global":{}}})", message.raw({"state", "global"}));
    } else if (type == "STREAM") {
      if (!is_ours(message, {"state", "stream", "stream_descriptor", "name"},
                   {"state", "stream", "stream_descriptor", "namespace"}))
        return;
      json = message.raw({"state", "stream", "stream_state"});
    } else {
      std::string_view data = message.raw({"state", "data"});
      json = fmt::format(R"({{"type":"LEGACY","data":{}}})", data.empty() ? "{}" : data);
    }
    if (json == "null" || json == "{}" || json.find(kNoCursor) != std::string::npos) json.clear();
    state_.json = std::move(json);
    // A read from the beginning that breaks off begins anew: no part of it may count before its end.
    if (!is_incremental_) return;
    columns_.flush();
    sink_.checkpoint(0, state_, "");
    ended_with_state_ = true;
  }

  const stream::Stream& stream_;
  bool is_incremental_, ended_with_state_ = false;
  stream::State state_;
  stream::Sink& sink_;
  RecordColumns columns_;
};

class Airbyte final : public Dialect {
 public:
  explicit Airbyte(Env& env) : env_(env) {}

  void check(const ProgramSettings& settings) override {
    WorkFolder folder;
    Conversation talk(settings, folder, {"check", "--config", config_file(settings, folder)}, env_);
    std::string type, status, said;
    while (const JsonLine* message = talk.next(type)) {
      if (type != "CONNECTION_STATUS") continue;
      status = message->text({"connectionStatus", "status"});
      said = message->text({"connectionStatus", "message"});
    }
    if (status == "FAILED" && !talk.complaint) talk.complaint = Complaint{said, ErrorCode::process_config};
    talk.finish();
    if (status.empty())
      throw Error(ErrorCode::process_output, "It answered no CONNECTION_STATUS", settings.where);
  }

  std::vector<ProgramStream> discover(const ProgramSettings& settings) override {
    Value catalog;
    if (!settings.catalog_file.empty()) {
      catalog = document::parse_json(document::read_file(settings.catalog_file), settings.catalog_file);
    } else {
      WorkFolder folder;
      Conversation talk(settings, folder, {"discover", "--config", config_file(settings, folder)}, env_);
      std::string type;
      while (const JsonLine* message = talk.next(type)) {
        if (type == "CATALOG") catalog = document::parse_json(message->raw({"catalog"}), "its catalog");
      }
      talk.finish();
      if (catalog.is_null()) throw Error(ErrorCode::process_output, "It answered no CATALOG", settings.where);
    }
    std::vector<ProgramStream> all;
    for (const Value& entry : catalog["streams"].items()) {
      all.push_back(stream_of(entry.find("stream") ? entry["stream"] : entry, settings));
    }
    return all;
  }

  void read(const ProgramSettings& settings, const std::vector<ProgramStream>& all, std::size_t which,
            const stream::Selection& selection, stream::Sink& sink) override {
    const ProgramStream& stream = all[which];
    WorkFolder folder;
    std::vector<std::string> arguments = {
        "read", "--config", config_file(settings, folder), "--catalog",
        folder.write("catalog.json", configured_catalog(stream, selection.mode))};
    bool goes_on = selection.mode == stream::SyncMode::incremental && !selection.state.empty();
    if (goes_on) {
      arguments.push_back("--state");
      arguments.push_back(folder.write("state.json", state_file(stream, selection.state.json)));
    }
    Conversation talk(settings, folder, std::move(arguments), env_);
    Reading reading(stream, selection, sink);
    std::string type;
    while (const JsonLine* message = talk.next(type)) reading.take(type, *message, talk.run);
    talk.finish();
    reading.end();
  }

 private:
  static std::string config_file(const ProgramSettings& settings, const WorkFolder& folder) {
    return folder.write("config.json", current_config(settings));
  }
  Env& env_;
};

}  // namespace

std::unique_ptr<Dialect> make_airbyte(Env& env) {
  return std::make_unique<Airbyte>(env);
}

}  // namespace leat::sources::process
