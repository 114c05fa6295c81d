// rooms: sources
//
// Fuzzes what PostgreSQL sends outside of the log and what is kept of it: states of changes, positions, and
// geometries. A state is written and read again to the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "sources/postgres/change_state.h"
#include "sources/postgres/geometry.h"
#include "sources/postgres/pgoutput.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leat;
  using namespace leat::sources::postgres;
  if (size > 8192) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    stream::State written = print_state(parse_state({std::string(bytes)}));
    if (parse_state(written).lsn != 0) LEAT_ASSERT(print_state(parse_state(written)) == written);
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() != ErrorCode::internal);
  }
  Lsn lsn = parse_lsn(bytes);
  LEAT_ASSERT(parse_lsn(print_lsn(lsn)) == lsn);
  wkb_to_text(bytes);
  hex_wkb_to_text(bytes);
  transaction_of(bytes);
  return 0;
}
