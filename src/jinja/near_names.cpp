#include "jinja/near_names.h"

namespace leat::jinja {
namespace {

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> rows(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        rows[i][j] = i + j;
        continue;
      }
      const std::size_t change = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.size()][b.size()];
}

}  // namespace

void NearNames::offer(std::string_view name) {
  const std::size_t reach = wanted_.size() < 5 ? 1 : 2;
  if (wanted_.size() > 60 || name.size() > wanted_.size() + reach || name.size() + reach < wanted_.size())
    return;
  const std::size_t far = distance(wanted_, name);
  if (far > reach) return;
  for (const auto& [known_far, known] : found_)
    if (known == name) return;
  found_.emplace_back(far, name);
  std::stable_sort(found_.begin(), found_.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (found_.size() > 3) found_.pop_back();
}

std::string NearNames::sentence() const {
  if (found_.empty()) return {};
  std::string text = ". Did you mean ";
  for (std::size_t at = 0; at < found_.size(); ++at) text += (at ? " or '" : "'") + found_[at].second + "'";
  return text + "?";
}

}  // namespace leat::jinja
