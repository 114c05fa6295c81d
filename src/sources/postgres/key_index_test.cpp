#include "sources/postgres/key_index.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace leat::sources::postgres {

TEST_CASE("an index of keys answers as a map does") {
  KeyIndex index;
  for (int round = 0; round < 2; ++round) {
    std::map<std::string, std::size_t> model;
    CHECK(index.find("nothing") == KeyIndex::kNone);
    for (std::size_t i = 0; i < 20'000; ++i) {
      std::string key = std::to_string(i * i % 7919) + (i % 3 == 0 ? "" : "x");
      auto known = model.find(key);
      CHECK(index.put(key, i) == (known == model.end() ? KeyIndex::kNone : known->second));
      model[key] = i;
    }
    for (const auto& [key, row] : model) CHECK(index.find(key) == row);
    index.clear();
  }
}

}  // namespace leat::sources::postgres
