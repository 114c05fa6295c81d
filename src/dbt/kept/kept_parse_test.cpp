#include "dbt/kept/kept_parse.h"

#include <doctest/doctest.h>

#include <fstream>

#include "dbt/kept/fields.h"
#include "jinja/operations.h"
#include "support/temporary_folder.h"

using namespace leat;
using namespace leat::dbt;

namespace {

constexpr Timestamp kLater{std::chrono::years{200}};

std::string archive_of(const char* text) {
  ArchiveWriter writer;
  writer.text(text);
  return writer.take();
}

}  // namespace

TEST_CASE("documents come back with their places, numbers as they were written") {
  document::Value was = document::parse_yaml(
      "a: 0820\nb: [1.50, true, ~, '12', {c: 1e3}]\nlong: >-\n  two\n  lines\nempty: {}\nnone: []\n",
      "x.yml");
  ArchiveWriter writer;
  keep(writer, was);
  std::string bytes = writer.take();
  ArchiveReader reader(bytes);
  document::Value now;
  keep(reader, now);
  CHECK(now == was);
  CHECK(now["a"].raw() == "0820");
  CHECK(now["b"].items()[0].raw() == "1.50");
  CHECK(now["b"].items()[4]["c"].where() == was["b"].items()[4]["c"].where());
  CHECK(document::to_json(now) == document::to_json(was));
}

TEST_CASE("values of templates come back of the same kinds; a function can't be kept") {
  using jinja::Value;
  Value was = Value::dict({{"n", Value(-7)},
                           {"r", Value(0.1)},
                           {"t", Value(true)},
                           {"none", Value::none()},
                           {"list", Value::list({Value("a"), Value::tuple({Value(1), Value("a")})})}});
  ArchiveWriter writer;
  keep(writer, was);
  std::string bytes = writer.take();
  ArchiveReader reader(bytes);
  Value now;
  keep(reader, now);
  CHECK(jinja::to_repr(now) == jinja::to_repr(was));
  CHECK(now.as_dict().find("t")->is(jinja::Kind::boolean));
  Value function = jinja::make_function("f", [](jinja::CallArguments&) { return Value(); });
  ArchiveWriter other;
  CHECK_THROWS_AS(keep(other, function), ArchiveRefused);
}

TEST_CASE("bytes that are cut off anywhere or changed anywhere are refused or read, never read beyond") {
  document::Value was = document::parse_yaml("a: [1, two, {b: three}]", "x.yml");
  jinja::Value value = jinja::Value::dict({{"k", jinja::Value::list({jinja::Value("v")})}});
  ArchiveWriter writer;
  keep(writer, was);
  keep(writer, value);
  std::string bytes = writer.take();
  auto read = [](const std::string& from) {
    std::string copy(from.data(), from.size());  // sanitizers see its end
    try {
      ArchiveReader reader(copy);
      document::Value document;
      keep(reader, document);
      jinja::Value dict;
      keep(reader, dict);
      return true;
    } catch (const ArchiveBroken&) {
      return false;
    }
  };
  CHECK(read(bytes));
  for (std::size_t i = 0; i < bytes.size(); ++i) CHECK_FALSE(read(bytes.substr(0, i)));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int flip : {0x01, 0x80, 0xff}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      CHECK_NOTHROW(read(changed));
    }
  }
}

TEST_CASE("what is kept is found until a path, a variable or an option changes") {
  testing::TemporaryFolder folder;
  folder.write("models/a.sql", "select 1");
  std::string path = folder.path() + "/target/partial_parse.leat";
  Env env(fixed_clock(kLater), 1);
  env.set_variable("LEAT_TEST_WORD", "one");
  ProjectOptions options;
  options.folder = folder.path();
  ParseInputs inputs;
  inputs.key = parse_key(options);
  inputs.variables = hashes_of({"LEAT_TEST_WORD", "LEAT_TEST_UNSET"}, env);
  look_below(folder.path() + "/models", inputs.paths);
  look_below(folder.path() + "/seeds", inputs.paths);
  auto found = [&] {
    std::optional<KeptParse> kept = KeptParse::find(path, options, env);
    return kept && kept->is_as_it_was();
  };
  auto write = [&] { KeptParse::write(path, inputs, {archive_of("project"), archive_of("nodes")}, kLater); };
  CHECK_FALSE(found());
  write();
  REQUIRE(found());
  std::optional<KeptParse> kept = KeptParse::find(path, options, env);
  CHECK(ArchiveReader(kept->contents()).text() == "project");
  CHECK(ArchiveReader(kept->rest()).text() == "nodes");

  Env other(fixed_clock(kLater), 1);
  other.set_variable("LEAT_TEST_WORD", "two");
  CHECK_FALSE(KeptParse::find(path, options, other));
  Env more(fixed_clock(kLater), 1);
  more.set_variable("LEAT_TEST_WORD", "one");
  CHECK(KeptParse::find(path, options, more));
  more.set_variable("LEAT_TEST_UNSET", "set");
  CHECK_FALSE(KeptParse::find(path, options, more));
  inputs.variables = hashes_of({"LEAT_TEST_WORD"}, env);
  write();
  CHECK(found());
  options.full_refresh = true;
  CHECK_FALSE(found());
  options.full_refresh = false;
  folder.write("seeds/b.csv", "a");
  CHECK_FALSE(found());
}

TEST_CASE("a file that changed while the project was read keeps nothing") {
  testing::TemporaryFolder folder;
  folder.write("a.sql", "select 1");
  Env env(fixed_clock(kLater), 1);
  ProjectOptions options;
  options.folder = folder.path();
  ParseInputs inputs;
  inputs.key = parse_key(options);
  look_below(folder.path(), inputs.paths);
  std::string path = folder.path() + "/kept";
  auto changed = std::chrono::nanoseconds(inputs.paths[0].changed_ns);
  Timestamp begun{std::chrono::duration_cast<std::chrono::microseconds>(changed)};
  KeptParse::write(path, inputs, {archive_of("x"), ""}, begun);
  CHECK_FALSE(KeptParse::find(path, options, env));
}

TEST_CASE("the manifest that was written is noted in what is kept") {
  testing::TemporaryFolder folder;
  Env env(fixed_clock(kLater), 1);
  ProjectOptions options;
  options.folder = folder.path();
  std::string path = folder.path() + "/kept";
  ParseInputs inputs;
  inputs.key = parse_key(options);
  KeptParse::write(path, inputs, {archive_of("x"), ""}, kLater);
  CHECK(KeptParse::find(path, options, env)->manifest().size == 0);
  KeptParse::note_manifest(path, {12, 34, 5});
  WrittenManifest noted = KeptParse::find(path, options, env)->manifest();
  CHECK(noted.size == 12);
  CHECK(noted.changed_ns == 34);
  CHECK(noted.metadata_size == 5);
}
