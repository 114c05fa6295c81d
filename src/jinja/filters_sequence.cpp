// Filters that make, cut and order sequences.
#include "base/error.h"
#include "jinja/builtins.h"
#include "jinja/iteration.h"
#include "jinja/operations.h"
#include "jinja/sorting.h"
#include "jinja/utf8.h"

namespace leat::jinja {
namespace {

Value undefined_item(CallArguments& a, std::string hint) {
  return missing_name(a.session ? undefined_policy_of(*a.session) : UndefinedPolicy::lenient, "",
                      std::move(hint));
}

Value list(CallArguments& a) {
  return Value::list(collect(a.self));
}
Value length(CallArguments& a) {
  return Value(length_of(a.self));
}
Value first(CallArguments& a) {
  Value item;
  if (iterate(a.self)->next(item)) return item;
  return undefined_item(a, "No first item, sequence was empty.");
}
Value last(CallArguments& a) {
  if (a.self.is_list() || a.self.is_tuple()) {
    if (!a.self.items().empty()) return a.self.items().back();
  } else {
    std::vector<Value> all = collect(a.self);
    if (!all.empty()) return all.back();
  }
  return undefined_item(a, "No last item, sequence was empty.");
}

Value join(CallArguments& a) {
  const std::string between = a.find(0, "d") ? to_text(*a.find(0, "d")) : "";
  const Value attribute = a.get(1, "attribute");
  std::string out;
  bool first_item = true;
  auto items = iterate(a.self);
  for (Value item; items->next(item);) {
    if (!first_item) out += between;
    first_item = false;
    append_text(out, attribute.is_none() ? item : dig(item, to_text(attribute)));
    if (out.size() > (512u << 20)) throw Error(ErrorCode::jinja_limit, "A string is longer than 512 MB");
  }
  return Value(std::move(out));
}

Value reverse(CallArguments& a) {
  if (a.self.is_string()) return slice(a.self, Value::none(), Value::none(), Value(-1));
  std::vector<Value> items = collect(a.self);
  std::reverse(items.begin(), items.end());
  return make_generator("reverse", std::move(items));
}

Value items(CallArguments& a) {
  if (a.self.is_undefined()) return make_generator("do_items", {});
  std::vector<Value> pairs;
  if (a.self.is_object() && a.self.as_object().is_mapping()) {
    for (const Value& key : collect(a.self))
      pairs.push_back(Value::tuple({key, a.self.as_object().item(key).value_or(Value::none())}));
  } else {
    if (!a.self.is_dict()) raise_type("Can only get item pairs from a mapping.");
    a.self.as_dict().each([&](const Value& key, const Value& value) {
      pairs.push_back(Value::tuple({key, value}));
    });
  }
  return make_generator("do_items", std::move(pairs));
}

Value batch(CallArguments& a) {
  const std::int64_t size = a.integer_or(0, "linecount", 1);
  const Value fill = a.get(1, "fill_with");
  std::vector<Value> rows, row;
  auto walk = iterate(a.self);
  for (Value item; walk->next(item);) {
    if (static_cast<std::int64_t>(row.size()) == size) rows.push_back(Value::list(std::exchange(row, {})));
    row.push_back(item);
  }
  if (!row.empty()) {
    while (!fill.is_none() && static_cast<std::int64_t>(row.size()) < std::min<std::int64_t>(size, 1000000))
      row.push_back(fill);
    rows.push_back(Value::list(std::move(row)));
  }
  return make_generator("do_batch", std::move(rows));
}

Value slices(CallArguments& a) {
  const std::int64_t count = a.integer_or(0, "slices", 1);
  if (count < 1 || count > 1000000) a.fail("needs a number of slices from 1 on");
  const Value fill = a.get(1, "fill_with");
  const std::vector<Value> all = collect(a.self);
  const std::size_t parts = static_cast<std::size_t>(count), each = all.size() / parts,
                    more = all.size() % parts;
  std::vector<Value> columns;
  std::size_t at = 0;
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t size = each + (part < more ? 1 : 0);
    std::vector<Value> column(all.begin() + static_cast<std::ptrdiff_t>(at),
                              all.begin() + static_cast<std::ptrdiff_t>(at + size));
    if (!fill.is_none() && part >= more) column.push_back(fill);
    columns.push_back(Value::list(std::move(column)));
    at += size;
  }
  return make_generator("do_slice", std::move(columns));
}

// The keys to sort by: the item, or the attributes named, separated by commas.
std::vector<Value> keys_of(const std::vector<Value>& all, const Value& attribute, bool case_sensitive,
                           const Value* fallback = nullptr) {
  std::vector<std::string> paths;
  if (!attribute.is_none()) {
    const std::string text = to_text(attribute);
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t end = std::min(text.find(',', at), text.size());
      paths.push_back(text.substr(at, end - at));
      at = end + 1;
    }
  }
  std::vector<Value> keys;
  for (const Value& item : all) {
    if (paths.empty()) {
      keys.push_back(fold_case(item, case_sensitive));
    } else if (paths.size() == 1) {
      keys.push_back(fold_case(dig(item, paths[0], fallback), case_sensitive));
    } else {
      std::vector<Value> parts;
      for (const std::string& path : paths)
        parts.push_back(fold_case(dig(item, path, fallback), case_sensitive));
      keys.push_back(Value::list(std::move(parts)));
    }
  }
  return keys;
}

