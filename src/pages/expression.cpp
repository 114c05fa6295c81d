#include "pages/expression.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/spec.h"
#include "document/value.h"
#include "pages/expression_tree.h"

namespace leat::pages {

using Kind = ExpressionNode::Kind;

void Evaluation::fail(const std::string& what) const {
  throw Error(ErrorCode::page_syntax, fmt::format("{} in {{{}}}", what, text_.substr(0, 200)), where_);
}

void Evaluation::step() {
  if (++steps_ > kExpressionStepsMax) fail("The expression does too much");
}

Cell Evaluation::cell(const Value& value) const {
  if (const Cell* held = value.cell()) return *held;
  if (value.row() && value.row()->row == RowRef::kNoRow) return Cell();
  if (value.list() || value.object() || value.host()) return Cell::of(text_of(value));
  fail("A value is needed, and this is a query, a row or a function");
}

Value Evaluation::evaluate(const ExpressionNode& node, const Scope& scope) {
  step();
  if (++depth_ > kEvaluationDepthMax) fail("The expression is nested too deeply");
  Value result = node.is_fixed ? fixed(node, scope) : computed(node, scope);
  --depth_;
  return result;
}

Value Evaluation::computed(const ExpressionNode& node, const Scope& scope) {
  Value result;
  switch (node.kind) {
    case Kind::literal:
      result = node.literal;
      break;
    case Kind::name:
      result = name(node.text, scope);
      break;
    case Kind::member:
    case Kind::index:
      result = access(node, scope);
      break;
    case Kind::call:
      result = call(node, scope);
      break;
    case Kind::unary:
      result = unary(node, scope);
      break;
    case Kind::binary:
      result = binary(node, scope);
      break;
    case Kind::conditional:
      result = evaluate(*node.parts[evaluate(*node.parts[0], scope).truth() ? 1 : 2], scope);
      break;
    case Kind::list:
      result = ListPtr(std::make_shared<const List>(list(node, 0, scope)));
      break;
    case Kind::object:
      result = object(node, scope);
      break;
    case Kind::arrow:
      result = Function{&node, scope.kept()};
      break;
    case Kind::pattern:
      result = ObjectPtr(std::make_shared<const Object>(
          Object{{"source", Cell::of(node.text)}, {"flags", Cell::of(node.names[0])}}));
      break;
    case Kind::made:
      result = make(node, scope);
      break;
    case Kind::text: {
      std::string text;
      for (const auto& part : node.parts) text += text_of(evaluate(*part, scope));
      result = Cell::of(std::move(text));
      break;
    }
    default:
      fail("A statement stands only inside a function");
  }
  return result;
}

Value Evaluation::access(const ExpressionNode& node, const Scope& scope) {
  Value of = evaluate(*node.parts[0], scope);
  if (of.is_null()) return Cell();
  return node.kind == Kind::member ? member(of, node.text) : index(of, evaluate(*node.parts[1], scope));
}

Value Evaluation::unary(const ExpressionNode& node, const Scope& scope) {
  if (node.text == "typeof") {
    const ExpressionNode& of = *node.parts[0];
    if (of.kind == Kind::name && !scope.find(of.text)) return Cell::of(std::string("undefined"));
    Value value = evaluate(of, scope);
    if (value.function()) return Cell::of(std::string("function"));
    const Cell* held = value.cell();
    if (!held || held->kind == Cell::Kind::date) return Cell::of(std::string("object"));
    constexpr std::string_view names[] = {"undefined", "boolean", "number", "string", "object"};
    return Cell::of(std::string(names[static_cast<std::size_t>(held->kind)]));
  }
  Value of = evaluate(*node.parts[0], scope);
  if (node.text == "!") return Cell::of(!of.truth());
  double number = number_of(cell(of));
  return Cell::of(node.text == "-" ? -number : number);
}

std::vector<Value> Evaluation::list(const ExpressionNode& node, std::size_t from, const Scope& scope) {
  std::vector<Value> out;
  for (std::size_t i = from; i < node.parts.size(); ++i) {
    const ExpressionNode& part = *node.parts[i];
    if (part.kind != Kind::spread) {
      out.push_back(evaluate(part, scope));
      continue;
    }
    Value spread = evaluate(*part.parts[0], scope);
    if (spread.is_null()) continue;
    for (Value& item : items(spread)) out.push_back(std::move(item));
  }
  return out;
}

Value Evaluation::object(const ExpressionNode& node, const Scope& scope) {
  auto object = std::make_shared<Object>();
  auto set = [&](const std::string& key, Value value) {
    for (auto& [name, held] : *object) {
      if (name == key) {
        held = std::move(value);
        return;
      }
    }
    object->emplace_back(key, std::move(value));
  };
  for (std::size_t i = 0; i < node.parts.size(); ++i) {
    const ExpressionNode& part = *node.parts[i];
    if (part.kind != Kind::spread) {
      set(node.names[i], evaluate(part, scope));
      continue;
    }
    Value spread = evaluate(*part.parts[0], scope);
    if (const ObjectPtr* other = spread.object()) {
      for (const auto& [key, value] : **other) set(key, value);
    } else if (const RowRef* row = spread.row()) {
      for (const std::string& column : row->table->columns) set(column, member(spread, column));
    }
  }
  return ObjectPtr(std::move(object));
}

namespace {

bool is_numeric(const Cell& cell) {
  return cell.kind == Cell::Kind::number || cell.kind == Cell::Kind::boolean;
}

bool compare(std::string_view op, bool is_strict, const Cell& a, const Cell& b) {
  bool nulls = a.kind == Cell::Kind::null || b.kind == Cell::Kind::null;
  if (op[0] == '=' || op[0] == '!') {
    bool mixed = is_numeric(a) != is_numeric(b);
    bool equal = nulls                    ? a.kind == b.kind
                 : mixed && is_strict     ? false
                 : mixed || is_numeric(a) ? number_of(a) == number_of(b)
                                          : a.text == b.text;
    return equal == (op[0] == '=');
  }
  bool numbers = nulls || is_numeric(a) || is_numeric(b);
  double x = number_of(a), y = number_of(b);
  int order = numbers ? (x < y ? -1 : x > y) : a.text.compare(b.text);
  if (numbers && (std::isnan(x) || std::isnan(y))) return false;
  if (op == "<") return order < 0;
  if (op == "<=") return order <= 0;
  return op == ">" ? order > 0 : order >= 0;
}

// As JavaScript takes numbers for their bits: whole, by 32 bits.
std::int32_t bits_of(double number) {
  if (!std::isfinite(number)) return 0;
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(std::int64_t(std::fmod(number, 4294967296.0))));
}

Cell arithmetic(char op, const Cell& a, const Cell& b) {
  auto is_text = [](const Cell& cell) {
    return cell.kind == Cell::Kind::text || cell.kind == Cell::Kind::date;
  };
  if (op == '+' && (is_text(a) || is_text(b))) return Cell::of(text_of(a) + text_of(b));
  double x = number_of(a), y = number_of(b);
  switch (op) {
    case '+':
      return Cell::of(x + y);
    case '-':
      return Cell::of(x - y);
    case '*':
      return Cell::of(x * y);
    case '/':
      return Cell::of(x / y);
    case '|':
      return Cell::of(static_cast<double>(bits_of(x) | bits_of(y)));
    case '&':
      return Cell::of(static_cast<double>(bits_of(x) & bits_of(y)));
    default:
      return Cell::of(std::fmod(x, y));
  }
}

}  // namespace

