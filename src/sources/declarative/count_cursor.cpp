#include "sources/declarative/count_cursor.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "jinja/operations.h"

namespace leat::sources::declarative {
namespace {

constexpr std::string_view kStartKey = "start";

class CountRun final : public CursorRun {
 public:
  CountRun(std::string field, std::int64_t start) : field_(std::move(field)), start_(start), known_(start) {}
  std::optional<CursorWindow> next() override {
    if (std::exchange(given_, true)) return std::nullopt;
    return CursorWindow{jinja::Value::dict({{std::string(kStartKey), jinja::Value(start_)}}),
                        std::to_string(start_)};
  }
  void observe(const batch::RecordBatch& batch) override {
    std::optional<std::size_t> index = batch.schema()->find(field_);
    if (!index) return;
    const batch::ColumnData& column = batch.column(*index);
    for (std::size_t row = 0; row < column.size(); ++row) {
      if (!column.is_null(row)) take(column.print(row));
    }
  }
  void observe(const jinja::Value& record) override {
    if (const jinja::Value* value = value_of(record)) take(jinja::to_text(*value));
  }
  bool covers(const jinja::Value& record) const override {
    const jinja::Value* value = value_of(record);
    std::optional<std::int64_t> number = value ? jinja::parse_integer(jinja::to_text(*value)) : std::nullopt;
    return !number || *number >= start_;
  }
  void close_window() override { known_ = std::max(known_, newest_); }
  Value state() const override {
    Value out = Value::mapping();
    out.set(field_, Value::of(known_));
    return out;
  }

 private:
  const jinja::Value* value_of(const jinja::Value& record) const { return record.find(field_); }
  void take(const std::string& text) {
    if (auto number = jinja::parse_integer(text)) newest_ = std::max(newest_, *number);
  }
  std::string field_;
  std::int64_t start_, known_, newest_ = INT64_MIN;
  bool given_ = false;
};

class CountCursor final : public Cursor {
 public:
  CountCursor(const Value& component, const Workshop& workshop)
      : field_((need(component, "cursor_field"), workshop.text_now(component, "cursor_field"))),
        option_(make_option(component, "start_value_option", workshop)) {
    std::string start = workshop.text_now(component, "start_value");
    if (start.empty()) return;
    std::optional<std::int64_t> number = jinja::parse_integer(start);
    if (!number) {
      throw Error(ErrorCode::config_invalid, "`start_value` has to be a whole number",
                  component["start_value"].where());
    }
    start_ = *number;
  }
  std::unique_ptr<CursorRun> start(const WalkStart& from, const Requester&) const override {
    std::int64_t start = start_;
    if (const Value* value = from.state.find(field_); value && !value->raw().empty()) {
      std::optional<std::int64_t> number = jinja::parse_integer(value->raw());
      if (!number) throw Error(ErrorCode::state_invalid, "The stored cursor is no whole number");
      start = *number;
    }
    return std::make_unique<CountRun>(field_, start);
  }
  void contribute(RequestParts& parts, const Scope& scope, const jinja::Value& slice) const override {
    const jinja::Value* value = slice.find(kStartKey);
    if (option_ && value) option_->inject(parts, *value, scope);
  }
  const std::string& field() const override { return field_; }
  Value state_from(Timestamp) const override { return {}; }
  std::optional<Timestamp> newest(const batch::RecordBatch&) const override { return std::nullopt; }

 private:
  std::string field_;
  std::int64_t start_ = 0;
  std::unique_ptr<RequestOption> option_;
};

}  // namespace

std::unique_ptr<Cursor> make_count_cursor(const Value& component, const Workshop& workshop) {
  return std::make_unique<CountCursor>(component, workshop);
}

}  // namespace leat::sources::declarative
