#include <doctest/doctest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"
#include "sources/process/process.h"
#include "support/recording_sink.h"
#include "support/temporary_folder.h"

using namespace leat;
using namespace leat::sources::process;
using leat::testing::Lines;
using leat::testing::RecordingSink;

namespace {

struct Heard : EventListener {
  Lines said;
  void on_event(const Event& event) override {
    if (event.name == "program_said") said.push_back(event.text("message"));
  }
};

// A program under test: a shell script in a folder of its own.
class Script {
 public:
  explicit Script(const std::string& body, std::string settings = "config: {token: t0ken-value}")
      : settings_(std::move(settings)) {
    folder.write("program.sh", "set -u\nverb=$1\n" + body);
    env.listen(heard);
  }
  std::unique_ptr<stream::Source> open() {
    std::string yaml = "command: [sh, program.sh]\n" + settings_;
    if (settings_.find("image:") != std::string::npos) yaml = settings_;
    document::Value settings = document::parse_yaml(yaml, folder.path() + "/leat.yml");
    return kProcess.open(document::read_settings(*kProcess.spec, settings, env), env);
  }
  RecordingSink read(const std::string& state = "", stream::SyncMode mode = stream::SyncMode::incremental) {
    RecordingSink sink;
    read_into(sink, state, mode);
    return sink;
  }
  void read_into(RecordingSink& sink, const std::string& state = "",
                 stream::SyncMode mode = stream::SyncMode::incremental) {
    stream::Selection selection;
    selection.stream.name = "calls";
    selection.mode = mode;
    selection.state.json = state;
    open()->read({&selection, 1}, sink);
  }
  Error failure(RecordingSink& sink) {
    try {
      read_into(sink);
    } catch (const Error& error) {
      return error;
    }
    FAIL("nothing was thrown");
    return Error(ErrorCode::internal, "");
  }
  std::string text(const std::string& file) const { return document::read_file(folder.path() + "/" + file); }

  leat::testing::TemporaryFolder folder;
  Env env;
  Heard heard;

 private:
  std::string settings_;
};

const std::string kCatalog = R"sh(
if [ "$verb" = discover ]; then
cat <<'END'
Something that a library prints
{"type":"LOG","log":{"level":"INFO","message":"looking with t0ken-value"}}
{"type":"CATALOG","catalog":{"streams":[{"name":"calls","json_schema":{"properties":{"id":{"type":"integer"},"at":{"type":["null","string"],"format":"date-time"},"notes":{"type":"object"}}},"supported_sync_modes":["full_refresh","incremental"],"source_defined_primary_key":[["id"]],"default_cursor_field":["at"]},{"name":"other","json_schema":{},"supported_sync_modes":["full_refresh"]}]}}
END
exit 0
fi
)sh";

const std::string kRecords = R"sh(
cat <<'END'
{"type":"RECORD","record":{"stream":"calls","data":{"id":1,"at":"2024-01-01T00:00:00Z","notes":{"a":[1]}},"emitted_at":1}}
{"type":"RECORD","record":{"stream":"other","data":{"id":7},"emitted_at":1}}
{"type":"RECORD","record":{"emitted_at":1,"data":{"id":2,"extra":"x"},"stream":"calls"}}
{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"calls"},"stream_state":{"at":"2024-01-01"}},"sourceStats":{"recordCount":2.0}}}
{"type":"A MESSAGE OF THE FUTURE","it":1}
END
)sh";

}  // namespace

TEST_CASE("A program of the Airbyte protocol yields typed rows and the state that covers them") {
  Script script(kCatalog + kRecords);
  stream::Catalog catalog = script.open()->discover();
  REQUIRE(catalog.streams.size() == 2);
  CHECK(catalog.streams[0].primary_key == std::vector<std::string>{"id"});
  CHECK(catalog.streams[0].cursor_field == "at");
  CHECK(catalog.streams[0].sync_modes.size() == 2);
  CHECK(catalog.streams[1].sync_modes.size() == 1);
  RecordingSink sink = script.read();
  CHECK(sink.rows == Lines{"id=1 at=2024-01-01 00:00:00+00 notes={\"a\":[1]}", "id=2 extra=x"});
  CHECK(sink.columns == Lines{"id int64", "at timestamptz", "notes json", "extra text"});
  CHECK(sink.events == Lines{"batch 2", "checkpoint"});
  CHECK(sink.states == Lines{R"({"at":"2024-01-01"})"});
}

