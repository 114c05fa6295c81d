#include "run/partitions/partition_set.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/time.h"
#include "document/texts.h"

namespace leat::run {

using document::Value;
using std::chrono::sys_seconds;

const Spec kPartitionsSpec{
    "a set of partitions",
    "What assets are divided into.",
    {{"select", FieldKind::list, "Which assets, in dbt's selection language; everything when left out."},
     {"exclude", FieldKind::list, "Which not."},
     {"window", FieldKind::text,
      "How long a window of time lasts: `hour`, `day`, `week`, `month`, `year`, `6 hours`."},
     {"start", FieldKind::text, "The date or instant at which the first window begins."},
     {"end", FieldKind::text, "Windows that begin then or later are left out."},
     {"timezone", FieldKind::text, "Whose days, weeks, months and years; a zone of the IANA list.", "UTC"},
     {"delay", FieldKind::duration, "How long after its end a window counts as complete.", "0s"},
     {"values", FieldKind::list, "A list of partitions instead of windows."},
     {"variable", FieldKind::text, "With `values`: the variable of dbt that holds the value.", "partition"}}};

namespace {

constexpr std::size_t kPartitionsMax = 1'000'000;
constexpr int kUnitsMax = 10'000;

[[noreturn]] void refuse(const std::string& what, const std::string& where) {
  throw Error(ErrorCode::partitions_invalid, what, where);
}

// "day", "6 hours", "1d"
void read_window(const std::string& text, PartitionSet& set, const std::string& where) {
  std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::string word = text.substr(std::min(text.find_first_not_of(' ', digits), text.size()));
  if (word.size() > 1 && word.back() == 's') word.pop_back();
  constexpr std::pair<std::string_view, WindowUnit> kWords[] = {
      {"hour", WindowUnit::hour},   {"h", WindowUnit::hour},    {"day", WindowUnit::day},
      {"d", WindowUnit::day},       {"week", WindowUnit::week}, {"w", WindowUnit::week},
      {"month", WindowUnit::month}, {"year", WindowUnit::year}};
  auto found = std::find_if(std::begin(kWords), std::end(kWords),
                            [&](const auto& each) { return each.first == word; });
  int count = digits == 0 ? 1 : digits <= 5 ? std::stoi(text.substr(0, digits)) : 0;
  if (found == std::end(kWords) || count < 1 || count > kUnitsMax)
    refuse(fmt::format("`{}` is no window such as `day`, `6 hours` or `1 month`", text), where);
  set.count = count;
  set.unit = found->second;
  set.window_text = text;
}

// A local time, as if it were UTC.
sys_seconds read_local(const std::string& text, const char* what, const std::string& where) {
  bool has_zone = false;
  std::optional<Timestamp> time = parse_iso_timestamp(text, has_zone);
  if (!time) refuse(fmt::format("`{}` is no date or instant such as 2026-01-05: `{}`", what, text), where);
  return std::chrono::floor<std::chrono::seconds>(*time);
}

// The instant at which a zone's clocks show `local`; where they show it twice the first, where they leave it
// out the first that comes after.
sys_seconds instant_of(const TimeZone& zone, sys_seconds local) {
  ZoneSpan early = zone.at(local - std::chrono::hours(26));
  while (true) {
    sys_seconds instant = local - early.offset;
    if (instant < early.end) return std::max(instant, early.begin);
    early = zone.at(early.end);
  }
}

sys_seconds local_of(const TimeZone& zone, Timestamp instant) {
  auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
  return seconds + zone.at(seconds).offset;
}

// The local time at which the window number `i` begins.
sys_seconds begin_of(const PartitionSet& set, std::int64_t i) {
  using namespace std::chrono;
  std::int64_t units = i * set.count;
  if (set.unit == WindowUnit::hour) return set.start + hours(units);
  if (set.unit == WindowUnit::day) return set.start + days(units);
  if (set.unit == WindowUnit::week) return set.start + weeks(units);
  sys_days day = floor<days>(set.start);
  year_month_day date{day};
  auto step = months(set.unit == WindowUnit::month ? units : units * 12);
  year_month_day later = date + step;
  if (!later.ok()) later = later.year() / later.month() / last;  // the 31st of a month that has none
  return sys_days(later) + (set.start - day);
}

std::string key_of(const PartitionSet& set, sys_seconds local) {
  std::string text = format_iso_timestamp(local);  // 2026-01-05T06:00:00Z
  bool has_time = set.unit == WindowUnit::hour || text.compare(11, 8, "00:00:00") != 0;
  if (has_time)
    return text.substr(0, 16) + (set.zone.name() == "UTC" || set.unit == WindowUnit::hour ? "Z" : "");
  bool is_first = text.compare(8, 2, "01") == 0;
  if (set.unit == WindowUnit::year && is_first && text.compare(5, 2, "01") == 0) return text.substr(0, 4);
  return set.unit == WindowUnit::month && is_first ? text.substr(0, 7) : text.substr(0, 10);
}

PartitionSet read_set(const std::string& name, const Value& mapping, const Env& env) {
  if (!mapping.is_mapping())
    refuse(fmt::format("The set of partitions `{}` has to be a mapping", name), mapping.where());
  document::Settings settings =
      read_settings(kPartitionsSpec, document::with_lists(mapping, {"select", "exclude"}), env);
  PartitionSet out;
  out.name = name;
  out.select = document::texts(settings, "select");
  out.exclude = document::texts(settings, "exclude");
  out.values = document::texts(settings, "values");
  out.variable = settings.text("variable");
  std::string where = mapping.where();
  if (out.values.empty() == !settings.has("window"))
    refuse(fmt::format("`{}` needs either `window` and `start`, or `values`", name), where);
  if (!out.is_time()) {
    std::vector<std::string> sorted = out.values;
    std::sort(sorted.begin(), sorted.end());
    auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end()) refuse(fmt::format("The value `{}` stands twice", *twice), where);
    return out;
  }
  read_window(settings.text("window"), out, mapping["window"].where());
  if (!settings.has("start")) refuse("`start` is missing: where the first window begins", where);
  out.start = read_local(settings.text("start"), "start", mapping["start"].where());
  if (settings.has("end")) out.end = read_local(settings.text("end"), "end", mapping["end"].where());
  // Hours are counted, not read off a clock: in UTC none comes twice.
  out.zone = TimeZone(settings.text("timezone"), where);
  out.delay = settings.duration("delay");
  return out;
}

std::vector<Partition> values_of(const PartitionSet& set, const PartitionRange& range) {
  auto place = [&](const std::string& value) {
    auto found = std::find(set.values.begin(), set.values.end(), value);
    if (found == set.values.end())
      throw Error(ErrorCode::partitions_unknown, fmt::format("`{}` is no partition of {}", value, set.name),
                  "leat.yml");
    return found;
  };
  auto from = range.from.empty() ? set.values.begin() : place(range.from);
  auto to = range.to.empty() ? set.values.end() : place(range.to) + 1;
  std::vector<Partition> out;
  for (auto each = from; each < to; ++each) out.push_back({*each, {}, {}});
  return out;
}

// A key ("2026-01") or an instant as a local time of the set.
sys_seconds bound_of(const PartitionSet& set, const std::string& text) {
  std::string full = text.size() == 4 ? text + "-01-01" : text.size() == 7 ? text + "-01" : text;
  bool has_zone = false;
  std::optional<Timestamp> time = parse_iso_timestamp(full, has_zone);
  if (!time)
    throw Error(ErrorCode::partitions_unknown,
                fmt::format("`{}` is no date, instant or key of {} such as 2026-01-05", text, set.name),
                "leat.yml");
  bool is_instant = has_zone && set.unit != WindowUnit::hour;
  return is_instant ? local_of(set.zone, *time) : std::chrono::floor<std::chrono::seconds>(*time);
}

}  // namespace

