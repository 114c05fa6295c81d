// Singer taps.
#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "document/texts.h"
#include "sources/process/config_store.h"
#include "sources/process/dialect.h"

namespace leat::sources::process {
namespace {

using document::Value;

// The metadata of the stream itself, a null Value where there is none.
const Value& own_metadata(const Value& entry) {
  static const Value none;
  for (const Value& each : entry["metadata"].items()) {
    if (each["breadcrumb"].items().empty()) return each["metadata"];
  }
  return none;
}

std::string name_of(const Value& entry) {
  return entry["stream"].is_text() ? entry["stream"].raw() : entry["tap_stream_id"].as_text("tap_stream_id");
}

ProgramStream stream_of(const Value& entry, const ProgramSettings& settings) {
  const Value& metadata = own_metadata(entry);
  ProgramStream out;
  out.entry = entry;
  out.stream.name = name_of(entry);
  out.stream.schema = columns_of_json_schema(entry["schema"]);
  out.stream.primary_key = document::texts_of(entry["key_properties"]);
  if (out.stream.primary_key.empty())
    out.stream.primary_key = document::texts_of(metadata["table-key-properties"]);
  std::vector<std::string> cursors = document::texts_of(metadata["valid-replication-keys"]);
  for (const Value* named : {entry.find("replication_key"), metadata.find("replication-key")}) {
    if (named && named->is_text()) cursors = {named->raw()};
  }
  for (const auto& [name, column] : settings.cursors) {
    if (name == out.stream.name) cursors = {column};
  }
  if (!cursors.empty()) out.stream.cursor_field = cursors[0];
  std::string method = metadata["forced-replication-method"].raw();
  if (method.empty()) method = metadata["replication-method"].raw();
  if (method.empty()) method = entry["replication_method"].raw();
  out.stream.sync_modes.push_back(stream::SyncMode::full_refresh);
  bool goes_on = method == "INCREMENTAL" || method == "LOG_BASED" || (method.empty() && !cursors.empty());
  if (goes_on) out.stream.sync_modes.push_back(stream::SyncMode::incremental);
  return out;
}

void select(Value& entry, bool selected, const stream::Stream& stream, stream::SyncMode mode) {
  Value flag = Value::of(selected);
  entry.set("selected", flag);
  if (entry["schema"].is_mapping()) entry.find("schema")->set("selected", flag);
  if (!entry["metadata"].is_list()) entry.set("metadata", Value::list());
  Value* all = entry.find("metadata");
  Value* own = nullptr;
  for (Value& each : all->items()) {
    if (each["breadcrumb"].items().empty()) own = each.find("metadata");
  }
  if (!own) {
    Value fresh = Value::mapping();
    fresh.set("breadcrumb", Value::list());
    fresh.set("metadata", Value::mapping());
    all->items().push_back(std::move(fresh));
    own = all->items().back().find("metadata");
  }
  own->set("selected", flag);
  if (!selected || own->find("forced-replication-method")) return;
  bool incremental = mode == stream::SyncMode::incremental;
  // A method that the tap named for going on (log-based, say) stays.
  bool named = incremental && !(*own)["replication-method"].is_null();
  if (!named)
    own->set("replication-method", Value::of(std::string(incremental ? "INCREMENTAL" : "FULL_TABLE")));
  if (incremental && !stream.cursor_field.empty())
    own->set("replication-key", Value::of(stream.cursor_field));
}

std::string catalog_file(const std::vector<ProgramStream>& all, std::size_t which, stream::SyncMode mode) {
  Value streams = Value::list();
  for (std::size_t i = 0; i < all.size(); ++i) {
    Value entry = all[i].entry;
    select(entry, i == which, all[i].stream, mode);
    streams.items().push_back(std::move(entry));
  }
  return "{\"streams\":" + document::to_json(streams) + "}";
}

// One read of one stream.
class Reading {
 public:
  Reading(const ProgramStream& stream, const stream::Selection& selection, stream::Sink& sink)
      : name_(stream.stream.name),
        is_incremental_(selection.mode == stream::SyncMode::incremental),
        state_(selection.state),
        sink_(sink) {
    declare(stream.entry["schema"]);
  }

  void take(const JsonLine& message, const ProgramRun& run) {
    std::string type = message.text({"type"});
    if (type == "RECORD") {
      if (message.text({"stream"}) != name_) return;
      std::string problem = columns_->add(message, {"record"});
      if (!problem.empty()) throw run.bad_message("can't be used: " + problem);
      ended_with_state_ = false;
    } else if (type == "SCHEMA") {
      if (message.text({"stream"}) != name_) return;
      std::string_view schema = message.raw({"schema"});
      if (schema.empty()) throw run.bad_message("has no schema");
      declare(document::parse_json(schema, "a SCHEMA message"));
    } else if (type == "STATE") {
      take_state(message.raw({"value"}));
    } else if (type == "BATCH") {
      throw run.bad_message("is a BATCH, which is not taken; switch the tap's batches off");
    }
  }
  void end() {
    columns_->flush();
    if (!ended_with_state_) sink_.checkpoint(0, state_, "");
  }

