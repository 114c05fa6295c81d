// TimeWindow: a span of event times, and the batches of a microbatch model that make one up.
//
// Guarantees: batches follow each other without gaps, each at most one hour, day, month or year of UTC
//   long; the first begins at the beginning of its unit.
// Threads: pure functions.
// Owns: nothing.
// Errors: Error(cli_usage) for a text that is no window or time; Error(dbt_project) for a model's
//   settings.
// Source: https://docs.getdbt.com/docs/build/incremental-microbatch,
//   https://docs.getdbt.com/docs/build/sample-flag
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "dbt/node.h"

namespace leat::dbt {

/// From `begin` on, before `end`.
struct TimeWindow {
  Timestamp begin{}, end{};
  bool operator==(const TimeWindow&) const = default;
};

enum class BatchSize { hour, day, month, year };
std::optional<BatchSize> batch_size(std::string_view word);
/// The beginning of the unit in which a time lies.
Timestamp truncated(Timestamp time, BatchSize size);
/// The beginning of the unit that many units later, or earlier.
Timestamp offset(Timestamp time, BatchSize size, int units);
/// A batch's id: "20240917", "20240917T16", "202409", "2024".
std::string batch_id(Timestamp begin, BatchSize size);

/// True for an incremental model whose strategy is microbatch.
bool is_microbatch(const Node& node);
/// The batches that a run of a model has: those of `asked`, or from `begin` on, or, when the relation
/// `is_there`, the current one and `lookback` before it.
std::vector<TimeWindow> batches_of(const Node& node, bool is_there, const std::optional<TimeWindow>& asked,
                                   Timestamp now);

/// "3 days" until now, or {start: 2024-07-01, end: 2024-07-08}.
TimeWindow parse_sample(const std::string& text, Timestamp now);
/// A time of the command line, "2024-09-01" or "2024-09-01 18:00:00"; `option` names it in the error.
Timestamp parse_event_time(const std::string& text, const char* option);
/// What of two windows is in both.
TimeWindow common(const TimeWindow& one, const TimeWindow& other);
/// A time as it stands in SQL: "2024-09-01 18:00:00+00:00".
std::string event_time_text(Timestamp time);

}  // namespace leat::dbt