TEST_CASE("What a program says is told without secrets") {
  Script script(kCatalog + kRecords);
  script.open()->discover();
  CHECK(script.heard.said == Lines{"Something that a library prints", "looking with ***"});
}

TEST_CASE("The stored state, the config and the catalog reach the program as files") {
  Script script(kCatalog + "cp \"$3\" config.out; cp \"$5\" catalog.out; cp \"${7:-/dev/null}\" state.out" +
                kRecords);
  script.read(R"({"at":"2023"})");
  CHECK(script.text("config.out") == R"({"token":"t0ken-value"})");
  CHECK(script.text("catalog.out").find(R"("sync_mode":"incremental")") != std::string::npos);
  CHECK(
      script.text("state.out") ==
      R"([{"type":"STREAM","stream":{"stream_descriptor":{"name":"calls"},"stream_state":{"at":"2023"}}}])");
  script.read(R"({"type":"GLOBAL","global":{"shared_state":{"lsn":1}}})");
  CHECK(script.text("state.out") == R"([{"type":"GLOBAL","global":{"shared_state":{"lsn":1}}}])");
  script.read(R"({"at":"2023"})", stream::SyncMode::full_refresh);
  CHECK(script.text("state.out").empty());
}

TEST_CASE("A read from the beginning counts at its end only") {
  Script script(kCatalog + kRecords + kRecords);
  RecordingSink sink = script.read("", stream::SyncMode::full_refresh);
  CHECK(sink.rows.size() == 4);
  CHECK(sink.events == Lines{"batch 4", "checkpoint"});
}

TEST_CASE("A program that complains fails with its words; what it had finished before stands") {
  Script script(kCatalog + kRecords + R"sh(
echo '{"type":"RECORD","record":{"stream":"calls","data":{"id":3}}}'
echo '{"type":"TRACE","trace":{"type":"ERROR","error":{"message":"the key t0ken-value is refused","failure_type":"config_error"}}}'
exit 1)sh");
  RecordingSink sink;
  Error error = script.failure(sink);
  CHECK(error.code() == ErrorCode::process_config);
  CHECK(error.what_failed() == "the key *** is refused");
  CHECK(sink.events == Lines{"batch 2", "checkpoint"});
}

TEST_CASE("A program that crashes fails with its exit code and its last words") {
  Script script(kCatalog + "echo 'Traceback of t0ken-value' >&2; exit 3");
  RecordingSink sink;
  Error error = script.failure(sink);
  CHECK(error.code() == ErrorCode::process_failed);
  CHECK(error.what_failed() == "It ended with exit code 3");
  CHECK(error.fix() == "What it said last:\nTraceback of ***");
  CHECK(sink.events.empty());
  Script killed(kCatalog + kRecords + "kill -9 $$");
  Error signal = killed.failure(sink);
  CHECK(signal.what_failed() == "It was ended by signal 9");
}

TEST_CASE("Rubbish is never taken for success") {
  RecordingSink sink;
  CHECK(Script(kCatalog + "echo hello; echo '[1, 2'").failure(sink).code() == ErrorCode::process_output);
  CHECK(Script(kCatalog + kRecords + R"(echo '{"type":"RECORD","record":{"stream":"calls","data":{"id":')")
            .failure(sink)
            .code() == ErrorCode::process_output);
  CHECK(Script(kCatalog + R"(echo '{"type":"RECORD","record":{"stream":"calls","data":[1]}}')")
            .failure(sink)
            .code() == ErrorCode::process_output);
  CHECK(Script(kCatalog + R"(printf '{"type":"LOG","log":{"message":"\377"}}\n')").failure(sink).code() ==
        ErrorCode::process_output);
  CHECK(Script("exit 0").failure(sink).code() == ErrorCode::process_output);
}

TEST_CASE("A record with a value that its column can't hold is rejected, not lost") {
  Script script(kCatalog + kRecords +
                R"(echo '{"type":"RECORD","record":{"stream":"calls","data":{"id":"x"}}}')");
  RecordingSink sink = script.read();
  REQUIRE(sink.rejects.size() == 1);
  CHECK(sink.rejects[0].record == R"({"id":"x"})");
  CHECK(sink.rejects[0].field == "id");
  CHECK(sink.events.back() == "checkpoint");
}

