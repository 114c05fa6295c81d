// Methods of lists, tuples, dicts, sets, numbers and bytes; and the lookup of all methods by name.
#include <cmath>

#include "base/error.h"
#include "jinja/builtins.h"
#include "jinja/iteration.h"
#include "jinja/operations.h"
#include "jinja/sorting.h"
#include "jinja/utf8.h"

namespace leat::jinja {
namespace {

std::vector<Value>& items_of(CallArguments& a) {
  return a.self.as_list().items;
}

Value append(CallArguments& a) {
  items_of(a).push_back(a.require(0, "object"));
  return Value::none();
}
Value extend(CallArguments& a) {
  std::vector<Value> more = collect(a.require(0, "iterable"));
  items_of(a).insert(items_of(a).end(), more.begin(), more.end());
  return Value::none();
}
Value insert(CallArguments& a) {
  const auto size = static_cast<std::int64_t>(items_of(a).size());
  const std::int64_t given = a.integer_or(0, "index", 0);
  const std::int64_t at = std::clamp<std::int64_t>(given < 0 ? given + size : given, 0, size);
  items_of(a).insert(items_of(a).begin() + at, a.require(1, "object"));
  return Value::none();
}
Value list_pop(CallArguments& a) {
  auto& items = items_of(a);
  if (items.empty()) raise_type("pop from empty list");
  std::int64_t at = a.integer_or(0, "index", -1);
  if (at < 0) at += static_cast<std::int64_t>(items.size());
  if (at < 0 || at >= static_cast<std::int64_t>(items.size())) raise_type("pop index out of range");
  Value taken = std::move(items[static_cast<std::size_t>(at)]);
  items.erase(items.begin() + at);
  return taken;
}
Value list_remove(CallArguments& a) {
  auto& items = items_of(a);
  const Value wanted = a.require(0, "value");
  for (std::size_t at = 0; at < items.size(); ++at)
    if (equals(items[at], wanted)) {
      items.erase(items.begin() + static_cast<std::ptrdiff_t>(at));
      return Value::none();
    }
  raise_type("list.remove(x): x not in list");
}
Value list_clear(CallArguments& a) {
  std::vector<Value> gone;
  gone.swap(items_of(a));
  return Value::none();
}
Value list_copy(CallArguments& a) {
  return Value::list(items_of(a));
}
Value list_reverse(CallArguments& a) {
  std::reverse(items_of(a).begin(), items_of(a).end());
  return Value::none();
}
Value list_sort(CallArguments& a) {
  SortOptions options;
  options.case_sensitive = true;
  options.reverse = a.truth_or(1, "reverse", false);
  std::vector<Value> keys, items = items_of(a);
  const Value key = a.get(0, "key");
  for (const Value& item : items) {
    if (key.is_none()) {
      keys.push_back(item);
    } else {
      CallArguments one;
      one.positional.push_back(item);
      keys.push_back(call_value(*a.session, key, one));
    }
  }
  items_of(a) = sort_by(std::move(items), keys, options);
  return Value::none();
}
Value sequence_count(CallArguments& a) {
  std::int64_t times = 0;
  for (const Value& item : a.self.items()) times += equals(item, a.require(0, "value")) ? 1 : 0;
  return Value(times);
}
Value sequence_index(CallArguments& a) {
  const auto& items = a.self.items();
  const auto size = static_cast<std::int64_t>(items.size());
  const auto clamp = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + size : at, 0, size);
  };
  const std::int64_t end = clamp(a.integer_or(2, "stop", size));
  for (std::int64_t at = clamp(a.integer_or(1, "start", 0)); at < end; ++at)
    if (equals(items[static_cast<std::size_t>(at)], a.require(0, "value"))) return Value(at);
  raise_type(fmt::format("{} is not in {}", to_repr(a.require(0, "value")), type_name(a.self)));
}

Dict& dict_of(CallArguments& a) {
  return a.self.as_dict();
}
Value view(CallArguments& a, DictView::Part part) {
  return Value(make_ref<DictView>(Ref<Dict>(&dict_of(a)), part));
}
Value keys(CallArguments& a) {
  return view(a, DictView::Part::keys);
}
Value values(CallArguments& a) {
  return view(a, DictView::Part::values);
}
Value items(CallArguments& a) {
  return view(a, DictView::Part::items);
}
Value get(CallArguments& a) {
  const Value* found = dict_of(a).find(a.require(0, "key"));
  return found ? *found : a.get(1, "default");
}
Value setdefault(CallArguments& a) {
  if (const Value* found = dict_of(a).find(a.require(0, "key"))) return *found;
  Value value = a.get(1, "default");
  dict_of(a).set(a.require(0, "key"), value);
  return value;
}
Value dict_pop(CallArguments& a) {
  if (auto taken = dict_of(a).erase(a.require(0, "key"))) return *taken;
  if (const Value* fallback = a.find(1, "default")) return *fallback;
  raise_type(fmt::format("KeyError: {}", to_repr(a.require(0, "key"))));
}
Value popitem(CallArguments& a) {
  if (dict_of(a).empty()) raise_type("popitem(): dictionary is empty");
  Dict::Entry last = dict_of(a).pop_last();
  return Value::tuple({last.key, last.value});
}
Value dict_clear(CallArguments& a) {
  dict_of(a).clear();
  return Value::none();
}

