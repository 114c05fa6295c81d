#include "sources/postgres/row_reader.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "support/recording_sink.h"

namespace leat::sources::postgres {
namespace {

using namespace std::string_literals;

const std::string kHeader = "PGCOPY\n\377\r\n\0"s + "\0\0\0\0\0\0\0\0"s, kEnd = "\377\377"s;

// Reads a COPY of the column id (int4); the rows, or where the error points.
std::string read(const std::string& bytes) {
  PgColumn column;
  column.name = "id";
  column.type.oid = 23;
  const std::vector<ColumnPlan> plans = {plan_column(column, Numerics::text)};
  const std::vector<ConstantColumn> constants;
  const std::string stream = "orders";
  testing::RecordingSink sink;
  RowReader reader(plans, constants, stream, 0, sink);
  try {
    reader.take(bytes);
    reader.finish();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::postgres_value);
    return error.where();
  }
  std::string rows;
  for (const std::string& row : sink.rows) rows += row + " ";
  return rows;
}

}  // namespace

TEST_CASE("rows of a binary COPY are read, and what is none is told with its place") {
  const std::string row = "\0\1\0\0\0\4\0\0\0\7"s;
  CHECK(read(kHeader + row + row + kEnd) == "id=7 id=7 ");
  CHECK(read("no copy at all, but long enough") == "orders");
  CHECK(read(kHeader.substr(0, 12)) == "orders");
  CHECK(read(kHeader.substr(0, 15) + "\0\0\0\11"s) == "orders");  // an extension that is not there
  CHECK(read(kHeader + "\0"s) == "orders");
  CHECK(read(kHeader + "\0\2"s) == "orders");                         // two columns
  CHECK(read(kHeader + "\0\1\0\0"s) == "orders, column id");          // no length
  CHECK(read(kHeader + "\0\1\0\0\0\4\0"s) == "orders, column id");    // cut short
  CHECK(read(kHeader + "\0\1\0\0\0\2\0\7"s) == "orders, column id");  // of another type
}

}  // namespace leat::sources::postgres
