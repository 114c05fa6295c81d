#include "sync/flatten.h"

#include <doctest/doctest.h>

using namespace leat;
using batch::TypeKind;
using sync::Flatten;

namespace {

batch::RecordBatch batch_of(std::initializer_list<const char*> values) {
  batch::RecordBatch batch(std::make_shared<const batch::Schema>(
      std::vector<batch::Column>{{"id", {TypeKind::int64}}, {"place", {TypeKind::json}}}));
  std::int64_t id = 0;
  for (const char* value : values) {
    batch.column(0).append(++id);
    value ? batch.column(1).append_text(value) : batch.column(1).append_null();
  }
  return batch;
}

// "name:type=value|value …"
std::string print(const batch::RecordBatch& batch) {
  std::string out;
  for (std::size_t i = 0; i < batch.schema()->size(); ++i) {
    out += (i ? " " : "") + (*batch.schema())[i].name + ":" + (*batch.schema())[i].type.name() + "=";
    for (std::size_t row = 0; row < batch.rows(); ++row)
      out += (row ? "|" : "") + (batch.column(i).is_null(row) ? "~" : batch.column(i).print(row));
  }
  return out;
}

}  // namespace

TEST_CASE("members of a nested column become columns, to any depth") {
  Flatten flatten({"pl*"});
  CHECK(print(flatten.apply(batch_of(
            {R"({"lat":1.5,"at":{"city":"SF","zip":"012"}})", R"({"lat":2,"tags":["a"]})", nullptr}))) ==
        "id:int64=1|2|3 place__lat:float64=1.5|2|~ place__at__city:text=SF|~|~ place__at__zip:text=012|~|~ "
        "place__tags:json=~|[\"a\"]|~");
}

TEST_CASE("a type widens from batch to batch, and a member that is missing is null") {
  Flatten flatten({"place"});
  CHECK(print(flatten.apply(batch_of({R"({"n":1})"}))) == "id:int64=1 place__n:int64=1");
  CHECK(print(flatten.apply(batch_of({R"({"n":"x"})", R"({"m":true})"}))) ==
        "id:int64=1|2 place__n:text=x|~ place__m:boolean=~|true");
  CHECK(print(flatten.apply(batch_of({R"({})"}))) == "id:int64=1 place__n:text=~ place__m:boolean=~");
}

TEST_CASE("what is no object stays in the column itself") {
  Flatten flatten({"place"});
  CHECK(print(flatten.apply(batch_of({R"([1])", R"({"n":1})"}))) ==
        "id:int64=1|2 place:json=[1]|~ place__n:int64=~|1");
}

TEST_CASE("columns that are not named stay nested") {
  Flatten flatten({"other"});
  CHECK(print(flatten.apply(batch_of({R"({"n":1})"}))) == "id:int64=1 place:json={\"n\":1}");
}

TEST_CASE("a member that is null has no type: its first value gives it one") {
  Flatten flatten({"place"});
  CHECK(print(flatten.apply(batch_of({R"({"n":null})"}))) == "id:int64=1 place__n:text=~");
  CHECK(print(flatten.apply(batch_of({R"({"n":null})", R"({"n":7})", R"({"n":null})"}))) ==
        "id:int64=1|2|3 place__n:int64=~|7|~");
  CHECK(print(flatten.apply(batch_of({R"({"n":1.5})"}))) == "id:int64=1 place__n:float64=1.5");
}

TEST_CASE("what is no JSON stays as it is") {
  Flatten flatten({"place"});
  CHECK(print(flatten.apply(batch_of({"{oops", R"({"n":1})"}))) ==
        "id:int64=1|2 place:json={oops|~ place__n:int64=~|1");
}