Value dict_copy(CallArguments& a) {
  Ref<Dict> copy = make_ref<Dict>();
  dict_of(a).each([&](const Value& key, const Value& value) { copy->set(key, value); });
  return Value(copy);
}
Value update(CallArguments& a) {
  if (const Value* other = a.find(0, "other")) merge_into(dict_of(a), *other);
  for (const NamedValue& named : a.named) dict_of(a).set(named.name, named.value);
  return Value::none();
}
Value fromkeys(CallArguments& a) {
  Ref<Dict> made = make_ref<Dict>();
  for (const Value& key : collect(a.require(0, "iterable"))) made->set(key, a.get(1, "value"));
  return Value(made);
}

Dict& members_of(CallArguments& a) {
  return a.self.as_set().members;
}
Value set_add(CallArguments& a) {
  members_of(a).set(a.require(0, "elem"), Value::none());
  return Value::none();
}
Value set_remove(CallArguments& a) {
  if (!members_of(a).erase(a.require(0, "elem")))
    raise_type(fmt::format("KeyError: {}", to_repr(a.require(0, "elem"))));
  return Value::none();
}
Value set_discard(CallArguments& a) {
  members_of(a).erase(a.require(0, "elem"));
  return Value::none();
}
Value set_update(CallArguments& a) {
  for (const Value& more : a.positional)
    for (const Value& item : collect(more)) members_of(a).set(item, Value::none());
  return Value::none();
}
Value set_copy(CallArguments& a) {
  return make_set(collect(a.self));
}
Value set_pop(CallArguments& a) {
  if (members_of(a).empty()) raise_type("KeyError: 'pop from an empty set'");
  return members_of(a).pop_last().key;
}
Value set_clear(CallArguments& a) {
  members_of(a).clear();
  return Value::none();
}
Value set_union(CallArguments& a) {
  std::vector<Value> all = collect(a.self);
  for (const Value& more : a.positional)
    for (const Value& item : collect(more)) all.push_back(item);
  return make_set(std::move(all));
}
// The members that are (or are not) in the other one.
Value keep_members(CallArguments& a, bool inside) {
  std::vector<Value> kept = collect(a.self);
  for (const Value& other : a.positional) {
    const Value members = make_set(collect(other));
    std::erase_if(kept, [&](const Value& item) { return contains(members, item) != inside; });
  }
  return make_set(std::move(kept));
}
Value intersection(CallArguments& a) {
  return keep_members(a, true);
}
Value difference(CallArguments& a) {
  return keep_members(a, false);
}
Value symmetric_difference(CallArguments& a) {
  const Value other = make_set(collect(a.require(0, "other")));
  std::vector<Value> all;
  for (const Value& item : collect(a.self))
    if (!contains(other, item)) all.push_back(item);
  for (const Value& item : collect(other))
    if (!contains(a.self, item)) all.push_back(item);
  return make_set(std::move(all));
}
Value issubset(CallArguments& a) {
  return Value(compare(Comparison::less_equal, a.self, make_set(collect(a.require(0, "other")))));
}
Value issuperset(CallArguments& a) {
  return Value(compare(Comparison::greater_equal, a.self, make_set(collect(a.require(0, "other")))));
}
Value isdisjoint(CallArguments& a) {
  for (const Value& item : collect(a.require(0, "other")))
    if (contains(a.self, item)) return Value(false);
  return Value(true);
}

Value is_integer(CallArguments& a) {
  return Value(a.self.is_integral() || std::floor(a.self.as_real()) == a.self.as_real());
}
Value bit_length(CallArguments& a) {
  if (!a.self.is_integral()) a.fail("needs an int");
  const std::int64_t value = a.self.as_integer();
  std::uint64_t size = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::int64_t bits = 0;
  for (; size; size >>= 1) ++bits;
  return Value(bits);
}
Value decode(CallArguments& a) {
  return Value(a.self.as_bytes());
}
Value hex(CallArguments& a) {
  std::string out;
  for (char c : a.self.as_bytes()) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return Value(std::move(out));
}

}  // namespace

Value make_set(std::vector<Value> members) {
  Ref<Set> set = make_ref<Set>();
  for (Value& member : members)
    if (!set->members.find(member)) set->members.set(std::move(member), Value::none());
  return Value(set);
}

