#include "sources/declarative/declarative_stream.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "sources/declarative/json_value.h"

namespace leat::sources::declarative {
namespace {

// primary_key is a name, a list of names, or a list of paths of one segment each.
std::vector<std::string> read_primary_key(const Value& component) {
  const Value& key = component["primary_key"];
  std::vector<std::string> out;
  if (key.is_text() && !key.raw().empty()) out.push_back(key.raw());
  for (const Value& item : key.items()) {
    if (item.is_text()) {
      out.push_back(item.raw());
      continue;
    }
    if (item.items().size() != 1) {
      throw Error(ErrorCode::config_invalid, "A primary key inside an object is not supported", item.where());
    }
    out.push_back(item.items()[0].raw());
  }
  return out;
}

Value transformations_of(const Value& component) {
  return component["transformations"];
}

Value no_cursor_state() {
  Value state = Value::mapping();
  state.set("__ab_no_cursor_state_message", Value::of(true));
  return state;
}

// The partition as the state names it.
Value partition_value(const jinja::Value& partition) {
  return document::parse_json(json_text(partition), "partition");
}

}  // namespace

std::string stream_name(const Value& component, const Workshop& workshop) {
  need(component, "name");
  return workshop.text_now(component, "name");
}

DeclarativeStream::DeclarativeStream(const Value& component, const Workshop& workshop)
    : name_(stream_name(component, workshop)),
      workshop_(workshop),
      primary_key_(read_primary_key(component)),
      retriever_((component_name(need(component, "retriever")) == "SimpleRetriever"
                      ? component["retriever"]
                      : (refuse_component(component["retriever"], "retriever", {"SimpleRetriever"}),
                         component["retriever"])),
                 transformations_of(component), workshop) {
  if (const Value* cursor = component.find("incremental_sync"); cursor && !cursor->is_null()) {
    cursor_ = make_cursor(*cursor, workshop);
  }
  if (const Value* loader = component.find("schema_loader"); loader && !loader->is_null()) {
    schema_ = make_schema_loader(*loader, workshop);
  }
  for (std::string_view later : {"file_uploader"}) refuse_setting(component, later);
  if (!component["state_migrations"].items().empty()) refuse_setting(component, "state_migrations");
}

const std::vector<Field>& DeclarativeStream::fields() {
  if (!fields_) fields_ = schema_ ? schema_->load(retriever_.requester()) : std::vector<Field>();
  return *fields_;
}

stream::Stream DeclarativeStream::describe() {
  stream::Stream out;
  out.name = name_;
  out.schema = schema_of(fields());
  out.primary_key = primary_key_;
  out.sync_modes = {stream::SyncMode::full_refresh};
  if (cursor_) {
    out.cursor_field = cursor_->field();
    out.sync_modes.push_back(stream::SyncMode::incremental);
  }
  return out;
}

void DeclarativeStream::decode(std::span<const std::string> records, stream::Sink& sink) {
  RecordDecoder decoder(
      fields(), {}, [&](batch::RecordBatch&& batch) { sink.batch(0, std::move(batch)); },
      [&](stream::RejectedRecord&& record) { sink.reject(0, std::move(record)); });
  for (const std::string& record : records) {
    JsonIndex index;
    http::Body body(record);
    std::string wrong = index.build(body.view());
    if (!wrong.empty() || !decoder.record(index.text(), index.begin(), index.end()))
      sink.reject(0, {record, "", "The record is no valid JSON"});
  }
  decoder.flush();
}

void DeclarativeStream::walk(const Value& state, const std::optional<stream::Window>& window,
                             std::size_t index, stream::Sink& sink, std::size_t concurrency,
                             const Listener& listener) {
  ReadPlan plan;
  plan.stream = name_;
  plan.fields = fields();
  plan.concurrency = std::max<std::size_t>(1, concurrency);
  plan.on_batch = [&, index](batch::RecordBatch&& batch) {
    workshop_.env.check_cancelled();
    if (listener.on_batch) listener.on_batch(batch);
    sink.batch(index, std::move(batch));
  };
  plan.on_reject = [&, index](stream::RejectedRecord&& record) { sink.reject(index, std::move(record)); };
  plan.on_response = listener.on_response;
  if (retriever_.router()) plan.contributors.push_back(retriever_.router());
  if (cursor_) plan.contributors.push_back(cursor_.get());
  if (!cursor_) {
    walk_plain(plan, listener);
  } else if (!retriever_.router()) {
    walk_windows(plan, state, window, listener);
  } else {
    walk_partitions(plan, state, window, listener);
  }
}

void DeclarativeStream::walk_plain(ReadPlan& plan, const Listener& listener) {
  std::vector<jinja::Value> partitions{jinja::Value::dict()};
  if (retriever_.router()) partitions = retriever_.router()->partitions();
  std::size_t at = 0;
  plan.next_slice = [&]() -> std::optional<StreamSlice> {
    if (at == partitions.size()) return std::nullopt;
    return StreamSlice{partitions[at++], ""};
  };
  retriever_.read(plan);
  listener.on_state(no_cursor_state(), "");
}

void DeclarativeStream::walk_windows(ReadPlan& plan, const Value& state,
                                     const std::optional<stream::Window>& window, const Listener& listener) {
  std::unique_ptr<CursorRun> run = cursor_->start(state, window, retriever_.requester());
  std::size_t windows = 0;
  plan.next_slice = [&]() -> std::optional<StreamSlice> {
    std::optional<CursorWindow> next = run->next();
    if (!next) return std::nullopt;
    return StreamSlice{next->keys, next->name};
  };
  auto hand_on = std::move(plan.on_batch);
  plan.on_batch = [&](batch::RecordBatch&& batch) {
    run->observe(batch);
    hand_on(std::move(batch));
  };
  plan.on_slice_end = [&](const StreamSlice& slice) {
    run->close_window();
    ++windows;
    listener.on_state(run->state(), slice.name);
  };
  retriever_.read(plan);
  if (windows == 0) listener.on_state(run->state(), "");
}

// One walk a partition, each with its own state; a checkpoint after each.
void DeclarativeStream::walk_partitions(ReadPlan& plan, const Value& state,
                                        const std::optional<stream::Window>& window,
                                        const Listener& listener) {
  std::vector<jinja::Value> partitions = retriever_.router()->partitions();
  Value states = Value::list();
  std::vector<std::unique_ptr<CursorRun>> runs;
  for (const jinja::Value& partition : partitions) {
    Value identity = partition_value(partition), own;
    for (const Value& each : state["states"].items()) {
      if (document::to_json(each["partition"], true) == document::to_json(identity, true))
        own = each["cursor"];
    }
    bool is_legacy = own.is_null() && !state.find("states");
    runs.push_back(cursor_->start(is_legacy ? state : own, window, retriever_.requester()));
    Value entry = Value::mapping();
    entry.set("partition", std::move(identity));
    entry.set("cursor", own);
    states.items().push_back(std::move(entry));
  }
  std::size_t making = 0, reading = 0;
  std::vector<std::size_t> owner;  // of each slice in order
  std::size_t slices_done = 0;
  plan.next_slice = [&]() -> std::optional<StreamSlice> {
    for (; making < runs.size(); ++making) {
      std::optional<CursorWindow> next = runs[making]->next();
      if (!next) continue;
      jinja::Value keys = jinja::Value::dict();
      for (const jinja::Value* part : {&partitions[making], &next->keys}) {
        part->as_dict().each(
            [&](const jinja::Value& key, const jinja::Value& value) { keys.as_dict().set(key, value); });
      }
      owner.push_back(making);
      return StreamSlice{keys, json_text(partitions[making]) + " " + next->name};
    }
    return std::nullopt;
  };
  auto hand_on = std::move(plan.on_batch);
  plan.on_batch = [&](batch::RecordBatch&& batch) {
    runs[owner[slices_done]]->observe(batch);
    hand_on(std::move(batch));
  };
  auto emit = [&](const std::string& name) {
    Value whole = Value::mapping();
    whole.set("use_global_cursor", Value::of(false));
    Value known = Value::list();
    for (const Value& entry : states.items()) {
      if (!entry["cursor"].is_null()) known.items().push_back(entry);
    }
    whole.set("states", std::move(known));
    listener.on_state(std::move(whole), name);
  };
  plan.on_slice_end = [&](const StreamSlice& slice) {
    reading = owner[slices_done++];
    runs[reading]->close_window();
    states.items()[reading].set("cursor", runs[reading]->state());
    emit(slice.name);
  };
  retriever_.read(plan);
  for (std::size_t i = 0; i < runs.size(); ++i) states.items()[i].set("cursor", runs[i]->state());
  emit("");
}

void DeclarativeStream::read(const stream::Selection& selection, std::size_t index, stream::Sink& sink,
                             std::size_t concurrency) {
  Value state;
  if (selection.mode == stream::SyncMode::incremental && !selection.state.empty()) {
    state = document::parse_json(selection.state.json, "state of " + name_);
  }
  Listener listener;
  listener.on_state = [&](Value after, const std::string& partition) {
    stream::State out = selection.window ? selection.state : stream::State{document::to_json(after)};
    sink.checkpoint(index, std::move(out), partition);
  };
  walk(state, selection.window, index, sink, concurrency, listener);
}

void DeclarativeStream::try_out() {
  fields();
  std::unique_ptr<CursorRun> run;
  std::vector<jinja::Value> partitions{jinja::Value::dict()};
  if (retriever_.router()) partitions = retriever_.router()->partitions();
  bool asked = false;
  ReadPlan plan;
  plan.stream = name_;
  plan.fields = fields();
  plan.concurrency = 1;
  plan.records_max = 1;
  plan.on_batch = [](batch::RecordBatch&&) {};
  plan.on_reject = [](stream::RejectedRecord&&) {};
  if (retriever_.router()) plan.contributors.push_back(retriever_.router());
  if (cursor_) plan.contributors.push_back(cursor_.get());
  plan.next_slice = [&]() -> std::optional<StreamSlice> {
    if (asked || partitions.empty()) return std::nullopt;
    asked = true;
    StreamSlice slice{partitions[0], ""};
    if (!cursor_) return slice;
    run = cursor_->start(Value(), std::nullopt, retriever_.requester());
    std::optional<CursorWindow> window = run->next();
    if (!window) return std::nullopt;
    window->keys.as_dict().each(
        [&](const jinja::Value& key, const jinja::Value& value) { slice.keys.as_dict().set(key, value); });
    return slice;
  };
  retriever_.read(plan);
}

}  // namespace leat::sources::declarative
