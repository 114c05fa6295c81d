#include "jinja/session.h"

namespace leat::jinja {

namespace {

/// An imported template: its top-level names, and its text as str().
class Module final : public Object {
 public:
  Module(std::string name, Ref<Frame> frame, const MacroNode& root, std::shared_ptr<const Template> owner,
         std::string text)
      : name_(std::move(name)),
        frame_(std::move(frame)),
        root_(&root),
        owner_(std::move(owner)),
        text_(std::move(text)) {}
  // Its macros hold the frame, and the frame its macros: emptying it here breaks the circle.
  ~Module() override {
    std::vector<Value> slots;
    slots.swap(frame_->slots);
    frame_->slots.resize(slots.size());
  }
  std::string_view type_name() const override { return "TemplateModule"; }
  std::string repr() const override { return fmt::format("<TemplateModule '{}'>", name_); }
  std::string str() const override { return text_; }
  std::optional<Value> attribute(std::string_view name) override {
    if (name.starts_with('_')) return std::nullopt;
    for (const auto& [known, slot] : root_->names)
      if (known.as_string() == name && !frame_->slots[slot].is_absent()) return frame_->slots[slot];
    return std::nullopt;
  }

 private:
  std::string name_;
  Ref<Frame> frame_;
  const MacroNode* root_;
  std::shared_ptr<const Template> owner_;
  std::string text_;
};

/// What `super()` is inside a block.
class SuperBlock final : public Object {
 public:
  SuperBlock(std::string block, std::size_t level) : block_(std::move(block)), level_(level) {}
  std::string_view type_name() const override { return "BlockReference"; }
  bool is_callable() const override { return true; }
  Value call(CallArguments& arguments) override {
    if (!arguments.session) raise_type("super() was called outside a render");
    return Value(arguments.session->super(block_, level_));
  }

 private:
  std::string block_;
  std::size_t level_;
};

}  // namespace

/// Renders with another context and template while it lives.
class Session::Using {
 public:
  Using(Session& session, const Context* context, const Template* parsed)
      : session_(session),
        context_(std::exchange(session.context_, context)),
        template_(std::exchange(session.template_, parsed)) {}
  Using(const Using&) = delete;
  Using& operator=(const Using&) = delete;
  ~Using() {
    session_.context_ = context_;
    session_.template_ = template_;
  }

