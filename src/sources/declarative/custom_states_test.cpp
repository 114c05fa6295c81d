#include <doctest/doctest.h>

#include "base/time.h"
#include "sources/declarative/connector_context.h"
#include "sources/declarative/custom_state_migrations.h"
#include "sources/declarative/json_value.h"

using namespace leat;
using namespace leat::sources::declarative;

namespace {

// What becomes of a state; "" where it stays as it is.
std::string migrated(const std::string& name, const std::string& state, const std::string& config = "{}",
                     const std::string& component = "{}") {
  Env env(fixed_clock(*parse_iso_timestamp("2024-05-06T07:08:09Z")), 1);
  http::Client client(env);
  Interpolation interpolation(env);
  ConnectorContext context(Value::mapping());
  Workshop workshop{env, client, interpolation, to_jinja(document::parse_json(config, "config")), context};
  Value stream = document::parse_yaml("incremental_sync: {cursor_field: updated_at}", "stream.yaml");
  auto migration =
      find_custom_state_migration(name, document::parse_json(component, "component"), stream, workshop);
  REQUIRE(migration);
  Value given = document::parse_json(state, "state");
  return migration->fits(given) ? document::to_json(migration->migrate(given)) : "";
}

}  // namespace

TEST_CASE("states of earlier versions of Twilio's connector get the parents of their parts") {
  CHECK(migrated("TwilioStateMigration", R"({"states":[{"partition":{"u":"/a"},"cursor":{"d":"1"}}]})") ==
        R"({"states":[{"partition":{"u":"/a","parent_slice":{}},"cursor":{"d":"1"}}]})");
  CHECK(migrated("TwilioStateMigration",
                 R"({"states":[{"partition":{"u":"/a","parent_slice":{}},"cursor":{}}]})") == "");
  CHECK(migrated("TwilioStateMigration", "{}") == "");
  CHECK(migrated("TwilioAlertsStateMigration",
                 R"({"states":[{"partition":{},"cursor":{"date_generated":"2025"}}]})") ==
        R"({"date_generated":"2025"})");
  CHECK(
      migrated(
          "TwilioUsageRecordsStateMigration",
          R"({"states":[{"partition":{"account_sid":"A","date_created":"x"},"cursor":{"s":"1"}},{"partition":{}}]})") ==
      R"({"states":[{"partition":{"account_sid":"A","parent_slice":{}},"cursor":{"s":"1"}}]})");
  CHECK(
      migrated(
          "TwilioMessageMediaStateMigration",
          R"({"states":[{"partition":{"subresource_uri":"/1/Messages/S/Media.json"},"cursor":{"d":"1"}}]})") ==
      R"({"states":[{"partition":{"subresource_uri":"/1/Messages/S/Media.json","parent_slice":{"subresource_uri":"/1/Messages.json","parent_slice":{}}},"cursor":{"d":"1"}}]})");
}

TEST_CASE("states of earlier versions of Klaviyo's connector become partitions, or one cursor") {
  CHECK(
      migrated("ArchivedToPerPartitionStateMigration",
               R"({"updated_at":"2020","archived":{"updated_at":"2021"}})") ==
      R"({"states":[{"partition":{"archived":"true"},"cursor":{"updated_at":"2021"}},{"partition":{"archived":"false"},"cursor":{"updated_at":"2020"}}]})");
  CHECK(
      migrated("CampaignsStateMigration", R"({"updated_at":"2020"})", R"({"start_date":"2019"})") ==
      R"({"states":[{"partition":{"archived":"true","campaign_type":"email"},"cursor":{"updated_at":"2019"}},{"partition":{"archived":"false","campaign_type":"email"},"cursor":{"updated_at":"2020"}}]})");
  CHECK(migrated("CampaignsStateMigration", R"({"states":[]})") == "");
  CHECK(migrated("PerPartitionToSingleStateMigration",
                 R"({"states":[{"cursor":{"updated_at":"2022"}},{"cursor":{"updated_at":"2021"}}]})") ==
        R"({"updated_at":"2021"})");
}

TEST_CASE("states of earlier versions of other connectors are understood") {
  CHECK(
      migrated("NestedSubstreamStateMigration", R"({"date":"2025","https://x/":{"web":{"date":"2024"}}})") ==
      R"({"use_global_cursor":false,"states":[{"partition":{"site_url":"https://x/","search_type":"web"},"cursor":{"date":"2024"}}]})");
  CHECK(
      migrated("SubstreamStateMigration", R"({"updated_at":2,"conversations":{"updated_at":1}})") ==
      R"({"updated_at":2,"conversations":{"updated_at":1},"parent_state":{"conversations":{"updated_at":1}}})");
  CHECK(migrated("SubstreamStateMigration", R"({"updated_at":2})") == "");
  CHECK(migrated("MigrateEmptyStringState", R"({"timestamp":""})", R"({"start_date":"2024-01-01T00:00:00Z"})",
                 R"({"cursor_field":"timestamp","cursor_format":"%ms"})") ==
        R"({"timestamp":"1704067200000"})");
  CHECK(migrated("MigrateEmptyStringState", R"({"timestamp":"1"})", "{}",
                 R"({"cursor_field":"timestamp"})") == "");
  CHECK(migrated("MondayStateMigration", R"({"activity_logs":{},"a":1})") == R"({"a":1})");
  CHECK(migrated("ThreadsStateMigration", R"({"float_ts":1704153600.5})",
                 R"({"start_date":"2024-01-01T00:00:00Z","lookback_window":1})") ==
        R"({"float_ts":1704153600.5,"parent_state":{"channel_messages":{"float_ts":1704067200}}})");
}
