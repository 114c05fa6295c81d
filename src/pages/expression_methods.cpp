// What can be called in an expression: methods of queries, lists, texts and numbers, and functions.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/spec.h"
#include "base/time.h"
#include "jinja/regex.h"
#include "pages/body_parser.h"
#include "pages/expression_tree.h"
#include "pages/format.h"

namespace leat::pages {
namespace {

// slice's bounds: negative ones count from the end.
std::pair<std::size_t, std::size_t> bounds(Evaluation& run, const Arguments& arguments, std::size_t size) {
  auto at = [&](std::size_t i, double fallback) {
    double wanted = i < arguments.size() ? run.cell(arguments[i]).number : fallback;
    double length = static_cast<double>(size);
    if (std::isnan(wanted)) wanted = 0;
    return static_cast<std::size_t>(std::clamp(wanted < 0 ? length + wanted : wanted, 0.0, length));
  };
  std::size_t from = at(0, 0), to = at(1, static_cast<double>(size));
  return {from, std::max(from, to)};
}

// A merge sort of our own: an order that contradicts itself must not read out of bounds.
void sort_items(std::vector<Value>& items,
                const std::function<bool(const Value&, const Value&)>& comes_before) {
  for (std::size_t width = 1; width < items.size(); width *= 2) {
    std::vector<Value> merged;
    merged.reserve(items.size());
    for (std::size_t start = 0; start < items.size(); start += 2 * width) {
      std::size_t middle = std::min(start + width, items.size()),
                  end = std::min(middle + width, items.size());
      std::size_t left = start, right = middle;
      while (left < middle || right < end) {
        bool take_right = left == middle || (right < end && comes_before(items[right], items[left]));
        merged.push_back(std::move(items[take_right ? right++ : left++]));
      }
    }
    items = std::move(merged);
  }
}

using ListMethod = Value (*)(Evaluation&, std::vector<Value>, const Arguments&);
struct NamedListMethod {
  std::string_view name;
  ListMethod call;
};
// Those that look at one item after the other, and need no list of their own.
using LoopMethod = Value (*)(Evaluation&, const Items&, const Arguments&);
struct NamedLoopMethod {
  std::string_view name;
  LoopMethod call;
};

Value sorted(Evaluation& run, std::vector<Value> items, const Arguments& arguments) {
  sort_items(items, [&](const Value& a, const Value& b) {
    if (!arguments.empty()) return run.cell(run.apply(arguments[0], {a, b})).number < 0;
    return run.cell(a).text < run.cell(b).text;
  });
  return list_of(std::move(items));
}

Value reduced(Evaluation& run, std::vector<Value> items, const Arguments& arguments) {
  std::size_t at = 0;
  Value total = arguments.size() > 1 ? arguments[1] : Value();
  if (arguments.size() < 2 && !items.empty()) total = items[at++];
  for (; at < items.size(); ++at)
    total = run.apply(argument(arguments, 0), {total, items[at], number(static_cast<double>(at))});
  return total;
}

Value joined(Evaluation& run, std::vector<Value> items, const Arguments& arguments) {
  std::string between = arguments.empty() ? "," : run.cell(arguments[0]).text, out;
  for (std::size_t i = 0; i < items.size(); ++i) out += (i ? between : "") + run.cell(items[i]).text;
  return Cell::of(std::move(out));
}

Value filtered(Evaluation& run, const Items& items, const Arguments& arguments) {
  std::vector<Value> kept;
  Loop loop(run, argument(arguments, 0));
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (loop.holds(items, i)) kept.push_back(items.at(i));
  }
  return list_of(std::move(kept));
}

// The place of the first item that the function is true of, or after the last.
std::size_t place(Evaluation& run, const Items& items, const Arguments& arguments, bool wanted = true) {
  Loop loop(run, argument(arguments, 0));
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (loop.holds(items, i) == wanted) return i;
  }
  return items.size();
}