void merge_into(Dict& target, const Value& source) {
  if (source.is_dict()) {
    if (&source.as_dict() == &target) return;
    source.as_dict().each([&](const Value& key, const Value& value) { target.set(key, value); });
    return;
  }
  if (source.is_object() && source.as_object().is_mapping()) {
    for (const Value& key : collect(source))
      target.set(key, source.as_object().item(key).value_or(Value::none()));
    return;
  }
  std::size_t at = 0;
  for (const Value& pair : collect(source)) {
    std::vector<Value> parts = collect(pair);
    if (parts.size() != 2)
      raise_type(fmt::format("dictionary update sequence element #{} has length {}; 2 is required", at,
                             parts.size()));
    target.set(parts[0], parts[1]);
    ++at;
  }
}

const std::vector<Builtin> kListMethods = {
    {"append", "(object)", append, "Adds an item at the end.", "{% set x = [1] %}{% do x.append(2) %}{{ x }}",
     "[1, 2]"},
    {"extend", "(iterable)", extend, "Adds all items at the end.",
     "{% set x = [1] %}{% do x.extend([2, 3]) %}{{ x }}", "[1, 2, 3]"},
    {"insert", "(index, object)", insert, "Adds an item before a place.",
     "{% set x = [1] %}{% do x.insert(0, 2) %}{{ x }}", "[2, 1]"},
    {"pop", "(index=-1)", list_pop, "Takes an item out.", "{% set x = [1, 2] %}{{ x.pop() }} {{ x }}",
     "2 [1]"},
    {"remove", "(value)", list_remove, "Takes the first equal item out.",
     "{% set x = [1, 2] %}{% do x.remove(1) %}{{ x }}", "[2]"},
    {"clear", "()", list_clear, "Takes all items out.", "{% set x = [1] %}{% do x.clear() %}{{ x }}", "[]"},
    {"copy", "()", list_copy, "A list of the same items.",
     "{% set x = [1] %}{% set y = x.copy() %}{% do y.append(2) %}{{ x }}", "[1]"},
    {"reverse", "()", list_reverse, "Turns the order round.",
     "{% set x = [1, 2] %}{% do x.reverse() %}{{ x }}", "[2, 1]"},
    {"sort", "(key=None, reverse=False)", list_sort, "Sorts in place.",
     "{% set x = [2, 1] %}{% do x.sort() %}{{ x }}", "[1, 2]"},
    {"count", "(value)", sequence_count, "How many items are equal.", "{{ [1, 2, 1].count(1) }}", "2"},
    {"index", "(value, start=0, stop=None)", sequence_index, "Where the first equal item is.",
     "{{ ['a', 'b'].index('b') }}", "1"},
};
const std::vector<Builtin> kTupleMethods = {
    {"count", "(value)", sequence_count, "How many items are equal.", "{{ (1, 2, 1).count(1) }}", "2"},
    {"index", "(value, start=0, stop=None)", sequence_index, "Where the first equal item is.",
     "{{ (1, 2).index(2) }}", "1"},
};
const std::vector<Builtin> kDictMethods = {
    {"get", "(key, default=None)", get, "The value of a key, or the default.",
     "{{ {'a': 1}.get('a') }} {{ {}.get('a', 2) }}", "1 2"},
    {"items", "()", items, "Pairs of key and value.", "{{ {'a': 1}.items() | list }}", "[('a', 1)]"},
    {"keys", "()", keys, "The keys.", "{{ {'a': 1}.keys() }}", "dict_keys(['a'])"},
    {"values", "()", values, "The values.", "{{ {'a': 1}.values() | list }}", "[1]"},
    {"update", "(other=None, **kwargs)", update, "Takes over keys and values.",
     "{% set d = {'a': 1} %}{% do d.update({'b': 2}, c=3) %}{{ d }}", "{'a': 1, 'b': 2, 'c': 3}"},
    {"setdefault", "(key, default=None)", setdefault, "The value of a key, set to the default if missing.",
     "{% set d = {} %}{{ d.setdefault('a', 1) }} {{ d }}", "1 {'a': 1}"},
    {"pop", "(key, default=None)", dict_pop, "Takes a key out.",
     "{% set d = {'a': 1} %}{{ d.pop('a') }} {{ d.pop('b', 0) }} {{ d }}", "1 0 {}"},
    {"popitem", "()", popitem, "Takes the last pair out.", "{{ {'a': 1, 'b': 2}.popitem() }}", "('b', 2)"},
    {"clear", "()", dict_clear, "Takes all out.", "{% set d = {'a': 1} %}{% do d.clear() %}{{ d }}", "{}"},
    {"copy", "()", dict_copy, "A dict of the same pairs.", "{{ {'a': 1}.copy() }}", "{'a': 1}"},
    {"fromkeys", "(iterable, value=None)", fromkeys, "A new dict with these keys.",
     "{{ {}.fromkeys(['a'], 1) }}", "{'a': 1}"},
};
// Jinja2 has no sets of its own: dbt's set() makes them, and so do the examples.
const std::vector<Builtin> kSetMethods = {
    {"add", "(elem)", set_add, "Adds a member.", "{% set s = set([1]) %}{% do s.add(2) %}{{ s }}", "{1, 2}"},
    {"remove", "(elem)", set_remove, "Takes a member out.",
     "{% set s = set([1, 2]) %}{% do s.remove(1) %}{{ s }}", "{2}"},
    {"discard", "(elem)", set_discard, "Takes a member out if it is there.",
     "{% set s = set([1]) %}{% do s.discard(5) %}{{ s }}", "{1}"},
    {"pop", "()", set_pop, "Takes some member out.", "{% set s = set([1]) %}{{ s.pop() }} {{ s }}",
     "1 set()"},
    {"clear", "()", set_clear, "Takes all members out.", "{% set s = set([1]) %}{% do s.clear() %}{{ s }}",
     "set()"},
    {"copy", "()", set_copy, "A set of the same members.", "{{ set([1]).copy() }}", "{1}"},
    {"update", "(*others)", set_update, "Adds the members of others.",
     "{% set s = set([1]) %}{% do s.update([2], [3]) %}{{ s }}", "{1, 2, 3}"},
    {"union", "(*others)", set_union, "Members of any.", "{{ set([1]).union([2]) }}", "{1, 2}"},
    {"intersection", "(*others)", intersection, "Members of all.", "{{ set([1, 2]).intersection([2, 3]) }}",
     "{2}"},
    {"difference", "(*others)", difference, "Members that are in no other.",
     "{{ set([1, 2]).difference([2]) }}", "{1}"},
    {"symmetric_difference", "(other)", symmetric_difference, "Members of exactly one of the two.",
     "{{ set([1, 2]).symmetric_difference([2, 3]) }}", "{1, 3}"},
    {"issubset", "(other)", issubset, "Whether all members are in the other.",
     "{{ set([1]).issubset([1, 2]) }}", "True"},
    {"issuperset", "(other)", issuperset, "Whether all of the other are members.",
     "{{ set([1]).issuperset([1, 2]) }}", "False"},
    {"isdisjoint", "(other)", isdisjoint, "Whether none is in both.", "{{ set([1]).isdisjoint([2]) }}",
     "True"},
};
const std::vector<Builtin> kNumberMethods = {
    {"is_integer", "()", is_integer, "Whether it is a whole number.", "{{ (2.0).is_integer() }}", "True"},
    {"bit_length", "()", bit_length, "Bits needed for it.", "{{ (5).bit_length() }}", "3"},
};
const std::vector<Builtin> kBytesMethods = {
    {"decode", "(encoding='utf-8', errors='strict')", decode, "The bytes as UTF-8 text.",
     "{{ 'ä'.encode().decode() }}", "ä"},
    {"hex", "()", hex, "Two hexadecimal digits a byte.", "{{ 'ab'.encode().hex() }}", "6162"},
};

