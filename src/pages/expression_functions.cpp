// What an expression calls by name: fmt(…), Math.…, Object.…, new Date(…), and queries asked anew.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/spec.h"
#include "base/time.h"
#include "pages/expression_tree.h"
#include "pages/format.h"

namespace leat::pages {
namespace {

// Object.…, Array.…, JSON.…: what makes lists and objects of others.
std::optional<Value> collection_function(Evaluation& run, const std::string& name,
                                         const Arguments& arguments) {
  const Value& of = argument(arguments, 0);
  if (name == "JSON.stringify") return Value(Cell::of(to_json(of)));
  if (name == "Object.fromEntries" || name == "Object.assign") {
    Object made;
    for (const Value& each : name == "Object.assign" ? arguments : run.items(of)) {
      if (const ObjectPtr* other = each.object()) {
        made.insert(made.end(), (*other)->begin(), (*other)->end());
      } else if (each.list() && each.list()->get()->size() > 1) {
        made.emplace_back(run.cell((**each.list())[0]).text, (**each.list())[1]);
      }
    }
    // Of two members of one name the later counts.
    Object kept;
    for (auto& [key, value] : made) {
      std::erase_if(kept, [&key = key](const auto& other) { return other.first == key; });
      kept.emplace_back(key, value);
    }
    return Value(ObjectPtr(std::make_shared<const Object>(std::move(kept))));
  }
  if (name == "Array.isArray") return Value(Cell::of(of.list() || of.table()));
  if (name == "Array.from" || name == "Array") {
    std::vector<Value> items;
    if (of.object() && of.object()->get()->size() == 1 && !run.member(of, "length").is_null()) {
      double size = std::clamp(run.cell(run.member(of, "length")).number, 0.0, 100'000.0);
      for (int i = 0; i < static_cast<int>(size); ++i) items.emplace_back();
    } else {
      items = run.items(of);
    }
    if (arguments.size() > 1) {
      for (std::size_t i = 0; i < items.size(); ++i)
        items[i] = run.apply(arguments[1], {items[i], number(static_cast<double>(i))});
    }
    return list_of(std::move(items));
  }
  if (name != "Object.keys" && name != "Object.values" && name != "Object.entries") return std::nullopt;
  Object members;
  if (const ObjectPtr* object = of.object()) members = **object;
  if (const RowRef* row = of.row()) {
    for (const std::string& column : row->table->columns)
      members.emplace_back(column, run.member(of, column));
  }
  std::vector<Value> out;
  for (const auto& [key, value] : members) {
    Value text = Cell::of(key);
    out.push_back(name == "Object.keys" ? text : name == "Object.values" ? value : list_of({text, value}));
  }
  return list_of(std::move(out));
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || std::string_view("-_.!~*'()").find(c) != std::string_view::npos) {
      out.push_back(c);
    } else {
      out += fmt::format("%{:02X}", byte);
    }
  }
  return out;
}

std::string joined_names(Evaluation& run, const Value& value) {
  if (!value.list()) return run.cell(value).text;
  std::string out;
  for (const Value& each : run.items(value)) out += (out.empty() ? "" : ", ") + run.cell(each).text;
  return out;
}

}  // namespace

Value Evaluation::call_query(const TablePtr& table, const std::string& name, const Arguments& arguments) {
  if (table->sql.empty() || !root_.ask) fail(fmt::format("`{}` needs a query of the page", name));
  std::string text = name == "agg" ? "" : joined_names(*this, argument(arguments, 0)),
              inner = "(" + table->sql + ")";
  std::string sql = fmt::format("SELECT * FROM {} AS q", inner);
  if (name == "where") sql += fmt::format(" WHERE {}", text);
  if (name == "limit") sql += fmt::format(" LIMIT {}", text);
  if (name == "offset") sql += fmt::format(" OFFSET {}", text);
  if (name == "orderBy") sql += fmt::format(" ORDER BY {}", text);
  if (name == "select") sql = fmt::format("SELECT {} FROM {} AS q", text, inner);
  if (name == "groupBy") sql = fmt::format("SELECT {} FROM {} AS q GROUP BY {}", text, inner, text);
  if (name == "agg") {
    std::string parts;
    for (const auto& [function, columns] :
         argument(arguments, 0).object() ? **argument(arguments, 0).object() : Object()) {
      std::vector<Value> each = columns.list() ? items(columns) : std::vector<Value>{columns};
      for (const Value& column : each) {
        std::string of = column.object() ? cell(member(column, "col")).text : cell(column).text;
        std::string as = column.object() ? cell(member(column, "as")).text : function + "_" + of;
        parts += fmt::format("{}{}({}) AS {}", parts.empty() ? "" : ", ", function, of, as);
      }
    }
    // After groupBy(): its columns are those of the query that it stands on.
    std::size_t from = table->sql.find(" FROM "), by = table->sql.rfind(" GROUP BY ");
    bool grouped = table->sql.starts_with("SELECT ") && from != std::string::npos && by != std::string::npos;
    sql = grouped ? table->sql.substr(0, from) + ", " + parts + table->sql.substr(from)
                  : fmt::format("SELECT {} FROM {} AS q", parts, inner);
  }
  return root_.ask(table->name, sql);
}

