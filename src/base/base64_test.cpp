#include "base/base64.h"

#include <doctest/doctest.h>

#include <random>

namespace leat {

TEST_CASE("the RFC's examples") {
  for (auto [bytes, text] : {std::pair{"", ""},
                             {"f", "Zg=="},
                             {"fo", "Zm8="},
                             {"foo", "Zm9v"},
                             {"foob", "Zm9vYg=="},
                             {"fooba", "Zm9vYmE="},
                             {"foobar", "Zm9vYmFy"}}) {
    CHECK(base64(bytes) == text);
    CHECK(decode_base64(text) == bytes);
  }
  CHECK(base64_url("\xfb\xff") == "-_8");
  CHECK(base64("\xfb\xff") == "+/8=");
}

TEST_CASE("any bytes come back, in both alphabets") {
  std::mt19937 chance(1);
  for (std::size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(chance());
    CHECK(decode_base64(base64(bytes)) == bytes);
    CHECK(decode_base64_url(base64_url(bytes)) == bytes);
  }
}

TEST_CASE("what is not the one text of some bytes is none") {
  for (const char* text : {"abc", "ab*=", "Zg==\n", " Zg==", "Zh==", "Zm9=", "Z===", "====", "Zg=", "-_8="})
    CHECK_MESSAGE(!decode_base64(text), text);
  for (const char* text : {"Zg==", "Zh", "Z", "+/8"}) CHECK_MESSAGE(!decode_base64_url(text), text);
}

}  // namespace leat
