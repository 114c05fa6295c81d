// Session: one render under way: walks the tree, holds frames, counts steps, knows where it is for messages.
//
// Guarantees: ends with a result or an Error; never uses more than 3 MB of the thread's stack.
// Threads: the one that renders.
// Owns: the frames that macros captured, whose slots it empties at its end so that no circle keeps them
// alive. Errors: what is thrown inside leaves with place, line and macro stack added, once.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "jinja/ast.h"
#include "jinja/builtins.h"
#include "jinja/call.h"
#include "jinja/environment.h"

namespace leat::jinja {

/// The variables of one call of a function of a template.
class Frame final : public Box {
 public:
  Frame(Ref<Frame> outer, std::size_t count) : parent(std::move(outer)), slots(count) {}
  const Ref<Frame> parent;  ///< of the function around, as it was when this one was defined
  std::vector<Value> slots;
  bool captured = false;                   ///< a macro holds it
  std::shared_ptr<const Context> context;  ///< of an imported module; else the session's
};

/// A macro, call block or block as a value.
class Macro final : public Object {
 public:
  Macro(const MacroNode& node, std::shared_ptr<const Template> owner, Ref<Frame> closure)
      : node_(&node), owner_(std::move(owner)), closure_(std::move(closure)) {}
  std::string_view type_name() const override { return "Macro"; }
  std::string repr() const override { return "<Macro '" + node_->name + "'>"; }
  std::optional<Value> attribute(std::string_view name) override;
  Value call(CallArguments& arguments) override;
  bool is_callable() const override { return true; }

  const MacroNode& node() const { return *node_; }
  const std::shared_ptr<const Template>& owner() const { return owner_; }
  const Ref<Frame>& closure() const { return closure_; }

 private:
  const MacroNode* node_;
  std::shared_ptr<const Template> owner_;
  Ref<Frame> closure_;
};

/// return() of a dbt macro where it is not a statement of its own, or stands in a call block: unwinds to the
/// macro.
struct Returned {
  Value value;
};

/// An Error that has its place already.
class PlacedError final : public Error {
 public:
  using Error::Error;
  explicit PlacedError(Error error) : Error(std::move(error)) {}
};

struct Environment::Tables {
  struct Entry {
    const BuiltinEntry* builtin = nullptr;
    Function function;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Map = std::unordered_map<std::string, Entry, Hash, std::equal_to<>>;
  Context globals;
  Map filters, tests;
  std::function<std::shared_ptr<const Template>(std::string_view)> loader;
};

class Session {
 public:
  Session(const Environment& environment, const Context& context);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  std::string render(const Template& parsed);
  Value render_native(const Template& parsed);
  Value evaluate_template(const Template& parsed);
  Value call(const Value& callee, CallArguments& arguments);
  Value call_macro(const Macro& macro, CallArguments& arguments);
  /// Unwinds to the macro around with what it returns; an Error when there is none.
  [[noreturn]] void give_back(Value value) const;
  /// Runs a recursive loop's body once more, over `items`.
  std::string run_again(const Loop& loop, Frame& frame, const Value& items, std::size_t depth);
  /// Runs the next more general version of a block.
  std::string super(const std::string& block, std::size_t level);

  const Context& context() const { return *context_; }
  const Environment& environment() const { return environment_; }
  const Environment::Tables& tables() const { return *environment_.tables_; }
  /// Calls `what()`, and adds the place to an Error that leaves it.
  template <class F>
  auto placed(F&& what) -> decltype(what());

 private:
  enum class Flow : std::uint8_t { normal, break_loop, continue_loop, give_back };
  struct CallRecord {
    const MacroNode* macro;
    const Template* caller_template;
    Position called_at;
  };
  struct BlockVersion {
    const MacroNode* node;
    std::shared_ptr<const Template> owner;
    Ref<Frame> frame;
  };
  class Using;
  class Depth;

