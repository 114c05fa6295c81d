// The functions that every template has: range, dict, namespace, cycler, joiner.
#include "base/error.h"
#include "jinja/builtins.h"
#include "jinja/iteration.h"
#include "jinja/operations.h"
#include "jinja/sorting.h"

namespace leat::jinja {
namespace {

Value range(CallArguments& a) {
  for (const Value& value : a.positional)
    if (!value.is_integral()) {
      if (value.is_undefined()) raise_undefined(value);
      raise_type(fmt::format("'{}' object cannot be interpreted as an integer", type_name(value)));
    }
  const std::size_t count = a.positional.size();
  if (count < 1 || count > 3) a.fail(fmt::format("expected 1 to 3 arguments, got {}", count));
  const std::int64_t start = count > 1 ? a.positional[0].as_integer() : 0;
  const std::int64_t stop = a.positional[count > 1 ? 1 : 0].as_integer();
  const std::int64_t step = count > 2 ? a.positional[2].as_integer() : 1;
  if (step == 0) raise_type("range() arg 3 must not be zero");
  const Ref<Range> made = make_ref<Range>(start, stop, step);
  if (a.session && *made->length() > limits_of(*a.session).range_items_max)
    throw Error(ErrorCode::jinja_limit,
                fmt::format("A range has more than {} items", limits_of(*a.session).range_items_max));
  return Value(made);
}

Value dict(CallArguments& a) {
  Ref<Dict> made = make_ref<Dict>();
  if (const Value* source = a.find(0, "source")) merge_into(*made, *source);
  for (const NamedValue& named : a.named) made->set(named.name, named.value);
  return Value(made);
}

Value make_namespace(CallArguments& a) {
  Ref<Namespace> made = make_ref<Namespace>();
  made->attributes = Ref<Dict>(&dict(a).as_dict());
  return Value(made);
}

class Cycler final : public Object {
 public:
  explicit Cycler(std::vector<Value> items) : items_(std::move(items)) {}
  std::string_view type_name() const override { return "Cycler"; }
  std::optional<Value> attribute(std::string_view name) override {
    if (name == "current") return items_[at_];
    return std::nullopt;
  }
  std::optional<Value> method(std::string_view name, CallArguments&) override {
    if (name == "next") {
      Value item = items_[at_];
      at_ = (at_ + 1) % items_.size();
      return item;
    }
    if (name == "reset") {
      at_ = 0;
      return Value::none();
    }
    return std::nullopt;
  }

 private:
  std::vector<Value> items_;
  std::size_t at_ = 0;
};

Value cycler(CallArguments& a) {
  if (a.positional.empty()) raise_type("at least one item has to be provided");
  return Value(make_ref<Cycler>(std::vector<Value>(a.positional.begin(), a.positional.end())));
}

class Joiner final : public Object {
 public:
  explicit Joiner(Value separator) : separator_(std::move(separator)) {}
  std::string_view type_name() const override { return "Joiner"; }
  bool is_callable() const override { return true; }
  Value call(CallArguments&) override { return std::exchange(used_, true) ? separator_ : Value(""); }

 private:
  Value separator_;
  bool used_ = false;
};

Value joiner(CallArguments& a) {
  return Value(make_ref<Joiner>(a.get(0, "sep", Value(", "))));
}

}  // namespace

const std::vector<Builtin>& builtin_globals() {
  static const std::vector<Builtin> rows = {
      {"range", "(*args)", range, "Integers from start (0) up to, not including, stop.",
       "{{ range(3) | list }} {{ range(4, 0, -2) | list }}", "[0, 1, 2] [4, 2]"},
      {"dict", "(source=None, **kwargs)", dict, "A dict of pairs and names.",
       "{{ dict(a=1) }} {{ dict([('b', 2)]) }}", "{'a': 1} {'b': 2}"},
      {"namespace", "(source=None, **kwargs)", make_namespace,
       "Attributes that `set` may change from inside loops.",
       "{% set n = namespace(x=0) %}{% for i in [1, 2] %}{% set n.x = n.x + i %}{% endfor %}{{ n.x }}", "3"},
      {"cycler", "(*items)", cycler, "Hands out its items in turn.",
       "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}", "aba"},
      {"joiner", "(sep=', ')", joiner, "Empty at its first call, the separator later.",
       "{% set j = joiner('|') %}{{ j() }}a{{ j() }}b", "a|b"},
  };
  return rows;
}

}  // namespace leat::jinja
