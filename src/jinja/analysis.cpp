#include "jinja/ast.h"
#include "jinja/template.h"
#include "jinja/walk.h"

namespace leat::jinja {
namespace {

// The value of an expression of literals only.
std::optional<Value> literal(const Expression& node) {
  switch (node.kind) {
    case Expression::Kind::constant:
      return static_cast<const Constant&>(node).value;
    case Expression::Kind::negate: {
      auto value = literal(*static_cast<const Unary&>(node).operand);
      if (!value || !value->is_number()) return std::nullopt;
      return negate(*value);
    }
    case Expression::Kind::list:
    case Expression::Kind::tuple: {
      std::vector<Value> items;
      for (const ExpressionPtr& item : static_cast<const Sequence&>(node).items) {
        auto value = literal(*item);
        if (!value) return std::nullopt;
        items.push_back(std::move(*value));
      }
      return node.kind == Expression::Kind::list ? Value::list(std::move(items))
                                                 : Value::tuple(std::move(items));
    }
    case Expression::Kind::dict: {
      Ref<Dict> dict = make_ref<Dict>();
      for (const auto& [key, item] : static_cast<const DictLiteral&>(node).entries) {
        auto name = literal(*key), value = literal(*item);
        if (!name || !value || name->is_list() || name->is_dict() || name->is_tuple()) return std::nullopt;
        dict->set(std::move(*name), std::move(*value));
      }
      return Value(dict);
    }
    default:
      return std::nullopt;
  }
}

std::string dotted(const Expression& node) {
  if (node.kind == Expression::Kind::name) return static_cast<const Name&>(node).reference.text.as_string();
  if (node.kind == Expression::Kind::attribute) {
    const auto& attribute = static_cast<const Attribute&>(node);
    std::string owner = dotted(*attribute.object);
    return owner.empty() ? owner : owner + "." + attribute.name.as_string();
  }
  return {};
}

class CallFinder {
 public:
  explicit CallFinder(const std::function<void(const CallSite&)>& visit) : visit_(visit) {}
  void body(const Body& inner) {
    for (const StatementPtr& child : inner.statements) {
      const bool macro = child->kind == Statement::Kind::macro;
      std::string outer = macro ? std::exchange(macro_, static_cast<const MacroNode&>(*child).name) : macro_;
      each_part(
          *child, [this](const Expression& part) { expression(part); },
          [this](const Body& part) { body(part); });
      macro_ = std::move(outer);
    }
  }

 private:
  void expression(const Expression& node) {
    if (node.kind == Expression::Kind::call) report(static_cast<const Call&>(node));
    each_child(node, [this](const Expression& child) { expression(child); });
  }
  void report(const Call& call) {
    CallSite site;
    site.callee = dotted(*call.callee);
    if (site.callee.empty()) return;
    for (const ExpressionPtr& argument : call.arguments.positional)
      site.positional.push_back(literal(*argument));
    for (const auto& [name, argument] : call.arguments.named)
      site.named.emplace_back(name, literal(*argument));
    site.spreads = call.arguments.spread || call.arguments.named_spread;
    site.macro = macro_;
    site.line = call.position.line;
    site.column = call.position.column;
    visit_(site);
  }
  const std::function<void(const CallSite&)>& visit_;
  std::string macro_;
};

struct NameFinder {
  std::vector<std::string> names;
  void note(const NameReference& reference) {
    const std::string& name = reference.text.as_string();
    if (reference.slots.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  }
  void expression(const Expression& node) {
    if (node.kind == Expression::Kind::name) note(static_cast<const Name&>(node).reference);
    each_child(node, [this](const Expression& child) { expression(child); });
  }
  void body(const Body& inner) {
    for (const StatementPtr& child : inner.statements) {
      if (child->kind == Statement::Kind::set &&
          static_cast<const Set_&>(*child).target.kind == Target::Kind::attribute)
        note(static_cast<const Set_&>(*child).target.object);
      each_part(
          *child, [this](const Expression& part) { expression(part); },
          [this](const Body& part) { body(part); });
    }
  }
};

}  // namespace

void for_each_call(const Template& parsed, const std::function<void(const CallSite&)>& visit) {
  CallFinder(visit).body(parsed.root().body);
}

std::vector<std::string> Template::undeclared_names() const {
  NameFinder finder;
  finder.body(root_->body);
  return std::move(finder.names);
}

}  // namespace leat::jinja
