#include "warehouses/snowflake/storable.h"

#include <doctest/doctest.h>

using namespace leat;
using batch::TypeKind;

TEST_CASE("values that Snowflake can't store are told by row, with the reason") {
  batch::RecordBatch rows(
      std::make_shared<const batch::Schema>(std::vector<batch::Column>{{"json", {TypeKind::json}},
                                                                       {"text", {}},
                                                                       {"bytes", {TypeKind::bytes}},
                                                                       {"at", {TypeKind::timestamp}}}));
  auto add = [&](const char* json, std::size_t text, std::size_t bytes, std::int64_t at) {
    rows.column(0).append_text(json);
    rows.column(1).append_text(std::string(text, 'x'));
    rows.column(2).append_text(std::string(bytes, 'x'));
    rows.column(3).append(at);
  };
  add(R"("\ud83d\ude00 \u0041 \\ud83d \n")", 1, 1, 0);  // a pair, a letter, and a backslash before letters
  add(R"("\ud83d")", 1, 1, 0);
  add(R"("\ude00")", 1, 1, 0);
  add(R"("\ud83d\u0041")", 1, 1, 0);
  add("1", (16u << 20) + 1, 1, 0);
  add("1", 1, (8u << 20) + 1, 0);
  add("1", 16u << 20, 8u << 20, 253402300800000000);
  std::string found;
  for (const stream::Misfit& each : warehouses::snowflake::find_unstorable(rows))
    found += std::to_string(each.row) + (*rows.schema())[each.column].name + ": " + each.reason + "; ";
  CHECK(found ==
        "1json: half of a surrogate pair is no character; 2json: half of a surrogate pair is no character; "
        "3json: half of a surrogate pair is no character; 4text: Snowflake stores at most 16 MB of text in a "
        "value; "
        "5bytes: Snowflake stores at most 8 MB of bytes in a value; "
        "6at: The moment is beyond what the warehouse holds; ");
}
