#include "jinja/session.h"

namespace leat::jinja {

std::optional<Value> Macro::attribute(std::string_view name) {
  if (name == "name") return node_->type == "caller" ? Value::none() : Value(node_->name);
  if (name == "arguments") {
    std::vector<Value> names;
    for (const Parameter& parameter : node_->parameters) names.push_back(parameter.name);
    return Value::tuple(std::move(names));
  }
  if (name == "caller") return Value(node_->uses_caller);
  if (name == "catch_varargs") return Value(node_->uses_varargs);
  if (name == "catch_kwargs") return Value(node_->uses_kwargs);
  return std::nullopt;
}

Value Macro::call(CallArguments& arguments) {
  if (!arguments.session) raise_type(fmt::format("macro '{}' was called outside a render", node_->name));
  return arguments.session->call_macro(*this, arguments);
}

void Session::arguments(const ArgumentList& list, Frame& frame, CallArguments& into) {
  into.session = this;
  for (const ExpressionPtr& argument : list.positional) into.positional.push_back(evaluate(*argument, frame));
  if (list.spread) {
    const Value rest = evaluate(*list.spread, frame);
    at(*list.spread);
    auto items = iterate(rest);
    for (Value item; items->next(item);) into.positional.push_back(std::move(item));
  }
  for (const auto& [name, argument] : list.named) into.named.push_back({name, evaluate(*argument, frame)});
  if (!list.named_spread) return;
  const Value rest = evaluate(*list.named_spread, frame);
  at(*list.named_spread);
  if (!rest.is_dict())
    raise_type(fmt::format("argument after ** must be a mapping, not {}", type_name(rest)));
  rest.as_dict().each([&](const Value& key, const Value& value) {
    if (!key.is_string()) raise_type("keywords must be strings");
    for (const NamedValue& known : into.named)
      if (known.name == key.as_string())
        raise_type(fmt::format("got multiple values for keyword argument '{}'", known.name));
    into.kept_names.push_back(key);
    into.named.push_back({into.kept_names.back().as_string(), value});
  });
}

Value Session::call(const Value& callee, CallArguments& values) {
  if (!callee.is_object()) {
    if (callee.is_undefined()) {
      if (callee.absence() && callee.absence()->policy == UndefinedPolicy::absorbing) return callee;
      raise_undefined(callee);
    }
    raise_type(fmt::format("'{}' object is not callable", type_name(callee)));
  }
  values.session = this;
  return callee.as_object().call(values);
}

Value Session::call(const Call& node, Frame& frame) {
  if (node.callee->kind == Expression::Kind::attribute)
    return call_attribute(node, static_cast<const Attribute&>(*node.callee), frame);
  const Value callee = evaluate(*node.callee, frame);
  CallArguments values;
  arguments(node.arguments, frame, values);
  at(node);
  if (node.callee->kind == Expression::Kind::name)
    values.callee = static_cast<const Name&>(*node.callee).reference.text.as_string();
  return call(callee, values);
}

// x.name(…): a built-in method, a method of an object, or whatever the attribute holds.
Value Session::call_attribute(const Call& node, const Attribute& callee, Frame& frame) {
  const Value object = evaluate(*callee.object, frame);
  if (object.is_undefined()) {
    at(callee);
    CallArguments none;
    return call(missing(object, callee.name), none);
  }
  CallArguments values;
  arguments(node.arguments, frame, values);
  at(callee);
  if (callee.methods) {
    if (const BuiltinEntry* method = callee.methods->of(object)) {
      values.self = object;
      return call_builtin(*method, values);
    }
  }
  values.callee = callee.name.as_string();
  if (object.is_object()) {
    if (auto result = object.as_object().method(callee.name.as_string(), values)) return std::move(*result);
  }
  return call(attribute_of(object, callee), values);
}

Value Session::filter(const Filter& node, Frame& frame, const Value* body) {
  CallArguments values;
  if (!node.object) {
    values.self = *body;
  } else if (node.object->kind == Expression::Kind::filter && body) {
    values.self = filter(static_cast<const Filter&>(*node.object), frame, body);
  } else {
    values.self = evaluate(*node.object, frame);
  }
  arguments(node.arguments, frame, values);
  at(node);
  return apply_filter(*this, node.name, values);
}

bool Session::test(const Test& node, Frame& frame) {
  CallArguments values;
  values.self = evaluate(*node.object, frame);
  arguments(node.arguments, frame, values);
  at(node);
  return apply_test(*this, node.name, values) != node.negated;
}

/// Counts one macro deeper while it lives.
class Session::Depth {
 public:
  Depth(Session& session, const Macro& macro, const Template* owner)
      : session_(session), template_(session.template_), frame_(session.frame_), context_(session.context_) {
    if (session_.calls_.size() >= session_.limits_.depth_max)
      throw Error(ErrorCode::jinja_limit, fmt::format("Macros call one another more than {} levels deep",
                                                      session_.limits_.depth_max));
    session_.calls_.push_back({&macro.node(), session_.template_, session_.position_});
    session_.template_ = owner;
    if (macro.closure() && macro.closure()->context) session_.context_ = macro.closure()->context.get();
  }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;
  ~Depth() {
    session_.position_ = session_.calls_.back().called_at;
    session_.calls_.pop_back();
    session_.template_ = template_;
    session_.frame_ = frame_;
    session_.context_ = context_;
  }

