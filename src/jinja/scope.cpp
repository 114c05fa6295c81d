// Gives each variable that a template sets a slot in the frame of its function (template, macro, call block),
// so that a render finds it by index. Loops, with blocks, block sets and filter blocks are scopes of their
// own; `if` is not. A name that is read looks through the scopes that set it somewhere, innermost first, then
// in the context.
#include <string_view>

#include "base/error.h"
#include "jinja/parser.h"
#include "jinja/walk.h"

namespace leat::jinja {
namespace {

struct Scope {
  std::vector<std::pair<std::string_view, std::uint16_t>> names;
  std::uint16_t level;  // of its function
};

bool mentions(const Expression& node, std::string_view name) {
  if (node.kind == Expression::Kind::name &&
      static_cast<const Name&>(node).reference.text.as_string() == name)
    return true;
  bool found = false;
  each_child(node, [&](const Expression& child) { found = found || mentions(child, name); });
  return found;
}

bool mentions(const Body& body, std::string_view name) {
  bool found = false;
  for (const StatementPtr& statement : body.statements)
    each_part(
        *statement, [&](const Expression& part) { found = found || mentions(part, name); },
        [&](const Body& part) { found = found || mentions(part, name); });
  return found;
}

class Resolver {
 public:
  void function(MacroNode& node) {
    functions_.push_back(&node);
    node.slot_count = 0;
    scopes_.push_back({{}, static_cast<std::uint16_t>(functions_.size())});
    for (Parameter& parameter : node.parameters) parameter.slot = declare(parameter.name);
    if (node.type != "template" && node.type != "expression") special_names(node);
    collect(node.body);
    for (Parameter& parameter : node.parameters)
      if (parameter.fallback) expression(*parameter.fallback);
    body(node.body);
    for (const auto& [name, slot] : scopes_.back().names) node.names.emplace_back(Value(name), slot);
    scopes_.pop_back();
    functions_.pop_back();
  }

 private:
  void special_names(MacroNode& node) {
    const auto use = [&](std::string_view name, bool& used, std::uint16_t& slot) {
      if (find(name) || !mentions(node.body, name)) return;
      used = true;
      slot = declare(Value(name));
    };
    use("caller", node.uses_caller, node.caller_slot);
    use("varargs", node.uses_varargs, node.varargs_slot);
    use("kwargs", node.uses_kwargs, node.kwargs_slot);
  }

  const std::uint16_t* find(std::string_view name) const {
    for (const auto& [known, slot] : scopes_.back().names)
      if (known == name) return &slot;
    return nullptr;
  }
  // The name's view points into the tree, which outlives this pass.
  std::uint16_t declare(const Value& name) {
    if (const std::uint16_t* slot = find(name.as_string())) return *slot;
    MacroNode& function = *functions_.back();
    if (function.slot_count == UINT16_MAX)
      throw Error(ErrorCode::jinja_syntax, "A template has more than 65535 variables",
                  functions_.front()->name);
    scopes_.back().names.emplace_back(kept(name), function.slot_count);
    return function.slot_count++;
  }
  std::string_view kept(const Value& name) {
    names_.push_back(name);
    return names_.back().as_string();
  }

  void declare(Target& target) {
    if (target.kind == Target::Kind::name) target.slot = declare(target.name);
    for (Target& part : target.parts) declare(part);
  }
  // The names that a body sets in the scope it belongs to.
  void collect(Body& body) {
    for (StatementPtr& statement : body.statements) {
      switch (statement->kind) {
        case Statement::Kind::set:
          declare(static_cast<Set_&>(*statement).target);
          break;
        case Statement::Kind::set_block:
          declare(static_cast<SetBlock&>(*statement).target);
          break;
        case Statement::Kind::import:
          declare(static_cast<Import&>(*statement).target);
          break;
        case Statement::Kind::import_names:
          for (auto& [name, target] : static_cast<Import&>(*statement).names) declare(target);
          break;
        case Statement::Kind::macro: {
          auto& macro = static_cast<MacroNode&>(*statement);
          if (macro.type == "macro") macro.slot = declare(Value(macro.name));
          break;
        }
        case Statement::Kind::branch:
          for (auto& [condition, part] : static_cast<Branch&>(*statement).cases) collect(part);
          collect(static_cast<Branch&>(*statement).otherwise);
          break;
        default:
          break;
      }
    }
  }

