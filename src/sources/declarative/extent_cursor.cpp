#include "sources/declarative/extent_cursor.h"

#include <fmt/core.h>

#include <deque>

#include "base/error.h"
#include "http/url.h"
#include "jinja/operations.h"
#include "sources/declarative/datetime_cursor.h"
#include "sources/declarative/json_value.h"

namespace leat::sources::declarative {
namespace {

class ExtentRun final : public CursorRun {
 public:
  ExtentRun(const DatetimeCursor& cursor, std::optional<TimeSpan> extent, std::optional<Timestamp> resume)
      : cursor_(cursor), extent_(extent), done_until_(resume) {
    if (!extent_) return;
    for (const TimeSpan& span : slice(*extent_, cursor.step(), cursor.granularity())) {
      if (!resume || span.from >= *resume) windows_.push_back(span);
    }
  }

  std::optional<CursorWindow> next() override {
    if (at_ == windows_.size()) return std::nullopt;
    return cursor_.window(windows_[at_++]);
  }
  void observe(const batch::RecordBatch&) override {}
  void observe(const jinja::Value&) override {}
  void close_window() override {
    ++closed_;
    // The next window's beginning; behind the last one anything later than its end will do.
    done_until_ = closed_ < windows_.size() ? windows_[closed_].from
                                            : windows_.back().to + std::chrono::microseconds(1);
  }
  Value state() const override {
    Value state = Value::mapping();
    if (!extent_) return state;
    state.set("first", Value::of(format_iso_timestamp(extent_->from)));
    state.set("last", Value::of(format_iso_timestamp(extent_->to)));
    if (done_until_) state.set("next", Value::of(format_iso_timestamp(*done_until_)));
    return state;
  }

 private:
  const DatetimeCursor& cursor_;
  std::optional<TimeSpan> extent_;
  std::optional<Timestamp> done_until_;
  std::vector<TimeSpan> windows_;
  std::size_t at_ = 0, closed_ = 0;
};

class ExtentDatetimeCursor final : public DatetimeCursor {
 public:
  ExtentDatetimeCursor(const Value& component, const Workshop& workshop)
      : DatetimeCursor(component, workshop),
        path_(workshop.text(need(component, "extent"), "path")),
        query_(workshop.tree(component["extent"], "request_parameters")),
        first_field_(plain_text(component["extent"], "first_field", "first")),
        last_field_(plain_text(component["extent"], "last_field", "last")),
        has_start_(component.find("start_datetime")),
        has_end_(component.find("end_datetime")) {
    need(component["extent"], "path");
  }

  std::unique_ptr<CursorRun> start(const WalkStart& from, const Requester& requester) const override {
    const std::optional<stream::Window>& window = from.window;
    if (window && window->from && window->to) {
      TimeSpan span{*window->from, granularity() ? minus(*window->to, *granularity()) : *window->to};
      return std::make_unique<ExtentRun>(*this, span.from <= span.to ? std::optional(span) : std::nullopt,
                                         std::nullopt);
    }
    std::optional<Timestamp> resume;
    std::optional<TimeSpan> extent = read_state(from.state, resume);
    if (!extent) extent = ask(requester);
    if (extent && window) {
      if (window->from) extent->from = std::max(extent->from, *window->from);
      if (window->to)
        extent->to = std::min(extent->to, granularity() ? minus(*window->to, *granularity()) : *window->to);
      if (extent->from > extent->to) extent.reset();
    }
    return std::make_unique<ExtentRun>(*this, extent, resume);
  }

 private:
  static std::optional<TimeSpan> read_state(const Value& state, std::optional<Timestamp>& resume) {
    if (state.is_null() || !state.find("first")) return std::nullopt;
    std::optional<Timestamp> first = parse_iso_timestamp(state["first"].raw());
    std::optional<Timestamp> last = parse_iso_timestamp(state["last"].raw());
    resume = parse_iso_timestamp(state["next"].raw());
    if (!first || !last) throw Error(ErrorCode::state_invalid, "The stored extent can't be read as dates");
    return TimeSpan{*first, *last};
  }

  std::optional<TimeSpan> ask(const Requester& requester) const {
    http::Query query;
    jinja::Value parameters = query_.evaluate(Scope(), Literals::text_and_lists);
    if (parameters.is_dict()) {
      parameters.as_dict().each([&](const jinja::Value& key, const jinja::Value& value) {
        query.emplace_back(jinja::to_text(key), jinja::to_text(value));
      });
    }
    Answer answer = requester.send(requester.build_plain(path_.text(Scope()), query), {});
    std::string url = http::safe_url(answer.response.url);
    std::optional<jinja::Value> body = parse_json_value(answer.response.body.view());
    if (!body) throw Error(ErrorCode::source_invalid_response, "The extent is no JSON", url);
    if (body->is_list()) {
      if (body->items().empty()) return std::nullopt;
      jinja::Value first = body->items()[0];
      body = first;
    }
    std::optional<Timestamp> from = end_of(*body, first_field_, url), to = end_of(*body, last_field_, url);
    if (!from || !to) return std::nullopt;
    if (has_start_) from = std::max(*from, start_datetime());
    if (has_end_) to = std::min(*to, end_datetime());
    return *from <= *to ? std::optional(TimeSpan{*from, *to}) : std::nullopt;
  }

  std::optional<Timestamp> end_of(const jinja::Value& record, const std::string& name,
                                  const std::string& url) const {
    const jinja::Value* value = record.find(name);
    if (!value || value->is_none()) return std::nullopt;
    std::string text = jinja::to_text(*value);
    std::optional<Timestamp> time = parse(text);
    if (!time) time = parse_iso_timestamp(text);
    if (!time) {
      throw Error(ErrorCode::source_invalid_response,
                  fmt::format("`{}` of the extent is no date: {}", name, text), url);
    }
    return time;
  }

  Interpolated path_;
  InterpolatedTree query_;
  std::string first_field_, last_field_;
  bool has_start_, has_end_;
};

}  // namespace

std::unique_ptr<Cursor> make_extent_cursor(const Value& component, const Workshop& workshop) {
  return std::make_unique<ExtentDatetimeCursor>(component, workshop);
}

}  // namespace leat::sources::declarative
