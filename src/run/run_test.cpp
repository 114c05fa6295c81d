#include "run/run.h"

#include <doctest/doctest.h>

#include "base/secret.h"
#include "base/time.h"
#include "document/value.h"
#include "run/store/store.h"
#include "support/temporary_folder.h"

namespace leat::run {

TEST_CASE("what the history of runs keeps of an error has no secret in it") {
  testing::TemporaryFolder folder;
  folder.write("leat.yml",
               "name: shop\ntarget: duckdb\ntargets: {duckdb: {type: duckdb, path: shop.duckdb}}\n"
               "dbt: {project: .}\n");
  folder.write("dbt_project.yml", "name: shop\nversion: '1'\nprofile: shop\n");
  folder.write("models/bad.sql", "select model_s3cret()");
  register_secret("model_s3cret");
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-05T10:00:00Z")), 1);
  Workspace workspace(load_project(folder.path(), env), {}, env);
  RunReport report = run_assets(workspace, {});
  REQUIRE(report.steps.size() == 1);
  REQUIRE(report.steps[0].outcome.error);
  CHECK(report.steps[0].outcome.error->what_failed().find("model_s3cret") != std::string::npos);
  std::vector<StepRow> steps = Store(folder.path()).steps(report.run_id);
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].message.find("***") != std::string::npos);
  CHECK(steps[0].message.find("model_s3cret") == std::string::npos);
}

}  // namespace leat::run