 private:
  Session& session_;
  const Template* template_;
  Frame* frame_;
  const Context* context_;
};

Value Session::call_macro(const Macro& macro, CallArguments& values) {
  std::string out;
  const bool outermost = calls_.empty() && !template_;
  const auto run = [&] {
    Value result = run_macro(macro, values, out);
    return result.is_absent() ? Value(std::move(out)) : result;
  };
  return outermost ? placed(run) : run();
}

// Runs a macro into `out`; the result is absent unless the macro return()ed something, which leaves `out` as
// it was.
Value Session::run_macro(const Macro& macro, CallArguments& values, std::string& out) {
  check_stack();
  tick();
  const MacroNode& node = macro.node();
  const std::size_t begin = out.size();
  Depth depth(*this, macro, macro.owner().get());
  return placed([&]() -> Value {
    Ref<Frame> frame = make_ref<Frame>(macro.closure(), node.slot_count);
    frame_ = frame.get();
    bind(node, values, *frame);
    Value result;
    try {
      if (execute(node.body, *frame, out) != Flow::give_back) return Value();
      result = std::exchange(returned_, Value());
    } catch (Returned& returned) {
      if (node.type == "caller") throw;
      result = std::move(returned.value);
    }
    if (node.type == "caller") give_back(std::move(result));
    out.resize(begin);
    return result.is_absent() ? Value::none() : result;
  });
}

void Session::bind(const MacroNode& node, CallArguments& values, Frame& frame) {
  const std::size_t count = node.parameters.size();
  const std::size_t given = std::min(values.positional.size(), count);
  for (std::size_t at = 0; at < given; ++at) frame.slots[node.parameters[at].slot] = values.positional[at];
  for (std::size_t at = 0; at < count && !values.named.empty(); ++at) {
    const Parameter& parameter = node.parameters[at];
    const auto named =
        std::find_if(values.named.begin(), values.named.end(),
                     [&](const NamedValue& argument) { return argument.name == parameter.name.as_string(); });
    if (named == values.named.end()) continue;
    if (at < given)
      raise_type(fmt::format("macro '{}' got two values for its argument '{}'", node.name, named->name));
    frame.slots[parameter.slot] = std::move(named->value);
    values.named.erase(named);
  }
  bind_rest(node, values, frame, given);
  for (const Parameter& parameter : node.parameters) {
    if (!frame.slots[parameter.slot].is_absent()) continue;
    frame.slots[parameter.slot] =
        parameter.fallback
            ? evaluate(*parameter.fallback, frame)
            : missing_name(environment_.options().undefined, parameter.name.as_string(),
                           fmt::format("parameter '{}' was not provided", parameter.name.as_string()));
  }
}

void Session::bind_rest(const MacroNode& node, CallArguments& values, Frame& frame, std::size_t used) {
  if (node.uses_varargs) {
    std::vector<Value> rest;
    for (std::size_t at = used; at < values.positional.size(); ++at) rest.push_back(values.positional[at]);
    frame.slots[node.varargs_slot] = Value::tuple(std::move(rest));
  } else if (values.positional.size() > used) {
    raise_type(
        fmt::format("macro '{}' takes not more than {} argument(s)", node.name, node.parameters.size()));
  }
  Ref<Dict> kwargs = make_ref<Dict>();
  for (NamedValue& argument : values.named) {
    if (argument.name == "caller" && node.uses_caller) {
      frame.slots[node.caller_slot] = std::move(argument.value);
    } else if (node.uses_kwargs) {
      kwargs->set(argument.name, std::move(argument.value));
    } else {
      raise_type(fmt::format("macro '{}' takes no keyword argument '{}'", node.name, argument.name));
    }
  }
  if (node.uses_kwargs) frame.slots[node.kwargs_slot] = Value(std::move(kwargs));
  if (node.uses_caller && frame.slots[node.caller_slot].is_absent())
    frame.slots[node.caller_slot] =
        missing_name(environment_.options().undefined, "caller", "No caller defined");
}

}  // namespace leat::jinja
