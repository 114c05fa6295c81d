#include "sources/protocol/serve.h"

#include <fmt/core.h>

#include "base/spec.h"
#include "http/cassette.h"

namespace leat::sources::protocol {
namespace {

// What a read without a cursor leaves behind, so that every stream has a state.
constexpr std::string_view kNoCursorState = R"({"__ab_no_cursor_state_message":true})";

std::string state_json(const stream::State& state) {
  return state.empty() ? std::string(kNoCursorState) : state.json;
}

// The states of all streams, told together where the given state was a global one.
class GlobalState {
 public:
  explicit GlobalState(const GivenState& given) : given_(given) {}
  std::string with(const StreamName& stream, const std::string& json) {
    bool known = false;
    for (auto& [name, state] : given_.streams) {
      if (name != stream.name) continue;
      state = json;
      known = true;
    }
    if (!known) given_.streams.emplace_back(stream.name, json);
    std::string states;
    for (const auto& [name, state] : given_.streams) {
      states += fmt::format(R"({}{{"stream_descriptor":{},"stream_state":{}}})", states.empty() ? "" : ",",
                            descriptor({name, name == stream.name ? stream.namespace_name : ""}), state);
    }
    std::string shared = given_.shared.empty() ? "" : "\"shared_state\":" + given_.shared + ",";
    return fmt::format(R"({{{}"stream_states":[{}]}})", shared, states);
  }

 private:
  GivenState given_;
};

// Writes what one stream yields.
class MessageSink final : public stream::Sink {
 public:
  MessageSink(StreamName name, bool has_files, GlobalState* global, MessageWriter& writer, Env& env)
      : name_(std::move(name)), has_files_(has_files), global_(global), writer_(writer), env_(env) {}

  void batch(std::size_t, batch::RecordBatch&& batch) override {
    env_.check_cancelled();
    run();
    rows_ += static_cast<std::int64_t>(batch.rows());
    since_state_ += static_cast<std::int64_t>(batch.rows());
    bytes_ += static_cast<std::int64_t>(batch.byte_size());
    writer_.records(name_, batch, kRecordColumn, has_files_);
  }
  void checkpoint(std::size_t, stream::State state, std::string) override {
    std::string json = state_json(state);
    if (global_) {
      writer_.global_state(global_->with(name_, json), since_state_);
    } else {
      writer_.stream_state(name_, json, since_state_);
    }
    since_state_ = 0;
  }
  void reject(std::size_t, stream::RejectedRecord&& record) override {
    run();
    ++rows_;
    ++since_state_;
    bytes_ += static_cast<std::int64_t>(record.record.size());
    writer_.log(EventLevel::warning, fmt::format("A record of {} does not fit its schema: {}: {}", name_.name,
                                                 record.field, record.reason));
    writer_.record(name_, record.record);
  }
  std::int64_t rows() const { return rows_; }
  std::int64_t bytes() const { return bytes_; }

 private:
  void run() {
    if (rows_ == 0) writer_.stream_status(name_, StreamStatus::running);
  }
  StreamName name_;
  bool has_files_;
  GlobalState* global_;
  MessageWriter& writer_;
  Env& env_;
  std::int64_t rows_ = 0, since_state_ = 0, bytes_ = 0;
};

// Tells that a stream waits because of the API's limit.
class LimitListener final : public EventListener {
 public:
  LimitListener(const StreamName& name, MessageWriter& writer, Env& env)
      : name_(name), writer_(writer), env_(env) {
    env_.listen(*this);
  }
  ~LimitListener() override { env_.forget(*this); }
  LimitListener(const LimitListener&) = delete;
  LimitListener& operator=(const LimitListener&) = delete;
  void on_event(const Event& event) override {
    if (event.name != "request_retried" || event.number("status") != 429) return;
    try {
      writer_.stream_status(name_, StreamStatus::running, "RATE_LIMITED");
    } catch (const Error&) {
      // The reader is gone; the next record says so.
    }
  }

 private:
  const StreamName& name_;
  MessageWriter& writer_;
  Env& env_;
};

bool ends_the_read(const Error& error) {
  return error.code() == ErrorCode::cancelled || error.code() == ErrorCode::file_io;
}

const stream::Stream& find(const stream::Catalog& catalog, const std::string& name) {
  if (const stream::Stream* found = catalog.find(name)) return *found;
  std::vector<std::string> names;
  for (const stream::Stream& each : catalog.streams) names.push_back(each.name);
  std::string near = nearest(name, names);
  throw Error(ErrorCode::source_stream_unknown,
              fmt::format("The source has no stream `{}`{}", name,
                          near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
              "the configured catalog");
}

// `source` is opened for the first stream and serves all, so that parents and tokens are asked for once.
void read_stream(const OpenSource& open, std::unique_ptr<stream::Source>& source, const Wanted& wanted,
                 stream::State state, MessageSink& sink) {
  if (!source) source = open();
  stream::Selection selection;
  std::vector<std::string> names = {wanted.name};
  selection.stream = find(source->describe(names), wanted.name);
  selection.mode = wanted.mode;
  selection.fields = wanted.fields;
  if (wanted.mode == stream::SyncMode::incremental) selection.state = std::move(state);
  source->read({&selection, 1}, sink);
}

}  // namespace

int serve_check(const OpenSource& open, MessageWriter& writer) {
  try {
    open()->check();
  } catch (const Error& error) {
    if (ends_the_read(error)) throw;
    writer.connection_status(&error);
    return 0;
  }
  writer.connection_status(nullptr);
  return 0;
}

int serve_discover(const OpenSource& open, MessageWriter& writer, const std::set<std::string>& file_streams) {
  writer.catalog(catalog_json(open()->discover(), file_streams));
  return 0;
}

int serve_read(const OpenSource& open, const std::vector<Wanted>& wanted, const GivenState& given,
               MessageWriter& writer, Env& env) {
  GlobalState global(given);
  std::size_t failed = 0;
  std::unique_ptr<stream::Source> source;
  for (const Wanted& each : wanted) {
    StreamName name{each.name, each.namespace_name};
    writer.stream_status(name, StreamStatus::started);
    LimitListener listener(name, writer, env);
    try {
      MessageSink sink(name, each.has_files, given.is_global ? &global : nullptr, writer, env);
      read_stream(open, source, each, given.of(each.name), sink);
      writer.estimate(name, sink.rows(), sink.bytes());
      writer.stream_status(name, StreamStatus::complete);
    } catch (const Error& error) {
      if (ends_the_read(error)) throw;
      writer.stream_status(name, StreamStatus::incomplete);
      if (error.code() == ErrorCode::http_not_recorded && http::cassette_is_over(env)) {
        // What was recorded was played; there is nothing wrong.
        writer.log(EventLevel::warning, fmt::format("{}: {}", each.name, error.what_failed()));
        continue;
      }
      ++failed;
      writer.error(error, &name);
    }
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace leat::sources::protocol