Value sort(CallArguments& a) {
  const bool sensitive = a.truth_or(1, "case_sensitive", false);
  std::vector<Value> all = collect(a.self);
  const std::vector<Value> keys = keys_of(all, a.get(2, "attribute"), sensitive);
  return Value::list(sort_by(std::move(all), keys, {a.truth_or(0, "reverse", false), true}));
}

Value dictsort(CallArguments& a) {
  if (!a.self.is_dict()) a.fail("needs a dict");
  const std::string by = a.text_or(1, "by", "key");
  if (by != "key" && by != "value") raise_type("You can only sort by either \"key\" or \"value\"");
  std::vector<Value> pairs, keys;
  a.self.as_dict().each([&](const Value& key, const Value& value) {
    pairs.push_back(Value::tuple({key, value}));
    keys.push_back(by == "key" ? key : value);
  });
  return Value::list(sort_by(std::move(pairs), keys,
                             {a.truth_or(2, "reverse", false), a.truth_or(0, "case_sensitive", false)}));
}

Value unique(CallArguments& a) {
  std::vector<Value> all = collect(a.self), kept;
  const std::vector<Value> keys = keys_of(all, a.get(1, "attribute"), a.truth_or(0, "case_sensitive", false));
  Dict seen;
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (seen.find(keys[at])) continue;
    seen.set(keys[at], Value::none());
    kept.push_back(all[at]);
  }
  return make_generator("do_unique", std::move(kept));
}

/// What groupby yields: a pair that also has names.
class Group final : public Object {
 public:
  Group(Value key, Value members) : key_(std::move(key)), members_(std::move(members)) {}
  std::string_view type_name() const override { return "_GroupTuple"; }
  std::string repr() const override { return to_repr(pair()); }
  std::optional<Value> attribute(std::string_view name) override {
    if (name == "grouper") return key_;
    if (name == "list") return members_;
    return std::nullopt;
  }
  std::optional<Value> item(const Value& key) override { return find_item(pair(), key); }
  std::unique_ptr<Iterator> iterate() override { return jinja::iterate(pair()); }
  std::optional<std::size_t> length() const override { return 2; }
  bool is_sequence() const override { return true; }
  bool equals(const Value& other) const override { return jinja::equals(pair(), other); }

 private:
  Value pair() const { return Value::tuple({key_, members_}); }
  Value key_, members_;
};

Value groupby(CallArguments& a) {
  const Value attribute = a.require(0, "attribute"), fallback = a.get(1, "default");
  const Value* instead = fallback.is_none() ? nullptr : &fallback;
  const bool sensitive = a.truth_or(2, "case_sensitive", false);
  const std::vector<Value> all = collect(a.self);
  const std::vector<Value> keys = keys_of(all, attribute, sensitive, instead);
  std::vector<Value> places;
  for (std::size_t at = 0; at < all.size(); ++at) places.emplace_back(at);
  std::vector<Value> groups, members;
  std::optional<std::size_t> head;
  const auto close = [&] {
    if (head)
      groups.push_back(Value(make_ref<Group>(dig(all[*head], to_text(attribute), instead),
                                             Value::list(std::exchange(members, {})))));
  };
  for (const Value& place : sort_by(std::move(places), keys, {.case_sensitive = true})) {
    const auto at = static_cast<std::size_t>(place.as_integer());
    if (!head || !equals(keys[*head], keys[at])) {
      close();
      head = at;
    }
    members.push_back(all[at]);
  }
  close();
  return Value::list(std::move(groups));
}

