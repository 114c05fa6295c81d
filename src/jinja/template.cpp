#include "jinja/template.h"

#include "base/error.h"
#include "jinja/ast.h"
#include "jinja/parser.h"
#include "jinja/session.h"
#include "jinja/walk.h"

namespace leat::jinja {

Template::Template() = default;
Template::~Template() = default;

namespace {

// \r\n and \r become \n; one newline at the end goes away unless it is to be kept.
std::string normalize(std::string source, bool keep_trailing_newline) {
  if (source.find('\r') != std::string::npos) {
    std::string out;
    out.reserve(source.size());
    for (std::size_t at = 0; at < source.size(); ++at) {
      if (source[at] != '\r') {
        out += source[at];
      } else {
        out += '\n';
        if (at + 1 < source.size() && source[at + 1] == '\n') ++at;
      }
    }
    source = std::move(out);
  }
  if (!keep_trailing_newline && source.ends_with('\n')) source.pop_back();
  return source;
}

MacroInfo describe(const MacroNode& node) {
  MacroInfo info;
  info.type = node.type;
  info.name = node.name;
  for (const Parameter& parameter : node.parameters) info.parameters.push_back(parameter.name.as_string());
  info.adapter = node.adapter;
  info.supported_languages = node.supported_languages;
  info.line = node.position.line;
  info.node = &node;
  return info;
}

}  // namespace

std::shared_ptr<const Template> Template::make(std::string source, std::string name,
                                               const ParseOptions& options, bool expression) {
  if (source.size() > options.source_bytes_max)
    throw Error(ErrorCode::jinja_limit, fmt::format("A template has {} bytes", source.size()), name);
  std::shared_ptr<Template> made(new Template());
  made->options_ = options;
  made->source_ = normalize(std::move(source), options.keep_trailing_newline || expression);
  made->name_ = std::move(name);
  Parser parser(made->source_, made->name_, made->options_);
  made->root_ = expression ? parser.parse_bare_expression() : parser.parse_template();
  resolve_names(*made->root_);
  made->enumerate();
  return made;
}

std::shared_ptr<const Template> Template::parse(std::string source, std::string name,
                                                const ParseOptions& options) {
  return make(std::move(source), std::move(name), options, false);
}

std::shared_ptr<const Template> Template::parse_expression(std::string text, std::string name,
                                                           const ParseOptions& options) {
  return make(std::move(text), std::move(name), options, true);
}

void Template::enumerate() {
  for (const StatementPtr& statement : root_->body.statements) {
    if (statement->kind != Statement::Kind::macro) continue;
    const auto& node = static_cast<const MacroNode&>(*statement);
    (node.type == "macro" ? macros_ : blocks_).push_back(describe(node));
  }
}

Value Template::macro_value(const MacroInfo& macro) const {
  return Value(make_ref<Macro>(*macro.node, shared_from_this(), Ref<Frame>()));
}

bool Template::is_plain() const {
  const auto& statements = root_->body.statements;
  return statements.empty() || (statements.size() == 1 && statements.front()->kind == Statement::Kind::text);
}

std::string_view Template::line_text(std::size_t line) const {
  std::string_view rest = source_;
  for (std::size_t at = options_.first_line; at < line; ++at) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
  return rest.substr(0, rest.find('\n'));
}

}  // namespace leat::jinja
