// Lines: several texts that compare and print as one, so that a failed check shows what differs.
//
// Guarantees: a value.
// Threads: any.
// Errors: none.
#pragma once
#include <ostream>
#include <string>
#include <vector>

namespace leat::testing {

struct Lines : std::vector<std::string> {
  using std::vector<std::string>::vector;
  Lines(std::vector<std::string> lines) : std::vector<std::string>(std::move(lines)) {}  // NOLINT
};

inline std::ostream& operator<<(std::ostream& out, const Lines& lines) {
  for (const std::string& line : lines) out << "\n    " << line;
  return out;
}

}  // namespace leat::testing