const NamedLoopMethod kLoopMethods[] = {
    {"filter", filtered},
    {"map",
     [](Evaluation& run, const Items& items, const Arguments& arguments) -> Value {
       std::vector<Value> made;
       made.reserve(items.size());
       Loop loop(run, argument(arguments, 0));
       for (std::size_t i = 0; i < items.size(); ++i) made.push_back(loop.call(items, i));
       return list_of(std::move(made));
     }},
    {"find",
     [](Evaluation& run, const Items& items, const Arguments& arguments) -> Value {
       std::size_t at = place(run, items, arguments);
       return at < items.size() ? items.at(at) : Value();
     }},
    {"findIndex",
     [](Evaluation& run, const Items& items, const Arguments& arguments) -> Value {
       std::size_t at = place(run, items, arguments);
       return number(at < items.size() ? static_cast<double>(at) : -1);
     }},
    {"some",
     [](Evaluation& run, const Items& items, const Arguments& arguments) -> Value {
       return Cell::of(place(run, items, arguments) < items.size());
     }},
    {"every", [](Evaluation& run, const Items& items, const Arguments& arguments) -> Value {
       return Cell::of(place(run, items, arguments, false) == items.size());
     }}};

Value holds(Evaluation&, std::vector<Value> items, const Arguments& arguments) {
  const Value& wanted = argument(arguments, 0);
  return Cell::of(
      std::any_of(items.begin(), items.end(), [&](const Value& each) { return same(each, wanted); }));
}

const NamedListMethod kListMethods[] = {
    {"slice",
     [](Evaluation& run, std::vector<Value> items, const Arguments& arguments) -> Value {
       auto [from, to] = bounds(run, arguments, items.size());
       return list_of({items.begin() + static_cast<std::ptrdiff_t>(from),
                       items.begin() + static_cast<std::ptrdiff_t>(to)});
     }},
    {"at",
     [](Evaluation& run, std::vector<Value> items, const Arguments& arguments) -> Value {
       double at = run.cell(argument(arguments, 0)).number;
       if (at < 0) at += static_cast<double>(items.size());
       return at >= 0 && at < static_cast<double>(items.size()) ? items[static_cast<std::size_t>(at)]
                                                                : Value();
     }},
    {"includes", holds},
    {"indexOf",
     [](Evaluation&, std::vector<Value> items, const Arguments& arguments) -> Value {
       for (std::size_t i = 0; i < items.size(); ++i) {
         if (same(items[i], argument(arguments, 0))) return number(static_cast<double>(i));
       }
       return number(-1);
     }},
    {"concat",
     [](Evaluation& run, std::vector<Value> items, const Arguments& arguments) -> Value {
       for (const Value& each : arguments) {
         for (Value& item : run.items(each)) items.push_back(std::move(item));
         if (items.size() > 1'000'000) run.fail("The list grows too long");
       }
       return list_of(std::move(items));
     }},
    {"reverse",
     [](Evaluation&, std::vector<Value> items, const Arguments&) -> Value {
       std::reverse(items.begin(), items.end());
       return list_of(std::move(items));
     }},
    {"reduce", reduced},
    {"flat",
     [](Evaluation& run, std::vector<Value> items, const Arguments&) -> Value {
       std::vector<Value> out;
       for (Value& item : items) {
         if (!item.list()) {
           out.push_back(std::move(item));
           continue;
         }
         for (Value& inner : run.items(item)) out.push_back(std::move(inner));
       }
       return list_of(std::move(out));
     }},
    {"flatMap",
     [](Evaluation& run, std::vector<Value> items, const Arguments& arguments) -> Value {
       std::vector<Value> out;
       for (std::size_t i = 0; i < items.size(); ++i) {
         Value mapped = run.apply(argument(arguments, 0), {items[i], number(static_cast<double>(i))});
         for (Value& inner : run.items(mapped)) out.push_back(std::move(inner));
       }
       return list_of(std::move(out));
     }},
    {"fill",
     [](Evaluation&, std::vector<Value> items, const Arguments& arguments) -> Value {
       for (Value& item : items) item = argument(arguments, 0);
       return list_of(std::move(items));
     }},
    {"keys",
     [](Evaluation&, std::vector<Value> items, const Arguments&) -> Value {
       for (std::size_t i = 0; i < items.size(); ++i) items[i] = number(static_cast<double>(i));
       return list_of(std::move(items));
     }},
    {"findLast",
     [](Evaluation& run, std::vector<Value> items, const Arguments& arguments) -> Value {
       std::reverse(items.begin(), items.end());
       std::size_t at = place(run, Items(items), arguments);
       return at < items.size() ? items[at] : Value();
     }},
    {"entries",
     [](Evaluation&, std::vector<Value> items, const Arguments&) -> Value {
       for (std::size_t i = 0; i < items.size(); ++i)
         items[i] = list_of({number(static_cast<double>(i)), items[i]});
       return list_of(std::move(items));
     }},
    {"values",
     [](Evaluation&, std::vector<Value> items, const Arguments&) -> Value {
       return list_of(std::move(items));
     }},
    {"has", holds},
    {"sort", sorted},
    {"toSorted", sorted},
    {"join", joined}};