TEST_CASE("A line of any length is bounded") {
  Script script(kCatalog + "head -c 3000000 /dev/zero | tr '\\0' x; echo", "line_bytes_max: 1MB");
  RecordingSink sink;
  Error error = script.failure(sink);
  CHECK(error.code() == ErrorCode::process_output);
  CHECK(error.what_failed() == "A line is longer than 1.0 MB");
  Script long_record(kCatalog + R"sh(
printf '{"type":"RECORD","record":{"stream":"calls","data":{"id":1,"extra":"'
head -c 3000000 /dev/zero | tr '\0' x
printf '"}}}')sh");
  CHECK(long_record.read().rows.at(0).size() == 3000000 + 11);
}

TEST_CASE("A silent program is ended, and whatever it started with it") {
  Script script(kCatalog + "tail -f /dev/null & echo $! > child.pid; wait", "timeout: 300ms");
  RecordingSink sink;
  Error error = script.failure(sink);
  CHECK(error.code() == ErrorCode::process_silent);
  CHECK(error.retryable());
  int child = std::atoi(script.text("child.pid").c_str());
  REQUIRE(child > 0);
  int handle = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  pollfd over{handle, POLLIN, 0};
  CHECK((handle < 0 || ::poll(&over, 1, 5000) == 1));
  if (handle >= 0) ::close(handle);
}

TEST_CASE("A run that is stopped ends the program") {
  Script script(kCatalog + kRecords + "echo $$ > own.pid; exec tail -f /dev/null");
  RecordingSink sink;
  sink.before_checkpoint = [&](const std::string&) { script.env.request_stop(); };
  CHECK(script.failure(sink).code() == ErrorCode::cancelled);
}

TEST_CASE("A program that is not there, and settings that name none or two") {
  RecordingSink sink;
  Script missing("", "config: {}");
  missing.folder.write("program.sh", "exit 0");
  auto open = [&](const std::string& yaml) {
    Env env;
    document::Value settings = document::parse_yaml(yaml, missing.folder.path() + "/leat.yml");
    auto source = kProcess.open(document::read_settings(*kProcess.spec, settings, env), env);
    source->check();
  };
  auto code = [&](const std::string& yaml) {
    try {
      open(yaml);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  CHECK(code("command: [no-such-program-of-leat]") == ErrorCode::process_not_started);
  CHECK(code("command: [./program.sh]") == ErrorCode::process_not_started);
  CHECK(code("config: {}") == ErrorCode::config_invalid);
  CHECK(code("{command: [sh], image: a/b}") == ErrorCode::config_invalid);
  CHECK(code("{protocol: singer, image: a/b}") == ErrorCode::config_invalid);
}

TEST_CASE("check tells what the program tells") {
  auto check = [](const std::string& body) {
    Script script(body);
    script.open()->check();
  };
  check(R"(echo '{"type":"CONNECTION_STATUS","connectionStatus":{"status":"SUCCEEDED"}}')");
  CHECK_THROWS_WITH_AS(
      check(
          R"(echo '{"type":"CONNECTION_STATUS","connectionStatus":{"status":"FAILED","message":"no rights"}}')"),
      doctest::Contains("no rights"), Error);
  CHECK_THROWS_AS(check("exit 0"), Error);
}

TEST_CASE("A config that the program changed is used from then on, until leat.yml says another") {
  std::string body = kCatalog + R"sh(
cat "$3" >> configs.out; echo >> configs.out
echo '{"type":"CONTROL","control":{"type":"CONNECTOR_CONFIG","connectorConfig":{"config":{"token":"second"}}}}'
)sh" + kRecords;
  Script script(body);
  script.read();
  script.read();
  CHECK(script.text("configs.out") == "{\"token\":\"t0ken-value\"}\n{\"token\":\"second\"}\n");
  for (const auto& entry : std::filesystem::directory_iterator(script.folder.path() + "/.leat/config")) {
    auto rights = entry.status().permissions();
    CHECK((rights & std::filesystem::perms::others_read) == std::filesystem::perms::none);
  }
}

TEST_CASE("An image is run by docker, with its files mounted and secrets out of the command line") {
  Script script("",
                "image: airbyte/source-x:1\ndocker: ./docker.sh\nconfig: {token: t0ken-value}\n"
                "environment: {REGION: west}\n");
  std::string docker = script.folder.write("docker.sh",
                                           "#!/bin/sh\necho \"$REGION $*\" >> docker.out\n"
                                           "while [ \"$1\" != airbyte/source-x:1 ]; do shift; done\n"
                                           "shift\nset -- \"$@\"\nverb=$1\n" +
                                               kCatalog + kRecords);
  std::filesystem::permissions(docker, std::filesystem::perms::owner_all);
  // A container has no folder of ours; the script finds its output by our working directory.
  std::string before = std::filesystem::current_path().string();
  std::filesystem::current_path(script.folder.path());
  RecordingSink sink = script.read();
  std::filesystem::current_path(before);
  CHECK(sink.rows.size() == 2);
  std::string said = script.text("docker.out");
  CHECK(said.find("west run --rm -i --init --name leat-") == 0);
  CHECK(said.find("-e REGION airbyte/source-x:1 read --config /") != std::string::npos);
  CHECK(said.find("t0ken-value") == std::string::npos);
}

namespace {

// A tap of five lines.
const std::string kTap = R"sh(
case "$*" in *--discover*)
cat <<'END'
{
  "streams": [
    {"tap_stream_id": "calls", "stream": "calls", "key_properties": ["id"],
     "schema": {"properties": {"id": {"type": "integer"}, "at": {"type": ["null", "string"], "format": "date-time"}}},
     "metadata": [{"breadcrumb": [], "metadata": {"valid-replication-keys": ["at"]}}]},
    {"tap_stream_id": "other", "schema": {}, "metadata": []}
  ]
}
END
exit 0 ;;
esac
cp "$4" catalog.out; cp "${6:-/dev/null}" state.out
cat <<'END'
INFO a tap that logs to its output
{"type":"SCHEMA","stream":"calls","schema":{"properties":{"id":{"type":"integer"},"at":{"type":["null","string"],"format":"date-time"}}},"key_properties":["id"]}
{"type":"ACTIVATE_VERSION","stream":"calls","version":1}
{"type":"RECORD","stream":"calls","record":{"id":1,"at":"2024-01-01T00:00:00Z"},"time_extracted":"2024-01-02T00:00:00Z"}
{"type":"RECORD","stream":"other","record":{"id":9}}
{"type":"STATE","value":{"bookmarks":{"calls":{"at":"2024-01-01"}}}}
{"type":"SCHEMA","stream":"calls","schema":{"properties":{"id":{"type":"string"}}},"key_properties":["id"]}
{"type":"RECORD","stream":"calls","record":{"id":"b"}}
END
)sh";

}  // namespace

