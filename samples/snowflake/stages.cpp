#include "stages.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "refusal.h"

namespace snowflake {
namespace {

std::string quoted(const std::string& name) {
  return print(Token{Token::Kind::name, name});
}

// The index of the first token that is this word, or the end.
std::size_t find_word(const Tokens& tokens, std::string_view wanted, std::size_t from = 0) {
  std::size_t at = from;
  while (at < tokens.size() && !tokens[at].is(wanted)) ++at;
  return at;
}

Chain stage_chain(const Tokens& tokens, std::size_t& at) {
  if (at >= tokens.size() || !tokens[at].is("@"))
    throw Refusal("001003", "SQL compilation error: a stage is expected");
  return read_chain(tokens, ++at);
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

struct CopyCommand {
  std::string table, table_key, stage_key;
  std::vector<std::string> files;
};

CopyCommand parse_copy(const Tokens& tokens, const Names& names) {
  CopyCommand command;
  std::size_t at = find_word(tokens, "INTO") + 1;
  std::size_t first = at;
  Chain table = read_chain(tokens, at);
  command.table_key = table.key(names);
  auto temporary = names.temporary.find(command.table_key);
  command.table = temporary != names.temporary.end()
                      ? "temp.main." + quoted(temporary->second)
                      : print(Tokens(tokens.begin() + static_cast<std::ptrdiff_t>(first),
                                     tokens.begin() + static_cast<std::ptrdiff_t>(at)));
  at = find_word(tokens, "FROM", at) + 1;
  command.stage_key = stage_chain(tokens, at).key(names);
  std::size_t files = find_word(tokens, "FILES", at);
  for (at = files + 3; at < tokens.size() && files < tokens.size() && !tokens[at].is(")"); ++at) {
    if (tokens[at].kind == Token::Kind::text) command.files.push_back(tokens[at].text);
  }
  if (find_word(tokens, "MATCH_BY_COLUMN_NAME") == tokens.size())
    throw Refusal("000002",
                  "Unsupported feature 'COPY of Parquet without MATCH_BY_COLUMN_NAME' (of this stand-in).");
  if (find_word(tokens, "PARQUET") == tokens.size())
    throw Refusal("000002", "Unsupported feature 'COPY of anything but Parquet' (of this stand-in).");
  return command;
}

// The columns that file and table share, as the list of an INSERT and of a SELECT.
std::pair<std::string, std::string> shared_columns(Connection& connection, const std::string& table,
                                                   const std::string& file) {
  Table wanted = connection.query(fmt::format("DESCRIBE SELECT * FROM {}", table));
  Table given = connection.query(fmt::format("DESCRIBE SELECT * FROM read_parquet({})", print(text(file))));
  std::pair<std::string, std::string> lists;
  for (const auto& column : wanted.rows) {
    for (const auto& other : given.rows) {
      if (upper(*column[0]) != upper(*other[0])) continue;
      // Text that lands in a VARIANT is a JSON string, not parsed.
      bool is_variant = *column[1] == "JSON";
      lists.first += (lists.first.empty() ? "" : ", ") + quoted(*column[0]);
      lists.second += (lists.second.empty() ? "" : ", ") +
                      (is_variant ? "to_json(" + quoted(*other[0]) + ")" : quoted(*other[0]));
    }
  }
  return lists;
}

}  // namespace

Stages::~Stages() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

const Stages::Stage& Stages::find(const std::string& key) const {
  auto found = stages_.find(key);
  if (found == stages_.end())
    throw Refusal("002003",
                  fmt::format("SQL compilation error:\nStage '{}' does not exist or not authorized.", key),
                  "02000");
  return found->second;
}

void Stages::create(const Tokens& tokens, const Names& names) {
  std::size_t at = find_word(tokens, "STAGE") + 1;
  if (at < tokens.size() && tokens[at].is("IF")) at += 3;
  Stage stage;
  stage.folder = fmt::format("{}/stage_{}", folder_, made_++);
  stage.is_plain = std::any_of(tokens.begin(), tokens.end(),
                               [](const Token& token) { return token.text == "SNOWFLAKE_SSE"; });
  std::filesystem::create_directories(stage.folder);
  stages_[read_chain(tokens, at).key(names)] = stage;
}

void Stages::drop(const Tokens& tokens, const Names& names) {
  std::size_t at = find_word(tokens, "STAGE") + 1;
  bool may_be_missing = at < tokens.size() && tokens[at].is("IF");
  if (may_be_missing) at += 2;
  std::string key = read_chain(tokens, at).key(names);
  if (!may_be_missing) find(key);
  auto found = stages_.find(key);
  if (found == stages_.end()) return;
  std::filesystem::remove_all(found->second.folder);
  stages_.erase(found);
}

Stages::Destination Stages::destination(const Tokens& tokens, const Names& names) const {
  std::size_t at = 1;
  if (tokens.size() < 4 || tokens[1].kind != Token::Kind::text || !tokens[1].text.starts_with("file://"))
    throw Refusal("001003", "SQL compilation error: PUT wants 'file://…' and a stage");
  std::string source = tokens[1].text.substr(7);
  at = 2;
  std::string key = stage_chain(tokens, at).key(names);
  const Stage& stage = find(key);
  return {stage.folder, key, source, !stage.is_plain};
}

Table Stages::copy(const Tokens& tokens, const Names& names, Connection& connection, CopyFault fault) {
  CopyCommand command = parse_copy(tokens, names);
  const Stage& stage = find(command.stage_key);
  Table answer;
  answer.fields = {{"file", "text"},
                   {"status", "text"},
                   {"rows_parsed", "fixed", 38},
                   {"rows_loaded", "fixed", 38},
                   {"error_limit", "fixed", 38},
                   {"errors_seen", "fixed", 38},
                   {"first_error", "text"}};
  bool is_first = true;
  for (const std::string& name : command.files) {
    std::string path = stage.folder + "/" + name;
    if (!std::filesystem::exists(path))
      throw Refusal("091016", fmt::format("Remote file '{}' was not found.", name));
    if (loaded_[command.table_key].count(name)) continue;
    if (is_first && fault.fails)
      throw Refusal(
          "100132",
          fmt::format("Error parsing the parquet file: Invalid: Parquet file '{}' is damaged", name));
    if (is_first && fault.omits) {
      is_first = false;
      continue;
    }
    auto [columns, values] = shared_columns(connection, command.table, path);
    std::int64_t parsed =
        std::stoll(connection.value(fmt::format("SELECT count(*) FROM read_parquet({})", print(text(path)))));
    std::string limit = is_first && fault.loads_part ? fmt::format(" LIMIT {}", parsed / 2) : "";
    std::int64_t loaded =
        connection.execute(fmt::format("INSERT INTO {} ({}) SELECT {} FROM read_parquet({}){}", command.table,
                                       columns, values, print(text(path)), limit));
    loaded_[command.table_key].insert(name);
    answer.rows.push_back({command.stage_key + "/" + name, loaded == parsed ? "LOADED" : "PARTIALLY_LOADED",
                           fmt::format("{}", parsed), fmt::format("{}", loaded), "1",
                           fmt::format("{}", parsed - loaded),
                           loaded == parsed ? Cell() : Cell("Numeric value 'x' is not recognized")});
    is_first = false;
  }
  if (answer.rows.empty()) {
    answer.fields = {{"status", "text"}};
    answer.rows = {{"Copy executed with 0 files processed."}};
  }
  return answer;
}

}  // namespace snowflake
