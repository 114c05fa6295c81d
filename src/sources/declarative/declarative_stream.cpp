#include "sources/declarative/declarative_stream.h"

#include <fmt/core.h>

#include <algorithm>
#include <deque>

#include "base/error.h"
#include "sources/declarative/connector_context.h"
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

// Those of the stream; what fetches the files of its records comes last.
Value transformations_of(const Value& component, const std::string& name, const Workshop& workshop) {
  Value out = component["transformations"];
  if (!component["file_uploader"].is_mapping() || workshop.connector.files_folder.empty()) return out;
  Value download = component["file_uploader"];
  download.set("stream_name", Value::of(name));
  if (out.is_null()) out = Value::list();
  out.items().push_back(std::move(download));
  return out;
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
      retriever_(make_retriever(need(component, "retriever"), transformations_of(component, name_, workshop),
                                workshop)),
      normalization_(normalization_of(component["retriever"]["record_selector"]["schema_normalization"])) {
  if (const Value* cursor = component.find("incremental_sync"); cursor && !cursor->is_null()) {
    cursor_ = make_cursor(*cursor, workshop);
  }
  if (const Value* loader = component.find("schema_loader"); loader && !loader->is_null()) {
    schema_ = make_schema_loader(*loader, workshop);
  }
  for (const Value& each : component["state_migrations"].items()) {
    if (auto migration = make_state_migration(each, component, workshop))
      migrations_.push_back(std::move(migration));
  }
}

const std::vector<Field>& DeclarativeStream::fields() {
  if (fields_) return *fields_;
  Value schema = schema_ ? schema_->schema(retriever_->requester()) : Value();
  if (schema.is_mapping()) {
    fields_ = fields_of_schema(schema);
    json_schema_ = document::to_json(schema);
  } else {
    fields_ = schema_ ? schema_->load(retriever_->requester()) : std::vector<Field>();
  }
  if (normalization_ && schema_) normalizer_.emplace(schema, *normalization_);
  return *fields_;
}

stream::Stream DeclarativeStream::describe() {
  stream::Stream out;
  out.name = name_;
  out.schema = schema_of(fields());
  out.json_schema = json_schema_;
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

FeedParts DeclarativeStream::feed_parts() const {
  return {retriever_->router(), cursor_.get(), &retriever_->requester(), &workshop_.env, name_};
}

Value DeclarativeStream::migrated(const Value& state) const {
  if (state.is_null()) return state;
  Value out = state;
  for (const auto& migration : migrations_) {
    if (migration->fits(out)) out = migration->migrate(out);
  }
  return out;
}

void DeclarativeStream::fill_plan(ReadPlan& plan, SliceFeed& feed, bool with_all_fields) {
  plan.stream = name_;
  plan.fields = fields();
  plan.batch_rows_max = workshop_.connector.batch_rows_max;
  plan.ahead_bytes_max = workshop_.connector.ahead_bytes_max;
  if (const std::string& column = workshop_.connector.record_column; !column.empty()) {
    // Of what stands in the record as it came, only the cursor's value is looked at.
    if (!with_all_fields) plan.fields.clear();
    if (!with_all_fields && cursor_)
      plan.fields.push_back({.name = cursor_->field(), .type = {batch::TypeKind::text}});
    plan.fields.push_back({.name = column, .type = {batch::TypeKind::json}, .is_record = true});
  }
  plan.next_slice = [&feed] { return feed.next(); };
  plan.rest_of = [&feed](const StreamSlice& slice) { return feed.rest_of(slice); };
  if (retriever_->router()) plan.contributors.push_back(retriever_->router());
  if (normalizer_) {
    plan.normalize = [this](jinja::Value& record) { normalizer_->apply(record); };
  }
  if (!cursor_) return;
  plan.contributors.push_back(cursor_.get());
  plan.covers_filters = cursor_->filters();
  plan.covers_ends = cursor_->is_feed();
  if (plan.covers_filters || plan.covers_ends)
    plan.covers = [&feed](const jinja::Value& record) { return feed.covers(record); };
}

void DeclarativeStream::walk(const Value& state, const std::optional<stream::Window>& window,
                             std::size_t index, stream::Sink& sink, std::size_t concurrency,
                             const Listener& listener) {
  std::unique_ptr<SliceFeed> feed = make_slice_feed(feed_parts(), migrated(state), window);
  ReadPlan plan;
  fill_plan(plan, *feed, static_cast<bool>(listener.on_batch));
  plan.concurrency = std::max<std::size_t>(1, concurrency);
  plan.wanted = listener.wanted;
  plan.on_batch = [&, index](batch::RecordBatch&& batch) {
    workshop_.env.check_cancelled();
    if (listener.on_batch) listener.on_batch(batch);
    feed->observe(batch);
    sink.batch(index, std::move(batch));
  };
  plan.on_reject = [&, index](stream::RejectedRecord&& record) { sink.reject(index, std::move(record)); };
  plan.on_response = listener.on_response;
  bool told = false;
  if (cursor_) {
    plan.on_slice_end = [&](const StreamSlice& slice) {
      told = feed->end_slice();
      if (told) listener.on_state(feed->state(), slice.name);
    };
  }
  retriever_->read(plan);
  feed->finish();
  // With a router the end says more than the last slice did.
  if (!told || retriever_->router()) listener.on_state(feed->state(), "");
}

// Hands out the records of a walk one by one. A record is held back until it is known whether its slice ends
// with it: the state moves with the last one.
class StreamRecordRun final : public RecordRun {
 public:
  StreamRecordRun(DeclarativeStream& stream, const Value& state, bool keeps_state)
      : keeps_state_(keeps_state),
        feed_(make_slice_feed(stream.feed_parts(), stream.migrated(state), std::nullopt)) {
    stream.fill_plan(plan_, *feed_);
    plan_.concurrency = stream.workshop_.connector.concurrency;
    plan_.on_record = [this](jinja::Value&& record, const StreamSlice& slice) {
      feed_->observe(record);
      ready_.push_back({{std::move(record), slice.partition}, false, {}});
    };
    if (stream.cursor_) plan_.on_slice_end = [this](const StreamSlice&) { end_slice(); };
    if (keeps_state_) known_ = feed_->state();
    run_ = stream.retriever_->start(plan_);
  }

  std::optional<ParentRecord> next() override {
    while (run_ && (ready_.empty() || (ready_.size() == 1 && !ready_[0].ends))) {
      if (run_->step()) continue;
      run_.reset();
      feed_->finish();
      if (!ready_.empty()) ready_.back().ends = true;
      if (keeps_state_) (ready_.empty() ? known_ : ready_.back().after) = feed_->state();
    }
    if (ready_.empty()) return std::nullopt;
    Held held = std::move(ready_.front());
    ready_.pop_front();
    if (keeps_state_ && held.ends) known_ = std::move(held.after);
    return std::move(held.parent);
  }
  Value state() const override { return known_; }

 private:
  struct Held {
    ParentRecord parent;
    bool ends;
    Value after;  // the state once it was handed out, where a slice ends
  };
  void end_slice() {
    feed_->end_slice();
    if (!ready_.empty()) ready_.back().ends = true;
    if (keeps_state_) (ready_.empty() ? known_ : ready_.back().after) = feed_->state();
  }

  bool keeps_state_;
  std::unique_ptr<SliceFeed> feed_;
  ReadPlan plan_;
  std::deque<Held> ready_;
  Value known_;
  std::unique_ptr<RetrieverRun> run_;
};

std::unique_ptr<RecordRun> DeclarativeStream::records(const Value& state, bool keeps_state) {
  return std::make_unique<StreamRecordRun>(*this, state, keeps_state);
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
  listener.wanted = selection.fields;
  walk(state, selection.window, index, sink, concurrency, listener);
}

void DeclarativeStream::try_out() {
  fields();
  std::unique_ptr<SliceFeed> feed = make_slice_feed(feed_parts(), Value(), std::nullopt);
  ReadPlan plan;
  fill_plan(plan, *feed);
  plan.concurrency = 1;
  plan.records_max = 1;
  plan.on_batch = [](batch::RecordBatch&&) {};
  plan.on_reject = [](stream::RejectedRecord&&) {};
  bool asked = false;
  plan.next_slice = [&]() -> std::optional<StreamSlice> {
    if (std::exchange(asked, true)) return std::nullopt;
    std::optional<StreamSlice> first = feed->next();
    if (first) return first;
    throw Error(ErrorCode::source_invalid_response, "There is no part of the stream to ask for",
                "stream " + name_)
        .fix("Check its start and end, and whether the streams that it is cut by hold records.");
  };
  retriever_->read(plan);
}

}  // namespace leat::sources::declarative
