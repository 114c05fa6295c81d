#include "server/pgwire/commands.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/quotes.h"
#include "server/pgwire/errors.h"

namespace leat::server::pgwire {
namespace {

char lower_char(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Reads the tokens of one statement from left to right.
class Reader {
 public:
  explicit Reader(const std::string& sql) : sql_(sql), tokens_(sql::tokenize(sql, sql::Spelling::postgres)) {}

  bool take(std::string_view word) {
    if (at_ >= tokens_.size() || !is_word(tokens_[at_], word)) return false;
    ++at_;
    return true;
  }
  bool take(char symbol) {
    if (at_ >= tokens_.size() || !is_symbol(tokens_[at_], symbol)) return false;
    ++at_;
    return true;
  }
  bool is_at_end() const { return at_ >= tokens_.size(); }
  const Token* peek() const { return is_at_end() ? nullptr : &tokens_[at_]; }
  void skip() { at_ = std::min(at_ + 1, tokens_.size()); }
  void need(std::string_view word) {
    if (!take(word)) wrong();
  }
  std::string name() {
    const Token* token = peek();
    if (!token || (token->kind != TokenKind::word && token->kind != TokenKind::quoted_name)) wrong();
    ++at_;
    return token->kind == TokenKind::word ? lower(token->text) : token->text;
  }
  /// What is left, as it was written.
  std::string rest() const { return is_at_end() ? "" : sql_.substr(tokens_[at_].offset); }
  /// What stands inside of the parentheses that open here.
  std::string inside() {
    if (!take('(')) wrong();
    std::size_t from = is_at_end() ? sql_.size() : tokens_[at_].offset, to = from;
    for (int depth = 1; depth > 0; ++at_) {
      if (is_at_end()) wrong();
      if (is_symbol(tokens_[at_], '(')) ++depth;
      if (is_symbol(tokens_[at_], ')') && --depth == 0) to = tokens_[at_].offset;
    }
    return sql_.substr(from, to - from);
  }
  std::int64_t number() {
    bool is_negative = take('-');
    const Token* token = peek();
    std::int64_t out = 0;
    if (!token || token->kind != TokenKind::number) wrong();
    const char* end = token->text.data() + token->text.size();
    if (std::from_chars(token->text.data(), end, out).ptr != end) wrong();
    ++at_;
    return is_negative ? -out : out;
  }
  [[noreturn]] void wrong() const {
    throw refusal(State::syntax, is_at_end()
                                     ? "syntax error at end of input"
                                     : fmt::format("syntax error at or near \"{}\"", tokens_[at_].text));
  }

 private:
  const std::string& sql_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

Command of(CommandKind kind, std::string tag) {
  Command out;
  out.kind = kind;
  out.tag = std::move(tag);
  return out;
}

bool begins_query(const Reader& reader) {
  const Token* token = reader.peek();
  if (!token) return false;
  if (is_symbol(*token, '(')) return true;
  for (std::string_view word :
       {"select", "with", "values", "table", "from", "describe", "desc", "summarize", "pivot", "unpivot"}) {
    if (is_word(*token, word)) return true;
  }
  return false;
}

Command parse_query(const Reader& reader) {
  Command out = of(CommandKind::query, "SELECT");
  out.sql = reader.rest();
  return out;
}

Command parse_explain(Reader& reader) {
  std::string explain = "EXPLAIN";
  if (reader.peek() && is_symbol(*reader.peek(), '(')) {
    std::string options = lower(reader.inside());
    if (options.find("analyze") != std::string::npos && options.find("analyze false") == std::string::npos)
      explain = "EXPLAIN ANALYZE";
  } else {
    if (reader.take("analyze")) explain = "EXPLAIN ANALYZE";
    reader.take("verbose");
  }
  if (!begins_query(reader)) return of(CommandKind::refused, "EXPLAIN");
  Command out = parse_query(reader);
  out.explain = explain;
  out.tag = "EXPLAIN";
  return out;
}

// The value after SET name TO: texts and words, with commas between them.
std::string parse_value(Reader& reader) {
  std::string out;
  while (const Token* token = reader.peek()) {
    if (is_symbol(*token, ',')) {
      out += ", ";
    } else {
      out += token->text;
    }
    reader.skip();
  }
  return out;
}

Command parse_set(Reader& reader) {
  Command out = of(CommandKind::set, "SET");
  bool is_session = reader.take("session");
  out.is_local = !is_session && reader.take("local");
  if (is_session && reader.take("characteristics")) {
    out.name = "session characteristics";
    return out;
  }
  if (reader.take("transaction")) {
    out.name = "transaction";
    return out;
  }
  if (reader.take("time")) {
    reader.need("zone");
    out.name = "timezone";
  } else if (reader.take("names")) {
    out.name = "client_encoding";
  } else if (is_session && reader.take("authorization")) {
    out.name = "session_authorization";
  } else {
    out.name = reader.name();
    while (reader.take('.')) out.name += "." + reader.name();
    if (!reader.take("to") && !reader.take('=')) reader.wrong();
  }
  const Token* token = reader.peek();
  out.is_default =
      !token || is_word(*token, "default") || (out.name == "timezone" && is_word(*token, "local"));
  out.value = parse_value(reader);
  return out;
}

Command parse_show(Reader& reader, const std::string& sql) {
  Command out = of(CommandKind::show, "SHOW");
  out.sql = sql;
  if (reader.take("time")) {
    out.name = "timezone";
  } else if (reader.take("transaction")) {
    out.name = "transaction_isolation";
  } else if (reader.take("session")) {
    out.name = "session_authorization";
  } else {
    out.name = reader.name();
    while (reader.take('.')) out.name += "." + reader.name();
  }
  return out;
}

Command parse_declare(Reader& reader) {
  Command out = of(CommandKind::declare, "DECLARE CURSOR");
  out.name = reader.name();
  for (const char* word : {"binary", "asensitive", "insensitive", "no", "scroll"}) reader.take(word);
  reader.need("cursor");
  if (reader.take("with")) {
    reader.need("hold");
    out.holds = true;
  } else if (reader.take("without")) {
    reader.need("hold");
  }
  reader.need("for");
  if (!begins_query(reader)) reader.wrong();
  out.sql = reader.rest();
  return out;
}

Command parse_fetch(Reader& reader, bool is_move) {
  Command out = of(CommandKind::fetch, is_move ? "MOVE" : "FETCH");
  out.is_move = is_move;
  if (reader.take("next")) {
  } else if (reader.take("all")) {
    out.count = -1;
  } else {
    bool is_relative = reader.take("relative"), is_forward = !is_relative && reader.take("forward");
    const Token* token = reader.peek();
    for (const char* word : {"prior", "first", "last", "absolute", "backward"}) {
      if (token && is_word(*token, word))
        throw refusal(State::unsupported, "cursor can only scan forward").fix("Use FETCH FORWARD.");
    }
    if (is_forward && reader.take("all")) {
      out.count = -1;
    } else if (token && (token->kind == TokenKind::number || is_symbol(*token, '-'))) {
      out.count = reader.number();
      if (out.count < 0)
        throw refusal(State::unsupported, "cursor can only scan forward").fix("Use FETCH FORWARD.");
    }
  }
  if (!reader.take("from")) reader.take("in");
  out.name = reader.name();
  return out;
}

// The options of COPY … TO STDOUT: WITH (FORMAT csv, HEADER, DELIMITER ';', NULL '') and the older CSV
// HEADER.
void parse_copy_options(Reader& reader, Command& out) {
  std::string null_text;
  bool has_delimiter = false, has_null = false;
  auto text = [&]() -> std::string {
    const Token* token = reader.peek();
    if (!token || token->kind != TokenKind::text) reader.wrong();
    reader.skip();
    return token->text;
  };
  while (!reader.is_at_end()) {
    if (reader.take('(') || reader.take(')') || reader.take(',') || reader.take("with") ||
        reader.take("as")) {
    } else if (reader.take("format")) {
      std::string format = reader.name();
      if (format != "csv" && format != "text")
        throw refusal(State::unsupported, fmt::format("COPY format \"{}\" is not there", format))
            .fix("There are text and csv.");
      out.is_csv = format == "csv";
    } else if (reader.take("csv")) {
      out.is_csv = true;
    } else if (reader.take("header")) {
      bool is_off = reader.take("false") || reader.take("off");
      if (!is_off && !reader.take("true")) reader.take("on");
      out.has_header = !is_off;
    } else if (reader.take("delimiter") || reader.take("delimiters")) {
      std::string given = (reader.take("as"), text());
      if (given.size() != 1) throw refusal(State::syntax, "COPY delimiter must be a single character");
      out.delimiter = given[0];
      has_delimiter = true;
    } else if (reader.take("null")) {
      null_text = (reader.take("as"), text());
      has_null = true;
    } else {
      throw refusal(State::unsupported, fmt::format("COPY option \"{}\" is not there", reader.peek()->text))
          .fix("There are FORMAT, HEADER, DELIMITER and NULL.");
    }
  }
  if (out.is_csv && !has_delimiter) out.delimiter = ',';
  if (has_null || out.is_csv) out.null_text = null_text;
}

Command parse_copy(Reader& reader) {
  Command out = of(CommandKind::copy_out, "COPY");
  if (reader.peek() && is_symbol(*reader.peek(), '(')) {
    out.sql = reader.inside();
  } else {
    std::string table = quoted_name(reader.name());
    while (reader.take('.')) table += "." + quoted_name(reader.name());
    std::string columns = "*";
    if (reader.peek() && is_symbol(*reader.peek(), '(')) columns = reader.inside();
    out.sql = fmt::format("select {} from {}", columns, table);
  }
  if (!reader.take("to") || !reader.take("stdout")) return of(CommandKind::refused, "COPY");
  parse_copy_options(reader, out);
  return out;
}

Command parse_prepare(Reader& reader) {
  Command out = of(CommandKind::prepare, "PREPARE");
  if (reader.take("transaction")) return of(CommandKind::refused, "PREPARE TRANSACTION");
  out.name = reader.name();
  if (reader.peek() && is_symbol(*reader.peek(), '(')) out.value = reader.inside();
  reader.need("as");
  if (!begins_query(reader)) return of(CommandKind::refused, "PREPARE");
  out.sql = reader.rest();
  return out;
}

Command parse_execute(Reader& reader) {
  Command out = of(CommandKind::execute, "SELECT");
  out.name = reader.name();
  if (reader.peek() && is_symbol(*reader.peek(), '(')) out.value = reader.inside();
  return out;
}

Command parse_rollback(Reader& reader) {
  if (!reader.take("work")) reader.take("transaction");
  if (!reader.take("to")) return of(CommandKind::rollback, "ROLLBACK");
  reader.take("savepoint");
  Command out = of(CommandKind::savepoint, "ROLLBACK");
  out.name = reader.name();
  return out;
}

Command parse_named(Reader& reader, CommandKind kind, std::string tag) {
  Command out = of(kind, std::move(tag));
  if (kind == CommandKind::deallocate) reader.take("prepare");
  if (kind == CommandKind::savepoint) reader.take("savepoint");
  bool is_all = reader.peek() && is_word(*reader.peek(), "all");
  out.name = reader.name();
  if (is_all) {
    out.name.clear();
    if (kind == CommandKind::deallocate || kind == CommandKind::close) out.tag += " ALL";
  }
  return out;
}

}  // namespace

bool is_word(const Token& token, std::string_view word) {
  return token.kind == TokenKind::word && token.text.size() == word.size() &&
         std::equal(word.begin(), word.end(), token.text.begin(),
                    [](char a, char b) { return a == lower_char(b); });
}

bool is_symbol(const Token& token, char c) {
  return token.kind == TokenKind::symbol && token.text[0] == c;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower_char);
  return out;
}

std::string quoted_text(std::string_view text) {
  return in_marks(text, '\'');
}

std::string quoted_name(std::string_view name) {
  return in_marks(name, '"');
}

std::vector<std::string> split_statements(std::string_view sql) {
  std::vector<std::string> out;
  std::size_t from = 0;
  bool has_token = false;
  auto cut = [&](std::size_t to) {
    if (has_token) out.emplace_back(sql.substr(from, to - from));
    has_token = false;
  };
  for (const Token& token : sql::tokenize(sql, sql::Spelling::postgres)) {
    if (is_symbol(token, ';')) {
      cut(token.offset);
      from = token.offset + 1;
    } else {
      has_token = true;
    }
  }
  cut(sql.size());
  return out;
}

Command parse_command(const std::string& sql) {
  Reader reader(sql);
  if (reader.is_at_end()) return {};
  if (begins_query(reader)) return parse_query(reader);
  if (reader.take("explain")) return parse_explain(reader);
  if (reader.take("set")) return parse_set(reader);
  if (reader.take("show")) return parse_show(reader, sql);
  if (reader.take("reset")) return parse_named(reader, CommandKind::reset, "RESET");
  if (reader.take("begin")) return of(CommandKind::begin, "BEGIN");
  if (reader.take("start")) return of(CommandKind::begin, "START TRANSACTION");
  if (reader.take("commit") || reader.take("end")) {
    if (reader.take("prepared")) return of(CommandKind::refused, "COMMIT PREPARED");
    return of(CommandKind::commit, "COMMIT");
  }
  if (reader.take("rollback") || reader.take("abort")) return parse_rollback(reader);
  if (reader.take("savepoint")) return parse_named(reader, CommandKind::savepoint, "SAVEPOINT");
  if (reader.take("release")) return parse_named(reader, CommandKind::savepoint, "RELEASE");
  if (reader.take("discard")) return of(CommandKind::discard, "DISCARD " + lower(reader.rest()));
  if (reader.take("deallocate")) return parse_named(reader, CommandKind::deallocate, "DEALLOCATE");
  if (reader.take("prepare")) return parse_prepare(reader);
  if (reader.take("execute")) return parse_execute(reader);
  if (reader.take("declare")) return parse_declare(reader);
  if (reader.take("fetch")) return parse_fetch(reader, false);
  if (reader.take("move")) return parse_fetch(reader, true);
  if (reader.take("close")) return parse_named(reader, CommandKind::close, "CLOSE CURSOR");
  if (reader.take("copy")) return parse_copy(reader);
  for (const char* word : {"listen", "unlisten", "notify"}) {
    if (!reader.take(word)) continue;
    std::string tag(word);
    std::transform(tag.begin(), tag.end(), tag.begin(), [](char c) { return static_cast<char>(c - 32); });
    return of(CommandKind::nothing, tag);
  }
  std::string verb = reader.peek()->text.substr(0, 32);
  std::transform(verb.begin(), verb.end(), verb.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  for (std::string_view known :
       {"INSERT", "UPDATE", "DELETE",  "MERGE",      "CREATE",  "DROP",    "ALTER",    "TRUNCATE",
        "GRANT",  "REVOKE", "COMMENT", "VACUUM",     "ANALYZE", "REINDEX", "CLUSTER",  "REFRESH",
        "LOCK",   "CALL",   "DO",      "ATTACH",     "DETACH",  "INSTALL", "LOAD",     "PRAGMA",
        "USE",    "EXPORT", "IMPORT",  "CHECKPOINT", "FORCE",   "IMPORT",  "SECURITY", "REASSIGN"}) {
    if (verb == known) return of(CommandKind::refused, verb);
  }
  reader.wrong();
}

}  // namespace leat::server::pgwire