using TextMethod = Value (*)(Evaluation&, const std::string&, const Arguments&);
struct NamedTextMethod {
  std::string_view name;
  TextMethod call;
};

std::string cased(const std::string& text, bool upper) {
  std::string out = text;
  for (char& c : out) {
    auto byte = static_cast<unsigned char>(c);
    c = static_cast<char>(upper ? std::toupper(byte) : std::tolower(byte));
  }
  return out;
}

// The pattern of /…/flags for the matcher, or nullopt where the value is none.
std::optional<std::string> pattern_of(Evaluation& run, const Value& value, bool& all) {
  if (!value.object()) return std::nullopt;
  std::string flags = run.cell(run.member(value, "flags")).text,
              source = run.cell(run.member(value, "source")).text;
  all = flags.find('g') != std::string::npos;
  return (flags.find('i') != std::string::npos ? "(?i)" : "") + source;
}

// replace(/…/, found => …): what is found is made anew by the function.
Value replaced_by(Evaluation& run, const std::string& text, const Arguments& arguments, bool all) {
  auto pattern = pattern_of(run, argument(arguments, 0), all);
  std::string wanted = pattern ? "" : run.cell(argument(arguments, 0)).text, out, rest = text;
  for (int times = 0; !rest.empty() && times < 10'000; ++times) {
    std::optional<std::string> first = pattern ? jinja::regex_first(*pattern, rest) : wanted;
    std::size_t at = first ? rest.find(*first) : std::string::npos;
    if (at == std::string::npos || first->empty()) break;
    out += rest.substr(0, at) + text_of(run.apply(arguments[1], {Cell::of(*first)}));
    if (out.size() > (1 << 20)) run.fail("The text grows too long");
    rest = rest.substr(at + first->size());
    if (!all) break;
  }
  return Cell::of(out + rest);
}

// match(/…/): what is found, in a list; with the flag g all of it.
Value matches(Evaluation& run, const std::string& text, const Arguments& arguments) {
  bool all = false;
  auto pattern = pattern_of(run, argument(arguments, 0), all);
  if (!pattern) run.fail("match takes a pattern: /…/");
  std::vector<Value> found;
  for (std::string rest = text; found.size() < 10'000;) {
    auto first = jinja::regex_first(*pattern, rest);
    if (!first || first->empty()) break;
    found.push_back(Cell::of(*first));
    rest = rest.substr(rest.find(*first) + first->size());
    if (!all) break;
  }
  return found.empty() ? Value() : list_of(std::move(found));
}

Value replaced(Evaluation& run, const std::string& text, const Arguments& arguments, bool all) {
  if (argument(arguments, 1).function()) return replaced_by(run, text, arguments, all);
  std::string to = run.cell(argument(arguments, 1)).text;
  if (auto pattern = pattern_of(run, argument(arguments, 0), all)) {
    for (std::size_t i = 0; i + 1 < to.size(); ++i) {
      if (to[i] == '$' && std::isdigit(static_cast<unsigned char>(to[i + 1]))) to[i] = '\\';
    }
    if (all) return Cell::of(jinja::regex_replace(*pattern, to, text));
    auto first = jinja::regex_first(*pattern, text);
    std::size_t at = first ? text.find(*first) : std::string::npos;
    if (at == std::string::npos) return Cell::of(text);
    return Cell::of(text.substr(0, at) + jinja::regex_replace(*pattern, to, *first) +
                    text.substr(at + first->size()));
  }
  std::string from = run.cell(argument(arguments, 0)).text;
  std::string out;
  std::size_t at = 0;
  while (!from.empty()) {
    std::size_t next = text.find(from, at);
    if (next == std::string::npos) break;
    out += text.substr(at, next - at) + to;
    if (out.size() > (1 << 20)) run.fail("The text grows too long");
    at = next + from.size();
    if (!all) break;
  }
  return Cell::of(out + text.substr(at));
}

