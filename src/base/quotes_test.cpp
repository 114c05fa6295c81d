#include "base/quotes.h"

#include <doctest/doctest.h>

namespace leat {
namespace {

std::string json(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

TEST_CASE("a mark inside quotes is doubled") {
  CHECK(in_marks("plain", '"') == "\"plain\"");
  CHECK(in_marks("a\"b", '"') == "\"a\"\"b\"");
  CHECK(in_marks("it's", '\'') == "'it''s'");
  CHECK(in_marks("", '\'') == "''");
  CHECK(in_marks("''", '\'') == "''''''");
}

TEST_CASE("JSON strings escape what has to be, and leave the rest as it is") {
  CHECK(json("") == "\"\"");
  CHECK(json("a\"b\\c") == "\"a\\\"b\\\\c\"");
  CHECK(json("\n\r\t") == "\"\\n\\r\\t\"");
  CHECK(json(std::string_view("\x00\x1f", 2)) == "\"\\u0000\\u001f\"");
  CHECK(json("Straße \x7f/") == "\"Straße \x7f/\"");
}

}  // namespace
TEST_CASE("a message tells nothing from what it quotes on, but for single characters") {
  CHECK(without_quoted("invalid percent-encoded token: \"50%off\"\n") == "invalid percent-encoded token: …");
  CHECK(without_quoted("no \"]\" after the address \"::1\"") == "no \"]\" after the address …");
  CHECK(without_quoted("nothing quoted \n") == "nothing quoted");
}

}  // namespace leat
