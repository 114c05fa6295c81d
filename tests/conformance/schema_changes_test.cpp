// What happens to a table when its source changes: each change under each contract, with its outcome.
// docs/guide/schema-changes.md tells users the same.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <sstream>

#include "batch/convert.h"
#include "under_test.h"

using namespace leat;
using namespace leat::conformance;

namespace {

// Columns are "name:type …", rows "value|value"; "~" is null, several rows stand behind each other with " /
// ".
struct Change {
  std::string title;
  std::string before, first_row;
  std::string after, next_rows;
  std::string evolved, evolved_rows;
  bool freezes;             // the contract `freeze` fails the stream
  std::string rows_kept;    // under discard_row, in the columns of `before`
  std::string values_left;  // under discard_value, in the columns of `before`
};

// clang-format off
const Change kChanges[] = {
  // added columns
  {"a column is added", "id:int64 a:text", "1|x", "id:int64 a:text b:int64", "2|y|7",
   "id:int64 a:text b:int64", "1|x|~ / 2|y|7", true, "1|x", "1|x / 2|y"},
  {"a column is added and holds nothing yet", "id:int64", "1", "id:int64 b:text", "2|~",
   "id:int64 b:text", "1|~ / 2|~", true, "1 / 2", "1 / 2"},
  {"a column is added and some rows hold it", "id:int64", "1", "id:int64 b:text", "2|~ / 3|z",
   "id:int64 b:text", "1|~ / 2|~ / 3|z", true, "1 / 2", "1 / 2 / 3"},
  {"two columns are added", "id:int64", "1", "id:int64 b:text c:date", "2|y|2026-01-05",
   "id:int64 b:text c:date", "1|~|~ / 2|y|2026-01-05", true, "1", "1 / 2"},
  {"a nested column is added", "id:int64", "1", "id:int64 b:json", "2|{\"k\":[1,2]}",
   "id:int64 b:json", "1|~ / 2|{\"k\":[1,2]}", true, "1", "1 / 2"},
  {"a column with a reserved name is added", "id:int64", "1", "id:int64 select:text", "2|y",
   "id:int64 select:text", "1|~ / 2|y", true, "1", "1 / 2"},
  {"a column is added before the others", "id:int64 a:text", "1|x", "b:text id:int64 a:text", "q|2|y",
   "id:int64 a:text b:text", "1|x|~ / 2|y|q", true, "1|x", "1|x / 2|y"},
  {"a column with quotes and spaces in its name is added", "id:int64", "1", "id:int64 a\"_'b:text", "2|y",
   "id:int64 a\"_'b:text", "1|~ / 2|y", true, "1", "1 / 2"},
  // dropped columns
  {"a column is dropped: it stays and is null from now on", "id:int64 a:text", "1|x", "id:int64", "2",
   "id:int64 a:text", "1|x / 2|~", false, "1|x / 2|~", "1|x / 2|~"},
  {"all but the key is dropped", "id:int64 a:text b:int64", "1|x|5", "id:int64", "2",
   "id:int64 a:text b:int64", "1|x|5 / 2|~|~", false, "1|x|5 / 2|~|~", "1|x|5 / 2|~|~"},
  // wider types
  {"int16 becomes int32", "id:int64 a:int16", "1|5", "id:int64 a:int32", "2|70000",
   "id:int64 a:int32", "1|5 / 2|70000", true, "1|5", "1|5 / 2|~"},
  {"int32 becomes int64", "id:int64 a:int32", "1|5", "id:int64 a:int64", "2|5000000000 / 3|6",
   "id:int64 a:int64", "1|5 / 2|5000000000 / 3|6", true, "1|5 / 3|6", "1|5 / 2|~ / 3|6"},
  {"int64 becomes a decimal", "id:int64 a:int64", "1|5", "id:int64 a:decimal(10,2)", "2|7.50 / 3|8.00",
   "id:int64 a:decimal(21,2)", "1|5.00 / 2|7.50 / 3|8.00", true, "1|5 / 3|8", "1|5 / 2|~ / 3|8"},
  {"int64 becomes float64", "id:int64 a:int64", "1|5", "id:int64 a:float64", "2|7.5",
   "id:int64 a:float64", "1|5 / 2|7.5", true, "1|5", "1|5 / 2|~"},
  {"a decimal gets more digits", "id:int64 a:decimal(10,2)", "1|5.25", "id:int64 a:decimal(14,4)", "2|7.1234",
   "id:int64 a:decimal(14,4)", "1|5.2500 / 2|7.1234", true, "1|5.25", "1|5.25 / 2|~"},
  {"a decimal becomes float64", "id:int64 a:decimal(10,2)", "1|5.25", "id:int64 a:float64", "2|0.125",
   "id:int64 a:float64", "1|5.25 / 2|0.125", true, "1|5.25", "1|5.25 / 2|~"},
  {"float32 becomes float64", "id:int64 a:float32", "1|0.5", "id:int64 a:float64", "2|0.1",
   "id:int64 a:float64", "1|0.5 / 2|0.1", true, "1|0.5", "1|0.5 / 2|~"},
  {"a date becomes a timestamp", "id:int64 a:date", "1|2026-01-05", "id:int64 a:timestamp", "2|2026-01-06 10:00:00",
   "id:int64 a:timestamp", "1|2026-01-05 00:00:00 / 2|2026-01-06 10:00:00", true, "1|2026-01-05", "1|2026-01-05 / 2|~"},
  {"a timestamp gets a zone", "id:int64 a:timestamp", "1|2026-01-05 10:00:00", "id:int64 a:timestamptz", "2|2026-01-06 10:00:00",
   "id:int64 a:timestamptz", "1|2026-01-05 10:00:00+00 / 2|2026-01-06 10:00:00+00", false,
   "1|2026-01-05 10:00:00 / 2|2026-01-06 10:00:00", "1|2026-01-05 10:00:00 / 2|2026-01-06 10:00:00"},
  {"a date becomes a timestamp with a zone", "id:int64 a:date", "1|2026-01-05", "id:int64 a:timestamptz", "2|2026-01-06 00:00:00",
   "id:int64 a:timestamptz", "1|2026-01-05 00:00:00+00 / 2|2026-01-06 00:00:00+00", false,
   "1|2026-01-05 / 2|2026-01-06", "1|2026-01-05 / 2|2026-01-06"},
  {"a number becomes text", "id:int64 a:int64", "1|5", "id:int64 a:text", "2|n/a / 3|8",
   "id:int64 a:text", "1|5 / 2|n/a / 3|8", true, "1|5 / 3|8", "1|5 / 2|~ / 3|8"},
  {"a boolean becomes text", "id:int64 a:boolean", "1|true", "id:int64 a:text", "2|maybe",
   "id:int64 a:text", "1|true / 2|maybe", true, "1|true", "1|true / 2|~"},
  {"a timestamp becomes text", "id:int64 a:timestamp", "1|2026-01-05 10:00:00", "id:int64 a:text", "2|soon",
   "id:int64 a:text", "1|2026-01-05 10:00:00 / 2|soon", true, "1|2026-01-05 10:00:00", "1|2026-01-05 10:00:00 / 2|~"},
  {"a uuid becomes text", "id:int64 a:uuid", "1|6f1c1c0e-7f2b-4b59-9f0e-2f6d3b0c7a11", "id:int64 a:text", "2|none",
   "id:int64 a:text", "1|6f1c1c0e-7f2b-4b59-9f0e-2f6d3b0c7a11 / 2|none", true,
   "1|6f1c1c0e-7f2b-4b59-9f0e-2f6d3b0c7a11", "1|6f1c1c0e-7f2b-4b59-9f0e-2f6d3b0c7a11 / 2|~"},
  // narrower types: the column keeps the type that holds all
  {"int64 becomes int32", "id:int64 a:int64", "1|5000000000", "id:int64 a:int32", "2|5",
   "id:int64 a:int64", "1|5000000000 / 2|5", false, "1|5000000000 / 2|5", "1|5000000000 / 2|5"},
  {"float64 becomes int64", "id:int64 a:float64", "1|0.5", "id:int64 a:int64", "2|5",
   "id:int64 a:float64", "1|0.5 / 2|5", false, "1|0.5 / 2|5", "1|0.5 / 2|5"},
  {"text becomes a number", "id:int64 a:text", "1|x", "id:int64 a:int64", "2|5",
   "id:int64 a:text", "1|x / 2|5", false, "1|x / 2|5", "1|x / 2|5"},
  {"a timestamp becomes a date", "id:int64 a:timestamp", "1|2026-01-05 10:00:00", "id:int64 a:date", "2|2026-01-06",
   "id:int64 a:timestamp", "1|2026-01-05 10:00:00 / 2|2026-01-06 00:00:00", false,
   "1|2026-01-05 10:00:00 / 2|2026-01-06 00:00:00", "1|2026-01-05 10:00:00 / 2|2026-01-06 00:00:00"},
  {"a decimal gets fewer digits", "id:int64 a:decimal(14,4)", "1|5.2500", "id:int64 a:decimal(10,2)", "2|7.12",
   "id:int64 a:decimal(14,4)", "1|5.2500 / 2|7.1200", false, "1|5.2500 / 2|7.1200", "1|5.2500 / 2|7.1200"},
  // other changes
  {"a column is renamed", "id:int64 a:text", "1|x", "id:int64 b:text", "2|y",
   "id:int64 a:text b:text", "1|x|~ / 2|~|y", true, "1|x", "1|x / 2|~"},
  {"columns change places", "id:int64 a:text b:int64", "1|x|5", "b:int64 id:int64 a:text", "6|2|y",
   "id:int64 a:text b:int64", "1|x|5 / 2|y|6", false, "1|x|5 / 2|y|6", "1|x|5 / 2|y|6"},
  {"a column that was always there is null", "id:int64 a:text", "1|x", "id:int64 a:text", "2|~",
   "id:int64 a:text", "1|x / 2|~", false, "1|x / 2|~", "1|x / 2|~"},
  {"text becomes nested", "id:int64 a:text", "1|x", "id:int64 a:json", "2|[1]",
   "id:int64 a:text", "1|x / 2|[1]", false, "1|x / 2|[1]", "1|x / 2|[1]"},
  {"a nested value becomes a list", "id:int64 a:json", "1|{\"k\":1}", "id:int64 a:json", "2|[1,2]",
   "id:int64 a:json", "1|{\"k\":1} / 2|[1,2]", false, "1|{\"k\":1} / 2|[1,2]", "1|{\"k\":1} / 2|[1,2]"},
};
// clang-format on

std::vector<std::string> split(std::string_view text, std::string_view by) {
  std::vector<std::string> out;
  std::size_t at = 0;
  for (std::size_t end; (end = text.find(by, at)) != std::string_view::npos; at = end + by.size())
    out.emplace_back(text.substr(at, end - at));
  out.emplace_back(text.substr(at));
  return out;
}

batch::SchemaPtr parse_schema(std::string_view text) {
  std::vector<batch::Column> columns;
  for (const std::string& each : split(text, " ")) {
    std::size_t colon = each.rfind(':');
    columns.push_back({each.substr(0, colon), *batch::parse_type(each.substr(colon + 1))});
  }
  return std::make_shared<const batch::Schema>(columns);
}

batch::RecordBatch parse_rows(const batch::SchemaPtr& schema, std::string_view text) {
  batch::RecordBatch batch(schema);
  for (const std::string& row : split(text, " / ")) {
    std::vector<std::string> cells = split(row, "|");
    REQUIRE(cells.size() == schema->size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
      batch::ColumnData& column = batch.column(i);
      if (cells[i] == "~") {
        column.append_null();
      } else if (column.type().kind == batch::TypeKind::json) {
        column.append_text(cells[i]);
      } else {
        REQUIRE(batch::append_parsed(cells[i], column));
      }
    }
  }
  return batch;
}

std::string print(const std::vector<batch::Column>& columns) {
  std::string out;
  for (const batch::Column& column : columns)
    out += fmt::format("{}{}:{}", out.empty() ? "" : " ", column.name, column.type.name());
  return out;
}

// The table's rows, with JSON as PostgreSQL and DuckDB both would print it.
std::string rows_of(UnderTest& under_test, const std::string& table,
                    const std::vector<batch::Column>& columns) {
  std::string list;
  const sql::Dialect& dialect = under_test.warehouse().dialect();
  for (const batch::Column& column : columns) list += (list.empty() ? "" : ", ") + dialect.quote(column.name);
  std::string out;
  for (std::string row :
       under_test.rows(fmt::format("select {} from {}.{}", list, under_test.schema(), table))) {
    if (row.find_first_of("{[") != std::string::npos) std::erase(row, ' ');
    out += (out.empty() ? "" : " / ") + row;
  }
  return out;
}

struct Outcome {
  std::string columns, rows;
  bool failed = false;
  sync::StreamResult result;
};

Outcome play(UnderTest& under_test, const Change& change, sync::ContractMode mode, int number, Env& env) {
  sync::Connection connection;
  connection.name = fmt::format("c{}", number);
  connection.schema = under_test.schema();
  connection.metadata_prefix = "";
  sync::StreamSettings settings;
  settings.name = "rows";
  settings.table = fmt::format("changes_{}", number);
  settings.contract = {sync::ContractMode::evolve, mode, mode};
  connection.streams = {settings};
  Outcome out;
  const std::string loads[][2] = {{change.before, change.first_row}, {change.after, change.next_rows}};
  for (auto& [columns, rows] : loads) {
    batch::SchemaPtr schema = parse_schema(columns);
    std::vector<batch::RecordBatch> batches;
    batches.push_back(parse_rows(schema, rows));
    stream::Stream stream{"rows", "", schema, {}, "", {stream::SyncMode::full_refresh}};
    out.result = load(under_test, connection, stream, std::move(batches), "{}", env);
    if (out.result.error) {
      CHECK(out.result.error->code() == ErrorCode::sync_contract);
      out.failed = true;
    }
  }
  stream::Target target;
  target.schema = under_test.schema();
  target.table = settings.table;
  target.metadata_prefix = "";
  std::vector<batch::Column> columns = under_test.warehouse().destination()->columns(target);
  out.columns = print(columns);
  out.rows = rows_of(under_test, settings.table, columns);
  return out;
}

// Whether the warehouse has types of its own for the columns: one that keeps float32 as float64 sees no
// change.
bool has_types(UnderTest& under_test, const std::string& columns) {
  const sql::Dialect& dialect = under_test.warehouse().dialect();
  const batch::SchemaPtr schema = parse_schema(columns);
  for (const batch::Column& column : schema->columns()) {
    if (dialect.parse_type(dialect.type_name(column.type)) != column.type) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("each change of a source has its outcome under each contract") {
  Env env;
  auto under_test = UnderTest::open(env);
  if (!under_test) return;
  int number = 0;
  for (const Change& change : kChanges) {
    CAPTURE(change.title);
    if (!has_types(*under_test, change.before)) continue;
    Outcome evolved = play(*under_test, change, sync::ContractMode::evolve, number++, env);
    CHECK(evolved.columns == change.evolved);
    CHECK(evolved.rows == change.evolved_rows);
    CHECK_FALSE(evolved.failed);

    Outcome frozen = play(*under_test, change, sync::ContractMode::freeze, number++, env);
    CHECK(frozen.failed == change.freezes);
    CHECK(frozen.columns == change.before);
    CHECK(frozen.rows == (change.freezes ? change.first_row : change.rows_kept));

    Outcome row = play(*under_test, change, sync::ContractMode::discard_row, number++, env);
    CHECK(row.columns == change.before);
    CHECK(row.rows == change.rows_kept);
    CHECK_FALSE(row.failed);

    Outcome value = play(*under_test, change, sync::ContractMode::discard_value, number++, env);
    CHECK(value.columns == change.before);
    CHECK(value.rows == change.values_left);
    CHECK_FALSE(value.failed);
    if (change.freezes) CHECK(row.result.rows_discarded + value.result.values_discarded >= 0);
  }
}

TEST_CASE("discarded rows stand in the dead letters with the reason") {
  Env env;
  auto under_test = UnderTest::open(env);
  if (!under_test) return;
  std::string run = under_test->schema() + "_letters";
  Change change = kChanges[0];
  sync::Connection connection;
  connection.name = run;
  connection.schema = under_test->schema();
  sync::StreamSettings settings;
  settings.name = "rows";
  settings.rename = {{"a", "renamed"}};
  settings.contract.columns = sync::ContractMode::discard_row;
  connection.streams = {settings};
  for (auto [columns, rows] :
       {std::pair{change.before, change.first_row}, {change.after, change.next_rows}}) {
    batch::SchemaPtr schema = parse_schema(columns);
    std::vector<batch::RecordBatch> batches;
    batches.push_back(parse_rows(schema, rows));
    stream::Stream stream{"rows", "", schema, {}, "", {stream::SyncMode::full_refresh}};
    sync::StreamResult result = load(*under_test, connection, stream, std::move(batches), "{}", env);
    REQUIRE_FALSE(result.error);
  }
  CHECK(under_test->rows(fmt::format(
            "select field, reason, record from _leat.dead_letters where connection = '{}'", run)) ==
        std::vector<std::string>{"b|The table has no such column|{\"id\":2,\"a\":\"y\",\"b\":7}"});
}

TEST_CASE("the columns of each load are kept as versions") {
  Env env;
  auto under_test = UnderTest::open(env);
  if (!under_test) return;
  sync::Connection connection;
  connection.name = under_test->schema() + "_versions";
  connection.schema = under_test->schema();
  sync::StreamResult result;
  for (const char* columns : {"id:int64", "id:int64", "id:int64 b:text", "id:int64 c:text"}) {
    batch::SchemaPtr schema = parse_schema(columns);
    std::vector<batch::RecordBatch> batches;
    batches.push_back(parse_rows(schema, schema->size() == 1 ? "1" : "1|x"));
    stream::Stream stream{"rows", "", schema, {}, "", {stream::SyncMode::full_refresh}};
    result = load(*under_test, connection, stream, std::move(batches), "{}", env);
    REQUIRE_FALSE(result.error);
  }
  CHECK(under_test->rows(fmt::format(
            "select version, columns from _leat.schema_versions where connection = '{}'", connection.name)) ==
        std::vector<std::string>{
            "1|[{\"name\":\"id\",\"type\":\"int64\"}]",
            "2|[{\"name\":\"id\",\"type\":\"int64\"},{\"name\":\"b\",\"type\":\"text\"}]",
            "3|[{\"name\":\"id\",\"type\":\"int64\"},{\"name\":\"c\",\"type\":\"text\"}]"});
  REQUIRE(result.changes.size() == 1);
  CHECK(result.changes[0].kind == sync::SchemaChange::Kind::renamed);
  CHECK(result.changes[0].column == "b");
}
