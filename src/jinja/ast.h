// The syntax tree of a template. Parsed once, walked by the session at every render, read by the
// analysis.
//
// Guarantees: constant after Template::parse. Names that the template itself sets are resolved to slots
//   of frames; all others are looked up in the context.
// Threads: any number may read.
// Owns: its children.
// Errors: none.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "jinja/operations.h"
#include "jinja/value.h"

namespace leat::jinja {

struct MethodSet;

struct Position {
  std::uint32_t line = 0, column = 0;
};

/// A place for a variable: `depth` frames up (a macro's frame, then the frame it was defined in), at `slot`.
struct SlotReference {
  std::uint16_t depth, slot;
};

/// A name as read by an expression: the slots that may hold it, innermost first; then the context.
struct NameReference {
  Value text;
  std::vector<SlotReference> slots;
};

struct Expression {
  enum class Kind : std::uint8_t {
    constant,
    name,
    attribute,
    item,
    slice,
    call,
    filter,
    test,
    negate,
    plus,
    negation,
    arithmetic,
    conjunction,
    disjunction,
    concatenation,
    comparison,
    conditional,
    list,
    tuple,
    dict
  };
  Expression(Kind k, Position p) : kind(k), position(p) {}
  virtual ~Expression() = default;
  Kind kind;
  std::uint16_t depth = 1;  ///< of the tree below, bounded by the parser
  Position position;
};
using ExpressionPtr = std::unique_ptr<Expression>;

struct Constant final : Expression {
  Constant(Position p, Value v) : Expression(Kind::constant, p), value(std::move(v)) {}
  Value value;
};
struct Name final : Expression {
  Name(Position p, std::string_view text) : Expression(Kind::name, p) { reference.text = Value(text); }
  NameReference reference;
};
struct Attribute final : Expression {
  Attribute(Position p, ExpressionPtr o, std::string_view n);
  ExpressionPtr object;
  Value name;
  const MethodSet* methods;  ///< of built-in kinds, looked up once
};
struct Item final : Expression {
  Item(Position p, ExpressionPtr o, ExpressionPtr k)
      : Expression(Kind::item, p), object(std::move(o)), key(std::move(k)) {}
  ExpressionPtr object, key;
};
struct Slice final : Expression {
  Slice(Position p, ExpressionPtr o) : Expression(Kind::slice, p), object(std::move(o)) {}
  ExpressionPtr object, start, stop, step;  ///< null where left out
};
struct ArgumentList {
  std::vector<ExpressionPtr> positional;
  std::vector<std::pair<std::string, ExpressionPtr>> named;
  ExpressionPtr spread, named_spread;  ///< *x and **x
};
struct Call final : Expression {
  Call(Position p, ExpressionPtr c) : Expression(Kind::call, p), callee(std::move(c)) {}
  ExpressionPtr callee;
  ArgumentList arguments;
};
struct Filter final : Expression {
  Filter(Position p, ExpressionPtr o, std::string n)
      : Expression(Kind::filter, p), object(std::move(o)), name(std::move(n)) {}
  ExpressionPtr object;  ///< null in filter blocks and block sets: the body's text
  std::string name;
  ArgumentList arguments;
};
struct Test final : Expression {
  Test(Position p, ExpressionPtr o, std::string n)
      : Expression(Kind::test, p), object(std::move(o)), name(std::move(n)) {}
  ExpressionPtr object;
  std::string name;
  ArgumentList arguments;
  bool negated = false;
};
/// negate, plus, negation (not).
struct Unary final : Expression {
  Unary(Kind k, Position p, ExpressionPtr o) : Expression(k, p), operand(std::move(o)) {}
  ExpressionPtr operand;
};
/// arithmetic, conjunction, disjunction.
struct Binary final : Expression {
  Binary(Kind k, Position p, ExpressionPtr l, ExpressionPtr r, Operator o = Operator::add)
      : Expression(k, p), left(std::move(l)), right(std::move(r)), op(o) {}
  ExpressionPtr left, right;
  Operator op;
};
/// concatenation (~), list, tuple.
struct Sequence final : Expression {
  Sequence(Kind k, Position p) : Expression(k, p) {}
  std::vector<ExpressionPtr> items;
};
/// left op x op y …, chained as in Python.
struct Comparisons final : Expression {
  Comparisons(Position p, ExpressionPtr l) : Expression(Kind::comparison, p), left(std::move(l)) {}
  ExpressionPtr left;
  std::vector<std::pair<Comparison, ExpressionPtr>> rest;
};
struct Conditional final : Expression {
  explicit Conditional(Position p) : Expression(Kind::conditional, p) {}
  ExpressionPtr condition, chosen, otherwise;  ///< otherwise may be null
};
struct DictLiteral final : Expression {
  explicit DictLiteral(Position p) : Expression(Kind::dict, p) {}
  std::vector<std::pair<ExpressionPtr, ExpressionPtr>> entries;
};

struct Statement {
  enum class Kind : std::uint8_t {
    text,
    output,
    branch,
    loop,
    set,
    set_block,
    macro,
    call_block,
    filter_block,
    evaluate,
    with,
    include,
    import,
    import_names,
    extends,
    block,
    scope,
    break_loop,
    continue_loop,
    give_back
  };
  Statement(Kind k, Position p) : kind(k), position(p) {}
  virtual ~Statement() = default;
  Kind kind;
  Position position;
};
using StatementPtr = std::unique_ptr<Statement>;

struct Body {
  std::vector<StatementPtr> statements;
};

/// The slots that a scope (a loop's turn, a with block, a macro's body) clears when it is entered.
struct ScopeSlots {
  std::uint16_t first = 0, count = 0;
};

/// What is assigned to: a name, a namespace's attribute, or several of these.
struct Target {
  enum class Kind : std::uint8_t { name, attribute, tuple };
  Kind kind = Kind::name;
  Position position;
  Value name;              ///< of the variable, or of the namespace's attribute
  std::uint16_t slot = 0;  ///< name
  NameReference object;    ///< attribute: the namespace
  std::vector<Target> parts;
};

struct Text final : Statement {
  Text(Position p, std::string c) : Statement(Kind::text, p), content(std::move(c)) {}
  std::string content;
};
/// output ({{ … }}), evaluate (do), give_back (return).
struct ExpressionStatement final : Statement {
  ExpressionStatement(Kind k, Position p, ExpressionPtr e) : Statement(k, p), expression(std::move(e)) {}
  ExpressionPtr expression;
};
struct Branch final : Statement {
  explicit Branch(Position p) : Statement(Kind::branch, p) {}
  std::vector<std::pair<ExpressionPtr, Body>> cases;
  Body otherwise;
};
struct Loop final : Statement {
  explicit Loop(Position p) : Statement(Kind::loop, p) {}
  Target target;
  ExpressionPtr items, condition;  ///< condition may be null
  Body body, otherwise;
  ScopeSlots scope, otherwise_scope;
  bool recursive = false;
  bool uses_loop = false;
  std::uint16_t loop_slot = 0;
};
struct Set_ final : Statement {
  explicit Set_(Position p) : Statement(Kind::set, p) {}
  Target target;
  ExpressionPtr value;
};
struct SetBlock final : Statement {
  explicit SetBlock(Position p) : Statement(Kind::set_block, p) {}
  Target target;
  ExpressionPtr filter;  ///< a Filter chain whose innermost object is null, or null
  Body body;
  ScopeSlots scope;
};
struct Parameter {
  Value name;
  std::uint16_t slot = 0;
  ExpressionPtr fallback;  ///< null: required
};
/// A function of the template: a macro, a call block's body, a block, dbt's macro-likes, or the whole
/// template.
struct MacroNode final : Statement {
  explicit MacroNode(Position p) : Statement(Kind::macro, p) {}
  std::string type = "macro", name;
  std::vector<Parameter> parameters;
  Body body;
  std::uint16_t slot_count = 0;
  std::uint16_t slot = 0;  ///< of the enclosing frame, which holds the macro's value
  bool uses_caller = false, uses_varargs = false, uses_kwargs = false;
  std::uint16_t caller_slot = 0, varargs_slot = 0, kwargs_slot = 0;
  std::vector<std::pair<Value, std::uint16_t>> names;  ///< of the outermost scope, for imports
  std::string adapter;
  std::vector<std::string> supported_languages;
};
struct CallBlock final : Statement {
  explicit CallBlock(Position p) : Statement(Kind::call_block, p) {}
  ExpressionPtr call;  ///< a Call
  std::unique_ptr<MacroNode> body;
};
struct FilterBlock final : Statement {
  explicit FilterBlock(Position p) : Statement(Kind::filter_block, p) {}
  ExpressionPtr filter;
  Body body;
  ScopeSlots scope;
};
/// with (assignments, then body) and scope (autoescape: body only).
struct With final : Statement {
  With(Kind k, Position p) : Statement(k, p) {}
  std::vector<std::pair<Target, ExpressionPtr>> assignments;
  Body body;
  ScopeSlots scope;
};
struct Include final : Statement {
  explicit Include(Position p) : Statement(Kind::include, p) {}
  ExpressionPtr name;
  bool ignore_missing = false, with_context = true;
  std::vector<NameReference> visible;  ///< the template's own names at this place
};
struct Import final : Statement {
  Import(Kind k, Position p) : Statement(k, p) {}
  ExpressionPtr name;
  bool with_context = false;
  Target target;                                ///< import … as
  std::vector<std::pair<Value, Target>> names;  ///< from … import name as target
  std::vector<NameReference> visible;
};
struct Block final : Statement {
  explicit Block(Position p) : Statement(Kind::block, p) {}
  std::unique_ptr<MacroNode> body;
  bool scoped = false, required = false;
};
struct Jump final : Statement {
  Jump(Kind k, Position p) : Statement(k, p) {}
};

}  // namespace leat::jinja
