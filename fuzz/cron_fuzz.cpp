// rooms: run
// Cron expressions: any text is read or refused with Error(schedule_invalid); what is read names times that
// come one after the other, and a time that it names is found again. The first two bytes say from which day
// on.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "run/schedules/cron.h"

namespace {

void demand(bool is_so) {
  if (!is_so) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace std::chrono;
  if (size < 2 || size > 4096) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  local_seconds from{local_days{year{1970} / January / 1} + days(data[0] * 256 + data[1])};
  try {
    leat::run::CronExpression cron = leat::run::CronExpression::parse(text, "leat.yml:1:1");
    for (int i = 0; i < 5; ++i) {
      std::optional<local_seconds> next = cron.next(from);
      if (!next) break;
      demand(*next >= from);
      demand(cron.next(*next) == next);
      from = *next + seconds(1);
    }
  } catch (const leat::Error& error) {
    demand(error.code() == leat::ErrorCode::schedule_invalid);
    demand(error.where().find("leat.yml:1:1") != std::string::npos);
  }
  return 0;
}