namespace {

bool is_a(const Value& value, std::string_view type) {
  if (type == "Query") return value.table() != nullptr;
  if (type == "Array") return value.table() || value.list();
  if (type == "Date") return value.cell() && value.cell()->kind == Cell::Kind::date;
  return type == "Function" ? value.function() != nullptr : value.object() || value.row() || value.host();
}

bool has_member(const Value& value, const Cell& name) {
  if (const RowRef* row = value.row()) return row->table->find(name.text).has_value();
  if (const ListPtr* list = value.list())
    return name.number >= 0 && name.number < static_cast<double>((*list)->size());
  const ObjectPtr* object = value.object();
  return object && std::any_of((*object)->begin(), (*object)->end(),
                               [&](const auto& member) { return member.first == name.text; });
}

}  // namespace

Value Evaluation::binary(const ExpressionNode& node, const Scope& scope) {
  char first = node.text[0], second = node.text.size() > 1 ? node.text[1] : '\0';
  bool is_comparison = first == '=' || first == '!' || first == '<' || first == '>';
  if (is_comparison) {
    const Cell* a = standing(*node.parts[0], scope);
    const Cell* b = a ? standing(*node.parts[1], scope) : nullptr;
    if (b) return compared(node, *a, *b);
  }
  Value left = evaluate(*node.parts[0], scope);
  if (first == '?') {
    bool nothing = (left.cell() && left.cell()->kind == Cell::Kind::null) ||
                   (left.row() && left.row()->row == RowRef::kNoRow);
    return nothing ? evaluate(*node.parts[1], scope) : left;
  }
  if (first == '|' && second == '|') return left.truth() ? left : evaluate(*node.parts[1], scope);
  if (first == '&' && second == '&') return left.truth() ? evaluate(*node.parts[1], scope) : left;
  if (node.text == "instanceof") return Cell::of(is_a(left, node.parts[1]->text));
  Value right = evaluate(*node.parts[1], scope);
  if (first == 'i') return Cell::of(has_member(right, cell(left)));
  if (first == '*' && second == '*') return Cell::of(std::pow(number_of(cell(left)), number_of(cell(right))));
  // Lists, objects and functions are equal to nothing but themselves.
  if (is_comparison && (!left.cell() || !right.cell()) && (left.is_null() || right.is_null()))
    return Cell::of(first == '!');
  Cell a = cell(left), b = cell(right);
  if (is_comparison) return compared(node, a, b);
  Cell result = arithmetic(first, a, b);
  if (result.text.size() > (1 << 20)) fail("The text grows too long");
  return result;
}

