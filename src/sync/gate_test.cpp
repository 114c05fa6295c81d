#include "sync/gate.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace leat;
using namespace leat::sync;

namespace {

// A destination that stores everything.
class Anything : public stream::Destination {
 public:
  std::unique_ptr<stream::Load> begin(const stream::Target&) override { return nullptr; }
  std::vector<batch::Column> columns(const stream::Target&) override { return {}; }
  std::vector<batch::Column> last_columns(const std::string&, const std::string&) override { return {}; }
  stream::State read_state(const std::string&, const std::string&) override { return {}; }
  void write_state(const std::string&, const std::string&, const stream::State&) override {}
};

}  // namespace

TEST_CASE(
    "rows that different rules refuse go, each for its first fault, and the others stay in their order") {
  Anything destination;
  StreamSettings settings;
  settings.name = "s";
  settings.contract.data_type = ContractMode::discard_row;
  Gate gate(settings, destination, {{"id", {}}, {"n", {batch::TypeKind::int64}}}, {"id"});
  batch::RecordBatch batch(
      std::make_shared<const batch::Schema>(std::vector<batch::Column>{{"id", {}}, {"n", {}}}));
  // A missing key before a value of another type, and both in one row.
  for (auto [id, n] : {std::pair("", "1"), std::pair("b", "2"), std::pair("c", "three"),
                       std::pair("", "four"), std::pair("e", "5")}) {
    if (*id) {
      batch.column(0).append_text(id);
    } else {
      batch.column(0).append_null();
    }
    batch.column(1).append_text(n);
  }
  Refused refused;
  const std::string names[] = {"id", "n"};
  batch::RecordBatch passed = gate.pass(
      std::move(batch), [&](std::size_t column) -> const std::string& { return names[column]; }, refused);
  REQUIRE(passed.rows() == 2);
  CHECK(passed.column(0).text(0) == "b");
  CHECK(passed.column(0).text(1) == "e");
  REQUIRE(refused.rejected.size() == 1);
  CHECK(refused.rejected[0].record == R"({"n":"1"})");
  REQUIRE(refused.discarded.size() == 2);
  CHECK(refused.discarded[0].record == R"({"id":"c","n":"three"})");
  CHECK(refused.discarded[1].record == R"({"n":"four"})");
}

TEST_CASE("a contract is read by its name, and no other word is one") {
  CHECK(parse_contract_mode("discard_row") == ContractMode::discard_row);
  CHECK_FALSE(parse_contract_mode("discard"));
}

TEST_CASE("a frozen contract says what is not there and what would mend it") {
  Anything destination;
  StreamSettings settings;
  settings.name = "orders";
  settings.where = "leat.yml:7:3";
  auto refused = [&](std::vector<batch::Column> table) {
    try {
      Gate gate(settings, destination, std::move(table), {});
      batch::RecordBatch batch(
          std::make_shared<const batch::Schema>(std::vector<batch::Column>{{"new", {}}}));
      batch.column(0).append_text("x");
      Refused out;
      const std::string name = "new";
      gate.pass(
          std::move(batch), [&](std::size_t) -> const std::string& { return name; }, out);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::sync_contract);
      CHECK(error.where() == "leat.yml:7:3");
      CHECK(error.fix().find("evolve") != std::string::npos);
      return error.what_failed();
    }
    return std::string("nothing");
  };
  CHECK(refused({}) == "nothing");
  settings.contract.tables = ContractMode::freeze;
  CHECK(refused({}).find("orders has no table yet") != std::string::npos);
  settings.contract.columns = ContractMode::freeze;
  CHECK(refused({{"id", {}}}).find("`new` is not in the table") != std::string::npos);
}

TEST_CASE("rows without the column of their key are told, each with its record") {
  Anything destination;
  StreamSettings settings;
  settings.name = "s";
  Gate gate(settings, destination, {}, {"id"});
  batch::RecordBatch batch(std::make_shared<const batch::Schema>(std::vector<batch::Column>{{"v", {}}}));
  batch.column(0).append_text("x");
  batch.column(0).append_text("y");
  Refused refused;
  const std::string name = "v";
  CHECK(gate.pass(
                std::move(batch), [&](std::size_t) -> const std::string& { return name; }, refused)
            .rows() == 0);
  REQUIRE(refused.rejected.size() == 2);
  CHECK(refused.rejected[1].record == R"({"v":"y"})");
  CHECK(refused.rejected[1].reason == "The key column `id` is missing");
}
