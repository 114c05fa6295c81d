#include "alerts/alert.h"

namespace leat::alerts {
namespace {
constexpr std::string_view kKinds[] = {"failure", "freshness", "lag",      "row_count",
                                       "test",    "page",      "backfill", "sensor"};
}  // namespace

std::string_view name(Kind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

bool parse_kind(std::string_view word, Kind& kind) {
  for (std::size_t i = 0; i < std::size(kKinds); ++i) {
    if (kKinds[i] != word) continue;
    kind = static_cast<Kind>(i);
    return true;
  }
  return false;
}

std::string_view name(Severity severity) {
  return severity == Severity::error ? "error" : "warning";
}

}  // namespace leat::alerts