Value split(Evaluation& run, const std::string& text, const Arguments& arguments) {
  const std::string& by = run.cell(argument(arguments, 0)).text;
  std::vector<Value> parts;
  std::size_t at = 0;
  while (!by.empty()) {
    std::size_t next = text.find(by, at);
    if (next == std::string::npos) break;
    parts.push_back(Cell::of(text.substr(at, next - at)));
    at = next + by.size();
  }
  parts.push_back(Cell::of(text.substr(at)));
  return list_of(std::move(parts));
}

Value sliced(Evaluation& run, const std::string& text, const Arguments& arguments) {
  auto [from, to] = bounds(run, arguments, text.size());
  return Cell::of(text.substr(from, to - from));
}

Value padded(Evaluation& run, const std::string& text, const Arguments& arguments, bool front) {
  std::string with = arguments.size() > 1 ? run.cell(arguments[1]).text : " ";
  double wanted = std::min(run.cell(argument(arguments, 0)).number, 1000.0);
  std::string filled;
  while (!with.empty() && static_cast<double>(text.size() + filled.size()) < wanted)
    filled.push_back(with[filled.size() % with.size()]);
  return Cell::of(front ? filled + text : text + filled);
}

const NamedTextMethod kTextMethods[] = {
    {"toUpperCase",
     [](Evaluation&, const std::string& text, const Arguments&) -> Value {
       return Cell::of(cased(text, true));
     }},
    {"toLowerCase",
     [](Evaluation&, const std::string& text, const Arguments&) -> Value {
       return Cell::of(cased(text, false));
     }},
    {"trim",
     [](Evaluation&, const std::string& text, const Arguments&) -> Value { return Cell::of(trimmed(text)); }},
    {"toString",
     [](Evaluation&, const std::string& text, const Arguments&) -> Value { return Cell::of(text); }},
    {"includes",
     [](Evaluation& run, const std::string& text, const Arguments& arguments) -> Value {
       return Cell::of(text.find(run.cell(argument(arguments, 0)).text) != std::string::npos);
     }},
    {"startsWith",
     [](Evaluation& run, const std::string& text, const Arguments& arguments) -> Value {
       return Cell::of(text.starts_with(run.cell(argument(arguments, 0)).text));
     }},
    {"endsWith",
     [](Evaluation& run, const std::string& text, const Arguments& arguments) -> Value {
       return Cell::of(text.ends_with(run.cell(argument(arguments, 0)).text));
     }},
    {"replace",
     [](Evaluation& run, const std::string& text, const Arguments& arguments) -> Value {
       return replaced(run, text, arguments, false);
     }},
    {"replaceAll",
     [](Evaluation& run, const std::string& text, const Arguments& arguments) -> Value {
       return replaced(run, text, arguments, true);
     }},
    {"padStart",
     [](Evaluation& run, const std::string& text, const Arguments& arguments) -> Value {
       return padded(run, text, arguments, true);
     }},
    {"padEnd",
     [](Evaluation& run, const std::string& text, const Arguments& arguments) -> Value {
       return padded(run, text, arguments, false);
     }},
    {"split", split},
    {"match", matches},
    {"trimStart",
     [](Evaluation&, const std::string& text, const Arguments&) -> Value {
       return Cell::of(text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size())));
     }},
    {"charAt",
     [](Evaluation& run, const std::string& text, const Arguments& arguments) -> Value {
       double at = run.cell(argument(arguments, 0)).number;
       return Cell::of(at >= 0 && at < static_cast<double>(text.size())
                           ? text.substr(static_cast<std::size_t>(at), 1)
                           : std::string());
     }},
    {"concat",
     [](Evaluation&, const std::string& text, const Arguments& arguments) -> Value {
       std::string out = text;
       for (const Value& each : arguments) out += text_of(each);
       return Cell::of(out);
     }},
    {"indexOf",
     [](Evaluation& run, const std::string& text, const Arguments& arguments) -> Value {
       std::size_t at = text.find(run.cell(argument(arguments, 0)).text);
       return number(at == std::string::npos ? -1 : static_cast<double>(at));
     }},
    {"repeat",
     [](Evaluation& run, const std::string& text, const Arguments& arguments) -> Value {
       double times = std::clamp(run.cell(argument(arguments, 0)).number, 0.0, 1000.0);
       std::string out;
       for (int i = 0; i < static_cast<int>(times); ++i) out += text;
       return Cell::of(out);
     }},
    {"search",
     [](Evaluation& run, const std::string& text, const Arguments& arguments) -> Value {
       // A TextInput's: the condition that a row's column holds what is typed.
       if (text.empty()) return Cell::of(true);
       std::string quoted;
       for (char c : cased(text, false)) quoted += c == '\'' ? "''" : std::string(1, c);
       return Cell::of(fmt::format("contains(lower(CAST({} AS VARCHAR)), '{}')",
                                   run.cell(argument(arguments, 0)).text, quoted));
     }},
    {"substr",
     [](Evaluation& run, const std::string& text, const Arguments& arguments) -> Value {
       auto [from, to] = bounds(run, arguments, text.size());
       std::size_t size = arguments.size() > 1
                              ? static_cast<std::size_t>(std::max(0.0, run.cell(arguments[1]).number))
                              : text.size();
       return Cell::of(text.substr(from, size));
     }},
    {"slice", sliced},
    {"substring", sliced}};

