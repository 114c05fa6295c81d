#include "sources/postgres/table_changes.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "stream/destination.h"

namespace leat::sources::postgres {
namespace {

class Taken : public stream::Sink {
 public:
  void batch(std::size_t index, batch::RecordBatch&& batch) override {
    const batch::Schema& schema = *batch.schema();
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      std::string line = index == 0 ? "" : "log ";
      for (std::size_t i = 0; i < schema.size(); ++i) {
        std::string_view name = schema[i].name;
        if (name == kUpdatedColumn || name == kLsnColumn || name == kOrdinalColumn) continue;
        std::string text = batch.column(i).is_null(row) ? "-" : batch.column(i).print(row);
        if (name == kDeletedColumn) text = text == "-" ? "" : "deleted";
        if (!text.empty()) line += (line.empty() || line.back() == ' ' ? "" : " ") + text;
      }
      lines.push_back(line);
    }
  }
  void checkpoint(std::size_t, stream::State, std::string) override {}
  void reject(std::size_t, stream::RejectedRecord&&) override {}
  void clear(std::size_t) override { lines.emplace_back("cleared"); }
  std::vector<std::string> lines;
};

// A table (id, v, big) whose changes are told in text; "u" stands for what is not sent, "-" for null.
class Fixture {
 public:
  explicit Fixture(bool has_key = true, std::optional<std::size_t> log = {}) {
    Table table;
    table.stream = "t";
    for (const char* name : {"id", "v", "big"}) {
      PgColumn column;
      column.name = name;
      column.type.oid = 25;
      column.is_key = has_key && column.name == "id";
      table.columns.push_back(column);
    }
    changes.emplace(table, plan_columns(table, Numerics::text), 0, log);
  }
  void insert(std::vector<std::string> row) { apply(MessageKind::insert, {}, std::move(row)); }
  void update(std::vector<std::string> row, std::vector<std::string> before = {}) {
    apply(MessageKind::update, std::move(before), std::move(row));
  }
  void remove(std::vector<std::string> before) { apply(MessageKind::remove, std::move(before), {}); }
  void clear() { changes->clear(origin); }
  std::vector<std::string> flush() {
    Taken taken;
    changes->flush(taken);
    return taken.lines;
  }

 private:
  static std::vector<TupleValue> values_of(const std::vector<std::string>& texts) {
    std::vector<TupleValue> out;
    for (const std::string& text : texts) {
      if (text == "u" || text == "-") {
        out.push_back({text == "u" ? 'u' : 'n', {}});
      } else {
        out.push_back({'t', text});
      }
    }
    return out;
  }
  void apply(MessageKind kind, std::vector<std::string> before, std::vector<std::string> after) {
    Message message;
    message.kind = kind;
    message.old_kind = before.empty() ? '\0' : 'K';
    message.old_values = values_of(before);
    message.new_values = values_of(after);
    ++origin.ordinal;
    changes->apply(message, {0, 1, 2}, origin);
  }
  std::optional<TableChanges> changes;
  ChangeOrigin origin{100, 5, 0};
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("changes come down to one row a key") {
  Fixture t;
  t.insert({"1", "a", "x"});
  t.update({"1", "b", "x"});
  t.insert({"2", "a", "x"});
  t.remove({"2", "-", "-"});
  t.insert({"2", "again", "x"});
  t.remove({"3", "-", "-"});
  CHECK(t.flush() == Lines{"1 b x", "2 again x", "3 - - deleted"});
  CHECK(t.flush().empty());
}

TEST_CASE("a key that changes is a deletion and a row") {
  Fixture t;
  t.update({"9", "a", "x"}, {"1", "-", "-"});
  CHECK(t.flush() == Lines{"9 a x", "1 - - deleted"});
  t.update({"5", "a", "x"}, {"4", "-", "-"});
  t.update({"4", "b", "x"}, {"6", "-", "-"});
  t.update({"6", "c", "x"}, {"5", "-", "-"});
  CHECK(t.flush() == Lines{"4 b x", "6 c x", "5 - - deleted"});
}

TEST_CASE("a value that is not sent comes from the row's earlier change, or stays as the table has it") {
  Fixture t;
  t.insert({"1", "a", "large"});
  t.update({"1", "b", "u"});
  CHECK(t.flush() == Lines{"1 b large"});
  t.update({"1", "c", "u"});
  CHECK(t.flush() == Lines{"1 c - ,big, 1"});
  t.update({"1", "c", "u"});
  t.update({"1", "d", "u"});
  CHECK(t.flush() == Lines{"1 d - ,big, 1"});
  t.update({"2", "c", "u"}, {"1", "-", "-"});
  CHECK(t.flush() == Lines{"2 c - ,big, 1", "1 - - deleted - -"});
  t.update({"1", "d", "u"}, {"1", "c", "whole"});
  CHECK(t.flush() == Lines{"1 d whole"});
}

TEST_CASE("rows without a key are told apart by their values, equal ones by their number") {
  Fixture t(false);
  t.insert({"1", "a", "-"});
  t.insert({"1", "a", "-"});
  t.remove({"1", "a", "-"});
  t.remove({"7", "b", "-"});
  t.update({"8", "n", "-"}, {"8", "o", "-"});
  CHECK(t.flush() == Lines{"1 a -", "7 b - deleted", "8 o - deleted", "8 n -"});
}

TEST_CASE("rows that differ only in where a value ends are two") {
  Fixture t(false);
  t.insert({"1", "at", "b"});
  t.remove({"1", "a", "tb"});
  CHECK(t.flush() == Lines{"1 at b", "1 a tb deleted"});
}

TEST_CASE("a truncated table forgets what came before, its log does not") {
  Fixture t(true, 1);
  t.insert({"1", "a", "x"});
  t.clear();
  t.insert({"2", "b", "y"});
  CHECK(t.flush() == Lines{"cleared", "2 b y", "log 1 a x I", "log - - - T", "log 2 b y I"});
}

TEST_CASE("changes that do not say what they have to are refused") {
  Fixture keyed, bag(false);
  CHECK_THROWS_AS(keyed.insert({"1", "a"}), Error);
  CHECK_THROWS_AS(keyed.remove({}), Error);
  CHECK_THROWS_AS(bag.update({"1", "a", "x"}), Error);
}

TEST_CASE("a value that does not read as its column's names table and column") {
  Table table;
  table.stream = "billing.orders";
  table.columns.emplace_back().name = "total";
  table.columns[0].type.oid = 23;
  TableChanges changes(table, plan_columns(table, Numerics::text), 0, {});
  Message message;
  message.kind = MessageKind::insert;
  message.new_values = {{'t', "seven"}};
  try {
    changes.apply(message, {0}, {});
    FAIL("it was taken");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::postgres_value);
    CHECK(error.where() == "billing.orders, column total");
  }
}

}  // namespace leat::sources::postgres