Value Evaluation::compared(const ExpressionNode& node, const Cell& a, const Cell& b) const {
  return Cell::of(compares(node, a, b));
}

bool Evaluation::compares(const ExpressionNode& node, const Cell& a, const Cell& b) const {
  return compare(std::string_view(node.text).substr(0, 2), node.text.size() > 2, a, b);
}

Value Evaluation::name(const std::string& word, const Scope& scope) const {
  if (const Value* held = scope.held(word)) return *held;
  if (auto found = scope.find(word)) return *found;
  // A store of Svelte's, which holds what it began with.
  if (word.size() > 1 && word[0] == '$') {
    if (auto store = scope.find(word.substr(1))) return *store;
  }
  std::vector<std::string> names;
  for (const Scope* each = &scope; each; each = each->outer) {
    for (const auto& [key, value] : each->names) names.push_back(key);
  }
  std::string near = nearest(word, names);
  fail(fmt::format("There is no query or name `{}`{}", word,
                   near.empty() ? "" : fmt::format("; did you mean `{}`?", near)));
}

Value Evaluation::index(const Value& value, const Value& key) const {
  Cell at = cell(key);
  if (value.row() || value.object() || value.host()) return member(value, at.text);
  bool whole = at.kind == Cell::Kind::number && at.number >= 0 && at.number < 1e9;
  std::size_t wanted = whole ? static_cast<std::size_t>(at.number) : RowRef::kNoRow;
  if (const TablePtr* table = value.table())
    return RowRef{*table, wanted < (*table)->rows.size() ? wanted : RowRef::kNoRow};
  if (const ListPtr* list = value.list()) return wanted < (*list)->size() ? (**list)[wanted] : Value();
  std::string text = cell(value).text;
  return wanted < text.size() ? Cell::of(text.substr(wanted, 1)) : Cell();
}

Value Evaluation::member(const Value& value, const std::string& wanted) const {
  if (const HostPtr* host = value.host()) return (*host)->member(wanted);
  if (const TablePtr* table = value.table()) {
    if (wanted == "length") return Cell::of(static_cast<double>((*table)->rows.size()));
    if (wanted == "loaded" || wanted == "dataLoaded") return Cell::of(true);
    if (wanted == "loading" || wanted == "error") return Cell();
    fail(fmt::format("A column of {} is written {}[0].{}", (*table)->name, (*table)->name, wanted));
  }
  if (const RowRef* row = value.row()) {
    auto column = row->table->find(wanted);
    if (column) return row->row == RowRef::kNoRow ? Cell() : row->table->rows[row->row][*column];
    std::string near = nearest(wanted, row->table->columns);
    if (near.empty()) return Cell();
    fail(fmt::format("The query {} has no column `{}`; did you mean `{}`?", row->table->name, wanted, near));
  }
  if (const ObjectPtr* object = value.object()) {
    for (const auto& [key, held] : **object) {
      if (key == wanted) return held;
    }
    return Value();
  }
  if (const ListPtr* list = value.list())
    return wanted == "length" ? Cell::of(static_cast<double>((*list)->size())) : Cell();
  if (value.function()) return Cell();
  return wanted == "length" ? Cell::of(static_cast<double>(cell(value).text.size())) : Cell();
}

