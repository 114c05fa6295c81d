// Template: a parsed template: rendered many times by an Environment, and readable without rendering it.
//
// Guarantees: immutable after parse; a render never changes it. Parsing the same text gives the same tree.
// Threads: any number of threads may render and read one Template at once.
// Owns: its source, its tree, its macros. Macro values made from it keep it alive.
// Errors: parse throws Error(jinja_syntax) at "name:line:column" with the line that is wrong.
// Source: Jinja2 3.1 template designer documentation; dbt's extra tags.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jinja/value.h"

namespace leat::jinja {

struct MacroNode;  // ast.h
struct Expression;

struct ParseOptions {
  bool trim_blocks = false;            ///< drop the newline after a block tag
  bool lstrip_blocks = false;          ///< drop blanks before a block tag that begins its line
  bool keep_trailing_newline = false;  ///< keep the one newline at the end that is dropped else
  bool dbt = false;                    ///< dbt's tags (test, materialization, snapshot, docs) and return()
  std::size_t first_line = 1;          ///< the line of the file where this text begins, for messages
  std::size_t source_bytes_max = 16u << 20;
};

/// A macro, or one of dbt's macro-like blocks, found in a template.
struct MacroInfo {
  std::string type;  ///< "macro", "test", "materialization", "snapshot", "docs"
  std::string name;  ///< as written, without prefix
  std::vector<std::string> parameters;
  std::string adapter;                           ///< materialization: its adapter, or "default"
  std::vector<std::string> supported_languages;  ///< materialization; {"sql"} when not said
  std::size_t line = 0;
  const MacroNode* node = nullptr;
};

/// A call as it stands in a template, with those arguments that are literals.
struct CallSite {
  std::string callee;                            ///< dotted, such as "ref" or "adapter.dispatch"
  std::vector<std::optional<Value>> positional;  ///< nullopt: not a literal
  std::vector<std::pair<std::string, std::optional<Value>>> named;
  bool spreads = false;  ///< has *args or **kwargs
  std::string macro;     ///< the macro it stands in, or empty
  std::size_t line = 0, column = 0;
};

class Template : public std::enable_shared_from_this<Template> {
 public:
  /// Parses `source`; `name` (a path) stands in messages.
  static std::shared_ptr<const Template> parse(std::string source, std::string name,
                                               const ParseOptions& options = {});
  /// Parses a bare expression, as it would stand between {{ and }}.
  static std::shared_ptr<const Template> parse_expression(std::string text, std::string name = "<expression>",
                                                          const ParseOptions& options = {});
  ~Template();

  const std::string& name() const { return name_; }
  const std::string& source() const { return source_; }
  /// Top-level {% macro %} definitions, in order.
  const std::vector<MacroInfo>& macros() const { return macros_; }
  /// dbt's blocks at top level: test, materialization, snapshot, docs.
  const std::vector<MacroInfo>& blocks() const { return blocks_; }
  /// A callable value of a macro. It runs with the context of the render that calls it, never with locals.
  Value macro_value(const MacroInfo& macro) const;
  /// True when the text has no tag at all, so that rendering gives it back.
  bool is_plain() const;
  /// The names that are read but never set in the template: what the context has to give.
  std::vector<std::string> undeclared_names() const;

  /// The whole template as a function without parameters (ast.h).
  const MacroNode& root() const { return *root_; }
  /// The line of source at `line` (counted from first_line), for messages.
  std::string_view line_text(std::size_t line) const;
  const ParseOptions& options() const { return options_; }

 private:
  Template();
  static std::shared_ptr<const Template> make(std::string source, std::string name,
                                              const ParseOptions& options, bool expression);
  void enumerate();
  std::string source_, name_;
  ParseOptions options_;
  std::unique_ptr<MacroNode> root_;
  std::vector<MacroInfo> macros_, blocks_;
};

/// Calls `visit` for every call in the template, macros included, in order of the text.
void for_each_call(const Template& parsed, const std::function<void(const CallSite&)>& visit);

}  // namespace leat::jinja
