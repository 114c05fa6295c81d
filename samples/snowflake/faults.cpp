#include "faults.h"

#include <algorithm>
#include <cctype>

namespace snowflake {
namespace {

bool contains(std::string_view text, std::string_view part) {
  auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
  return part.empty() || std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

}  // namespace

bool Faults::knows(std::string_view kind) {
  constexpr std::string_view kKinds[] = {"expire",  "lose",      "status",    "slow",      "drop",
                                         "garbage", "copy_fail", "copy_part", "copy_omit", "storage"};
  return std::find(std::begin(kKinds), std::end(kKinds), kind) != std::end(kKinds);
}

void Faults::add(Fault fault) {
  std::lock_guard lock(mutex_);
  faults_.push_back(std::move(fault));
}

std::optional<Fault> Faults::strike(std::string_view kind, std::string_view subject) {
  std::lock_guard lock(mutex_);
  for (auto each = faults_.begin(); each != faults_.end(); ++each) {
    if (each->kind != kind || !contains(subject, each->match)) continue;
    if (each->skip > 0) {
      --each->skip;
      continue;
    }
    Fault fault = *each;
    if (--each->next == 0) faults_.erase(each);
    return fault;
  }
  return std::nullopt;
}

void Faults::reset() {
  std::lock_guard lock(mutex_);
  faults_.clear();
}

}  // namespace snowflake
