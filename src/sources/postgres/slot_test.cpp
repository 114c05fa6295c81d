#include "sources/postgres/slot.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <cstdlib>

#include "base/error.h"

namespace leat::sources::postgres {
namespace {

// A slot of the server of LEAT_TEST_POSTGRES, which goes with it.
class Slot {
 public:
  Slot(Session& session, const char* plugin, bool two_phase) : session_(session) {
    session_.rows(fmt::format("select pg_create_logical_replication_slot('leat_checked', '{}', false, {})",
                              plugin, two_phase));
  }
  ~Slot() { session_.rows("select pg_drop_replication_slot('leat_checked')"); }
  Lsn confirmed() { return find_slot(session_, "leat_checked")->confirmed; }

 private:
  Session& session_;
};

}  // namespace

TEST_CASE("changes are read on only from the slot and the log that they were read from") {
  const char* url = std::getenv("LEAT_TEST_POSTGRES");
  if (!url) {
    fmt::print("skipped: LEAT_TEST_POSTGRES is not set\n");
    return;
  }
  Session session(url, SessionKind::writing), replication(url, SessionKind::replication);
  Options options;
  options.slot = "leat_checked";
  ChangeState state;
  state.slot = options.slot;
  auto refused = [&](ErrorCode code) {
    try {
      check_slot(session, replication, options, state);
    } catch (const Error& error) {
      CHECK(error.code() == code);
      return error.what_failed();
    }
    return std::string("nothing");
  };
  state.system = "1";
  CHECK(refused(ErrorCode::postgres_slot_lost).find("another one") != std::string::npos);
  state.system = replication.rows("IDENTIFY_SYSTEM").at(0).at(0);
  CHECK(refused(ErrorCode::postgres_slot_lost).find("is gone") != std::string::npos);
  {
    Slot slot(session, "test_decoding", false);
    CHECK(refused(ErrorCode::postgres_slot_lost).find("test_decoding and not pgoutput") != std::string::npos);
  }
  {
    Slot slot(session, "pgoutput", true);
    state.lsn = slot.confirmed();
    CHECK(refused(ErrorCode::postgres_setup).find("prepared transactions") != std::string::npos);
  }
  Slot slot(session, "pgoutput", false);
  state.lsn = slot.confirmed() - 1;
  CHECK(refused(ErrorCode::postgres_slot_lost).find("made anew or moved") != std::string::npos);
  state.lsn = slot.confirmed();
  CHECK(refused(ErrorCode::postgres_slot_lost) == "nothing");
  CHECK(state.timeline == 1);
  state.lsn = ~Lsn{0} - 1;
  CHECK(refused(ErrorCode::postgres_slot_lost).find("restored from a backup") != std::string::npos);
}

}  // namespace leat::sources::postgres
