#include "server/pgwire/rewrite.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "server/pgwire/commands.h"
#include "server/pgwire/errors.h"
#include "server/pgwire/time_format.h"

namespace leat::server::pgwire {
namespace {

// A token on its way out; what has no text is left out.
struct Piece {
  TokenKind kind = TokenKind::symbol;
  std::string text;
  bool has_space = true;  // before it
};

bool is_one_of(const std::string& word, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string print(const Token& token) {
  switch (token.kind) {
    case TokenKind::text:
      return quoted_text(token.text);
    case TokenKind::quoted_name:
      return quoted_name(token.text);
    default:
      return token.text;
  }
}

class Rewriter {
 public:
  Rewriter(std::string_view sql, const RewriteOptions& options)
      : options_(options), tokens_(sql::tokenize(sql, sql::Spelling::postgres)) {}

  std::string run() {
    while (at_ < tokens_.size()) step();
    std::string out;
    for (const Piece& piece : pieces_) {
      if (piece.text.empty()) continue;
      if (piece.has_space && !out.empty()) out += ' ';
      out += piece.text;
    }
    return out;
  }

 private:
  const Token* token(std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr;
  }
  bool follows(std::size_t ahead, char symbol) const {
    return token(ahead) && is_symbol(*token(ahead), symbol);
  }
  bool follows(std::size_t ahead, std::string_view word) const {
    return token(ahead) && is_word(*token(ahead), word);
  }
  bool is_name(std::size_t ahead) const {
    return token(ahead) &&
           (token(ahead)->kind == TokenKind::word || token(ahead)->kind == TokenKind::quoted_name);
  }
  // The name there as PostgreSQL reads it, "" for none.
  std::string name(std::size_t ahead) const {
    if (!is_name(ahead)) return {};
    return token(ahead)->kind == TokenKind::word ? lower(token(ahead)->text) : token(ahead)->text;
  }
  bool has_space() const { return at_ > 0 && tokens_[at_ - 1].end != tokens_[at_].offset; }

  void push(std::string text, TokenKind kind = TokenKind::symbol, bool space = true) {
    pieces_.push_back({kind, std::move(text), space});
  }
  void copy() {
    pieces_.push_back({token()->kind, print(*token()), has_space()});
    ++at_;
  }

  bool is_behind_dot() const { return !pieces_.empty() && pieces_.back().text == "."; }

  void step() {
    const Token& now = *token();
    if (now.kind == TokenKind::symbol) return step_symbol();
    if (is_name(0) && !is_behind_dot() && step_name()) return;
    copy();
  }

  void step_symbol() {
    if (follows(0, ':') && follows(1, ':')) return step_cast();
    if (is_parameter()) return step_parameter();
    if (follows(0, '(')) {
      opened_.push_back(pieces_.size());
      return copy();
    }
    if (follows(0, ')')) {
      copy();
      if (!opened_.empty()) {
        std::size_t open = opened_.back();
        opened_.pop_back();
        name_call(open);
      }
      return;
    }
    if (follows(0, '[') && !pieces_.empty() && is_vector(pieces_.back().text)) count_from_zero();
    std::size_t length = operator_length();
    if (length > 0) return step_operator(length);
    copy();
  }

  static bool is_vector(const std::string& name) {
    return is_one_of(lower(name), {"indkey", "indoption", "indclass", "indcollation"});
  }

  // A vector's first is its number 0, a list's its number 1: [i] becomes [1 + (i)].
  void count_from_zero() {
    std::size_t close = at_ + 1;
    for (int depth = 1; close < tokens_.size(); ++close) {
      if (is_symbol(tokens_[close], '[')) ++depth;
      if (is_symbol(tokens_[close], ']') && --depth == 0) break;
    }
    if (close == tokens_.size()) return;
    std::size_t at = tokens_[at_].end;
    Token one{TokenKind::number, "1", at, at}, plus{TokenKind::symbol, "+", at, at},
        open{TokenKind::symbol, "(", at, at};
    Token shut{TokenKind::symbol, ")", tokens_[close - 1].end, tokens_[close].offset};
    tokens_.insert(tokens_.begin() + static_cast<std::ptrdiff_t>(close), shut);
    tokens_.insert(tokens_.begin() + static_cast<std::ptrdiff_t>(at_) + 1, {one, plus, open});
  }

  // PostgreSQL calls a column after its function, DuckDB after the whole call.
  void name_call(std::size_t open) {
    if (open == 0 || pieces_[open - 1].kind != TokenKind::word) return;
    std::size_t begin = open - 1;
    if (begin == 0) return;
    const std::string before = lower(pieces_[begin - 1].text);
    if (before == "from" || before == "join" || (before == "," && !is_in_list(begin - 1)))
      return name_series(lower(pieces_[begin].text));
    if (before != "select" && before != "," && before != "distinct") return;
    if (before == "," && !is_in_list(begin - 1)) return;
    bool ends = !token() || follows(0, ',') || follows(0, ')') || follows(0, "from") || follows(0, "union") ||
                follows(0, "where") || follows(0, "limit");
    std::string called = lower(pieces_[begin].text);
    if (!ends || is_one_of(called, {"select", "exists", "in", "values", "unnest", "distinct", "on", "row",
                                    "cast", "try_cast", "any", "all", "array"}))
      return;
    push("AS", TokenKind::word);
    push(quoted_name(called), TokenKind::quoted_name);
  }

  // The rows of generate_series(…) s are called s in PostgreSQL, and their column, too.
  void name_series(const std::string& function) {
    if (!is_one_of(function, {"generate_series", "unnest", "generate_subscripts"})) return;
    if (follows(0, "as")) copy();
    if (!is_name(0) || follows(1, '(')) return;
    if (is_one_of(name(0),
                  {"where", "on", "cross", "join", "left", "inner", "right", "full", "with", "order", "group",
                   "limit", "union", "as", "having", "natural", "window", "except", "intersect"}))
      return;
    std::string alias = print(*token());
    copy();
    push("(" + alias + ")", TokenKind::symbol, false);
  }

  // Whether the comma at `at` divides the columns of a SELECT.
  bool is_in_list(std::size_t at) const {
    int depth = 0;
    while (at-- > 0) {
      const std::string& text = pieces_[at].text;
      if (text == ")") ++depth;
      if (text == "(" && depth-- == 0) return false;
      if (depth != 0 || pieces_[at].kind != TokenKind::word) continue;
      std::string word = lower(text);
      if (word == "select") return true;
      if (is_one_of(word, {"from", "where", "group", "order", "values", "having", "by", "limit"}))
        return false;
    }
    return false;
  }

  // The length of a run of operator characters that is one of the four that match regular expressions.
  std::size_t operator_length() const {
    std::string run;
    for (std::size_t i = 0; token(i) && token(i)->kind == TokenKind::symbol; ++i) {
      if (i > 0 && token(i)->offset != token(i - 1)->end) break;
      char c = token(i)->text[0];
      if (std::string_view("~!*=<>@#&|^%+-/").find(c) == std::string_view::npos) break;
      run += c;
    }
    bool is_match = is_one_of(run, {"~", "!~", "~*", "!~*"});
    return is_match && is_operand_before() ? run.size() : 0;
  }
  bool is_operand_before() const {
    if (pieces_.empty()) return false;
    const Piece& last = pieces_.back();
    if (last.kind == TokenKind::symbol) return last.text == ")" || last.text == "]" || last.text.size() > 2;
    return last.kind != TokenKind::word ||
           !is_one_of(lower(last.text),
                      {"select", "and", "or", "not", "where", "when", "then", "else", "on"});
  }

  void step_operator(std::size_t length) {
    std::string run;
    for (std::size_t i = 0; i < length; ++i) run += tokens_[at_ + i].text;
    at_ += length;
    push_match(run);
  }

  // DuckDB's ~ wants the whole text to match, PostgreSQL's a part of it.
  void push_match(const std::string& run) {
    push(run[0] == '!' ? "!~" : "~");
    const char* function = run.back() == '*' ? "leat_pattern_any_case" : "leat_pattern";
    if (!token() || follows(0, '(')) {
      if (token()) push(function, TokenKind::word);
      return;
    }
    push(std::string(function) + "(", TokenKind::symbol);
    if (is_parameter()) {
      step_parameter();
    } else {
      copy();
      while (follows(0, '.')) {
        copy();
        if (token()) copy();
      }
    }
    push(")");
  }

  // OPERATOR(pg_catalog.~)
  void step_named_operator() {
    at_ += 2;
    while (is_name(0) && follows(1, '.')) at_ += 2;
    std::string run;
    while (token() && !follows(0, ')')) run += tokens_[at_++].text;
    ++at_;
    if (is_one_of(run, {"~", "!~", "~*", "!~*"})) return push_match(run);
    push(run);
  }

  bool step_name() {
    std::string word = name(0);
    if (follows(1, '.')) return step_qualified(word);
    if (token()->kind == TokenKind::quoted_name) return false;
    if (word == "operator" && follows(1, '(')) {
      step_named_operator();
      return true;
    }
    if (word == "collate" && is_name(1)) {
      at_ += 2;
      while (follows(0, '.')) at_ += 2;
      return true;
    }
    if (word == "as" && step_cast_as()) return true;
    if (word == "any" && follows(1, '(') && step_any()) return true;
    if (word == "current_setting" && follows(1, '(')) return step_setting();
    // DuckDB keeps this word for itself; PostgreSQL does not.
    if (word == "at" && !follows(1, "time")) {
      push("\"at\"", TokenKind::quoted_name, has_space());
      ++at_;
      return true;
    }
    if (follows(1, '(') && step_renamed(word)) return true;
    return step_session_word(word);
  }

  bool step_qualified(const std::string& word) {
    bool is_function = word == "information_schema" && is_name(2) && follows(3, '(');
    if ((word == "pg_catalog" && (is_name(2) || follows(2, '*'))) || is_function) {
      bool space = has_space();
      std::size_t first = pieces_.size();
      // However often it is said: each would be one call deeper.
      for (at_ += 2; name(0) == "pg_catalog" && follows(1, '.');) at_ += 2;
      if (token() && !step_name()) copy();
      if (pieces_.size() > first) pieces_[first].has_space = space;
      return true;
    }
    if (word == "information_schema" && is_name(2)) {
      push(fmt::format("{}.infos.{}", kCatalogName, print(*token(2))), TokenKind::word, has_space());
      at_ += 3;
      return true;
    }
    if (word == options_.main_name && is_name(2)) {
      push("main", TokenKind::word, has_space());
      ++at_;
      return true;
    }
    if (word == options_.database && is_name(2) && follows(3, '.') && is_name(4)) {
      std::string schema = name(2);
      if (schema == "pg_catalog" || schema == "information_schema") {
        std::size_t first = pieces_.size();
        at_ += 2;
        step_qualified(schema);
        if (pieces_.size() > first) pieces_[first].has_space = true;
        return true;
      }
      push(quoted_name(options_.catalog) + "." + (schema == options_.main_name ? "main" : print(*token(2))),
           TokenKind::word, has_space());
      at_ += 3;
      return true;
    }
    return false;
  }

  // What SQL says without parentheses, or calls without arguments, and depends on the session.
  bool step_session_word(const std::string& word) {
    static constexpr std::string_view kWords[] = {"current_user",    "session_user",     "current_role",
                                                  "current_catalog", "current_database", "current_schema",
                                                  "version",         "pg_backend_pid"};
    if (std::find(std::begin(kWords), std::end(kWords), word) == std::end(kWords)) return false;
    bool is_call = follows(1, '(') && follows(2, ')');
    bool needs_call = word == "current_database" || word == "version" || word == "pg_backend_pid";
    if (needs_call && !is_call) return false;
    bool begins = !pieces_.empty() && is_one_of(lower(pieces_.back().text), {"select", ","}) &&
                  is_in_list(pieces_.size());
    std::string value = options_.settings("leat." + word).value_or("");
    push(word == "pg_backend_pid" ? value : quoted_text(value), TokenKind::text);
    at_ += is_call ? 3 : 1;
    if (begins && (!token() || follows(0, ',') || follows(0, "from") || follows(0, ')'))) {
      push("AS", TokenKind::word);
      push(quoted_name(word), TokenKind::quoted_name);
    }
    return true;
  }

  // x = ANY(column): DuckDB makes a subquery of it, which it can't have in the condition of an outer join.
  bool step_any() {
    if (pieces_.size() < 2 || pieces_.back().text != "=" || !is_name(2)) return false;
    if (is_one_of(name(2), {"select", "values", "with", "array", "case", "cast"})) return false;
    std::size_t last = 2;
    while (follows(last + 1, '.') && is_name(last + 2)) last += 2;
    if (!follows(last + 1, ')') && !follows(last + 1, ':')) return false;
    pieces_.pop_back();
    std::size_t begin = operand_begin();
    pieces_.insert(pieces_.begin() + static_cast<std::ptrdiff_t>(begin),
                   {TokenKind::word, "leat_any(", pieces_[begin].has_space});
    pieces_[begin + 1].has_space = false;
    push(",", TokenKind::symbol, false);
    opened_.push_back(pieces_.size());
    at_ += 2;
    return true;
  }

  // Functions that DuckDB has under another name.
  bool step_renamed(const std::string& word) {
    if (word == "to_char" || word == "to_timestamp" || word == "to_date") return step_time_format(word);
    constexpr std::pair<std::string_view, std::string_view> kNames[] = {
        {"json_build_object", "json_object"},     {"jsonb_build_object", "json_object"},
        {"json_build_array", "json_array"},       {"jsonb_build_array", "json_array"},
        {"json_agg", "json_group_array"},         {"jsonb_agg", "json_group_array"},
        {"json_object_agg", "json_group_object"}, {"json_array_elements_text", "json_each"}};
    for (const auto& [theirs, ours] : kNames) {
      if (word != theirs) continue;
      push(std::string(ours), TokenKind::word, has_space());
      ++at_;
      return true;
    }
    return false;
  }

  // to_char(time, 'YYYY-MM'): a format of PostgreSQL's becomes one of strftime's. Those of numbers stay.
  bool step_time_format(const std::string& word) {
    std::size_t ahead = 2, format = 0;
    for (int depth = 1; token(ahead); ++ahead) {
      if (follows(ahead, '(')) ++depth;
      if (follows(ahead, ')') && --depth == 0) break;
      if (depth == 1 && follows(ahead, ',')) format = ahead + 1;
    }
    if (!token(ahead) || format == 0 || format + 1 != ahead || token(format)->kind != TokenKind::text)
      return false;
    std::optional<std::string> converted = strftime_format(token(format)->text);
    if (!converted) return false;
    tokens_[at_ + format].text = *converted;
    push(word == "to_char" ? "strftime" : "strptime", TokenKind::word, has_space());
    if (word != "to_char") {
      Token close = tokens_[at_ + ahead];
      std::vector<Token> cast(2, Token{TokenKind::symbol, ":", close.end, close.end});
      cast.push_back({TokenKind::word, word == "to_date" ? "date" : "timestamptz", close.end, close.end});
      tokens_.insert(tokens_.begin() + static_cast<std::ptrdiff_t>(at_ + ahead + 1), cast.begin(),
                     cast.end());
    }
    ++at_;
    return true;
  }

  // current_setting('name'[, missing_ok])
  bool step_setting() {
    if (!token(2) || token(2)->kind != TokenKind::text) return false;
    std::size_t end = 3;
    if (follows(3, ',')) end = 5;
    if (!follows(end, ')')) return false;
    std::optional<std::string> value = options_.settings(token(2)->text);
    if (!value && end == 3)
      throw refusal(State::setting,
                    fmt::format("unrecognized configuration parameter \"{}\"", token(2)->text));
    push(value ? quoted_text(*value) : "NULL", TokenKind::text);
    at_ += end + 1;
    return true;
  }

  // -- casts

  struct TypeName {
    std::string name;        // in lower case, without its schema
    std::size_t tokens = 0;  // that it takes
    bool is_list = false;
  };

  // The type whose name begins `ahead` of here.
  TypeName read_type(std::size_t ahead) const {
    TypeName out;
    std::size_t from = ahead;
    if ((name(ahead) == "pg_catalog" || name(ahead) == "information_schema") && follows(ahead + 1, '.'))
      ahead += 2;
    if (!is_name(ahead)) return out;
    out.name = name(ahead);
    if (token(ahead)->kind == TokenKind::quoted_name && out.name == "char") out.name = "\"char\"";
    ++ahead;
    if (follows(ahead, '[') && follows(ahead + 1, ']')) {
      out.is_list = true;
      ahead += 2;
    }
    out.tokens = ahead - from;
    return out;
  }

  // DuckDB's name of a type of PostgreSQL that it has another one for, "" where it has the same.
  std::string duck_type(const TypeName& type, bool has_arguments) const {
    const std::string& n = type.name;
    std::string out;
    if (is_one_of(n, {"name", "\"char\"", "unknown", "cstring", "anyarray", "citext", "inet", "cidr",
                      "macaddr", "xml", "sql_identifier", "character_data", "yes_or_no", "pg_node_tree",
                      "aclitem", "tsvector", "tsquery", "regconfig", "bpchar"})) {
      out = "VARCHAR";
    } else if (is_one_of(n, {"oid", "xid", "cid", "xid8", "cardinal_number", "money"})) {
      out = "BIGINT";
    } else if ((n == "numeric" || n == "decimal") && !has_arguments) {
      out = "DECIMAL(38,10)";
    } else if (n == "jsonb") {
      out = "JSON";
    } else if (is_one_of(n, {"int2vector", "oidvector"})) {
      out = "BIGINT[]";
    } else if (n == "_text" || n == "_name" || n == "_varchar") {
      out = "VARCHAR[]";
    } else if (n == "_int4" || n == "_int8" || n == "_oid" || n == "_int2") {
      out = "BIGINT[]";
    }
    return !out.empty() && type.is_list ? out + "[]" : out;
  }

  static bool is_reg(const std::string& name) {
    return is_one_of(name, {"regclass", "regtype", "regproc", "regprocedure", "regnamespace", "regrole",
                            "regoper", "regoperator"});
  }

  // Where the operand begins that ends with the last piece.
  std::size_t operand_begin() const {
    if (pieces_.empty()) throw refusal(State::syntax, "syntax error at or near \"::\"");
    std::size_t at = pieces_.size() - 1;
    auto close_of = [&](const std::string& text) {
      return text == ")" ? std::string("(") : text == "]" ? std::string("[") : std::string();
    };
    for (;;) {
      std::string open = close_of(pieces_[at].text), close = pieces_[at].text;
      if (!open.empty() && pieces_[at].kind == TokenKind::symbol) {
        int depth = 1;
        while (depth > 0 && at > 0) {
          --at;
          if (pieces_[at].text == close) ++depth;
          if (pieces_[at].text == open) --depth;
        }
        bool goes_on = at > 0 && (pieces_[at - 1].kind != TokenKind::symbol || pieces_[at - 1].text == "]" ||
                                  (open == "[" && pieces_[at - 1].text == ")"));
        bool is_keyword = at > 0 && open == "(" && pieces_[at - 1].kind == TokenKind::word &&
                          is_one_of(lower(pieces_[at - 1].text),
                                    {"select", "and", "or", "not", "where", "when", "then", "else", "on",
                                     "in", "by", "from", "as", "join", "case", "having", "any", "all"});
        if (!goes_on || is_keyword) return at;
        --at;
        continue;
      }
      if (at >= 2 && pieces_[at - 1].text == ".") {
        at -= 2;
        continue;
      }
      return at;
    }
  }

  void wrap(std::size_t begin, const std::string& function) {
    Piece open{TokenKind::word, function + "(", pieces_[begin].has_space};
    pieces_[begin].has_space = false;
    pieces_.insert(pieces_.begin() + static_cast<std::ptrdiff_t>(begin), open);
    push(")", TokenKind::symbol, false);
  }

  static bool compares(const std::string& text) { return is_one_of(text, {"=", "<", ">", "in", "any"}); }

  void step_cast() {
    TypeName type = read_type(2);
    bool has_arguments = follows(2 + type.tokens, '(');
    std::size_t last = pieces_.empty() ? 0 : pieces_.size() - 1;
    if (is_reg(type.name)) return step_reg(type);
    // A vector of PostgreSQL's catalogue prints as "1 2", a list as "[1, 2]".
    bool to_text = is_one_of(type.name, {"text", "varchar"}) && !type.is_list;
    if (to_text && !pieces_.empty() && is_vector(pieces_[last].text)) {
      at_ += 2 + type.tokens;
      return wrap(operand_begin(), "leat_vector");
    }
    bool is_list_text = type.is_list && !pieces_.empty() && pieces_[last].kind == TokenKind::text &&
                        pieces_[last].text.starts_with("'{");
    if (is_list_text) {
      for (char& c : pieces_[last].text) c = c == '{' ? '[' : c == '}' ? ']' : c;
    }
    std::string duck = duck_type(type, has_arguments);
    bool is_qualified = type.tokens > (type.is_list ? 3u : 1u);
    if (duck.empty() && !is_qualified) {
      copy();
      return copy();
    }
    push("::", TokenKind::symbol, false);
    push(!duck.empty() ? duck : type.name + (type.is_list ? "[]" : ""), TokenKind::word, false);
    at_ += 2 + type.tokens;
  }

  // x::regclass and its kin: a number where it is compared or cast to one, a name where it is shown.
  void step_reg(const TypeName& type) {
    std::size_t begin = operand_begin();
    bool is_text = pieces_[begin].kind == TokenKind::text && begin + 1 == pieces_.size();
    std::string before = begin > 0 ? lower(pieces_[begin - 1].text) : "";
    if (before == "(" && begin > 1) before = lower(pieces_[begin - 2].text) == "in" ? "in" : before;
    at_ += 2 + type.tokens;
    bool gives_name = !is_text && !type.is_list;
    if (follows(0, ':') && follows(1, ':')) {
      TypeName next = read_type(2);
      bool to_text = is_one_of(next.name, {"text", "varchar", "name"});
      bool to_number = is_one_of(next.name, {"oid", "int4", "int8", "integer", "bigint"});
      if (to_text || to_number) {
        gives_name = to_text;
        at_ += 2 + next.tokens;
      }
    } else if (compares(before) || follows(0, '=') || follows(0, '<') || follows(0, '>') ||
               follows(0, "in")) {
      gives_name = false;
    }
    std::string kind = type.name == "regprocedure" ? "regproc" : type.name;
    wrap(begin, fmt::format("leat_{}_{}", kind, gives_name ? "name" : "oid"));
  }

  // CAST(x AS type) for types of other names.
  bool step_cast_as() {
    if (opened_.empty() || opened_.back() == 0) return false;
    std::size_t cast = opened_.back() - 1;
    if (lower(pieces_[cast].text) != "cast") return false;
    TypeName type = read_type(1);
    bool has_arguments = follows(1 + type.tokens, '(');
    if (!follows(1 + type.tokens, ')') && !has_arguments) return false;
    if (is_reg(type.name)) {
      pieces_[cast].text = fmt::format("leat_{}_oid", type.name);
      at_ += 1 + type.tokens;
      return true;
    }
    std::string duck = duck_type(type, has_arguments);
    if (duck.empty()) return false;
    push("AS", TokenKind::word);
    push(duck, TokenKind::word);
    at_ += 1 + type.tokens;
    return true;
  }

  bool is_parameter() const { return follows(0, '$') && token(1) && token(1)->kind == TokenKind::number; }
  void step_parameter() {
    const std::string& digits = token(1)->text;
    std::size_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    bool is_cast = number >= 1 && number <= options_.parameter_types.size() &&
                   !options_.parameter_types[number - 1].empty();
    std::string text = "$" + digits;
    if (is_cast) text = fmt::format("CAST({} AS {})", text, options_.parameter_types[number - 1]);
    push(std::move(text), TokenKind::number, has_space());
    at_ += 2;
  }

  const RewriteOptions& options_;
  std::vector<Token> tokens_;
  std::vector<Piece> pieces_;
  std::vector<std::size_t> opened_;  // the pieces that opened the parentheses around here
  std::size_t at_ = 0;
};

}  // namespace

std::string rewrite(std::string_view sql, const RewriteOptions& options) {
  return Rewriter(sql, options).run();
}

}  // namespace leat::server::pgwire
