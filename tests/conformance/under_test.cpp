#include "under_test.h"
#include "support/sorted_rows.h"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace leat::conformance {

std::unique_ptr<UnderTest> UnderTest::open(Env& env) {
  const char* named = std::getenv("LEAT_CONFORMANCE");
  auto out = std::unique_ptr<UnderTest>(new UnderTest);
  out->kind_ = named ? named : "duckdb";
  static int counter = 0;
  out->schema_ = fmt::format("conformance_{}_{}", ::getpid(), counter++);
  std::string settings;
  if (out->kind_ == "duckdb") {
    out->folder_ = (std::filesystem::temp_directory_path() / ("leat-" + out->schema_)).string();
    std::filesystem::create_directories(out->folder_);
    settings = fmt::format("path: '{}/w.duckdb'", out->folder_);
  } else if (out->kind_ == "snowflake") {
    out->stand_in_ = std::make_unique<testing::StandIn>(
        "snowflake_stand_in", std::vector<std::string>{"--password", "stand-in-password"});
    if (out->stand_in_->url().empty()) {
      MESSAGE("skipped: snowflake_stand_in is not beside the test");
      return nullptr;
    }
    settings = fmt::format(
        "{{url: '{}', account: stand_in, user: leat, password: stand-in-password, database: conformance}}",
        out->stand_in_->url());
  } else {
    std::string variable = "LEAT_TEST_" + out->kind_;
    for (char& c : variable) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const char* url = std::getenv(variable.c_str());
    if (!url) {
      MESSAGE("skipped: " << variable << " is not set");
      return nullptr;
    }
    settings = fmt::format("url: '{}'", url);
  }
  const warehouses::WarehouseKind& kind = warehouses::find_warehouse_kind(out->kind_, "the test");
  out->warehouse_ =
      kind.open(document::read_settings(*kind.spec, document::parse_yaml(settings, "test"), env), env);
  out->adapter_ = out->warehouse_->adapter();
  return out;
}

UnderTest::~UnderTest() {
  if (adapter_ && folder_.empty()) {
    adapter_->execute(fmt::format("drop schema if exists {} cascade", warehouse_->dialect().quote(schema_)));
  }
  adapter_.reset();
  warehouse_.reset();
  if (!folder_.empty()) std::filesystem::remove_all(folder_);
}

std::vector<std::string> UnderTest::rows(const std::string& sql) {
  return testing::sorted_rows(*adapter_, sql);
}

void ScriptedSource::read(std::span<const stream::Selection>, stream::Sink& sink) {
  for (batch::RecordBatch& batch : batches_) sink.batch(0, std::move(batch));
  batches_.clear();
  sink.checkpoint(0, {state_}, "");
}

sync::StreamResult load(UnderTest& under_test, const sync::Connection& connection, stream::Stream stream,
                        std::vector<batch::RecordBatch> batches, std::string state, Env& env) {
  ScriptedSource source(stream, {}, "");
  std::vector<sync::StreamPlan> plans = sync::plan_streams(connection, source.discover(), {});
  auto open_source = [&]() -> std::unique_ptr<stream::Source> {
    return std::make_unique<ScriptedSource>(stream, std::move(batches), state);
  };
  return sync::sync_stream(connection, plans.at(0), open_source,
                           [&] { return under_test.warehouse().destination(); }, env, {});
}

}  // namespace leat::conformance
