#include "jinja/sorting.h"

#include "base/error.h"
#include "jinja/builtins.h"
#include "jinja/operations.h"
#include "jinja/utf8.h"

namespace leat::jinja {

Value fold_case(const Value& value, bool case_sensitive) {
  if (case_sensitive || !value.is_string()) return value;
  return Value(lower_text(value.as_string()));
}

// A comparison may throw, or (in an object) be no order at all, which std::sort does not survive: so a merge
// sort.
std::vector<Value> sort_by(std::vector<Value> items, const std::vector<Value>& keys,
                           const SortOptions& options) {
  std::vector<std::size_t> order_of(items.size()), merged(items.size());
  for (std::size_t at = 0; at < items.size(); ++at) order_of[at] = at;
  std::vector<Value> folded;
  folded.reserve(keys.size());
  for (const Value& key : keys) folded.push_back(fold_case(key, options.case_sensitive));
  const auto before = [&](std::size_t right, std::size_t left) {
    const int result = order(folded[right], folded[left]);
    return options.reverse ? result > 0 : result < 0;
  };
  for (std::size_t width = 1; width < items.size(); width *= 2) {
    for (std::size_t begin = 0; begin < items.size(); begin += 2 * width) {
      const std::size_t middle = std::min(begin + width, items.size()),
                        end = std::min(begin + 2 * width, items.size());
      std::size_t left = begin, right = middle;
      for (std::size_t at = begin; at < end; ++at) {
        const bool take_right = left >= middle || (right < end && before(order_of[right], order_of[left]));
        merged[at] = order_of[take_right ? right++ : left++];
      }
    }
    order_of.swap(merged);
  }
  std::vector<Value> sorted;
  sorted.reserve(items.size());
  for (std::size_t at : order_of) sorted.push_back(std::move(items[at]));
  return sorted;
}

Value dig(const Value& item, std::string_view path, const Value* fallback) {
  Value value = item;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    const bool number = !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
    const auto index = number ? parse_integer(part) : std::nullopt;
    const Value key = index ? Value(*index) : Value(part);
    if (value.is_undefined()) {
      if (fallback) return *fallback;
      raise_undefined(value);
    }
    auto found = find_item(value, key);
    value = found ? std::move(*found) : missing_attribute(UndefinedPolicy::lenient, value, key);
    if (end >= path.size()) break;
    begin = end + 1;
  }
  return value.is_undefined() && fallback ? *fallback : value;
}

}  // namespace leat::jinja
