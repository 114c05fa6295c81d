#include "sources/postgres/pgoutput.h"

#include <doctest/doctest.h>

#include <functional>

#include "sources/postgres/spool.h"
#include "sources/postgres/values.h"

namespace leat::sources::postgres {
namespace {

using namespace std::string_literals;

std::string be(std::uint64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
  return out;
}

std::string relation() {
  return "R" + be(16400, 4) + "public\0film\0d"s + be(2, 2) + "\1id\0"s + be(23, 4) + be(0xffffffff, 4) +
         "\0title\0"s + be(25, 4) + be(0xffffffff, 4);
}

std::string update() {
  return "U" + be(16400, 4) + "K" + be(2, 2) + "t" + be(1, 4) + "7" + "n" + "N" + be(2, 2) + "b" + be(4, 4) +
         be(8, 4) + "u";
}

}  // namespace

TEST_CASE("positions print and parse as the server writes them") {
  CHECK(print_lsn(0x16B374D848) == "16/B374D848");
  CHECK(parse_lsn("16/B374D848") == 0x16B374D848);
  CHECK(parse_lsn("nothing") == 0);
}

TEST_CASE("messages of each kind are decoded") {
  Message message;
  std::string bytes;  // a message refers to them
  auto take = [&](std::string given) { return decode(bytes = std::move(given), false, message); };
  REQUIRE(take("B" + be(100, 8) + be(5, 8) + be(742, 4)));
  CHECK(message.lsn == 100);
  CHECK(message.xid == 742);
  REQUIRE(take("C"s + "\0"s + be(100, 8) + be(140, 8) + be(5, 8)));
  CHECK(message.end_lsn == 140);
  REQUIRE(take(relation()));
  CHECK(message.name == "film");
  REQUIRE(message.columns.size() == 2);
  CHECK(message.columns[0].is_key);
  CHECK(message.columns[1].name == "title");
  REQUIRE(take(update()));
  CHECK(message.old_kind == 'K');
  CHECK(message.old_values[0].bytes == "7");
  CHECK(message.old_values[1].form == 'n');
  CHECK(message.new_values[0].form == 'b');
  CHECK(message.new_values[1].form == 'u');
  REQUIRE(take("T" + be(2, 4) + "\1"s + be(1, 4) + be(2, 4)));
  CHECK(message.relations == std::vector<std::uint32_t>{1, 2});
  REQUIRE(take("M"s + "\0"s + be(9, 8) + "leat\0"s + be(2, 4) + "hi"));
  CHECK(message.content == "hi");
  REQUIRE(take("O" + be(77, 8) + "upstream\0"s));
  CHECK(message.lsn == 77);
  CHECK(message.name == "upstream");
  REQUIRE(take("Y" + be(16500, 4) + "public\0mood\0"s));
  CHECK(message.name == "mood");
}

TEST_CASE("what is no message of pgoutput is told") {
  Message message;
  for (const std::string& bytes : {"x"s, "Q" + be(1, 4), "I" + be(1, 4) + "K" + be(0, 2),
                                   "D" + be(1, 4) + "N" + be(0, 2), "I" + be(1, 4) + "N" + be(1, 2) + "z"})
    CHECK_FALSE(decode(bytes, false, message));
}

TEST_CASE("inside a stream a change names its transaction") {
  Message message;
  std::string bytes = update();
  bytes.insert(1, be(901, 4));
  REQUIRE(decode(bytes, true, message));
  CHECK(message.xid == 901);
  CHECK(message.relation == 16400);
  REQUIRE(decode("S" + be(900, 4) + "\1"s, false, message));
  CHECK(message.is_first);
  REQUIRE(decode("A" + be(900, 4) + be(901, 4) + be(1, 8) + be(2, 8), true, message));
  CHECK(message.subxid == 901);
}

TEST_CASE("a message that is cut short or goes on too long is none") {
  Message message;
  for (const std::string& whole : {relation(), update(), "B" + be(1, 8) + be(2, 8) + be(3, 4)}) {
    for (std::size_t size = 0; size < whole.size(); ++size)
      CHECK_FALSE(decode(whole.substr(0, size), false, message));
    CHECK_FALSE(decode(whole + "x", false, message));
  }
}

TEST_CASE("the spool gives messages back in order, without what was rolled back, also from its file") {
  for (std::size_t memory : {std::size_t{1} << 20, std::size_t{40}}) {
    Spool spool(memory);
    spool.add(1, 1, "one");
    spool.add(2, 2, "other");
    spool.add(1, 3, "gone");
    spool.add(1, 1, "two");
    spool.add(1, 4, "three");
    spool.abort(1, 3);
    std::string all;
    spool.replay(1, [&](std::string_view each) { all += std::string(each) + " "; });
    CHECK(all == "one two three ");
    spool.abort(2, 2);
    CHECK(spool.empty());
  }
}

TEST_CASE("arrays and hstore become JSON, and what is neither is told") {
  ColumnPlan numbers, words;
  numbers.elements_are_bare = true;
  CHECK(array_to_json(numbers, "{1,NULL,-2.5,NaN}") == "[1,null,-2.5,\"NaN\"]");
  CHECK(array_to_json(numbers, "[2:3]={7,8}") == "[7,8]");
  CHECK(array_to_json(numbers, "{}") == "[]");
  CHECK(array_to_json(numbers, "{{1,2},{3,4}}") == "[[1,2],[3,4]]");
  CHECK(array_to_json(words, R"({"a \"b\"","NULL",NULL,x\\y})") == R"(["a \"b\"","NULL",null,"x\\y"])");
  for (const char* bad : {"", "{", "{1", "{1,}", "1}", "{1}x", "{\"a}", "[1:2]"})
    CHECK_FALSE(array_to_json(words, bad));
  CHECK(hstore_to_json(R"("a"=>"1", "b"=>NULL, "c\"d"=>"")") == R"({"a":"1","b":null,"c\"d":""})");
  CHECK_FALSE(hstore_to_json("a=>1"));
}

}  // namespace leat::sources::postgres
