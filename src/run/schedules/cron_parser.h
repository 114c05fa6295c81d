// CronParser: reads one cron expression.
//
// Guarantees: no input makes it loop or read beyond its end.
// Threads: one.
// Owns: nothing; the text has to live until parse() has returned.
// Errors: Error(schedule_invalid).
#pragma once
#include <string>
#include <string_view>

#include "run/schedules/cron.h"

namespace leat::run {

class CronParser {
 public:
  CronParser(std::string_view text, const std::string& where) : text_(text), where_(where) {}
  CronExpression parse();

 private:
  struct Field {
    std::string_view name;
    int low, high;
    const char* const* words;  ///< names of `low`, `low` + 1 …; null for none
    int word_count;
  };
  [[noreturn]] void fail(const std::string& why) const;
  [[noreturn]] void fail(const Field& field, std::string_view item, std::string_view why) const;
  int number(const Field& field, std::string_view word, std::string_view item) const;
  std::uint64_t read_set(const Field& field, std::string_view text) const;
  std::uint64_t read_item(const Field& field, std::string_view item) const;
  void read_days(const Field& field, std::string_view text);
  bool read_special_day(const Field& field, std::string_view item);
  void read_weekdays(const Field& field, std::string_view text);
  std::uint64_t weekday_set(const Field& field, std::string_view item) const;

  std::string_view text_;
  const std::string& where_;
  CronExpression out_;
};

}  // namespace leat::run