Value to_fixed(Evaluation& run, const Cell& self, const Arguments& arguments) {
  Decimal decimal = Decimal::of(self.text);
  int places = static_cast<int>(std::clamp(run.cell(argument(arguments, 0)).number, 0.0, 20.0));
  std::string digits = decimal.print(places, places, false, 1);
  return Cell::of((decimal.negative ? "-" : "") + digits);
}

template <class Table>
void add_names(std::vector<std::string>& names, const Table& table) {
  for (const auto& each : table) names.emplace_back(each.name);
}

bool is_query_method(std::string_view name) {
  for (std::string_view each :
       {"where", "limit", "offset", "select", "orderBy", "groupBy", "agg", "withOrdinal"}) {
    if (each == name) return true;
  }
  return false;
}

}  // namespace

Value Evaluation::call_method(const Value& self, const std::string& name, const Arguments& arguments) {
  step();
  std::vector<std::string> known;
  if (const TablePtr* table = self.table()) {
    if (is_query_method(name)) return call_query(*table, name, arguments);
  }
  if (self.object() && name == "test") {
    bool all = false;
    auto pattern = pattern_of(*this, self, all);
    return Cell::of(pattern && jinja::regex_first(*pattern, cell(argument(arguments, 0)).text).has_value());
  }
  if (self.object() && name == "format" && !member(self, "$intl").is_null())
    return localized(*this, cell(argument(arguments, 0)), self);
  if (self.object() && name == "get") return member(self, cell(argument(arguments, 0)).text);
  bool holds_items = self.object() && !member(self, "items").is_null();
  if (self.table() || self.list() || holds_items) {
    for (const NamedLoopMethod& each : kLoopMethods) {
      if (each.name == name) return each.call(*this, view(self), arguments);
    }
    for (const NamedListMethod& each : kListMethods) {
      if (each.name == name) return each.call(*this, items(self), arguments);
    }
    if (name == "forEach" || name == "fetch") return Value();
    add_names(known, kLoopMethods);
    add_names(known, kListMethods);
  } else {
    Cell held = cell(self);
    if (held.kind == Cell::Kind::null) return Value();
    if (auto date = date_method(*this, held, name, arguments)) return *date;
    if (held.kind == Cell::Kind::number && name == "toFixed") return to_fixed(*this, held, arguments);
    if (held.kind == Cell::Kind::number && name == "toLocaleString")
      return localized_number(*this, held, argument(arguments, 1));
    for (const NamedTextMethod& each : kTextMethods) {
      if (each.name == name) return each.call(*this, held.text, arguments);
    }
    add_names(known, kTextMethods);
  }
  std::string near = nearest(name, known);
  fail(fmt::format("There is no method `{}`{}", name,
                   near.empty() ? "" : fmt::format("; did you mean `{}`?", near)));
}

}  // namespace leat::pages
