#include "lake/lake.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <functional>
#include <optional>

#include "base/error.h"
#include "files/json_records.h"
#include "files/table_file.h"
#include "lake/manifest.h"
#include "support/temporary_folder.h"

using namespace leat;
using namespace leat::lake;
using batch::TypeKind;

namespace {

std::optional<ErrorCode> failure(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

const batch::SchemaPtr kSchema = std::make_shared<const batch::Schema>(std::vector<batch::Column>{
    {"id", {TypeKind::int64}}, {"city", {TypeKind::text}}, {"at", {TypeKind::timestamptz}}});

batch::RecordBatch rows(std::int64_t from, std::int64_t to) {
  batch::RecordBatch batch(kSchema);
  for (std::int64_t i = from; i < to; ++i) {
    batch.column(0).append<std::int64_t>(i);
    if (i % 3 == 2) {
      batch.column(1).append_null();
    } else {
      batch.column(1).append_text(i % 3 == 0 ? "SF" : "A/B=c");
    }
    batch.column(2).append<std::int64_t>((1767571200 + i * 3600) * 1000000);
  }
  return batch;
}

stream::Target target(stream::WriteMode mode = stream::WriteMode::append) {
  stream::Target out;
  out.connection = "c";
  out.stream = "calls";
  out.schema = "raw";
  out.table = "calls";
  out.columns = kSchema;
  out.mode = mode;
  out.metadata_prefix = "";
  return out;
}

stream::Commit commit_of(const std::string& state) {
  stream::Commit out;
  out.state = {state};
  out.load_id = "load-" + state;
  return out;
}

struct Place {
  testing::TemporaryFolder folder;
  Env env{fixed_clock(*parse_iso_timestamp("2026-01-05T07:08:09Z")), 1};
  LakeSettings settings = [this] {
    LakeSettings out;
    out.location = files::parse_location(folder.path() + "/lake").folder();
    return out;
  }();

  void load(std::int64_t from, std::int64_t to, const std::string& state,
            stream::WriteMode mode = stream::WriteMode::append) {
    LakeDestination lake(settings, env);
    auto load = lake.begin(target(mode));
    load->write(rows(from, to));
    load->commit(commit_of(state));
  }
  // The ids that count, in the order of the manifests.
  std::vector<std::string> lines() {
    LakeDestination lake(settings, env);
    std::vector<std::string> out;
    ManifestLog log(lake.store(), "c", "calls");
    log.read_after(0, [&](const Manifest& manifest) {
      if (manifest.replaces) out.clear();
      for (const FileEntry& file : manifest.files) {
        std::string bytes = lake.store().get(file.path).value();
        CHECK(static_cast<std::int64_t>(bytes.size()) == file.bytes);
        files::Decompressor decompressor;
        files::JsonRecords records;
        auto take = [&](const files::JsonRecord& record) { out.emplace_back(record.text); };
        auto push = [&](std::string_view piece) { records.push(piece, take); };
        decompressor.push(bytes, push);
        decompressor.finish(push);
        records.finish(take);
      }
      return true;
    });
    return out;
  }
  std::vector<std::string> paths() {
    LakeDestination lake(settings, env);
    std::vector<std::string> out;
    std::optional<Manifest> newest = lake.latest("c", "calls");
    for (const FileEntry& file : newest->files) out.push_back(file.path);
    return out;
  }
};

}  // namespace

TEST_CASE("Prefix expressions are evaluated as Firehose does, values escaped as Hive does") {
  PrefixValues values;
  values.time = *parse_iso_timestamp("2026-01-05T07:08:09.120Z");
  values.key = [](const std::string& field) -> std::optional<std::string> {
    if (field == "none") return std::nullopt;
    return field == "odd" ? "a/b:c=d %" : field;
  };
  values.table = "calls";
  values.error_type = "processing-failed";
  auto of = [&](const char* text) { return Prefix(text).evaluate(values); };
  CHECK(of("x/!{timestamp:yyyy/MM/dd}/") == "x/2026/01/05/");
  CHECK(of("dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/") == "dt=2026-01-05/hour=07/");
  CHECK(of("!{timestamp:yy'T'M.d-mm-ss-SSS}") == "26T1.5-08-09-120");
  CHECK(of("k=!{partitionKeyFromQuery:city}/n=!{key:none}/o=!{key:odd}/") ==
        "k=city/n=__HIVE_DEFAULT_PARTITION__/o=a%2Fb%3Ac%3Dd %25/");
  CHECK(of("!{table}/!{firehose:error-output-type}/") == "calls/processing-failed/");
  CHECK(hive_escape("..") == "%2E.");
  for (const char* bad : {"!{timestamp:YYYY}", "!{timestamp:}", "!{nothing}", "a/!{table", "/a", "!{key:}"})
    CHECK_MESSAGE(failure([&] { Prefix text(bad); }) == ErrorCode::lake_expression, bad);
}

TEST_CASE("A manifest that was damaged, or is of another version, says what to do") {
  Manifest manifest;
  manifest.sequence = 7;
  std::string text = to_json(manifest);
  CHECK(parse_manifest(text, "m").sequence == 7);
  for (const std::string& damaged :
       {std::string(), text.substr(0, text.size() / 2), "x" + text, std::string("[]")})
    CHECK(failure([&] { parse_manifest(damaged, "m"); }) == ErrorCode::lake_manifest);
}

TEST_CASE("A load's rows count with its manifest, and the state with them") {
  Place place;
  place.load(0, 10, "one");
  place.load(10, 25, "two");
  CHECK(place.lines().size() == 25);
  CHECK(place.lines()[10].starts_with("{\"id\":10,\"city\":\"A/B=c\",\"at\":\"2026-01-05T10:00:00Z\"}"));
  LakeDestination lake(place.settings, place.env);
  CHECK(lake.read_state("c", "calls").json == "two");
  CHECK(lake.latest("c", "calls")->sequence == 2);
  CHECK(place.paths()[0].starts_with("calls/ingestion_date=2026-01-05/hour=07/calls-000002-"));
  lake.write_state("c", "calls", {"three"});
  CHECK(lake.read_state("c", "calls").json == "three");
  CHECK(place.lines().size() == 25);
}

TEST_CASE("A load without a state leaves the one that was there") {
  Place place;
  place.load(0, 10, "one");
  LakeDestination lake(place.settings, place.env);
  auto load = lake.begin(target());
  load->write(rows(10, 20));
  stream::Commit commit = commit_of("none");
  commit.state = {};
  load->commit(commit);
  CHECK(lake.read_state("c", "calls").json == "one");
  CHECK(place.lines().size() == 20);
}

TEST_CASE("A load that is not committed counts for nothing, and its retry has the same files") {
  Place place;
  place.load(0, 10, "one");
  {
    LakeDestination lake(place.settings, place.env);
    place.settings.buffer_bytes = 64;
    LakeDestination small(place.settings, place.env);
    auto load = small.begin(target());
    load->write(rows(10, 5000));
  }
  CHECK(place.lines().size() == 10);
  auto count = [&] {
    std::size_t files = 0;
    LakeDestination lake(place.settings, place.env);
    lake.store().list("calls/", "", [&](const files::ObjectInfo&) { return ++files > 0; });
    return files;
  };
  std::size_t before = count();
  CHECK(before > 2);
  place.env.wait(std::chrono::hours(2));  // the retry's files stand where the first try put them
  place.load(10, 5000, "two");
  CHECK(count() == before);
  CHECK(place.lines().size() == 5000);
}

TEST_CASE("Of two writers one commits, and the files of each stay as they are") {
  Place place;
  LakeDestination one(place.settings, place.env), two(place.settings, place.env);
  auto first = one.begin(target()), second = two.begin(target());
  first->write(rows(0, 5));
  second->write(rows(0, 7));
  second->commit(commit_of("second"));
  CHECK(failure([&] { first->commit(commit_of("first")); }) == ErrorCode::lake_conflict);
  CHECK(place.lines().size() == 7);
}

TEST_CASE("Rows go to the partition of their key fields and their time") {
  Place place;
  place.settings.prefix = Prefix("city=!{partitionKeyFromQuery:city}/dt=!{timestamp:yyyy-MM-dd}/");
  place.settings.time_column = "at";
  place.load(0, 48, "one");
  CHECK(place.lines().size() == 48);
  std::vector<std::string> paths = place.paths();
  CHECK(paths.size() == 6);
  CHECK(paths[0].starts_with("city=A%2FB%3Dc/dt=2026-01-05/"));
  CHECK(paths[5].starts_with("city=__HIVE_DEFAULT_PARTITION__/dt=2026-01-06/"));
  place.settings.partitions_max = 1;
  place.load(48, 96, "two");
  CHECK(place.paths().size() > 2);
  CHECK(place.lines().size() == 96);
}

TEST_CASE("A file is written when it is full or has waited long enough") {
  Place place;
  place.settings.buffer_bytes = 10000;
  place.load(0, 2048, "one");
  CHECK(place.paths().size() == 2);
  LakeDestination lake(place.settings, place.env);
  auto load = lake.begin(target());
  load->write(rows(0, 10));
  place.env.wait(std::chrono::seconds(31));
  load->write(rows(10, 20));
  place.env.wait(std::chrono::seconds(1));
  load->write(rows(20, 30));
  load->commit(commit_of("two"));
  CHECK(place.paths().size() == 2);
}

TEST_CASE("Parquet and metadata columns: what comes back is what went, whatever the format") {
  Place place;
  set_format(place.settings, "parquet");
  LakeDestination lake(place.settings, place.env);
  stream::Target to = target();
  to.metadata_prefix = "_airbyte_";
  auto load = lake.begin(to);
  load->write(rows(0, 40000));
  load->commit(commit_of("one"));
  REQUIRE(place.paths().size() == 1);
  files::TableReader reader(place.folder.path() + "/lake/" + place.paths()[0], files::TableFormat::parquet);
  std::int64_t next = 0;
  std::string last_id;
  while (auto batch = reader.next()) {
    for (std::size_t row = 0; row < batch->rows(); ++row) {
      if (batch->column(0).value<std::int64_t>(row) != next++) FAIL_CHECK("rows lost their order");
    }
    last_id = batch->column(3).print(batch->rows() - 1);
  }
  CHECK(next == 40000);
  CHECK(last_id.size() == 36);
  CHECK(lake.columns(to).size() == 3);
}

TEST_CASE("An overwrite replaces what was there at its commit, rejected records have a file of their own") {
  Place place;
  place.load(0, 10, "one");
  LakeDestination lake(place.settings, place.env);
  auto load = lake.begin(target(stream::WriteMode::overwrite));
  load->write(rows(0, 4));
  CHECK(place.lines().size() == 10);
  stream::Commit commit = commit_of("two");
  commit.rejected.push_back({"{\"id\":\"x\"}", "id", "no number"});
  load->commit(commit);
  CHECK(place.lines().size() == 4);
  std::optional<Manifest> newest = lake.latest("c", "calls");
  REQUIRE(newest->errors.size() == 1);
  CHECK(newest->errors[0].path.starts_with("errors/processing-failed/calls/dt=2026-01-05/"));
  CHECK(lake.store().get(newest->errors[0].path)->find("no number") != std::string::npos);
  CHECK(failure([&] { lake.begin(target(stream::WriteMode::append_dedup)); }) == ErrorCode::lake_mode);
}

TEST_CASE("A bucket of a real S3 server is a lake") {
  const char* endpoint = std::getenv("LEAT_TEST_S3");
  if (!endpoint) {
    std::printf("skipped: LEAT_TEST_S3 is not set (scripts/with_minio.sh sets it)\n");
    return;
  }
  Env env;
  LakeSettings settings;
  settings.location = files::parse_location("s3://leat-test/lake-" + env.uuid()).folder();
  settings.store.endpoint = endpoint;
  LakeDestination lake(settings, env);
  for (int i = 0; i < 3; ++i) {
    auto load = lake.begin(target());
    load->write(rows(i * 10, i * 10 + 10));
    load->commit(commit_of(std::to_string(i)));
  }
  CHECK(lake.read_state("c", "calls").json == "2");
  CHECK(lake.latest("c", "calls")->sequence == 3);
  auto one = lake.begin(target()), two = lake.begin(target());
  one->commit(commit_of("one"));
  CHECK(failure([&] { two->commit(commit_of("two")); }) == ErrorCode::lake_conflict);
}