std::vector<Partition> partitions_of(const PartitionSet& set, Timestamp now, const PartitionRange& range) {
  if (!set.is_time()) return values_of(set, range);
  TimeZone zone = set.unit == WindowUnit::hour ? TimeZone("UTC") : set.zone;
  std::optional<sys_seconds> from, to;
  if (!range.from.empty()) from = bound_of(set, range.from);
  if (!range.to.empty()) to = bound_of(set, range.to);
  std::vector<Partition> out;
  for (std::int64_t i = 0;; ++i) {
    sys_seconds begin = begin_of(set, i);
    if ((set.end && begin >= *set.end) || (to && begin >= *to)) break;
    sys_seconds end_instant = instant_of(zone, begin_of(set, i + 1));
    if (end_instant + set.delay > now) break;
    if (from && begin < *from) continue;
    out.push_back({key_of(set, begin), instant_of(zone, begin), end_instant});
    if (out.size() > kPartitionsMax)
      throw Error(ErrorCode::partitions_invalid,
                  fmt::format("{} has more than {} partitions", set.name, kPartitionsMax), "leat.yml");
  }
  return out;
}

std::vector<PartitionSet> read_partition_sets(const Value& all, const Env& env) {
  std::vector<PartitionSet> out;
  for (const Value::Member& member : all.members()) out.push_back(read_set(member.first, member.second, env));
  return out;
}

const PartitionSet& find_partition_set(const std::vector<PartitionSet>& all, const std::string& name) {
  std::vector<std::string> names;
  std::string listed;
  for (const PartitionSet& each : all) {
    if (each.name == name) return each;
    names.push_back(each.name);
    listed += (listed.empty() ? "" : ", ") + each.name;
  }
  std::string near = nearest(name, names);
  throw Error(ErrorCode::partitions_unknown,
              fmt::format("There is no set of partitions `{}`{}", name,
                          near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
              "leat.yml")
      .fix(listed.empty() ? "`partitions:` in leat.yml declares them."
                          : "The project's sets: " + listed + ".");
}

}  // namespace leat::run