const std::vector<Builtin>& builtin_methods(Kind kind) {
  static const std::vector<Builtin> none;
  static const std::vector<Builtin> text = [] {
    std::vector<Builtin> all = kStringCaseMethods;
    all.insert(all.end(), kStringSearchMethods.begin(), kStringSearchMethods.end());
    return all;
  }();
  switch (kind) {
    case Kind::string:
      return text;
    case Kind::list:
      return kListMethods;
    case Kind::tuple:
      return kTupleMethods;
    case Kind::dict:
      return kDictMethods;
    case Kind::set:
      return kSetMethods;
    case Kind::bytes:
      return kBytesMethods;
    case Kind::boolean:
    case Kind::integer:
    case Kind::real:
      return kNumberMethods;
    default:
      return none;
  }
}

const MethodSet* find_methods(std::string_view name) {
  struct Index {
    std::vector<std::unique_ptr<BuiltinEntry>> entries;
    std::unordered_map<std::string_view, MethodSet> sets;
    Index() {
      for (std::size_t kind = 0; kind <= static_cast<std::size_t>(Kind::object); ++kind)
        for (const Builtin& row : builtin_methods(static_cast<Kind>(kind))) {
          entries.push_back(std::make_unique<BuiltinEntry>(row));
          sets[row.name].by_kind[kind] = entries.back().get();
        }
    }
  };
  static const Index index;
  const auto found = index.sets.find(name);
  return found == index.sets.end() ? nullptr : &found->second;
}

}  // namespace leat::jinja