Value extreme(CallArguments& a, int sign) {
  const std::vector<Value> all = collect(a.self);
  if (all.empty()) return undefined_item(a, "No aggregated item, sequence was empty.");
  const std::vector<Value> keys = keys_of(all, a.get(1, "attribute"), a.truth_or(0, "case_sensitive", false));
  std::size_t best = 0;
  for (std::size_t at = 1; at < all.size(); ++at)
    if (order(keys[at], keys[best]) * sign > 0) best = at;
  return all[best];
}
Value max(CallArguments& a) {
  return extreme(a, 1);
}
Value min(CallArguments& a) {
  return extreme(a, -1);
}

Value random(CallArguments& a) {
  const std::size_t count = length_of(a.self);
  if (count == 0) return undefined_item(a, "No random item, sequence was empty.");
  const std::uint64_t number = a.session ? chance_of(*a.session) : 0;
  return find_item(a.self, Value(static_cast<std::int64_t>(number % count))).value_or(Value::none());
}

}  // namespace

const std::vector<Builtin> kSequenceFilters = {
    {"list", "()", list, "All items as a list.", "{{ 'ab' | list }} {{ {'k': 1} | list }}",
     "['a', 'b'] ['k']"},
    {"length", "()", length, "How many items.", "{{ [1, 2] | length }} {{ 'äb' | length }}", "2 2"},
    {"count", "()", length, "As length.", "{{ {'a': 1} | count }}", "1"},
    {"first", "()", first, "The first item.", "{{ [1, 2] | first }}", "1"},
    {"last", "()", last, "The last item.", "{{ [1, 2] | last }}", "2"},
    {"join", "(d='', attribute=None)", join, "Items as text, joined.",
     "{{ [1, 'a', none] | join(', ') }} {{ [{'n': 1}, {'n': 2}] | join('-', attribute='n') }}",
     "1, a, None 1-2"},
    {"reverse", "()", reverse, "The other way round.", "{{ 'abc' | reverse }} {{ [1, 2] | reverse | list }}",
     "cba [2, 1]"},
    {"items", "()", items, "Pairs of key and value; nothing for undefined.",
     "{{ {'a': 1} | items | list }} {{ nothing | items | list }}", "[('a', 1)] []"},
    {"batch", "(linecount, fill_with=None)", batch, "Lists of so many items.",
     "{{ [1, 2, 3] | batch(2, 0) | list }}", "[[1, 2], [3, 0]]"},
    {"slice", "(slices, fill_with=None)", slices, "So many lists of items.",
     "{{ [1, 2, 3] | slice(2) | list }}", "[[1, 2], [3]]"},
    {"sort", "(reverse=False, case_sensitive=False, attribute=None)", sort, "In order.",
     "{{ ['b', 'A', 'c'] | sort }} {{ [{'n': 2}, {'n': 1}] | sort(attribute='n') }}",
     "['A', 'b', 'c'] [{'n': 1}, {'n': 2}]"},
    {"dictsort", "(case_sensitive=False, by='key', reverse=False)", dictsort, "A dict's pairs in order.",
     "{{ {'b': 1, 'A': 2} | dictsort }} {{ {'b': 1, 'a': 2} | dictsort(by='value') }}",
     "[('A', 2), ('b', 1)] [('b', 1), ('a', 2)]"},
    {"unique", "(case_sensitive=False, attribute=None)", unique, "Each item once.",
     "{{ ['a', 'A', 'b'] | unique | list }}", "['a', 'b']"},
    {"groupby", "(attribute, default=None, case_sensitive=False)", groupby,
     "Items by the value of an attribute.",
     "{% for k, v in [{'c': 'x', 'n': 1}, {'c': 'y', 'n': 2}, {'c': 'x', 'n': 3}] | groupby('c') %}{{ k "
     "}}={{ v | map(attribute='n') | list }} {% endfor %}",
     "x=[1, 3] y=[2] "},
    {"max", "(case_sensitive=False, attribute=None)", max, "The largest item.", "{{ [1, 3, 2] | max }}", "3"},
    {"min", "(case_sensitive=False, attribute=None)", min, "The smallest item.", "{{ ['b', 'A'] | min }}",
     "A"},
    {"random", "()", random, "Some item, by EnvironmentOptions::chance.", "{{ [7] | random }}", "7"},
};

}  // namespace leat::jinja
