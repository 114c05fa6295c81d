#include "sources/files/files.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "base/error.h"
#include "support/http_server.h"
#include "support/recording_sink.h"
#include "support/temporary_folder.h"

namespace leat::sources::files {
namespace {

using testing::Lines;

struct Fixture {
  testing::TemporaryFolder folder;
  Env env;

  std::unique_ptr<stream::Source> open(const std::string& settings) {
    document::Value mapping = document::parse_yaml(settings, folder.path() + "/leat.yml");
    return kFiles.open(document::read_settings(*kFiles.spec, mapping, env), env);
  }
  testing::RecordingSink read(const std::string& settings, const stream::State& state = {}) {
    auto source = open(settings);
    stream::Selection selection{.stream = source->discover().streams.at(0),
                                .mode = stream::SyncMode::incremental};
    selection.state = state;
    testing::RecordingSink sink;
    source->read(std::span(&selection, 1), sink);
    return sink;
  }
  ErrorCode failure(const std::string& settings) {
    try {
      open(settings)->discover();
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  }
};

}  // namespace

TEST_CASE("a stream is called as its file, folder or setting") {
  Fixture at;
  at.folder.write("calls/one.csv", "id\n1\n");
  CHECK(at.open("{url: calls/one.csv}")->discover().streams[0].name == "one");
  CHECK(at.open("{url: calls}")->discover().streams[0].name == "calls");
  CHECK(at.open("{url: 'calls/*.csv'}")->discover().streams[0].name == "calls");
  CHECK(at.open("{url: calls, stream: rows}")->discover().streams[0].name == "rows");
}

TEST_CASE("files of a folder are read in order, and only once as long as they stay as they are") {
  Fixture at;
  at.folder.write("in/b.csv", "id,name\n2,two\n");
  at.folder.write("in/a.csv", "id,name\n1,one\n");
  at.folder.write("in/notes.txt", "not read");
  testing::RecordingSink first = at.read("{url: in}");
  CHECK(first.rows == Lines{"id=1 name=one", "id=2 name=two"});
  CHECK(first.partitions == Lines{"a.csv", "b.csv"});
  stream::State state{first.states.back()};
  CHECK(at.read("{url: in}", state).rows.empty());
  at.folder.write("in/c.csv", "id,name\n3,three\n");
  at.folder.write("in/a.csv", "id,name\n1,changed\n");
  CHECK(at.read("{url: in}", state).rows == Lines{"id=1 name=changed", "id=3 name=three"});
}

TEST_CASE("a setting says what a name does not, and how a CSV file is read") {
  Fixture at;
  at.folder.write("x.txt", "1;a\n2;b\n");
  CHECK(at.failure("{url: x.txt}") == ErrorCode::config_invalid);
  auto source = at.open("{url: x.txt, format: csv, delimiter: ';', header: false, all_text: true}");
  stream::Stream stream = source->discover().streams.at(0);
  CHECK(stream.schema->size() == 2);
  CHECK((*stream.schema)[0].type.kind == batch::TypeKind::text);
}

TEST_CASE("JSON is a document or a record a line") {
  Fixture at;
  at.folder.write("a.json", "[{\"id\": 1},\n {\"id\": 2}]");
  at.folder.write("b.jsonl", "{\"id\": 1}\n{\"id\": 2}\n");
  CHECK(at.read("{url: a.json}").rows == Lines{"id=1", "id=2"});
  CHECK(at.read("{url: b.jsonl}").rows == Lines{"id=1", "id=2"});
}

TEST_CASE("what is not there or damaged is told with its place") {
  Fixture at;
  CHECK(at.failure("{url: none.csv}") == ErrorCode::store_not_found);
  CHECK(at.failure("{url: 'none/*.csv'}") == ErrorCode::store_not_found);
  at.folder.write("bad.parquet", "no parquet");
  CHECK(at.failure("{url: bad.parquet}") == ErrorCode::file_format);
}

TEST_CASE("an address of the web is read, its refusals told") {
  Fixture at;
  testing::ScriptedServer server([](const testing::ScriptedRequest& request) {
    if (request.path == "/rows.csv") return testing::ScriptedReply{.body = "id,name\n1,one\n"};
    return testing::ScriptedReply{.status = 403};
  });
  CHECK(at.read(fmt::format("{{url: '{}/rows.csv?page=1'}}", server.url())).rows == Lines{"id=1 name=one"});
  CHECK(at.failure(fmt::format("{{url: '{}/secret.csv'}}", server.url())) == ErrorCode::http_unauthorized);
}

}  // namespace leat::sources::files
