#include "server/api/sql_api.h"

#include <fmt/core.h>

#include <thread>

#include "base/error.h"
#include "base/quotes.h"
#include "document/settings.h"
#include "server/pgwire/messages.h"
#include "server/pgwire/types.h"
#include "warehouses/duckdb/duckdb.h"

namespace leat::server {

using document::Value;

namespace {

bool is_number(pgwire::Oid type) {
  using namespace pgwire;
  return type == kInt2 || type == kInt4 || type == kInt8 || type == kFloat4 || type == kFloat8 ||
         type == kNumeric;
}

// Ends a query that takes too long.
class Deadline {
 public:
  Deadline(pgwire::EngineSession& session, std::chrono::milliseconds limit)
      : clock_(system_clock()), thread_([this, &session, limit](std::stop_token stop) {
          clock_->wait(limit, stop);
          if (!stop.stop_requested()) session.cancel();
        }) {}

 private:
  std::unique_ptr<Clock> clock_;
  std::jthread thread_;
};

// A row in the form of the protocol as a JSON array of texts and nulls: no number loses a digit on its way.
void append_row(std::string_view body, std::size_t columns, std::string& out) {
  pgwire::Fields fields(body);
  fields.int16();
  out += '[';
  for (std::size_t i = 0; i < columns; ++i) {
    if (i > 0) out += ',';
    if (auto value = fields.value())
      append_json_string(*value, out);
    else
      out += "null";
  }
  out += ']';
}

std::string columns_json(const std::vector<pgwire::Field>& fields) {
  std::vector<Value> columns;
  for (const pgwire::Field& field : fields) {
    const pgwire::PgType* type = pgwire::find_type(field.type);
    std::string name(type ? (type->words.empty() ? type->name : type->words) : "array");
    columns.push_back(Value::mapping({{"name", Value::of(field.name)},
                                      {"type", Value::of(name)},
                                      {"number", Value::of(is_number(field.type))}}));
  }
  return document::to_json(Value::list(std::move(columns)));
}

}  // namespace

SqlApi::SqlApi(const Control& control) : control_(control) {
  const Value& mapping = control.project.targets[control.target];
  type_ = mapping["type"].raw();
  if (type_ != "duckdb") return;
  pgwire::DuckEngineSettings settings;
  settings.warehouse =
      warehouses::duckdb_settings(document::read_settings(*warehouses::kDuckDb.spec, mapping, control.env));
  settings.database = control.project.name;
  settings.lock_wait = std::chrono::seconds(5);
  engine_ = std::make_unique<pgwire::DuckEngine>(std::move(settings), control.env);
}

std::optional<Reply> SqlApi::answer(const Call& call, const std::string& path) {
  bool is_query = path == "/sql" && call.method == "POST",
       is_list = path == "/sql/tables" && call.method == "GET";
  if (!is_query && !is_list) return std::nullopt;
  if (!engine_)
    return problem_reply(501, "not-supported",
                         fmt::format("The SQL pad asks DuckDB; the target {} is a {}: connect a tool to it.",
                                     control_.target, type_));
  auto seat = std::shared_ptr<void>(nullptr, [this](void*) { --at_work_; });
  if (++at_work_ > kAtOnce)
    return problem_reply(503, "too-many", "Other queries are at work; try again in a moment.");
  try {
    return is_query ? query(call) : tables();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::warehouse_locked)
      return problem_reply(409, "busy",
                           "A run in another process keeps the warehouse; try again when it has ended.");
    if (error.code() == ErrorCode::warehouse_cancelled)
      return problem_reply(408, "too-long", fmt::format("The query was ended after {} s.", kTimeMax.count()));
    if (error.code() == ErrorCode::internal) throw;
    return problem_reply(400, "bad-query", error.what_failed());
  }
}

Reply SqlApi::query(const Call& call) {
  Value body = call.json();
  std::string sql = body["sql"].raw();
  while (!sql.empty() && (sql.back() == ';' || std::isspace(static_cast<unsigned char>(sql.back()))))
    sql.pop_back();
  if (sql.empty()) return problem_reply(400, "bad-request", "`sql` is empty.");
  std::int64_t limit = body["limit"].integer();
  int rows_max = static_cast<int>(std::clamp<std::int64_t>(limit > 0 ? limit : 1000, 1, kRowsMax));
  return run(sql, body["explain"].boolean() ? "EXPLAIN" : "", rows_max);
}

Reply SqlApi::run(const std::string& sql, const std::string& explain, int rows_max) {
  auto began = control_.env.steady();
  std::unique_ptr<pgwire::EngineSession> session =
      engine_->begin("console", [](const std::string&) { return std::optional<std::string>(); });
  Deadline deadline(*session, kTimeMax);
  std::unique_ptr<pgwire::Prepared> prepared = session->prepare(sql, {}, explain);
  if (!prepared->parameters().empty())
    return problem_reply(400, "bad-query", "The query has parameters ($1); write the values in their place.");
  std::unique_ptr<pgwire::OpenRows> rows = prepared->open({});
  std::size_t columns = rows->fields().size();
  std::vector<pgwire::Format> formats(columns, pgwire::Format::text);
  std::string out = "{\"columns\":" + columns_json(rows->fields()) + ",\"rows\":[";
  std::string row;
  int count = 0;
  bool is_more = false;
  while (rows->next(formats, row)) {
    if (count == rows_max || out.size() > kBytesMax) {
      is_more = true;
      break;
    }
    if (count++ > 0) out += ',';
    append_row(row, columns, out);
    row.clear();
  }
  out += fmt::format("],\"more\":{},\"took_ms\":{}}}", is_more, control_.env.elapsed_ms(began));
  Reply reply;
  reply.body = std::move(out);
  return reply;
}

// What can be asked, for the tree beside the pad.
Reply SqlApi::tables() {
  std::unique_ptr<duck::Connection> connection = engine_->connect();
  std::vector<Value> tables;
  std::string last;
  for (const auto& row : pgwire::read_texts(
           *connection,
           fmt::format("select schema_name, table_name, column_name, data_type from duckdb_columns() "
                       "where database_name = current_database() and not internal "
                       "order by schema_name = '_leat', schema_name, table_name, column_index "
                       "limit 50000"))) {
    std::string name = row[0] + "." + row[1];
    if (name != last) {
      tables.push_back(Value::mapping({{"schema", Value::of(row[0])}, {"name", Value::of(row[1])}}));
      tables.back().set("columns", Value::list());
      last = name;
    }
    tables.back().find("columns")->items().push_back(
        Value::mapping({{"name", Value::of(row[2])}, {"type", Value::of(row[3])}}));
  }
  return json_reply(Value::mapping({{"tables", Value::list(std::move(tables))}}));
}

}  // namespace leat::server
