#include "session.h"

#include <fmt/core.h>

#include <algorithm>

#include "refusal.h"

namespace snowflake {
namespace {

// DuckDB refuses two definitions at once where the warehouse makes one wait.
std::mutex& definitions() {
  static std::mutex mutex;
  return mutex;
}

std::string quoted(const std::string& name) {
  return print(Token{Token::Kind::name, name});
}

std::size_t find_any(const Tokens& tokens, std::initializer_list<std::string_view> words) {
  std::size_t at = 0;
  while (at < tokens.size() &&
         std::none_of(words.begin(), words.end(), [&](std::string_view each) { return tokens[at].is(each); }))
    ++at;
  return at;
}

void make_database(Connection& connection, const std::string& name) {
  connection.execute(fmt::format(
      "ATTACH IF NOT EXISTS ':memory:' AS {0}; CREATE SCHEMA IF NOT EXISTS {0}.\"PUBLIC\"", quoted(name)));
}

Table done(const char* message = "Statement executed successfully.") {
  Table table;
  table.fields = {{"status", "text"}};
  table.rows = {{message}};
  return table;
}

Table count(const char* what, std::int64_t rows) {
  Table table;
  table.fields = {{what, "fixed", 19}};
  table.rows = {{fmt::format("{}", rows)}};
  return table;
}

}  // namespace

Session::Session(Database& database, const std::string& database_name, const std::string& schema,
                 std::string folder)
    : connection_(database), stages_(std::move(folder)) {
  std::lock_guard lock(definitions());
  connection_.execute("SET TimeZone = 'UTC'");
  connection_.execute(macros());
  if (database_name.empty()) return;
  names_.database = database_name;
  names_.schema = schema.empty() ? "PUBLIC" : schema;
  make_database(connection_, database_name);
  std::string present = connection_.value(
      fmt::format("SELECT count(*) FROM duckdb_schemas() WHERE database_name = {} AND schema_name = {}",
                  print(text(database_name)), print(text(names_.schema))));
  if (present == "0") names_.schema = "PUBLIC";
  connection_.execute(fmt::format("USE {}.{}", quoted(names_.database), quoted(names_.schema)));
}

Session::~Session() {
  try {
    if (is_in_transaction_) connection_.execute("ROLLBACK");
  } catch (const Refusal&) {
    return;
  }
}

void Session::end_transaction(const char* how) {
  if (!is_in_transaction_) return;
  is_in_transaction_ = false;
  connection_.execute(how);
}

void Session::note_temporary(const Tokens& tokens) {
  std::size_t kind = find_any(tokens, {"TABLE"});
  bool is_temporary = false;
  for (std::size_t i = 0; i < kind; ++i)
    is_temporary = is_temporary || tokens[i].is("TEMPORARY") || tokens[i].is("TEMP");
  if (!tokens[0].is("CREATE") || !is_temporary || kind >= tokens.size()) return;
  std::size_t at = kind + 1;
  if (tokens[at].is("IF")) at += 3;
  std::string key = read_chain(tokens, at).key(names_);
  names_.temporary[key] = key;
}

void Session::forget_temporary(const Tokens& tokens) {
  if (!tokens[0].is("DROP")) return;
  std::size_t at = 2;
  if (at < tokens.size() && tokens[at].is("IF")) at += 2;
  if (at >= tokens.size()) return;
  std::string key = read_chain(tokens, at).key(names_);
  names_.temporary.erase(key);
  stages_.forget_loads(key);
}

void Session::change_database(const Tokens& tokens) {
  std::size_t at = 2;
  bool drops = tokens[0].is("DROP");
  if (tokens.size() > 3 && tokens[at].is("IF")) at += drops ? 2 : 3;
  std::string name = read_chain(tokens, at).last();
  if (drops) {
    connection_.execute(fmt::format("DETACH DATABASE IF EXISTS {}", quoted(name)));
    return;
  }
  bool clones = at < tokens.size() && tokens[at].is("CLONE");
  if (!clones) return make_database(connection_, name);
  connection_.execute(fmt::format("ATTACH ':memory:' AS {0}", quoted(name)));
  std::string source = read_chain(tokens, ++at).last();
  connection_.execute(fmt::format("COPY FROM DATABASE {} TO {}", quoted(source), quoted(name)));
}

Outcome Session::change_definition(const Tokens& tokens) {
  std::lock_guard lock(definitions());
  end_transaction("COMMIT");
  if (tokens.size() > 2 && tokens[1].is("DATABASE")) {
    change_database(tokens);
    return {done(), Kind::ddl, {}};
  }
  note_temporary(tokens);
  connection_.execute(translate(tokens, names_));
  forget_temporary(tokens);
  return {done(), Kind::ddl, {}};
}

Outcome Session::change(const Tokens& tokens) {
  std::string sql = translate(tokens, names_);
  if (tokens[0].is("MERGE")) {
    Table actions = connection_.query(sql + " RETURNING merge_action");
    std::int64_t inserted = 0, updated = 0, deleted = 0;
    for (const auto& row : actions.rows) {
      if (row[0] == "INSERT") ++inserted;
      if (row[0] == "UPDATE") ++updated;
      if (row[0] == "DELETE") ++deleted;
    }
    Table counts;
    counts.fields = {{"number of rows inserted", "fixed", 19}, {"number of rows updated", "fixed", 19}};
    counts.rows = {{fmt::format("{}", inserted), fmt::format("{}", updated)}};
    if (deleted > 0) {
      counts.fields.push_back({"number of rows deleted", "fixed", 19});
      counts.rows[0].push_back(fmt::format("{}", deleted));
    }
    return {counts, Kind::change, {}};
  }
  bool overwrites = tokens[0].is("INSERT") && tokens.size() > 2 && tokens[1].is("OVERWRITE");
  std::int64_t rows = overwrites ? overwrite(tokens) : connection_.execute(sql);
  const char* what = tokens[0].is("INSERT")   ? "number of rows inserted"
                     : tokens[0].is("DELETE") ? "number of rows deleted"
                                              : "number of rows updated";
  return {count(what, rows), Kind::change, {}};
}

// INSERT OVERWRITE INTO: the rows that were there go, and the new ones come, in one transaction.
std::int64_t Session::overwrite(Tokens tokens) {
  tokens.erase(tokens.begin() + 1);
  std::size_t end = 2;
  read_chain(tokens, end);
  Tokens emptied = {word("DELETE"), word("FROM")};
  emptied.insert(emptied.end(), tokens.begin() + 2, tokens.begin() + static_cast<std::ptrdiff_t>(end));
  if (!is_in_transaction_) connection_.execute("BEGIN TRANSACTION");
  try {
    connection_.execute(translate(std::move(emptied), names_));
    std::int64_t rows = connection_.execute(translate(std::move(tokens), names_));
    if (!is_in_transaction_) connection_.execute("COMMIT");
    return rows;
  } catch (const Refusal&) {
    if (!is_in_transaction_) connection_.execute("ROLLBACK");
    throw;
  }
}

void Session::use(const Tokens& tokens) {
  std::size_t at = 1;
  bool is_schema = tokens.size() > 2 && tokens[1].is("SCHEMA"),
       is_database = tokens.size() > 2 && tokens[1].is("DATABASE");
  if (tokens.size() > 2 && (tokens[1].is("WAREHOUSE") || tokens[1].is("ROLE"))) return;
  if (is_schema || is_database) ++at;
  Chain chain = read_chain(tokens, at);
  if (is_database)
    names_.database = chain.last(), names_.schema = "PUBLIC";
  else
    names_.schema = chain.last();
  connection_.execute(fmt::format("USE {}.{}", quoted(names_.database), quoted(names_.schema)));
}

Outcome Session::run(const std::string& sql, CopyFault fault) {
  std::lock_guard lock(mutex_);
  Tokens tokens = tokenize(sql);
  while (!tokens.empty() && tokens.back().is(";")) tokens.pop_back();
  for (const Token& token : tokens) {
    if (token.is(";"))
      throw Refusal("000008", "Actual statement count 2 did not match the desired statement count 1.",
                    "0A000");
  }
  Kind kind = kind_of(tokens);
  switch (kind) {
    case Kind::query:
      return {connection_.query(translate(tokens, names_)), kind, {}};
    case Kind::change:
      return change(tokens);
    case Kind::ddl:
      return change_definition(tokens);
    case Kind::begin:
      if (!is_in_transaction_) connection_.execute("BEGIN TRANSACTION");
      is_in_transaction_ = true;
      return {done(), kind, {}};
    case Kind::commit:
      end_transaction("COMMIT");
      return {done(), kind, {}};
    case Kind::rollback:
      end_transaction("ROLLBACK");
      return {done(), kind, {}};
    case Kind::put:
      return {{}, kind, stages_.destination(tokens, names_)};
    case Kind::copy:
      return {stages_.copy(tokens, names_, connection_, fault), kind, {}};
    case Kind::stage:
      end_transaction("COMMIT");
      stages_.create(tokens, names_);
      return {done(), kind, {}};
    case Kind::drop_stage:
      end_transaction("COMMIT");
      stages_.drop(tokens, names_);
      return {done(), kind, {}};
    case Kind::use:
      use(tokens);
      return {done(), kind, {}};
    case Kind::nothing:
      return {done(), kind, {}};
  }
  throw Refusal("000603", "unreachable");
}

}  // namespace snowflake
