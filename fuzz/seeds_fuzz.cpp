// rooms: dbt
//
// Fuzzes seeds and the times of a command line: CSV by any delimiter (the first byte) with guessed types,
// samples, event times. Every row has the header's width; what is guessed fits every field.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "dbt/csv.h"
#include "dbt/time_window.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leat;
  if (size < 1 || size > 8192) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr Timestamp kNow(std::chrono::seconds(1'700'000'000));
  fuzz::in_words([&] {
    dbt::CsvTable table = dbt::read_csv(text, "seed.csv", static_cast<char>(data[0]));
    LEAT_ASSERT(table.width() == 0 || table.fields.size() == table.rows() * table.width());
    std::string changed;
    for (std::size_t column = 0; column < table.width(); ++column) {
      batch::Type type = dbt::guess_type(table, column);
      for (std::size_t row = 0; row < table.rows(); ++row)
        dbt::normalized(table.at(row, column), type, changed);
    }
  });
  fuzz::in_words([&] {
    dbt::TimeWindow window = dbt::parse_sample(text, kNow);
    dbt::common(window, window);
  });
  fuzz::in_words([&] { dbt::event_time_text(dbt::parse_event_time(text, "--event-time-start")); });
  return 0;
}