Value Evaluation::call(const ExpressionNode& node, const Scope& scope) {
  const ExpressionNode& callee = *node.parts[0];
  if (callee.kind == Kind::name) {
    std::vector<Value> arguments = list(node, 1, scope);
    auto held = scope.find(callee.text);
    return held && !held->is_null() ? apply(*held, std::move(arguments))
                                    : call_function(callee.text, arguments);
  }
  if (callee.kind != Kind::member) {
    Value function = evaluate(callee, scope);
    return function.is_null() && node.optional ? function : apply(function, list(node, 1, scope));
  }
  const ExpressionNode& of = *callee.parts[0];
  Value self;
  if (of.kind != Kind::name) {
    self = evaluate(of, scope);
  } else if (auto known = fixed_.find(&of); known != fixed_.end()) {
    self = known->second;
  } else if (auto found = scope.find(of.text)) {
    self = *found;
    if (of.is_fixed) fixed_.emplace(&of, self);
  } else {
    return call_function(of.text + "." + callee.text, list(node, 1, scope));
  }
  if (self.is_null()) return Value();
  if (self.object() || self.host()) {
    Value held = member(self, callee.text);
    if (held.function()) return apply(held, list(node, 1, scope));
    if (node.optional && held.is_null()) return Value();
  }
  return call_method(self, callee.text, list(node, 1, scope));
}

Value Evaluation::apply(const Value& function, std::vector<Value> arguments) {
  const Function* held = function.function();
  if (!held) fail("A function is needed here: d => d.column");
  if (held->arrow->parts.empty()) fail("This function is JavaScript that only the reader's browser runs");
  Scope inner;
  inner.outer = held->scope.get();
  for (std::size_t i = 0; i < held->arrow->names.size(); ++i) {
    Value given = i < arguments.size() ? std::move(arguments[i]) : Value();
    const auto& parts = held->arrow->parts;
    if (given.is_null() && i + 1 < parts.size() && parts[i + 1]) given = evaluate(*parts[i + 1], inner);
    bind_name(inner, held->arrow->names[i], std::move(given));
  }
  return body(*held->arrow, inner);
}

Value Evaluation::body(const ExpressionNode& arrow, Scope& scope) {
  const ExpressionNode& of = *arrow.parts[0];
  return of.kind == Kind::block ? run(of, scope).value_or(Value()) : evaluate(of, scope);
}

std::optional<Value> Evaluation::run(const ExpressionNode& block, Scope& scope) {
  for (const auto& statement : block.parts) {
    step();
    if (statement->kind == Kind::give_back) return evaluate(*statement->parts[0], scope);
    if (statement->kind == Kind::declare) {
      Value value = evaluate(*statement->parts[0], scope);
      scope.names.set(statement->text, std::move(value));
    } else {
      std::size_t taken = evaluate(*statement->parts[0], scope).truth() ? 1 : 2;
      if (taken >= statement->parts.size()) continue;
      if (auto result = run(*statement->parts[taken], scope)) return result;
    }
  }
  return std::nullopt;
}

std::vector<Value> Evaluation::items(const Value& value) const {
  return view(value).all();
}

Items Evaluation::view(const Value& value) const {
  if (const ListPtr* list = value.list()) return Items(**list);
  if (const TablePtr* table = value.table()) return Items(*table);
  if (const ObjectPtr* object = value.object()) {
    // A Set or a Map of our own: a list in an object.
    for (const auto& [key, held] : **object) {
      if (key == "items" && held.list()) return Items(**held.list());
    }
  }
  static const List none;
  if (value.is_null()) return Items(none);
  fail("A query or a list is needed here");
}

Expression::Expression() = default;
Expression::~Expression() = default;

std::shared_ptr<const Expression> Expression::parse(std::string_view text, const std::string& where) {
  std::shared_ptr<Expression> made(new Expression());
  made->text_ = text;
  made->where_ = where;
  made->root_ = parse_expression(made->text_, where);
  return made;
}

std::shared_ptr<const Expression> Expression::parse_late(std::string_view text, const std::string& where) {
  try {
    return parse(text, where);
  } catch (const Error& error) {
    std::shared_ptr<Expression> made(new Expression());
    made->text_ = text;
    made->where_ = where;
    made->broken_ = std::make_shared<const Error>(error);
    return made;
  }
}

std::shared_ptr<const Expression> Expression::of(Value value, const std::string& where) {
  std::shared_ptr<Expression> made(new Expression());
  made->where_ = where;
  made->held_ = std::move(value);
  return made;
}

