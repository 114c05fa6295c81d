#include "jinja/environment.h"

#include "jinja/near_names.h"
#include "jinja/session.h"

namespace leat::jinja {

bool Context::find(const Value& name, Value& found) const {
  for (const Context* context = this; context; context = context->parent_) {
    if (const Value* value = context->variables_->find(name)) {
      found = *value;
      return true;
    }
    if (!context->resolver_) continue;
    if (auto value = context->resolver_(name.as_string())) {
      found = std::move(*value);
      return true;
    }
  }
  return false;
}

std::optional<Value> Context::find(std::string_view name) const {
  Value found;
  if (!find(Value(name), found)) return std::nullopt;
  return found;
}

namespace {

/// A row of the globals' table as a callable value.
class BuiltinFunction final : public Object {
 public:
  explicit BuiltinFunction(const BuiltinEntry& entry) : entry_(&entry) {}
  std::string_view type_name() const override { return "builtin_function_or_method"; }
  std::string repr() const override { return fmt::format("<built-in function {}>", entry_->row->name); }
  Value call(CallArguments& arguments) override { return call_builtin(*entry_, arguments); }
  bool is_callable() const override { return true; }

 private:
  const BuiltinEntry* entry_;
};

// The rows with their signatures parsed, shared by all environments.
struct Entries {
  std::vector<BuiltinEntry> filters{builtin_filters().begin(), builtin_filters().end()};
  std::vector<BuiltinEntry> tests{builtin_tests().begin(), builtin_tests().end()};
  std::vector<BuiltinEntry> globals{builtin_globals().begin(), builtin_globals().end()};
};
const Entries& entries() {
  static const Entries all;
  return all;
}

}  // namespace

Environment::Environment(EnvironmentOptions options)
    : options_(std::move(options)), tables_(std::make_unique<Tables>()) {
  for (const BuiltinEntry& entry : entries().filters) tables_->filters[entry.row->name] = {&entry, {}};
  for (const BuiltinEntry& entry : entries().tests) tables_->tests[entry.row->name] = {&entry, {}};
  for (const BuiltinEntry& entry : entries().globals)
    add_global(entry.row->name, Value(make_ref<BuiltinFunction>(entry)));
}

Environment::~Environment() = default;

void Environment::add_global(std::string_view name, Value value) {
  tables_->globals.set(name, std::move(value));
}
void Environment::add_function(std::string_view name, Function function) {
  add_global(name, make_function(std::string(name), std::move(function)));
}
void Environment::add_filter(std::string_view name, Function function) {
  tables_->filters[std::string(name)] = {nullptr, std::move(function)};
}
void Environment::remove_global(std::string_view name) {
  tables_->globals.variables()->erase(Value(name));
}
void Environment::set_loader(std::function<std::shared_ptr<const Template>(std::string_view)> loader) {
  tables_->loader = std::move(loader);
}

std::string Environment::render(const Template& parsed, const Context& context) const {
  return Session(*this, context).render(parsed);
}
Value Environment::render_native(const Template& parsed, const Context& context) const {
  return Session(*this, context).render_native(parsed);
}
Value Environment::evaluate(const Template& expression, const Context& context) const {
  return Session(*this, context).evaluate_template(expression);
}
Value Environment::call_macro(const Value& macro, CallArguments& arguments, const Context& context) const {
  Session session(*this, context);
  return session.placed([&] { return session.call(macro, arguments); });
}

Value call_value(Session& session, const Value& callee, CallArguments& arguments) {
  return session.call(callee, arguments);
}

Value return_function() {
  return make_function("return", [](CallArguments& arguments) -> Value {
    Value data = arguments.require(0, "data");
    if (!arguments.session) arguments.fail("was called outside a render");
    arguments.session->give_back(std::move(data));
  });
}

std::uint64_t chance_of(const Session& session) {
  const auto& chance = session.environment().options().chance;
  return chance ? chance() : 0;
}
const Limits& limits_of(const Session& session) {
  return session.environment().options().limits;
}
UndefinedPolicy undefined_policy_of(const Session& session) {
  return session.environment().options().undefined;
}

namespace {
[[noreturn]] void unknown(std::string_view kind, std::string_view name, const auto& known) {
  NearNames near(name);
  for (const auto& [other, entry] : known) near.offer(other);
  throw Error(ErrorCode::jinja_undefined, fmt::format("No {} named '{}'{}", kind, name, near.sentence()));
}

Value apply(const auto& entry, std::string_view name, CallArguments& arguments) {
  if (entry.builtin) return call_builtin(*entry.builtin, arguments);
  arguments.callee = name;
  return entry.function(arguments);
}
}  // namespace

Value apply_filter(Session& session, std::string_view name, CallArguments& arguments) {
  const auto& filters = session.tables().filters;
  const auto found = filters.find(name);
  if (found == filters.end()) unknown("filter", name, filters);
  arguments.session = &session;
  return apply(found->second, name, arguments);
}

bool apply_test(Session& session, std::string_view name, CallArguments& arguments) {
  const auto& tests = session.tables().tests;
  const auto found = tests.find(name);
  if (found == tests.end()) unknown("test", name, tests);
  arguments.session = &session;
  return truth(apply(found->second, name, arguments));
}

bool has_test(const Session& session, std::string_view name) {
  const auto& tests = session.tables().tests;
  return tests.find(name) != tests.end();
}
bool has_filter(const Session& session, std::string_view name) {
  const auto& filters = session.tables().filters;
  return filters.find(name) != filters.end();
}

}  // namespace leat::jinja
