#include "sources/postgres/spool.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace leat::sources::postgres {
namespace {

std::vector<std::string> replayed(Spool& spool, std::uint32_t xid) {
  std::vector<std::string> out;
  spool.replay(xid, [&](std::string_view message) { out.emplace_back(message); });
  return out;
}

}  // namespace

TEST_CASE("messages of a transaction come back in their order, from memory and from a file alike") {
  for (std::size_t memory : {std::size_t{1} << 20, std::size_t{100}, std::size_t{0}}) {
    Spool spool(memory);
    std::vector<std::string> mine, other;
    for (int i = 0; i < 200; ++i) {
      mine.push_back("mine " + std::to_string(i));
      other.push_back(std::string(static_cast<std::size_t>(i), 'o'));
      spool.add(7, 7, mine.back());
      spool.add(8, 8, other.back());
    }
    CHECK(replayed(spool, 7) == mine);
    CHECK(replayed(spool, 7).empty());
    CHECK(replayed(spool, 8) == other);
    CHECK(spool.empty());
  }
}

TEST_CASE("what was rolled back does not come back") {
  Spool spool(64);
  spool.add(7, 7, "kept");
  spool.add(7, 9, "rolled back");
  spool.add(7, 10, "kept, too");
  spool.add(8, 8, "another");
  spool.abort(7, 9);
  CHECK(replayed(spool, 7) == std::vector<std::string>{"kept", "kept, too"});
  spool.abort(8, 8);
  CHECK(spool.empty());
}

}  // namespace leat::sources::postgres