TEST_CASE("A Singer tap yields rows, states and a schema that changes on the way") {
  Script script(kTap, "protocol: singer\nconfig: {token: t0ken-value}");
  stream::Catalog catalog = script.open()->discover();
  REQUIRE(catalog.streams.size() == 2);
  CHECK(catalog.streams[0].primary_key == std::vector<std::string>{"id"});
  CHECK(catalog.streams[0].cursor_field == "at");
  CHECK(catalog.streams[1].name == "other");
  RecordingSink sink = script.read();
  CHECK(sink.rows == Lines{"id=1 at=2024-01-01 00:00:00+00", "id=b"});
  CHECK(sink.events == Lines{"batch 1", "checkpoint", "batch 1", "checkpoint"});
  CHECK(sink.states[0] == R"({"bookmarks":{"calls":{"at":"2024-01-01"}}})");
  CHECK(sink.states[1] == sink.states[0]);
}

TEST_CASE("A tap is told which stream to read, how, and from where") {
  Script script(kTap, "protocol: singer\nconfig: {token: t0ken-value}");
  script.read(R"({"bookmarks":1})");
  document::Value catalog = document::parse_json(script.text("catalog.out"), "catalog.out");
  const document::Value& own = catalog["streams"].items()[0]["metadata"].items()[0]["metadata"];
  CHECK(own["selected"].boolean());
  CHECK(own["replication-method"].raw() == "INCREMENTAL");
  CHECK(own["replication-key"].raw() == "at");
  CHECK_FALSE(catalog["streams"].items()[1]["metadata"].items()[0]["metadata"]["selected"].boolean());
  CHECK(script.text("state.out") == R"({"bookmarks":1})");
  script.read("", stream::SyncMode::full_refresh);
  CHECK(script.text("catalog.out").find("FULL_TABLE") != std::string::npos);
  CHECK(script.text("state.out").empty());
}

TEST_CASE("A tap that fails leaves no state behind what it had finished") {
  Script script(kTap + "echo 'CRITICAL t0ken-value expired' >&2; exit 1",
                "protocol: singer\nconfig: {token: t0ken-value}");
  RecordingSink sink;
  Error error = script.failure(sink);
  CHECK(error.code() == ErrorCode::process_failed);
  CHECK(error.fix() == "What it said last:\nCRITICAL *** expired");
  CHECK(sink.states.size() == 1);
}
