#include "jinja/loop_state.h"
#include "jinja/session.h"

namespace leat::jinja {

Value LoopState::neighbour(std::int64_t step, std::string_view name) const {
  const std::int64_t index = static_cast<std::int64_t>(at_) + step;
  if (index >= 0 && index < static_cast<std::int64_t>(items_.size()))
    return items_[static_cast<std::size_t>(index)];
  const UndefinedPolicy policy =
      session_ ? session_->environment().options().undefined : UndefinedPolicy::lenient;
  return missing_name(policy, std::string(name),
                      step < 0 ? "there is no previous item" : "there is no next item");
}

std::optional<Value> LoopState::attribute(std::string_view name) {
  const std::size_t count = items_.size();
  if (name == "last") return Value(at_ + 1 == count);
  if (name == "first") return Value(at_ == 0);
  if (name == "index") return Value(at_ + 1);
  if (name == "index0") return Value(at_);
  if (name == "length") return Value(count);
  if (name == "revindex") return Value(count - at_);
  if (name == "revindex0") return Value(count - at_ - 1);
  if (name == "previtem") return neighbour(-1, name);
  if (name == "nextitem") return neighbour(1, name);
  if (name == "depth") return Value(depth_ + 1);
  if (name == "depth0") return Value(depth_);
  return std::nullopt;
}

std::optional<Value> LoopState::method(std::string_view name, CallArguments& arguments) {
  if (name == "cycle") {
    if (arguments.positional.empty()) raise_type("no items for cycling given");
    return arguments.positional[at_ % arguments.positional.size()];
  }
  if (name == "changed") {
    std::vector<Value> now(arguments.positional.begin(), arguments.positional.end());
    Value given = Value::tuple(std::move(now));
    if (last_changed_ && jinja::equals(*last_changed_, given)) return Value(false);
    last_changed_ = std::move(given);
    return Value(true);
  }
  return std::nullopt;
}

Value LoopState::call(CallArguments& arguments) {
  if (!session_ || !node_.recursive)
    raise_type("The loop must have the 'recursive' marker to be called recursively.");
  return Value(session_->run_again(node_, frame_, arguments.require(0, "iterable"), depth_ + 1));
}

void Session::clear(const ScopeSlots& scope, Frame& frame) {
  for (std::uint16_t at = 0; at < scope.count; ++at)
    frame.slots[static_cast<std::size_t>(scope.first) + at] = Value();
}

Session::Flow Session::loop(const Loop& node, Frame& frame, std::string& out) {
  const Value items = evaluate(*node.items, frame);
  at(*node.items);
  return node.uses_loop ? counted_loop(node, items, frame, out, 0) : plain_loop(node, items, frame, out);
}

// Runs the body once. break and continue end here, return goes through.
Session::Flow Session::turn(const Loop& node, Frame& frame, std::string& out, bool& goes_on) {
  tick();
  const Flow flow = execute(node.body, frame, out);
  goes_on = flow != Flow::break_loop && flow != Flow::give_back;
  return flow == Flow::give_back ? flow : Flow::normal;
}

Session::Flow Session::plain_loop(const Loop& node, const Value& items, Frame& frame, std::string& out) {
  auto walk = iterate(items);
  bool any = false, goes_on = true;
  Flow flow = Flow::normal;
  for (Value item; goes_on && walk->next(item);) {
    clear(node.scope, frame);
    assign(node.target, std::move(item), frame);
    if (node.condition) {
      tick();
      const Value passes = evaluate(*node.condition, frame);
      if (!truth(passes)) continue;
    }
    any = true;
    flow = turn(node, frame, out, goes_on);
  }
  clear(node.scope, frame);
  if (any || node.otherwise.statements.empty()) return flow;
  clear(node.otherwise_scope, frame);
  return execute(node.otherwise, frame, out);
}

// A loop whose body asks for `loop`: its items are counted first.
Session::Flow Session::counted_loop(const Loop& node, const Value& items, Frame& frame, std::string& out,
                                    std::size_t depth) {
  std::vector<Value> chosen;
  auto walk = iterate(items);
  for (Value item; walk->next(item);) {
    if (chosen.size() >= limits_.range_items_max)
      throw Error(ErrorCode::jinja_limit, "A loop has too many items");
    if (node.condition) {
      tick();
      clear(node.scope, frame);
      assign(node.target, item, frame);
      if (!truth(evaluate(*node.condition, frame))) continue;
    }
    chosen.push_back(std::move(item));
  }
  const Ref<LoopState> state = make_ref<LoopState>(*this, node, frame, std::move(chosen), depth);
  struct End {
    LoopState& state;
    ~End() { state.end(); }
  } end{*state};
  bool goes_on = true;
  Flow flow = Flow::normal;
  for (std::size_t index = 0; goes_on && index < state->items().size(); ++index) {
    clear(node.scope, frame);
    state->move_to(index);
    frame.slots[node.loop_slot] = Value(state);
    assign(node.target, state->items()[index], frame);
    flow = turn(node, frame, out, goes_on);
  }
  clear(node.scope, frame);
  if (!state->items().empty() || node.otherwise.statements.empty()) return flow;
  clear(node.otherwise_scope, frame);
  return execute(node.otherwise, frame, out);
}

std::string Session::run_again(const Loop& node, Frame& frame, const Value& items, std::size_t depth) {
  if (depth > limits_.depth_max)
    throw Error(ErrorCode::jinja_limit,
                fmt::format("A recursive loop is more than {} levels deep", depth - 1));
  check_stack();
  std::vector<Value> kept = frame.slots;
  std::string out;
  const Flow flow = counted_loop(node, items, frame, out, depth);
  frame.slots = std::move(kept);
  if (flow == Flow::give_back) give_back(std::exchange(returned_, Value()));
  return out;
}

}  // namespace leat::jinja