 private:
  Session& session_;
  const Context* context_;
  const Template* template_;
};

std::shared_ptr<const Template> Session::load_template(const Value& name, bool ignore_missing) {
  std::vector<Value> names{name};
  if (name.is_list() || name.is_tuple()) names = name.items();
  for (const Value& candidate : names) {
    if (candidate.is_undefined()) raise_undefined(candidate);
    if (!candidate.is_string())
      raise_type(fmt::format("a template's name is a string, not {}", type_name(candidate)));
    if (!tables().loader) continue;
    if (auto found = tables().loader(candidate.as_string())) return found;
  }
  if (ignore_missing) return nullptr;
  raise_type(fmt::format("there is no template {}", to_repr(name)));
}

void Session::include(const Include& node, Frame& frame, std::string& out) {
  const auto included = load_template(evaluate(*node.name, frame), node.ignore_missing);
  if (!included) return;
  Context inner(node.with_context ? context_ : nullptr);
  if (node.with_context)
    for (const NameReference& name : node.visible)
      if (const Value* value = find_slot(name, frame)) inner.variables()->set(name.text, *value);
  Ref<Frame> root = make_ref<Frame>(Ref<Frame>(), included->root().slot_count);
  root->context = std::make_shared<Context>(inner);
  captured_.push_back(root);
  CallArguments none;
  run_macro(Macro(included->root(), included, root), none, out);
}

Value Session::module(const std::string& name, const Import& node, Frame& frame) {
  const auto imported = load_template(Value(name), false);
  // The names that the import sees are copied: the module may outlive this render.
  auto inner = std::make_shared<Context>();
  if (node.with_context) {
    for (const Context* outer = context_; outer; outer = outer->parent())
      outer->variables()->each([&](const Value& key, const Value& value) {
        if (!inner->variables()->find(key)) inner->variables()->set(key, value);
      });
    for (const NameReference& visible : node.visible)
      if (const Value* value = find_slot(visible, frame)) inner->variables()->set(visible.text, *value);
  }
  const MacroNode& root = imported->root();
  Ref<Frame> own = make_ref<Frame>(Ref<Frame>(), root.slot_count);
  own->context = inner;
  own->captured = true;
  std::string text;
  check_stack();
  const Macro whole(root, imported, own);
  const Using use(*this, inner.get(), imported.get());
  placed([&] { execute(root.body, *own, text); });
  return Value(make_ref<Module>(name, own, root, imported, std::move(text)));
}

void Session::import(const Import& node, Frame& frame) {
  const Value name = evaluate(*node.name, frame);
  if (name.is_undefined()) raise_undefined(name);
  const Value loaded = module(to_text(name), node, frame);
  if (node.kind == Statement::Kind::import) return assign(node.target, loaded, frame);
  for (const auto& [wanted, target] : node.names) {
    auto found = loaded.as_object().attribute(wanted.as_string());
    const std::string hint = fmt::format("the template {} does not export the requested name '{}'",
                                         to_repr(name), wanted.as_string());
    assign(target, found ? *found : missing_name(environment_.options().undefined, wanted.as_string(), hint),
           frame);
  }
  // Macros keep the module's frame; the module itself has to live as long as this render.
  modules_.push_back(loaded);
}

void Session::collect_blocks(const Body& body, const Template& parsed, const Ref<Frame>& frame) {
  for (const StatementPtr& statement : body.statements) {
    if (statement->kind == Statement::Kind::block) {
      const auto& block = static_cast<const Block&>(*statement);
      auto known = std::find_if(blocks_.begin(), blocks_.end(),
                                [&](const auto& entry) { return entry.first == block.body->name; });
      if (known == blocks_.end()) known = blocks_.insert(blocks_.end(), {block.body->name, {}});
      known->second.push_back({block.body.get(), parsed.shared_from_this(), frame});
      collect_blocks(block.body->body, parsed, frame);
    } else if (statement->kind == Statement::Kind::branch) {
      const auto& branch = static_cast<const Branch&>(*statement);
      for (const auto& [condition, part] : branch.cases) collect_blocks(part, parsed, frame);
      collect_blocks(branch.otherwise, parsed, frame);
    }
  }
}

void Session::run_block(const Block& node, Frame& frame, std::string& out) {
  const auto known = std::find_if(blocks_.begin(), blocks_.end(),
                                  [&](const auto& entry) { return entry.first == node.body->name; });
  if (known == blocks_.end()) {
    CallArguments none;
    run_macro(Macro(*node.body, template_->shared_from_this(), Ref<Frame>(&frame)), none, out);
    return;
  }
  if (node.required && known->second.size() < 2)
    raise_type(fmt::format("Required block '{}' not found", node.body->name));
  out += run_version(node.body->name, 0);
}

std::string Session::run_version(const std::string& name, std::size_t level) {
  const auto known =
      std::find_if(blocks_.begin(), blocks_.end(), [&](const auto& entry) { return entry.first == name; });
  if (known == blocks_.end() || level >= known->second.size())
    raise_type(fmt::format("there is no parent block called '{}'", name));
  const BlockVersion version = known->second[level];
  Context inner(context_);
  inner.set("super", Value(make_ref<SuperBlock>(name, level + 1)));
  const Using use(*this, &inner, template_);
  std::string out;
  CallArguments none;
  run_macro(Macro(*version.node, version.owner, version.frame), none, out);
  return out;
}

std::string Session::super(const std::string& block, std::size_t level) {
  return run_version(block, level);
}

// Runs a template; an `extends` on the way hands over to the parent, after the child's own definitions ran.
void Session::render_root(const Template& parsed, const Ref<Frame>& frame, std::string& out) {
  check_stack();
  collect_blocks(parsed.root().body, parsed, frame);
  std::shared_ptr<const Template> parent;
  std::string silent;
  for (const StatementPtr& statement : parsed.root().body.statements) {
    if (statement->kind == Statement::Kind::extends) {
      position_ = statement->position;
      if (parent) raise_type("extended multiple times");
      parent = load_template(
          evaluate(*static_cast<const ExpressionStatement&>(*statement).expression, *frame), false);
      continue;
    }
    if (parent && statement->kind == Statement::Kind::block) continue;
    const Flow flow = execute(*statement, *frame, parent ? silent : out);
    if (flow == Flow::give_back) give_back(Value());
  }
  if (!parent) return;
  tick();
  if (++parents_ > 50)
    throw Error(ErrorCode::jinja_limit, "Templates extend one another more than 50 levels deep");
  Ref<Frame> root = make_ref<Frame>(Ref<Frame>(), parent->root().slot_count);
  Context inner(context_);
  for (const auto& [name, slot] : parsed.root().names)
    if (!frame->slots[slot].is_absent()) inner.variables()->set(name, frame->slots[slot]);
  const Using use(*this, &inner, parent.get());
  kept_templates_.push_back(parent);
  captured_.push_back(root);
  frame_ = root.get();
  render_root(*parent, root, out);
}

}  // namespace leat::jinja
