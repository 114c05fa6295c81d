// rooms: sources
//
// Fuzzes what connectors do with time: formats, durations, windows and the macros over them. The input is a
// format, a text and a duration, a line each. What is read can be printed and read again; windows cover their
// span without a gap.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/error.h"
#include "document/value.h"
#include "input.h"
#include "sources/declarative/custom_dates.h"
#include "sources/declarative/datetime_cursor.h"
#include "sources/declarative/datetime_format.h"
#include "sources/declarative/interpolation.h"

namespace {

using namespace leat;
using namespace leat::sources::declarative;

// A format that keeps all of an instant.
constexpr const char* kWhole = "%Y-%m-%dT%H:%M:%S.%f%z";

void check_windows(Timestamp from, Timestamp to, std::string_view length) {
  std::optional<CalendarDuration> step = parse_iso_duration(length);
  if (!step) return;
  minus(plus(from, *step), *step);
  // Many small windows are right but take long.
  if (from >= to || step->months < 0 || step->length < std::chrono::hours(step->months > 0 ? 0 : 24)) return;
  if (to - from > std::chrono::hours(24 * 366 * 20)) return;
  std::vector<TimeSpan> windows = slice({from, to}, step, std::nullopt);
  LEAT_ASSERT(!windows.empty() && windows.front().from == from && windows.back().to == to);
  for (std::size_t i = 1; i < windows.size(); ++i) LEAT_ASSERT(windows[i].from == windows[i - 1].to);
}

void render(std::string_view format, std::string_view text, std::string_view length) {
  static Env env(fixed_clock(Timestamp(std::chrono::seconds(1'700'000'000))), 1);
  static Interpolation interpolation(env);
  static std::vector<Interpolated> templates;
  if (templates.empty()) {
    for (const char* each :
         {"{{ format_datetime(text, format) }}", "{{ format_datetime(text, format, format) }}",
          "{{ str_to_datetime(text).strftime(format) }}", "{{ timestamp(text) }}",
          "{{ now_utc() - duration(length) }}", "{{ str_to_datetime(text) + duration(length) }}",
          "{{ day_delta(length | int, format) }}", "{{ (now_utc() - str_to_datetime(text)).days }}",
          "{{ timestamp(length | float) }}", "{{ format_datetime(length | int, format) }}"})
      templates.emplace_back(document::parse_scalar(each), document::Value(), interpolation,
                             jinja::Value::dict({}));
  }
  Scope scope;
  scope.set("format", jinja::Value(std::string(format)));
  scope.set("text", jinja::Value(std::string(text)));
  scope.set("length", jinja::Value(std::string(length)));
  for (const Interpolated& each : templates) {
    try {
      each.evaluate(scope);
    } catch (const Error& error) {
      LEAT_ASSERT(error.code() != ErrorCode::internal);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 512) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::string_view format = fuzz::take_line(rest), text = fuzz::take_line(rest),
                   length = fuzz::take_line(rest);
  if (std::optional<Timestamp> time = parse_datetime(text, format)) {
    std::string whole = format_datetime(*time, kWhole);
    if (time->time_since_epoch() < std::chrono::seconds(253402300800) &&
        time->time_since_epoch() >= std::chrono::seconds(-30610224000))  // the years 1000 to 9999
      LEAT_ASSERT(parse_datetime(whole, kWhole) == time);
    format_datetime(*time, format);
    check_windows(*time, Timestamp(std::chrono::seconds(1'700'000'000)), length);
  }
  iso_of_mail_date(text);
  python_isoformat(text);
  is_zero_date(text);
  with_net_dates(jinja::Value::dict({{"at", jinja::Value(std::string(text))}}));
  render(format, text, length);
  return 0;
}