// new Date(x), new Set(list): what pages make.
Value Evaluation::make(const ExpressionNode& node, const Scope& scope) {
  std::vector<Value> arguments = list(node, 0, scope);
  if (node.text == "Date") {
    if (arguments.empty()) return root_.find("$now").value_or(Value());
    Cell from = cell(arguments[0]);
    if (arguments.size() > 1)
      return date_of(fmt::format("{:04.0f}-{:02.0f}-{:02.0f}", from.number, cell(arguments[1]).number + 1,
                                 arguments.size() > 2 ? cell(arguments[2]).number : 1.0));
    if (from.kind == Cell::Kind::text || from.kind == Cell::Kind::date) return date_of(from.text);
    if (from.kind == Cell::Kind::null) return Value();
    Timestamp time{std::chrono::duration_cast<Timestamp::duration>(
        std::chrono::milliseconds(static_cast<std::int64_t>(from.number)))};
    return date_of(format_iso_timestamp(time));
  }
  if (node.text == "Set") {
    std::vector<Value> kept;
    for (Value& item : items(argument(arguments, 0))) {
      if (std::none_of(kept.begin(), kept.end(), [&](const Value& other) { return same(other, item); }))
        kept.push_back(std::move(item));
    }
    Value size = number(static_cast<double>(kept.size()));
    return ObjectPtr(
        std::make_shared<const Object>(Object{{"items", list_of(std::move(kept))}, {"size", size}}));
  }
  if (node.text == "Array") {
    Object length = {{"length", argument(arguments, 0)}};
    return *collection_function(*this, "Array.from", {ObjectPtr(std::make_shared<const Object>(length))});
  }
  if (node.text == "Map") {
    Object members;
    for (const Value& pair : items(argument(arguments, 0))) {
      std::vector<Value> parts = items(pair);
      if (parts.size() > 1) members.emplace_back(cell(parts[0]).text, parts[1]);
    }
    return ObjectPtr(std::make_shared<const Object>(std::move(members)));
  }
  if (node.text == "Intl.NumberFormat" || node.text == "Intl.DateTimeFormat") {
    Object format = {{"$intl", Cell::of(node.text.substr(5))}, {"options", argument(arguments, 1)}};
    return ObjectPtr(std::make_shared<const Object>(std::move(format)));
  }
  fail(fmt::format("`new {}` is JavaScript that pages here don't run", node.text));
}

Value Evaluation::call_function(const std::string& name, const Arguments& arguments) {
  step();
  if (name == "fmt" || name == "formatValue")
    return Cell::of(
        format_cell(cell(argument(arguments, 0)), arguments.size() > 1 ? cell(arguments[1]).text : ""));
  if (auto made = collection_function(*this, name, arguments)) return *made;
  // Stores hold what they begin with; addresses of the site are made as they are written.
  if (name == "writable" || name == "readable" || name == "addBasePath") return argument(arguments, 0);
  if (name == "formatTitle") return Cell::of(title_of(cell(argument(arguments, 0)).text));
  if (name == "parseInt") {
    std::string digits = cell(argument(arguments, 0)).text;
    std::size_t end = digits.find_first_not_of("0123456789", digits.starts_with("-") ? 1 : 0);
    return parse_number(digits.substr(0, end));
  }
  if (name == "isNaN" || name == "Number.isNaN")
    return Cell::of(std::isnan(number_of(cell(argument(arguments, 0)))));
  if (name == "Number.isFinite" || name == "isFinite")
    return Cell::of(cell(argument(arguments, 0)).kind == Cell::Kind::number);
  if (name == "Boolean") return Cell::of(argument(arguments, 0).truth());
  if (name == "encodeURIComponent" || name == "encodeURI")
    return Cell::of(percent_encoded(cell(argument(arguments, 0)).text));
  if (name.starts_with("console.")) return Value();
  if (name == "String") return Cell::of(cell(argument(arguments, 0)).text);
  if (name == "Number" || name == "parseFloat") {
    const Cell& from = cell(argument(arguments, 0));
    return from.kind == Cell::Kind::text ? parse_number(from.text) : Cell::of(from.number);
  }
  if (name == "Math.min" || name == "Math.max") {
    double best = name == "Math.min" ? INFINITY : -INFINITY;
    for (const Value& each : arguments)
      best = name == "Math.min" ? std::min(best, cell(each).number) : std::max(best, cell(each).number);
    return Cell::of(best);
  }
  if (name == "Date.now") return Cell::of(number_of(cell(root_.find("$now").value_or(Value()))));
  if (name == "Math.pow")
    return Cell::of(std::pow(cell(argument(arguments, 0)).number, cell(argument(arguments, 1)).number));
  static const std::map<std::string, double (*)(double), std::less<>> one = {
      {"abs", std::fabs},         {"round", [](double x) { return std::floor(x + 0.5); }},
      {"Math.abs", std::fabs},    {"Math.round", [](double x) { return std::floor(x + 0.5); }},
      {"Math.floor", std::floor}, {"Math.ceil", std::ceil},
      {"Math.sqrt", std::sqrt},   {"Math.trunc", std::trunc},
      {"Math.log10", std::log10}, {"Math.log2", std::log2},
      {"Math.log", std::log},     {"Math.exp", std::exp},
      {"Math.cbrt", std::cbrt},   {"Math.sign", [](double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x; }},
      {"Math.sin", std::sin},     {"Math.cos", std::cos}};
  auto found = one.find(name);
  if (found != one.end()) return Cell::of(found->second(cell(argument(arguments, 0)).number));
  std::vector<std::string> known = {"fmt", "String", "Number", "Math.min", "Math.max", "Math.pow"};
  for (const auto& [key, function] : one) known.push_back(key);
  std::string near = nearest(name, known);
  fail(fmt::format("There is no function `{}`{}", name,
                   near.empty() ? "" : fmt::format("; did you mean `{}`?", near)));
}

}  // namespace leat::pages