  void resolve(NameReference& reference) {
    const std::string& name = reference.text.as_string();
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
      for (const auto& [known, slot] : scope->names)
        if (known == name)
          reference.slots.push_back({static_cast<std::uint16_t>(functions_.size() - scope->level), slot});
  }
  void resolve(Target& target) {
    if (target.kind == Target::Kind::attribute) resolve(target.object);
    for (Target& part : target.parts) resolve(part);
  }
  std::vector<NameReference> visible() {
    std::vector<NameReference> all;
    for (const Scope& scope : scopes_)
      for (const auto& [name, slot] : scope.names) {
        if (std::any_of(all.begin(), all.end(),
                        [n = name](const NameReference& r) { return r.text.as_string() == n; }))
          continue;
        all.push_back({Value(name), {}});
        resolve(all.back());
      }
    return all;
  }

  void expression(Expression& node) {
    if (node.kind == Expression::Kind::name) return resolve(static_cast<Name&>(node).reference);
    each_child(node, [this](const Expression& child) { expression(const_cast<Expression&>(child)); });
  }
  void maybe(const ExpressionPtr& node) {
    if (node) expression(*node);
  }

  // A scope declares all its names before anything in it is resolved, so its slots stand together and those
  // of the scopes within come behind them.
  template <class Declare, class Fill>
  void scope(ScopeSlots& slots, Declare&& declare_names, Fill&& fill) {
    slots.first = functions_.back()->slot_count;
    scopes_.push_back({{}, static_cast<std::uint16_t>(functions_.size())});
    declare_names();
    slots.count = static_cast<std::uint16_t>(functions_.back()->slot_count - slots.first);
    fill();
    scopes_.pop_back();
  }
  void scoped_body(ScopeSlots& slots, Body& inner) {
    scope(
        slots, [&] { collect(inner); }, [&] { body(inner); });
  }

  void loop(Loop& node) {
    expression(*node.items);
    node.uses_loop = node.recursive || mentions(node.body, "loop") ||
                     (node.condition && mentions(*node.condition, "loop"));
    scope(
        node.scope,
        [&] {
          declare(node.target);
          if (node.uses_loop) node.loop_slot = declare(Value("loop"));
          collect(node.body);
        },
        [&] {
          maybe(node.condition);
          body(node.body);
        });
    scoped_body(node.otherwise_scope, node.otherwise);
  }

  void with(With& node) {
    scope(
        node.scope,
        [&] {
          for (auto& [target, value] : node.assignments) declare(target);
          collect(node.body);
        },
        [&] { body(node.body); });
  }

  void body(Body& inner) {
    for (StatementPtr& child : inner.statements) statement(*child);
  }

  void statement(Statement& node) {
    switch (node.kind) {
      case Statement::Kind::branch:
        for (auto& [condition, part] : static_cast<Branch&>(node).cases) {
          expression(*condition);
          body(part);
        }
        return body(static_cast<Branch&>(node).otherwise);
      case Statement::Kind::loop:
        return loop(static_cast<Loop&>(node));
      case Statement::Kind::set:
        resolve(static_cast<Set_&>(node).target);
        return expression(*static_cast<Set_&>(node).value);
      case Statement::Kind::set_block: {
        auto& set = static_cast<SetBlock&>(node);
        resolve(set.target);
        maybe(set.filter);
        return scoped_body(set.scope, set.body);
      }
      case Statement::Kind::macro:
        return function(static_cast<MacroNode&>(node));
      case Statement::Kind::call_block:
        expression(*static_cast<CallBlock&>(node).call);
        return function(*static_cast<CallBlock&>(node).body);
      case Statement::Kind::filter_block:
        expression(*static_cast<FilterBlock&>(node).filter);
        return scoped_body(static_cast<FilterBlock&>(node).scope, static_cast<FilterBlock&>(node).body);
      case Statement::Kind::with:
        // The values of a with block see what is around it, not one another.
        for (auto& [target, value] : static_cast<With&>(node).assignments) expression(*value);
        return with(static_cast<With&>(node));
      case Statement::Kind::scope:
        return with(static_cast<With&>(node));
      case Statement::Kind::block:
        return function(*static_cast<Block&>(node).body);
      case Statement::Kind::include:
        expression(*static_cast<Include&>(node).name);
        static_cast<Include&>(node).visible = visible();
        return;
      case Statement::Kind::import:
      case Statement::Kind::import_names:
        expression(*static_cast<Import&>(node).name);
        static_cast<Import&>(node).visible = visible();
        return;
      default:
        each_part(
            node, [this](const Expression& part) { expression(const_cast<Expression&>(part)); },
            [this](const Body& part) { body(const_cast<Body&>(part)); });
    }
  }

  std::vector<MacroNode*> functions_;
  std::vector<Scope> scopes_;
  std::vector<Value> names_;
};

}  // namespace

void resolve_names(MacroNode& root) {
  Resolver().function(root);
}

}  // namespace leat::jinja