std::shared_ptr<const Expression> Expression::parse_template(std::string_view text,
                                                             const std::string& where) {
  // data="{query}" is the query itself, no text.
  bool whole = text.starts_with('{') && closing_bracket(text, 0) == text.size() - 1;
  if (whole) return parse_late(text.substr(1, text.size() - 2), where);
  std::string quoted = "`";
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::size_t close = text[at] == '{' ? closing_bracket(text, at) : std::string_view::npos;
    if (close != std::string_view::npos) {
      quoted += "${" + std::string(text.substr(at + 1, close - at));
      at = close;
      continue;
    }
    if (text[at] == '`' || text[at] == '\\' || text[at] == '$') quoted.push_back('\\');
    quoted.push_back(text[at]);
  }
  return parse_late(quoted + "`", where);
}

Value Expression::evaluate(const Scope& scope) const {
  if (broken_) throw Error(*broken_);
  if (!root_) return held_;
  return Evaluation(text_, where_, scope).evaluate(*root_, scope);
}

Cell Expression::cell(const Scope& scope) const {
  Value value = evaluate(scope);
  if (const Cell* held = value.cell()) return *held;
  if (value.list() || value.object() || value.host()) return Cell::of(text_of(value));
  if (value.row()) return value.row()->row == RowRef::kNoRow ? Cell() : Cell::of(to_json(value));
  throw Error(ErrorCode::page_syntax,
              fmt::format("{{{}}} is a query, a row or a function, not a value", text_), where_)
      .fix("Name a column: {query[0].column}.");
}

Traced Expression::traced(const Scope& scope) const {
  Traced traced;
  if (root_ && root_->kind == Kind::member && !root_->optional) {
    Value of = Evaluation(text_, where_, scope).evaluate(*root_->parts[0], scope);
    const RowRef* row = of.row();
    if (row && row->row != RowRef::kNoRow) {
      if (auto column = row->table->find(root_->text)) {
        traced.table = row->table;
        traced.row = row->row;
        traced.column = *column;
        traced.cell = row->table->rows[row->row][*column];
        return traced;
      }
    }
  }
  traced.cell = cell(scope);
  return traced;
}

namespace {

// Objects as rows: the columns are the keys in the order in which they come.
TablePtr table_of(const std::vector<Value>& items, const std::string& name) {
  auto table = std::make_shared<Table>();
  table->name = name;
  for (const Value& item : items) {
    std::vector<Cell> row(table->columns.size());
    auto set = [&](const std::string& key, const Value& value) {
      auto column = table->find(key);
      if (!column) {
        column = table->columns.size();
        table->columns.push_back(key);
        table->kinds.push_back(Cell::Kind::null);
        for (auto& other : table->rows) other.emplace_back();
        row.emplace_back();
      }
      Cell cell = value.cell() ? *value.cell() : Cell::of(to_json(value));
      if (table->kinds[*column] == Cell::Kind::null) table->kinds[*column] = cell.kind;
      row[*column] = std::move(cell);
    };
    if (const ObjectPtr* object = item.object()) {
      for (const auto& [key, value] : **object) set(key, value);
    } else if (const RowRef* ref = item.row()) {
      if (ref->row == RowRef::kNoRow) continue;
      for (std::size_t i = 0; i < ref->table->columns.size(); ++i)
        set(ref->table->columns[i], ref->table->rows[ref->row][i]);
    } else {
      set("value", item);
    }
    table->rows.push_back(std::move(row));
  }
  for (auto& row : table->rows) row.resize(table->columns.size());
  return table;
}

}  // namespace

TablePtr Expression::table(const Scope& scope) const {
  Value value = evaluate(scope);
  if (const TablePtr* held = value.table()) return *held;
  if (value.is_null()) {
    auto none = std::make_shared<Table>();
    none->name = text_;
    return none;
  }
  const ListPtr* list = value.list();
  if (!list && !value.row() && !value.object())
    throw Error(ErrorCode::page_syntax, fmt::format("{{{}}} is no query", text_), where_)
        .fix("Write data={query}.");
  std::vector<Value> items = list ? **list : std::vector<Value>{value};
  TablePtr table = table_of(items, root_->kind == ExpressionNode::Kind::name ? text_ : "data");
  const RowRef* first = items.empty() ? nullptr : items[0].row();
  if (!first) return table;
  // Rows of a query keep its name and types.
  auto typed = std::make_shared<Table>(*table);
  typed->name = first->table->name;
  for (std::size_t i = 0; i < typed->columns.size(); ++i) {
    if (auto column = first->table->find(typed->columns[i])) typed->kinds[i] = first->table->kinds[*column];
  }
  return typed;
}

}  // namespace leat::pages
