// Value: a parsed YAML or JSON document that remembers where each part stood.
//
// Guarantees: mappings keep their order; every Value carries file, line and column (1-based) for error
//   messages. YAML scalars are typed by the YAML 1.2 core schema (plus yes/no as text); quoted scalars are
//   always text.
// Threads: immutable after parsing; share freely. Copies are cheap for scalars, deep for containers.
// Errors: parsing throws Error(document_syntax) with file:line:column, as_… Error(config_invalid).
// Source: YAML 1.2.2 chapter 10.3 (core schema); RFC 8259.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leat::document {

struct Mark {
  std::shared_ptr<const std::string> file;  ///< null for documents without one
  int line = 0, column = 0;
  /// "leat.yml:14:7"
  std::string text() const;
};

class Value {
 public:
  enum class Kind { null, boolean, integer, real, text, list, mapping };
  using Member = std::pair<std::string, Value>;

  Value() = default;
  static Value of(bool value);
  static Value of(std::int64_t value);
  static Value of(double value);
  static Value of(std::string value);
  /// A text too: a literal would become a boolean otherwise.
  static Value of(const char* value) { return of(std::string(value)); }
  static Value list(std::vector<Value> items = {});
  static Value mapping(std::vector<Member> members = {});

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_text() const { return kind_ == Kind::text; }
  bool is_list() const { return kind_ == Kind::list; }
  bool is_mapping() const { return kind_ == Kind::mapping; }
  const Mark& mark() const { return mark_; }
  void set_mark(Mark mark) { mark_ = std::move(mark); }
  std::string where() const { return mark_.text(); }

  /// The scalar as it was written ("0820", "true"), "" for null and containers.
  const std::string& raw() const { return text_; }
  bool boolean() const { return integer_ != 0; }
  std::int64_t integer() const { return integer_; }
  double real() const { return kind_ == Kind::integer ? static_cast<double>(integer_) : real_; }

  const std::vector<Value>& items() const { return items_; }
  std::vector<Value>& items() { return items_; }
  const std::vector<Member>& members() const { return members_; }
  std::vector<Member>& members() { return members_; }
  /// The member of that name, or nullptr (also when this is no mapping).
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  /// The member of that name, or a null Value.
  const Value& operator[](std::string_view key) const;
  /// Sets or adds a member. Requires: a mapping (null becomes one).
  void set(std::string_view key, Value value);
  bool erase(std::string_view key);

  /// Text of any scalar; `what` names the setting in the error when it is a container or null.
  const std::string& as_text(std::string_view what) const;
  std::int64_t as_integer(std::string_view what) const;
  bool as_boolean(std::string_view what) const;

  bool operator==(const Value& other) const;

 private:
  Kind kind_ = Kind::null;
  std::int64_t integer_ = 0;
  double real_ = 0;
  std::string text_;
  std::vector<Value> items_;
  std::vector<Member> members_;
  Mark mark_;
  friend Value parse_scalar(std::string_view text);
};

/// Types a plain YAML scalar by the core schema: "12" integer, "1.5" real, "true", "null", "~", else text.
Value parse_scalar(std::string_view text);
/// What a key that stands twice in one mapping means.
enum class Duplicates { refused, last_counts };
/// Parses one YAML document. Anchors, aliases and merge keys are resolved.
Value parse_yaml(std::string_view text, const std::string& file, Duplicates duplicates = Duplicates::refused);
/// Parses one JSON document.
Value parse_json(std::string_view text, const std::string& file);
/// Prints compact JSON; `sorted` orders keys (for hashes and state).
std::string to_json(const Value& value, bool sorted = false);
/// Quotes and escapes text as a JSON string, with its quotes.
std::string json_quote(std::string_view text);
/// Reads a whole file; Error(config_not_found) or Error(file_io) names it.
std::string read_file(const std::string& path);
/// Reads and parses a YAML file; an empty file is null.
Value load_yaml(const std::string& path);

}  // namespace leat::document
