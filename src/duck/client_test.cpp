#include "duck/client.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "support/temporary_folder.h"

namespace leat::duck {

TEST_CASE("a file that is opened while its last user closes it is never open twice") {
  testing::TemporaryFolder folder;
  Settings settings;
  settings.path = folder.path() + "/warehouse.duckdb";
  settings.threads = "1";
  Connection(Database::open(settings)).run("create table t (i integer)");
  constexpr int kThreads = 4, kRounds = 60;
  std::atomic<int> written = 0, failed = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&] {
        for (int round = 0; round < kRounds; ++round) {
          // Nobody keeps it open: each round may be the one that closes it under another one's hands.
          try {
            Connection connection(Database::open(settings));
            connection.run("insert into t select range from range(1000)");
            written += 1000;
          } catch (const std::exception&) {
            ++failed;
          }
        }
      });
    }
  }
  CHECK(failed == 0);
  Connection connection(Database::open(settings));
  Result counted = connection.run("select count(*) from t");
  duckdb_data_chunk chunk = duckdb_fetch_chunk(counted.get());
  auto* rows = static_cast<std::int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0)));
  CHECK(rows[0] == written);
  duckdb_destroy_data_chunk(&chunk);
}

}  // namespace leat::duck
