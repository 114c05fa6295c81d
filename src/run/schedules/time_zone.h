// TimeZone: a zone of the IANA data, as spans of time in which its clocks differ from UTC by the same.
//
// Guarantees: spans follow each other without a hole.
// Threads: any.
// Errors: Error(schedule_invalid) with a near name.
// Source: the system's zone files, RFC 8536.
#pragma once
#include <chrono>
#include <string>

namespace leat::run {

struct ZoneSpan {
  std::chrono::sys_seconds begin, end;  ///< from, and before; the first and last reach very far
  std::chrono::seconds offset{0};       ///< local time minus UTC
};

class TimeZone {
 public:
  /// "UTC", "Europe/Berlin"; `where` is told in errors.
  explicit TimeZone(const std::string& name, const std::string& where = {});
  const std::string& name() const { return name_; }
  /// The span that holds `instant`.
  ZoneSpan at(std::chrono::sys_seconds instant) const;

 private:
  std::string name_;
  const void* zone_ = nullptr;  // of the library's list, which lives as long as the process; null for UTC
};

}  // namespace leat::run
