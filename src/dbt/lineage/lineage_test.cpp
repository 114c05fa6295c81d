#include "dbt/lineage/lineage.h"

#include <doctest/doctest.h>

namespace leat::dbt {
namespace {

Lineage shop() {
  Lineage lineage;
  lineage.add_owner("stream.api.orders", {"Total"});
  lineage.add_owner("model.shop.stg", {"total", "id"});
  lineage.add_owner("model.shop.sums", {"total", "share"});
  lineage.add_edge({"stream.api.orders", "Total"}, {"model.shop.stg", "total"}, true);
  lineage.add_edge({"model.shop.stg", "total"}, {"model.shop.sums", "total"}, false);
  lineage.add_edge({"model.shop.sums", "total"}, {"model.shop.sums", "share"}, false);
  return lineage;
}

}  // namespace

TEST_CASE("a column is followed to both ends, near edges first") {
  Lineage lineage = shop();
  std::vector<LineageEdge> above = lineage.above({"model.shop.sums", "share"});
  REQUIRE(above.size() == 3);
  CHECK(above[0].from == OwnedColumn{"model.shop.sums", "total"});
  CHECK(above[2].from == OwnedColumn{"stream.api.orders", "Total"});
  CHECK(above[2].distance == 3);
  CHECK(above[2].itself);
  CHECK(lineage.below({"stream.api.orders", "Total"}).size() == 3);
  CHECK(lineage.above({"model.shop.stg", "id"}).empty());
}

TEST_CASE("a circle ends") {
  Lineage lineage = shop();
  lineage.add_edge({"model.shop.sums", "share"}, {"model.shop.sums", "total"}, false);
  CHECK(lineage.above({"model.shop.sums", "share"}).size() == 4);
}

TEST_CASE("a column is found by its name, its table's and its whole name, whatever the case") {
  Lineage lineage = shop();
  CHECK(lineage.find("total").size() == 3);
  CHECK(lineage.find("SUMS.total").size() == 1);
  CHECK(lineage.find("model.shop.stg.id").size() == 1);
  CHECK(lineage.find("otal").empty());
  CHECK(lineage.find("nothing").empty());
}

TEST_CASE("the origins of a query's columns are read from DuckDB's plan") {
  constexpr const char* kPlan = R"({"error":false,"plans":[{"type":"LOGICAL_PROJECTION","children":[
    {"type":"LOGICAL_AGGREGATE_AND_GROUP_BY","children":[
      {"type":"LOGICAL_GET","children":[],"names":["id","name","amount"],"column_indexes":[{"index":1},{"index":2}],
       "function_data":{"catalog":"db","schema":"main","table":"orders"}}],
     "groups":[{"expression_class":"BOUND_REF","index":0}],
     "expressions":[{"expression_class":"BOUND_AGGREGATE","children":[{"expression_class":"BOUND_REF","index":1}]}],
     "grouping_functions":[]}],
   "expressions":[{"expression_class":"BOUND_REF","index":0},{"expression_class":"BOUND_REF","index":1},
                  {"expression_class":"BOUND_CONSTANT"}]}]})";
  std::optional<std::vector<Origins>> origins = origins_of_plan(kPlan);
  REQUIRE(origins);
  REQUIRE(origins->size() == 3);
  CHECK((*origins)[0] == Origins{{{"main", "orders", "name"}, true}});
  CHECK((*origins)[1] == Origins{{{"main", "orders", "amount"}, false}});
  CHECK((*origins)[2].empty());
  CHECK(!origins_of_plan(R"({"error":true,"error_message":"not implemented"})"));
}

}  // namespace leat::dbt
