#include "run/packages/version_range.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace leat::run {

namespace {

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    std::size_t end = std::min(text.find(at), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

bool as_number(std::string_view text, long& number) {
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc() && end == text.data() + text.size();
}

// Numbers by size, before words; words by their letters.
int compare_parts(std::string_view left, std::string_view right) {
  long a = 0, b = 0;
  bool left_number = as_number(left, a), right_number = as_number(right, b);
  if (left_number && right_number) return a < b ? -1 : a > b ? 1 : 0;
  if (left_number != right_number) return left_number ? -1 : 1;
  return left.compare(right);
}

int compare_lists(std::string_view left, std::string_view right) {
  std::vector<std::string_view> a = split(left, '.'), b = split(right, '.');
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    if (i >= a.size()) return -1;
    if (i >= b.size()) return 1;
    if (int order = compare_parts(a[i], b[i])) return order;
  }
  return 0;
}

std::string_view without_build(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  return version.substr(0, version.find('+'));
}

}  // namespace

bool is_prerelease(std::string_view version) {
  return without_build(version).find('-') != std::string_view::npos;
}

int compare_versions(std::string_view left, std::string_view right) {
  left = without_build(left);
  right = without_build(right);
  std::size_t a = std::min(left.find('-'), left.size()), b = std::min(right.find('-'), right.size());
  if (int order = compare_lists(left.substr(0, a), right.substr(0, b))) return order;
  if (a == left.size() || b == right.size()) return (a == left.size()) - (b == right.size());
  return compare_lists(left.substr(a + 1), right.substr(b + 1));
}

void VersionRange::add(std::string_view condition) {
  for (std::string_view each : split(condition, ',')) {
    auto trim = [](std::string_view text) {
      while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
      while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
      return text;
    };
    each = trim(each);
    std::size_t version = each.find_first_not_of("<>=");
    if (version == std::string_view::npos ||
        !std::isdigit(static_cast<unsigned char>(trim(each.substr(version))[0])))
      throw Error(ErrorCode::dbt_project, fmt::format("`{}` is no version", each), "packages.yml")
          .fix("Write \"1.2.0\", or limits: [\">=1.0.0\", \"<2.0.0\"].");
    conditions_.push_back(
        {std::string(trim(each.substr(0, version))), std::string(trim(each.substr(version)))});
  }
}

bool VersionRange::holds(std::string_view version) const {
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& each) {
    int order = compare_versions(version, each.version);
    if (each.relation == ">=") return order >= 0;
    if (each.relation == "<=") return order <= 0;
    if (each.relation == ">") return order > 0;
    if (each.relation == "<") return order < 0;
    return order == 0;
  });
}

std::string VersionRange::newest(const std::vector<std::string>& versions, bool prereleases) const {
  std::string best;
  for (const std::string& each : versions) {
    bool named = std::any_of(conditions_.begin(), conditions_.end(), [&](const Condition& condition) {
      return (condition.relation.empty() || condition.relation == "=") && condition.version == each;
    });
    if (is_prerelease(each) && !prereleases && !named) continue;
    if (holds(each) && (best.empty() || compare_versions(best, each) < 0)) best = each;
  }
  return best;
}

std::string VersionRange::text() const {
  std::string all;
  for (const Condition& each : conditions_) all += (all.empty() ? "" : ", ") + each.relation + each.version;
  return all;
}

}  // namespace leat::run
