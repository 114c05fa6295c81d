// What makes functions that are called for each row quick: what does not change is computed once, what stands
// in a table is looked at there, and one scope serves all calls.
#include <set>

#include "base/error.h"
#include "pages/expression_tree.h"

namespace leat::pages {
namespace {

using Kind = ExpressionNode::Kind;
using NameSet = std::set<std::string>;

// The names that a parameter binds: x, or those of {a, b} and [k, v].
void add_names(NameSet& names, const std::string& parameter) {
  std::string name;
  for (char c : parameter + ",") {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$') {
      name.push_back(c);
    } else if (!name.empty()) {
      names.insert(std::exchange(name, {}));
    }
  }
}

void add_declared(NameSet& names, const ExpressionNode& node) {
  if (node.kind == Kind::declare) names.insert(node.text);
  for (const auto& part : node.parts) {
    if (part) add_declared(names, *part);
  }
}

bool is_statement(Kind kind) {
  return kind == Kind::block || kind == Kind::declare || kind == Kind::give_back || kind == Kind::branch ||
         kind == Kind::spread;
}

// The names of functions around it that a node needs; `bound` are those that there are.
NameSet needs(ExpressionNode& node, const NameSet& bound, bool in_function) {
  NameSet needed, own;
  if (node.kind == Kind::name && bound.count(node.text) > 0) needed.insert(node.text);
  NameSet inside = bound;
  bool is_function = node.kind == Kind::arrow;
  if (is_function) {
    for (const std::string& parameter : node.names) add_names(own, parameter);
    add_declared(own, node);
    inside.insert(own.begin(), own.end());
  }
  for (const auto& part : node.parts) {
    if (part) needed.merge(needs(*part, inside, in_function || is_function));
  }
  // What its own parameters hide is not the name outside.
  for (const std::string& name : own) needed.erase(name);
  node.is_fixed = in_function && needed.empty() && node.kind != Kind::literal && !is_statement(node.kind);
  return needed;
}

}  // namespace

void mark_fixed(ExpressionNode& expression) {
  needs(expression, {}, false);
}

std::vector<Value> Items::all() const {
  if (list_) return *list_;
  std::vector<Value> rows;
  rows.reserve(size());
  for (std::size_t row = 0; row < size(); ++row) rows.push_back(at(row));
  return rows;
}

const Value& Evaluation::fixed(const ExpressionNode& node, const Scope& scope) {
  if (const Value* value = known(node)) return *value;
  Value value = computed(node, scope);
  return fixed_.insert_or_assign(&node, std::move(value)).first->second;
}

const Value* Evaluation::known(const ExpressionNode& node) {
  Recent& held = recent(node);
  if (held.node == &node && held.value) return held.value;
  auto found = fixed_.find(&node);
  if (found == fixed_.end()) return nullptr;
  held = {&node, &found->second, nullptr, 0};
  return held.value;
}

std::optional<std::size_t> Evaluation::column(const ExpressionNode& node, const Table& table) {
  Recent& held = recent(node);
  if (held.node == &node && held.table == &table) return held.column;
  auto found = table.find(node.text);
  if (found) held = {&node, nullptr, &table, *found};
  return found;
}

const Cell* Evaluation::standing(const ExpressionNode& node, const Scope& scope) {
  if (node.kind == Kind::literal) return &node.literal;
  if (node.is_fixed) {
    const Value* value = known(node);
    return value ? value->cell() : nullptr;
  }
  if (node.kind == Kind::name) {
    const Value* held = scope.held(node.text);
    return held ? held->cell() : nullptr;
  }
  if (node.kind != Kind::member || node.parts[0]->kind != Kind::name) return nullptr;
  const Value* held = scope.held(node.parts[0]->text);
  const RowRef* row = held ? held->row() : nullptr;
  if (!row || row->row == RowRef::kNoRow) return nullptr;
  auto at = column(node, *row->table);
  return at ? &row->table->rows[row->row][*at] : nullptr;
}

bool Evaluation::holds(const ExpressionNode& node, const Scope& scope) {
  if (node.is_fixed || node.kind != Kind::binary) return evaluate(node, scope).truth();
  step();
  const std::string& op = node.text;
  if (op == "&&") return holds(*node.parts[0], scope) && holds(*node.parts[1], scope);
  if (op == "||") return holds(*node.parts[0], scope) || holds(*node.parts[1], scope);
  if (op[0] == '=' || op[0] == '!' || op[0] == '<' || op[0] == '>') {
    const Cell* a = standing(*node.parts[0], scope);
    const Cell* b = a ? standing(*node.parts[1], scope) : nullptr;
    if (b) return compares(node, *a, *b);
  }
  return evaluate(node, scope).truth();
}

bool Evaluation::body_holds(const ExpressionNode& arrow, Scope& scope) {
  const ExpressionNode& of = *arrow.parts[0];
  return of.kind == Kind::block ? body(arrow, scope).truth() : holds(of, scope);
}

void Items::put(std::size_t i, Value& into) const {
  RowRef* row = std::get_if<RowRef>(&into.held);
  if (table_ && row && row->table == *table_) {
    row->row = i;
  } else {
    into = at(i);
  }
}

Loop::Loop(Evaluation& run, const Value& function) : run_(run), function_(function) {
  const Function* held = function.function();
  if (!held || held->arrow->parts.empty() || held->arrow->names.empty()) return;
  for (std::size_t i = 0; i < held->arrow->names.size(); ++i) {
    char first = held->arrow->names[i].empty() ? '{' : held->arrow->names[i][0];
    bool has_default = i + 1 < held->arrow->parts.size() && held->arrow->parts[i + 1];
    if (first == '{' || first == '[' || has_default) return;
  }
  arrow_ = held->arrow;
  scope_.outer = held->scope.get();
}

void Loop::bind(const Items& items, std::size_t i) {
  const std::vector<std::string>& names = arrow_->names;
  items.put(i, scope_.names.slot(names[0]));
  if (names.size() > 1) scope_.names.set(names[1], pages::number(static_cast<double>(i)));
  for (std::size_t k = 2; k < names.size(); ++k) scope_.names.set(names[k], Value());
}

Value Loop::call(const Items& items, std::size_t i) {
  if (!arrow_) return run_.apply(function_, {items.at(i), pages::number(static_cast<double>(i))});
  bind(items, i);
  return run_.body(*arrow_, scope_);
}

bool Loop::holds(const Items& items, std::size_t i) {
  if (!arrow_) return call(items, i).truth();
  bind(items, i);
  return run_.body_holds(*arrow_, scope_);
}

}  // namespace leat::pages