 private:
  // Taps repeat their schema; only a new one begins new columns.
  void declare(Value schema) {
    std::string text = document::to_json(schema, true);
    if (columns_ && text == schema_) return;
    if (columns_) columns_->flush();
    schema_ = std::move(text);
    columns_ = std::make_unique<RecordColumns>(
        schema, [this](batch::RecordBatch&& batch) { sink_.batch(0, std::move(batch)); },
        [this](stream::RejectedRecord&& record) { sink_.reject(0, std::move(record)); });
  }
  void take_state(std::string_view value) {
    state_.json = value == "null" || value == "{}" ? "" : std::string(value);
    // A read from the beginning that breaks off begins anew: no part of it may count before its end.
    if (!is_incremental_) return;
    columns_->flush();
    sink_.checkpoint(0, state_, "");
    ended_with_state_ = true;
  }

  std::string name_;
  bool is_incremental_, ended_with_state_ = false;
  stream::State state_;
  stream::Sink& sink_;
  std::string schema_;
  std::unique_ptr<RecordColumns> columns_;
};

class Singer final : public Dialect {
 public:
  explicit Singer(Env& env) : env_(env) {}

  void check(const ProgramSettings& settings) override {
    if (discover(settings).empty())
      throw Error(ErrorCode::process_failed, "The tap knows no stream", settings.where);
  }

  std::vector<ProgramStream> discover(const ProgramSettings& settings) override {
    Value catalog;
    if (!settings.catalog_file.empty()) {
      catalog = document::parse_json(document::read_file(settings.catalog_file), settings.catalog_file);
    } else {
      catalog = ask_catalog(settings);
    }
    std::vector<ProgramStream> all;
    for (const Value& entry : catalog["streams"].items()) all.push_back(stream_of(entry, settings));
    return all;
  }

  void read(const ProgramSettings& settings, const std::vector<ProgramStream>& all, std::size_t which,
            const stream::Selection& selection, stream::Sink& sink) override {
    WorkFolder folder;
    std::vector<std::string> arguments = {
        "--config", folder.write("config.json", current_config(settings)), settings.catalog_argument,
        folder.write("catalog.json", catalog_file(all, which, selection.mode))};
    bool goes_on = selection.mode == stream::SyncMode::incremental && !selection.state.empty();
    if (goes_on) {
      arguments.push_back("--state");
      arguments.push_back(folder.write("state.json", selection.state.json));
    }
    ProgramRun run(settings, folder, std::move(arguments), env_);
    Reading reading(all[which], selection, sink);
    while (const JsonLine* message = run.next()) reading.take(*message, run);
    run.finish(std::nullopt);
    reading.end();
  }

 private:
  // A tap prints its catalog over many lines, and nothing else.
  Value ask_catalog(const ProgramSettings& settings) {
    WorkFolder folder;
    Program program;
    program.words = settings.command;
    program.folder = settings.folder;
    program.variables = settings.variables;
    program.words.insert(program.words.end(),
                         {"--config", folder.write("config.json", current_config(settings)), "--discover"});
    std::string text;
    Child child(std::move(program), settings.limits, {}, env_);
    while (std::optional<std::string_view> line = child.next_line()) {
      text += *line;
      text += '\n';
      if (text.size() > settings.limits.line_bytes_max)
        throw Error(ErrorCode::process_output, "Its catalog is larger than `line_bytes_max`", settings.where);
    }
    int code = child.wait();
    if (code != 0) {
      throw Error(ErrorCode::process_failed, fmt::format("The tap ended with exit code {}", code),
                  settings.where)
          .fix("What it said last:\n" + child.last_notes());
    }
    std::size_t open = text.find('{');
    if (open == std::string::npos)
      throw Error(ErrorCode::process_output, "The tap printed no catalog", settings.where);
    try {
      return document::parse_json(std::string_view(text).substr(open), "the tap's catalog");
    } catch (const Error& error) {
      throw Error(ErrorCode::process_output, error.what_failed(), "the tap's catalog");
    }
  }
  Env& env_;
};

}  // namespace

std::unique_ptr<Dialect> make_singer(Env& env) {
  return std::make_unique<Singer>(env);
}

}  // namespace leat::sources::process
