// Sorting and grouping: what the filters sort, dictsort, groupby, unique, min and max share with list.sort.
//
// Guarantees: stable; case is ignored unless asked for, in strings and in tuples of them.
// Threads: any.
// Errors: Error(jinja_type) for values without an order.
// Source: Jinja2 3.1, filters sort and groupby.
#pragma once
#include <string_view>
#include <vector>

#include "jinja/value.h"

namespace leat::jinja {

struct SortOptions {
  bool reverse = false;
  bool case_sensitive = false;
};

/// Sorts `items` by `keys`, which stand beside them.
std::vector<Value> sort_by(std::vector<Value> items, const std::vector<Value>& keys,
                           const SortOptions& options);
/// The text in small letters unless case matters; other values as they are.
Value fold_case(const Value& value, bool case_sensitive);
/// `item.a.b.0`, each part an attribute, key or index; undefined where it is missing (or `fallback`, if
/// given).
Value dig(const Value& item, std::string_view path, const Value* fallback = nullptr);

/// A set of these.
Value make_set(std::vector<Value> members);
/// dict.update(source): a mapping, or pairs.
void merge_into(Dict& target, const Value& source);

}  // namespace leat::jinja