  // Expressions (session_expressions.cpp, session_calls.cpp).
  Value evaluate(const Expression& node, Frame& frame);
  Value load(const NameReference& reference, Frame& frame);
  const Value* find_slot(const NameReference& reference, Frame& frame) const;
  Value attribute(const Attribute& node, Frame& frame);
  Value attribute_of(const Value& object, const Attribute& node);
  Value item(const Item& node, Frame& frame);
  Value slice_of(const Slice& node, Frame& frame);
  Value unary(const Unary& node, Frame& frame);
  Value concatenation(const Sequence& node, Frame& frame);
  Value sequence(const Sequence& node, Frame& frame);
  Value comparisons(const Comparisons& node, Frame& frame);
  Value conditional(const Conditional& node, Frame& frame);
  Value dict(const DictLiteral& node, Frame& frame);
  Value call(const Call& node, Frame& frame);
  Value call_attribute(const Call& node, const Attribute& callee, Frame& frame);
  void arguments(const ArgumentList& list, Frame& frame, CallArguments& into);
  Value filter(const Filter& node, Frame& frame, const Value* body = nullptr);
  bool test(const Test& node, Frame& frame);
  Value missing(const Value& owner, const Value& name);

  // Statements (session_statements.cpp, session_loops.cpp, session_templates.cpp).
  Flow execute(const Body& body, Frame& frame, std::string& out);
  Flow execute(const Statement& node, Frame& frame, std::string& out);
  void output(const Expression& node, Frame& frame, std::string& out);
  Flow branch(const Branch& node, Frame& frame, std::string& out);
  Flow loop(const Loop& node, Frame& frame, std::string& out);
  Flow plain_loop(const Loop& node, const Value& items, Frame& frame, std::string& out);
  Flow counted_loop(const Loop& node, const Value& items, Frame& frame, std::string& out, std::size_t depth);
  Flow turn(const Loop& node, Frame& frame, std::string& out, bool& goes_on);
  Flow set_block(const SetBlock& node, Frame& frame);
  Flow call_block(const CallBlock& node, Frame& frame, std::string& out);
  Flow filter_block(const FilterBlock& node, Frame& frame, std::string& out);
  Flow with(const With& node, Frame& frame, std::string& out);
  void include(const Include& node, Frame& frame, std::string& out);
  void import(const Import& node, Frame& frame);
  Value module(const std::string& name, const Import& node, Frame& frame);
  std::shared_ptr<const Template> load_template(const Value& name, bool ignore_missing);
  void collect_blocks(const Body& body, const Template& parsed, const Ref<Frame>& frame);
  void run_block(const Block& node, Frame& frame, std::string& out);
  std::string run_version(const std::string& name, std::size_t level);
  void render_root(const Template& parsed, const Ref<Frame>& frame, std::string& out);
  void assign(const Target& target, Value value, Frame& frame);
  void unpack(const Target& target, const Value& value, Frame& frame);
  void define(const MacroNode& node, Frame& frame);
  static void clear(const ScopeSlots& scope, Frame& frame);

  // Calls of macros (session_calls.cpp).
  Value run_macro(const Macro& macro, CallArguments& arguments, std::string& out);
  void bind(const MacroNode& node, CallArguments& arguments, Frame& frame);
  void bind_rest(const MacroNode& node, CallArguments& arguments, Frame& frame, std::size_t used);

  // Limits and places.
  void tick() {
    if (++steps_ > limits_.steps_max) out_of_steps();
  }
  [[noreturn]] void out_of_steps() const;
  void check_stack() const;
  void check_size(const std::string& out) const;
  void at(const Expression& node) { position_ = node.position; }
  [[noreturn]] void place(const Error& error) const;
  std::string way_here(const std::string& file) const;
  std::string near_names(const Error& error) const;

  const Environment& environment_;
  const Limits& limits_;
  const Context* context_;
  const Template* template_ = nullptr;
  Frame* frame_ = nullptr;
  Position position_;
  std::uint64_t steps_ = 0;
  const char* stack_base_;
  Value returned_;
  std::vector<CallRecord> calls_;
  std::vector<Ref<Frame>> captured_;
  std::vector<std::pair<std::string, std::vector<BlockVersion>>> blocks_;
  std::vector<Value> modules_;
  std::vector<std::shared_ptr<const Template>> kept_templates_;
  std::size_t parents_ = 0;
};

template <class F>
auto Session::placed(F&& what) -> decltype(what()) {
  try {
    return what();
  } catch (const Error& error) {
    if (dynamic_cast<const PlacedError*>(&error)) throw;
    place(error);
  }
}

}  // namespace leat::jinja
