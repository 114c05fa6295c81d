// What fuzzers make of their bytes.
#pragma once
#include <algorithm>
#include <string_view>

#include "base/error.h"

namespace leat::fuzz {

/// Takes the first line off `rest`, without its end; all of it where there is no other.
inline std::string_view take_line(std::string_view& rest) {
  std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

/// Does the work, which may be refused, but not by an error of Leat's own.
template <class Work>
void in_words(Work work) {
  try {
    work();
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() != ErrorCode::internal);
  }
}

}  // namespace leat::fuzz
