// Scope: names and their values.
#include "pages/expression.h"

namespace leat::pages {

Value& Names::slot(const std::string& name) {
  for (auto& [held, value] : held_) {
    if (held == name) return value;
  }
  return held_.emplace_back(name, Value()).second;
}

const Value* Names::find(const std::string& name) const {
  for (const auto& [held, value] : held_) {
    if (held == name) return &value;
  }
  return nullptr;
}

const Value* Scope::held(const std::string& name) const {
  for (const Scope* scope = this; scope; scope = scope->outer) {
    if (const Value* found = scope->names.find(name)) return found;
  }
  return nullptr;
}

std::optional<Value> Scope::find(const std::string& name) const {
  if (const Value* found = held(name)) return *found;
  const Scope& outermost = root();
  return outermost.lookup ? outermost.lookup(name) : std::nullopt;
}

namespace {

// {a, b} or [k, v]: the parts of an item under names of their own.
void take_apart(const std::string& names, const Value& item, Scope& scope) {
  std::string name;
  std::size_t position = 0;
  for (char c : names + ",") {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$') name.push_back(c);
    if (c != ',' || name.empty()) continue;
    if (const ListPtr* list = item.list()) {
      scope.names.set(name, position < (*list)->size() ? (**list)[position] : Value());
    } else if (const RowRef* row = item.row()) {
      auto column = row->table->find(name);
      scope.names.set(
          name, column && row->row != RowRef::kNoRow ? Value(row->table->rows[row->row][*column]) : Value());
    } else if (const ObjectPtr* object = item.object()) {
      scope.names.set(name, Value());
      for (const auto& [key, value] : **object) {
        if (key == name) scope.names.set(name, value);
      }
    }
    ++position;
    name.clear();
  }
}

}  // namespace

void bind_name(Scope& scope, const std::string& name, Value value) {
  if (name.starts_with('{') || name.starts_with('[')) {
    take_apart(name, value, scope);
  } else {
    scope.names.set(name, std::move(value));
  }
}

const Scope& Scope::root() const {
  const Scope* scope = this;
  while (scope->outer) scope = scope->outer;
  return *scope;
}

ScopePtr Scope::kept() const {
  // The outermost lives as long as its page.
  if (!outer) return ScopePtr(ScopePtr(), this);
  auto copy = std::make_shared<Scope>();
  copy->names = names;
  copy->keeps = outer->kept();
  copy->outer = copy->keeps.get();
  return copy;
}

}  // namespace leat::pages
