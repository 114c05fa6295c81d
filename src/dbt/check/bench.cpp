#include "dbt/check/bench.h"

#include <fmt/core.h>

namespace leat::dbt {
namespace {

// PostgreSQL holds a lock for each relation of a transaction, and all sessions share some thousands.
constexpr std::size_t kMadeMax = 3000;
constexpr const char* kProbe = "leat_probe";

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

Bench::Bench(sql::Adapter& session, const std::string& database)
    : session_(session), postgres_(session.dialect().name() == "postgres"), database_(database) {
  if (postgres_) {
    session_.execute("begin; savepoint leat_check");
    return;
  }
  session_.execute("set errors_as_json = true; pragma disable_optimizer");
  prepared_ = {"memory", "system", "temp"};
  prepare_schema({database_, "main", ""});
  session_.execute("use " + session_.dialect().quote(database_));
}

Bench::~Bench() {
  // A session that is lost has ended its transaction itself.
  if (postgres_) static_cast<void>(session_.try_execute("rollback"));
}

bool Bench::is_full() const {
  return postgres_ && made_.size() >= kMadeMax;
}

std::string Bench::key_of(const sql::Relation& relation) const {
  const std::string& database = relation.database.empty() ? database_ : relation.database;
  std::string key = fmt::format("{}\n{}\n{}", database, relation.schema, relation.identifier);
  return postgres_ ? key : lower(key);
}

void Bench::prepare_schema(const sql::Relation& relation) {
  const sql::Dialect& dialect = session_.dialect();
  const std::string& database = relation.database.empty() ? database_ : relation.database;
  if (prepared_.insert(lower(database)).second)
    session_.execute(fmt::format("attach ':memory:' as {}", dialect.quote(database)));
  std::string schema = fmt::format("{}.{}", dialect.quote(database),
                                   dialect.quote(relation.schema.empty() ? "main" : relation.schema));
  if (prepared_.insert(lower(schema)).second) session_.execute("create schema if not exists " + schema);
}

sql::Relation Bench::place_of(const sql::Relation& relation) {
  if (!postgres_) {
    sql::Relation place = relation;
    if (place.database.empty()) place.database = database_;
    return place;
  }
  auto [found, fresh] = places_.try_emplace(key_of(relation));
  if (fresh) {
    // Two schemas may hold the same name.
    std::string name = lower(relation.identifier).substr(0, session_.dialect().identifier_bytes_max() - 5);
    for (int i = 2; !taken_.insert(name).second; ++i)
      name = fmt::format("{}_{}", lower(relation.identifier), i);
    found->second = {"", "pg_temp", name};
  }
  return found->second;
}

std::optional<sql::Objection> Bench::attempt(const std::string& head, const std::string& sql,
                                             const std::string& tail) {
  // The next savepoint is made in the same message, so that a sound statement costs one round trip.
  std::string statement = head + sql + tail;
  if (postgres_) statement += ";\nrelease savepoint leat_check; savepoint leat_check";
  std::optional<sql::Objection> objection = session_.try_execute(statement);
  if (!objection) return std::nullopt;
  if (postgres_) session_.execute("rollback to savepoint leat_check");
  if (objection->offset) {
    std::size_t at = *objection->offset;
    objection->offset = at < head.size() ? 0 : std::min(at - head.size(), sql.size());
  }
  return objection;
}

bool Bench::declare(const sql::Relation& relation, const std::vector<sql::RelationColumn>& columns) {
  const sql::Dialect& dialect = session_.dialect();
  if (!postgres_) prepare_schema(relation);
  std::string list;
  for (const sql::RelationColumn& column : columns)
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", dialect.quote(column.name), column.native_type);
  std::string place = dialect.render(place_of(relation));
  if (attempt(fmt::format("drop table if exists {};\ncreate {} {} ({})", place,
                          postgres_ ? "temp table" : "table", place, list),
              "", ""))
    return false;
  made_.insert(key_of(relation));
  return true;
}

bool Bench::redeclare(const sql::Relation& relation, const std::vector<sql::RelationColumn>& columns) {
  if (postgres_) session_.execute("drop view " + session_.dialect().render(place_of(relation)));
  made_.erase(key_of(relation));
  return declare(relation, columns);
}

std::optional<sql::Objection> Bench::make(const sql::Relation& relation, const std::string& sql) {
  if (!postgres_) prepare_schema(relation);
  std::string place = session_.dialect().render(place_of(relation));
  std::string head = postgres_ ? fmt::format("create temp view {} as (\n", place)
                               : fmt::format("create or replace table {} as (\n", place);
  std::optional<sql::Objection> objection = attempt(head, sql, postgres_ ? "\n)" : "\n) with no data");
  if (!objection) made_.insert(key_of(relation));
  return objection;
}

std::optional<sql::Objection> Bench::probe(const std::string& sql) {
  if (!postgres_) return attempt(fmt::format("create or replace temp view {} as (\n", kProbe), sql, "\n)");
  std::optional<sql::Objection> objection =
      attempt(fmt::format("create temp view {} as (\n", kProbe), sql, "\n)");
  if (!objection) session_.execute(fmt::format("drop view pg_temp.{}", kProbe));
  return objection;
}

std::optional<std::string> Bench::plan(const std::string& sql) {
  if (postgres_) return std::nullopt;
  sql::QueryResult answer =
      session_.query(fmt::format("select cast(json_serialize_plan({}, skip_null := true) as varchar) as plan",
                                 session_.dialect().literal(sql)),
                     1);
  std::string text(answer.batches.at(0).column(0).text(0));
  constexpr std::string_view kRefused = "{\"error\":true";
  return text.starts_with(kRefused) ? std::nullopt : std::optional(std::move(text));
}

std::optional<std::vector<sql::RelationColumn>> Bench::columns(const sql::Relation& relation) {
  if (!holds(relation)) return std::nullopt;
  return session_.columns(place_of(relation));
}

}  // namespace leat::dbt
