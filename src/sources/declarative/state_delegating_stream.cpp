#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "sources/declarative/calendar_duration.h"
#include "sources/declarative/connector_context.h"
#include "sources/declarative/declarative_stream.h"

namespace leat::sources::declarative {
namespace {

constexpr std::string_view kPhase = "phase", kFullRefresh = "full_refresh";

// StateDelegatingStream: reads everything once by one stream, and from then on what changed by another. The
// state of the first load is {"phase":"full_refresh","cursor":…,"watermark":…,"clock":…}; once it is finished
// it is the second stream's own.
class StateDelegatingStream final : public ManifestStream {
 public:
  StateDelegatingStream(const Value& component, const Workshop& workshop)
      : name_(stream_name(component, workshop)),
        workshop_(workshop),
        full_(need(component, "full_refresh_stream"), workshop),
        incremental_(need(component, "incremental_stream"), workshop) {
    if (!incremental_.cursor()) {
      throw Error(ErrorCode::config_invalid, "`incremental_stream` needs an `incremental_sync`",
                  component["incremental_stream"].where());
    }
    std::string retention = workshop.text_now(component, "api_retention_period");
    if (retention.empty()) return;
    retention_ = parse_iso_duration(retention);
    if (!retention_) {
      throw Error(ErrorCode::config_invalid, "`api_retention_period` is no ISO 8601 duration",
                  component["api_retention_period"].where());
    }
  }

  const std::string& name() const override { return name_; }

  stream::Stream describe() override {
    stream::Stream out = incremental_.describe();
    out.name = name_;
    return out;
  }

  void try_out() override { full_.try_out(); }

  std::string cursor_field() const override { return incremental_.cursor_field(); }
  std::unique_ptr<RecordRun> records(const Value& state, bool keeps_state) override {
    bool is_first = state.members().empty();
    return (is_first ? full_ : incremental_).records(state, keeps_state);
  }

  void decode(std::span<const std::string> records, stream::Sink& sink) override {
    incremental_.decode(records, sink);
  }

  void read(const stream::Selection& selection, std::size_t index, stream::Sink& sink,
            std::size_t concurrency) override {
    Value state;
    if (selection.mode == stream::SyncMode::incremental && !selection.state.empty()) {
      state = document::parse_json(selection.state.json, "state of " + name_);
    }
    if (is_too_old(state)) state = Value();
    if (!workshop_.connector.record_column.empty())
      return read_by_state(state, selection, index, sink, concurrency);
    bool is_first = state.members().empty() || state[kPhase].raw() == kFullRefresh;
    if (selection.window) {
      // A window is of the time that the first load is cut by; what was read so far is untouched.
      DeclarativeStream::Listener listener;
      listener.on_state = [&](Value, const std::string& partition) {
        sink.checkpoint(index, selection.state, partition);
      };
      full_.walk(Value(), selection.window, index, sink, concurrency, listener);
    } else if (is_first) {
      read_first(state, index, sink, concurrency);
    } else {
      DeclarativeStream::Listener listener;
      listener.on_state = [&](Value after, const std::string& partition) {
        sink.checkpoint(index, {document::to_json(after)}, partition);
      };
      incremental_.walk(state, std::nullopt, index, sink, concurrency, listener);
    }
  }

 private:
  static std::optional<Timestamp> instant(const Value& value) {
    return value.is_text() ? parse_iso_timestamp(value.raw()) : std::nullopt;
  }

  // What the API no longer knows of changes can't be gone on from.
  bool is_too_old(const Value& state) const {
    if (!retention_ || state.members().empty() || state[kPhase].raw() == kFullRefresh) return false;
    if (!full_.cursor() && state["__ab_no_cursor_state_message"].raw() == "true") return false;
    std::optional<Timestamp> time;
    if (full_.cursor()) time = full_.cursor()->time_of_state(state);
    if (!time) time = incremental_.cursor()->time_of_state(state);
    return !time || *time < minus(workshop_.env.now(), *retention_);
  }

  // As the protocol wants it: the stream that is read keeps its own state.
  void read_by_state(const Value& state, const stream::Selection& selection, std::size_t index,
                     stream::Sink& sink, std::size_t concurrency) {
    DeclarativeStream::Listener listener;
    listener.on_state = [&](Value after, const std::string& partition) {
      sink.checkpoint(index, {document::to_json(after)}, partition);
    };
    listener.wanted = selection.fields;
    bool is_first = state.members().empty();
    (is_first ? full_ : incremental_).walk(state, selection.window, index, sink, concurrency, listener);
  }

  void read_first(const Value& state, std::size_t index, stream::Sink& sink, std::size_t concurrency) {
    // What changes while the first load goes on may be in rows that were read already: the later stream
    // begins no later than the source's clock stood when the first load began.
    std::optional<Timestamp> clock = instant(state["clock"]), watermark = instant(state["watermark"]);
    bool any_rows = watermark.has_value();
    auto began = workshop_.env.steady();
    DeclarativeStream::Listener listener;
    listener.on_response = [&](const http::Response& response) {
      if (clock) return;
      Timestamp there = http::parse_http_date(response.headers.get("Date")).value_or(workshop_.env.now());
      clock = there - std::chrono::milliseconds(workshop_.env.elapsed_ms(began));
    };
    listener.on_batch = [&](const batch::RecordBatch& batch) {
      any_rows = true;
      std::optional<Timestamp> seen = incremental_.cursor()->newest(batch);
      if (seen && (!watermark || *seen > *watermark)) watermark = seen;
    };
    auto first_state = [&](const Value& cursor) {
      Value out = Value::mapping();
      out.set(kPhase, Value::of(std::string(kFullRefresh)));
      if (!cursor.is_null()) out.set("cursor", cursor);
      if (watermark) out.set("watermark", Value::of(format_iso_timestamp(*watermark)));
      if (clock && any_rows) out.set("clock", Value::of(format_iso_timestamp(*clock)));
      return stream::State{document::to_json(out)};
    };
    listener.on_state = [&](const Value& after, const std::string& partition) {
      sink.checkpoint(index, first_state(after), partition);
    };
    full_.walk(state["cursor"], std::nullopt, index, sink, concurrency, listener);
    if (!any_rows) return sink.checkpoint(index, first_state(Value()), "");
    Timestamp from = watermark.value_or(clock.value_or(workshop_.env.now()));
    Value after = incremental_.cursor()->state_from(clock ? std::min(from, *clock) : from);
    sink.checkpoint(index, {document::to_json(after)}, "");
  }

  std::string name_;
  Workshop workshop_;
  DeclarativeStream full_, incremental_;
  std::optional<CalendarDuration> retention_;
};

constexpr ComponentRow<ManifestStream> kStreams[] = {
    {"DeclarativeStream",
     [](const Value& component, const Workshop& workshop) -> std::unique_ptr<ManifestStream> {
       return std::make_unique<DeclarativeStream>(component, workshop);
     }},
    {"StateDelegatingStream",
     [](const Value& component, const Workshop& workshop) -> std::unique_ptr<ManifestStream> {
       return std::make_unique<StateDelegatingStream>(component, workshop);
     }},
};

}  // namespace

std::unique_ptr<ManifestStream> make_stream(const Value& component, const Workshop& workshop) {
  return make_component<ManifestStream>(kStreams, component, "streams", workshop);
}

}  // namespace leat::sources::declarative
