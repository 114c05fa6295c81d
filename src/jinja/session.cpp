#include "jinja/session.h"

#include "jinja/near_names.h"

namespace leat::jinja {

namespace {
constexpr std::ptrdiff_t kStackMax = 3 << 20;
}

Session::Session(const Environment& environment, const Context& context)
    : environment_(environment),
      limits_(environment.options().limits),
      context_(&context),
      stack_base_(static_cast<const char*>(__builtin_frame_address(0))) {}

Session::~Session() {
  for (const Ref<Frame>& frame : captured_) {
    std::vector<Value> slots;
    slots.swap(frame->slots);
    frame->slots.resize(slots.size());
  }
}

void Session::out_of_steps() const {
  throw Error(ErrorCode::jinja_limit, fmt::format("The template took more than {} steps", limits_.steps_max));
}

void Session::check_stack() const {
  const auto* here = static_cast<const char*>(__builtin_frame_address(0));
  const std::ptrdiff_t used = stack_base_ > here ? stack_base_ - here : here - stack_base_;
  if (used > kStackMax) throw Error(ErrorCode::jinja_limit, "The template calls itself or nests too deep");
}

void Session::check_size(const std::string& out) const {
  if (out.size() > limits_.output_bytes_max)
    throw Error(ErrorCode::jinja_limit,
                fmt::format("The output is larger than {} bytes", limits_.output_bytes_max));
}

void Session::give_back(Value value) const {
  for (const CallRecord& record : calls_)
    if (record.macro->type != "caller") throw Returned{std::move(value)};
  throw Error(ErrorCode::jinja_type, "return() stands outside a macro")
      .fix("Use return() only inside macros.");
}

std::string Session::render(const Template& parsed) {
  template_ = &parsed;
  Ref<Frame> frame = make_ref<Frame>(Ref<Frame>(), parsed.root().slot_count);
  captured_.push_back(frame);
  frame->captured = true;
  frame_ = frame.get();
  std::string out;
  placed([&] {
    try {
      render_root(parsed, frame, out);
    } catch (Returned&) {
      throw Error(ErrorCode::jinja_type, "return() stands outside a macro")
          .fix("Use return() only inside macros.");
    }
  });
  return out;
}

Value Session::evaluate_template(const Template& parsed) {
  template_ = &parsed;
  Ref<Frame> frame = make_ref<Frame>(Ref<Frame>(), parsed.root().slot_count);
  captured_.push_back(frame);
  frame_ = frame.get();
  const auto& statement = static_cast<const ExpressionStatement&>(*parsed.root().body.statements.front());
  return placed([&] { return evaluate(*statement.expression, *frame); });
}

Value Session::render_native(const Template& parsed) {
  const auto& statements = parsed.root().body.statements;
  if (statements.size() == 1 && statements.front()->kind == Statement::Kind::output)
    return evaluate_template(parsed);
  return Value(render(parsed));
}

namespace {
// How a function of a template is called in messages.
std::string describe(const MacroNode& node, std::string_view file) {
  if (node.type == "template") return fmt::format("in {}", file);
  if (node.type == "caller") return fmt::format("in the call block at {}:{}", file, node.position.line);
  return fmt::format("in {} {} ({}:{})", node.type, node.name, file, node.position.line);
}
}  // namespace

// The macros on the way to where rendering stands, the last first; what calls itself is told once.
std::string Session::way_here(const std::string& file) const {
  constexpr int kShown = 9;
  std::string out, last;
  int shown = 0;
  std::size_t again = 0;
  auto tell_again = [&] {
    if (again > 0) out += fmt::format("\n  (that {} times more)", again);
    again = 0;
  };
  const Template* holder = template_;
  for (auto record = calls_.rbegin(); record != calls_.rend(); ++record) {
    std::string line = describe(*record->macro, holder ? holder->name() : file);
    holder = record->caller_template;
    if (holder) line += fmt::format(", called at {}:{}", holder->name(), record->called_at.line);
    if (line == last) {
      ++again;
      continue;
    }
    tell_again();
    if (++shown > kShown) return out + "\n  …";
    out += "\n  " + line;
    last = std::move(line);
  }
  tell_again();
  return out;
}

// Adds the place: where = "name:line:column"; the message gets the line's text and the macros on the way.
void Session::place(const Error& error) const {
  std::string what = error.what_failed() + near_names(error);
  const std::string file = template_ ? template_->name() : "<call>";
  if (template_ && position_.line > 0) {
    const std::string_view text = template_->line_text(position_.line);
    if (!text.empty() && text.size() <= 240) what += fmt::format("\n  {} | {}", position_.line, text);
  }
  what += way_here(file);
  std::string where = fmt::format("{}:{}:{}", file, position_.line, position_.column);
  if (!error.where().empty()) where += ": " + error.where();
  Error placed_error(error.code(), std::move(what), std::move(where));
  placed_error.fix(error.fix());
  if (error.retryable()) placed_error = std::move(placed_error).retry(error.retry_after());
  throw PlacedError(std::move(placed_error));
}

// " Did you mean …?" for a name that is undefined.
std::string Session::near_names(const Error& error) const {
  const std::string& what = error.what_failed();
  constexpr std::string_view kTail = "' is undefined";
  if (error.code() != ErrorCode::jinja_undefined || !what.starts_with('\'') || !what.ends_with(kTail))
    return {};
  const std::string name = what.substr(1, what.size() - 1 - kTail.size());
  NearNames near(name);
  for (const Context* context = context_; context; context = context->parent())
    context->variables()->each([&](const Value& key, const Value&) {
      if (key.is_string()) near.offer(key.as_string());
    });
  tables().globals.variables()->each([&](const Value& key, const Value&) { near.offer(key.as_string()); });
  if (template_)
    for (const auto& [known, slot] : template_->root().names) near.offer(known.as_string());
  return near.sentence();
}

}  // namespace leat::jinja
