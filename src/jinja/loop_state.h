// LoopState: the `loop` variable.
//
// Guarantees: index, index0, revindex, revindex0, first, last, length, depth, depth0, previtem,
//   nextitem, cycle(…), changed(…), and loop(items) in recursive loops, as Jinja2's.
// Threads: the rendering thread.
// Owns: the items of its loop.
// Errors: a call after its loop has ended, or in a loop that is not recursive, throws
//   Error(jinja_type).
#pragma once
#include "jinja/session.h"

namespace leat::jinja {

class LoopState final : public Object {
 public:
  LoopState(Session& session, const Loop& node, Frame& frame, std::vector<Value> items, std::size_t depth)
      : session_(&session), node_(node), frame_(frame), items_(std::move(items)), depth_(depth) {}
  std::string_view type_name() const override { return "LoopContext"; }
  std::string repr() const override { return fmt::format("<LoopContext {}/{}>", at_ + 1, items_.size()); }
  std::optional<Value> attribute(std::string_view name) override;
  std::optional<Value> method(std::string_view name, CallArguments& arguments) override;
  Value call(CallArguments& arguments) override;
  bool is_callable() const override { return true; }
  std::optional<std::size_t> length() const override { return items_.size(); }

  const std::vector<Value>& items() const { return items_; }
  void move_to(std::size_t at) { at_ = at; }
  /// Says that the loop is over: what it points to is gone.
  void end() { session_ = nullptr; }

 private:
  Value neighbour(std::int64_t step, std::string_view name) const;
  Session* session_;
  const Loop& node_;
  Frame& frame_;
  std::vector<Value> items_;
  std::size_t depth_, at_ = 0;
  std::optional<Value> last_changed_;
};

}  // namespace leat::jinja
