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
  auto known = fixed_.find(&node);
  if (known != fixed_.end()) return known->second;
  Value value = computed(node, scope);
  return fixed_.insert_or_assign(&node, std::move(value)).first->second;
}

const Cell* Evaluation::standing(const ExpressionNode& node, const Scope& scope) {
  if (node.kind == Kind::literal) return &node.literal;
  if (node.is_fixed) {
    auto known = fixed_.find(&node);
    return known == fixed_.end() ? nullptr : known->second.cell();
  }
  if (node.kind == Kind::name) {
    const Value* held = scope.held(node.text);
    return held ? held->cell() : nullptr;
  }
  if (node.kind != Kind::member || node.parts[0]->kind != Kind::name) return nullptr;
  const Value* held = scope.held(node.parts[0]->text);
  const RowRef* row = held ? held->row() : nullptr;
  if (!row || row->row == RowRef::kNoRow) return nullptr;
  step();
  auto column = row->table->find(node.text);
  return column ? &row->table->rows[row->row][*column] : nullptr;
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

Value Loop::call(Value item, std::size_t number) {
  if (!arrow_) return run_.apply(function_, {std::move(item), pages::number(static_cast<double>(number))});
  const std::vector<std::string>& names = arrow_->names;
  scope_.names[names[0]] = std::move(item);
  if (names.size() > 1) scope_.names[names[1]] = pages::number(static_cast<double>(number));
  for (std::size_t i = 2; i < names.size(); ++i) scope_.names[names[i]] = Value();
  return run_.body(*arrow_, scope_);
}

}  // namespace leat::pages
