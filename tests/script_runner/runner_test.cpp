#include "runner.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "compare.h"

namespace script {
namespace {

namespace fs = std::filesystem;

const std::string kAbout = "# about: a test of the runner\n\n";

Verdict run_text(const std::string& text, Surroundings around = {}) {
  if (around.source.empty()) around.source = fs::current_path();
  return run_script(parse_script("x.test", kAbout + text), around);
}

/// Empty when the script passes.
std::string failure(const std::string& text) {
  return run_text(text).text;
}

std::string problem_of(const std::string& text) {
  try {
    parse_script("x.test", text);
  } catch (const ScriptError& error) {
    return error.what();
  }
  return "";
}

/// A folder for fake programs, gone with the object.
struct Programs {
  Programs() {
    std::string pattern = fs::temp_directory_path() / "leat-programs-XXXXXX";
    folder = mkdtemp(pattern.data());
  }
  ~Programs() { fs::remove_all(folder); }
  void add(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name) << "#!/bin/sh\n" << text;
    fs::permissions(folder / name, fs::perms::owner_all);
  }
  Surroundings around() const {
    Surroundings around;
    around.programs = folder;
    around.source = folder;
    return around;
  }
  fs::path folder;
};

}  // namespace

TEST_CASE("what a command prints is compared, whatever its durations") {
  CHECK(failure("run echo hello\n----\nhello\n") == "");
  CHECK(failure("run echo hello\n----\ngoodbye\n") != "");
  CHECK(failure("run echo 'done in 12.5 s'\n----\ndone in 3 ms\n") == "");
  CHECK(failure("run printf 'a\\nb\\nc\\nd\\n'\n----\na\n...\nd\n") == "");
  CHECK(failure("run printf 'a\\nb\\n'\n----\na\n") != "");
  CHECK(failure("run true\n") == "");
}

TEST_CASE("exit codes are part of the promise") {
  CHECK(failure("run false\n") != "");
  CHECK(failure("fail true\n") != "");
  CHECK(failure("fail sh -c 'echo LEAT-X-001 at a.yml:1:2: words >&2; exit 3'\n----\nLEAT-X-001 at "
                "a.yml:1:2\nexit 3\n") == "");
  CHECK(failure(
            "fail sh -c 'echo LEAT-X-001 at a.yml:1:2: words >&2; exit 3'\n----\nLEAT-X-001 at a.yml:9\n") !=
        "");
  CHECK(failure("killed sh -c 'kill -9 $$'\n") == "");
  CHECK(failure("killed true\n") != "");
}

TEST_CASE("files, variables and names reach the commands") {
  CHECK(failure("file a/b.txt\none\ntwo\n\nrun cat a/b.txt\n----\none\ntwo\n") == "");
  CHECK(failure("file a.txt <<END\none\n\ntwo\nEND\n\nrun wc -l a.txt\n----\n3 a.txt\n") == "");
  CHECK(failure("env GREETING=hello\n\nrun sh -c 'echo $GREETING'\n----\nhello\n") == "");
  CHECK(failure("clock 2026-01-05T00:00:00Z\n\nrun sh -c 'echo $LEAT_CLOCK'\n----\n2026-01-05T00:00:00Z\n") ==
        "");
  CHECK(failure("run pwd\n----\n${WORK}\n") == "");
  CHECK(failure("run sh -c 'echo \"$TZ $HOME\" | grep -c UTC'\n----\n1\n") == "");
}

TEST_CASE("two scripts never see each other's files or variables") {
  CHECK(failure("file mine\nx\n\nenv MINE=1\n") == "");
  CHECK(failure("fail cat mine\n\nrun sh -c 'echo [$MINE]'\n----\n[]\n") == "");
}

TEST_CASE("files are compared byte by byte") {
  CHECK(failure("file a\nx\n\nfile b\nx\n\nsame a b\n") == "");
  CHECK(failure("file a\nx\n\nfile b\ny\n\nsame a b\n") != "");
  CHECK(failure("file a\nx\n\nsame a b\n") != "");
}

TEST_CASE("a command that does not end is ended") {
  const Verdict verdict = run_text("# seconds: 1\n\nrun tail -f /dev/null\n");
  CHECK(verdict.kind == Verdict::Kind::failed);
  CHECK(verdict.text.find("was not done after 1 s") != std::string::npos);
}

TEST_CASE("a failure names file and line") {
  CHECK(run_text("run true\n\nrun false\n").text.starts_with("x.test:5: it ended with 1"));
  CHECK(run_text("run echo a\n----\nb\n").text.starts_with("x.test:5: expected:"));
}

TEST_CASE("needs that are not met skip, and say why") {
  const Verdict verdict = run_text("# needs: postgres\n\nrun true\n");
  CHECK(verdict.kind == Verdict::Kind::skipped);
  CHECK(verdict.text == "x.test: skipped: LEAT_TEST_POSTGRES is not set");
  CHECK(run_text("# needs: leat\n\nrun true\n").kind == Verdict::Kind::skipped);
}

TEST_CASE("what is not understood is an error that names its line") {
  CHECK(problem_of("run true\n") == "x.test:1: the script does not begin with '# about: …'");
  CHECK(problem_of(kAbout + "walk home\n") == "x.test:3: there is no word 'walk'");
  CHECK(problem_of(kAbout + "run 'true\n") == "x.test:3: a quote is not closed");
  CHECK(problem_of(kAbout + "run\n") == "x.test:3: 'run' wants 1 argument(s)");
  CHECK(problem_of(kAbout + "clock x\ny\n") == "x.test:4: 'clock' has no body");
  CHECK(problem_of(kAbout + "same a b\n----\nx\n") == "x.test:4: 'same' has no expectation");
  CHECK(problem_of(kAbout + "# needs: luck\n\nrun true\n") ==
        "x.test:3: nothing is known of the need 'luck'");
  CHECK(problem_of(kAbout + "run true\n\n# needs: leat\n") ==
        "x.test:5: '# needs:' stands below the first block");
  CHECK(problem_of(kAbout + "file a <<END\nx\n") == "x.test:3: the line 'END' that ends the file is missing");
}

TEST_CASE("rows of a query come from leat as CSV and are compared by their types") {
  const Programs programs;
  programs.add(
      "leat",
      "echo \"$@\" > asked\nprintf 'id,name,share\\n1,\"a, b\",0.30000000000000004\\n2,,\\n3,\"\",1\\n'\n");
  const std::string rows = "----\n1  a, b  0.3\n2  NULL  NULL\n3  ''  1\n";
  CHECK(run_text("query ITR duckdb\nselect 1\n" + rows, programs.around()).kind == Verdict::Kind::passed);
  CHECK(run_text("query ITR\nselect 1\n" + rows, programs.around()).kind == Verdict::Kind::passed);
  CHECK(run_text("query IT\nselect 1\n" + rows, programs.around()).kind == Verdict::Kind::failed);
  CHECK(run_text(
            "query ITR duckdb\nselect 1\nfrom t\n\nrun cat asked\n----\nquery select 1\nfrom t --format csv "
            "--target duckdb\n",
            programs.around())
            .kind == Verdict::Kind::passed);
  CHECK(run_text("query ITR into a\nselect 1\n\nquery ITR rowsort into b\nselect 1\n\nsame a b\n",
                 programs.around())
            .kind == Verdict::Kind::passed);
}

TEST_CASE("the stand-in is started, ordered and ended") {
  const Programs programs;
  programs.add("soda",
               "echo \"$@\" > options\necho listening on http://127.0.0.1:9\nexec tail -f /dev/null\n");
  CHECK(run_text("soda --generate x\n\nrun sh -c 'echo $SODA'\n----\n${SODA}\n\nrun cat "
                 "options\n----\n--generate x\n",
                 programs.around())
            .kind == Verdict::Kind::passed);
  CHECK(run_text("run echo ${SODA}\n", programs.around()).text == "x.test:3: ${SODA} is used before 'soda'");
  CHECK(run_text("soda x\n\nadmin fail\n", programs.around())
            .text.starts_with("x.test:5: the order was refused"));
}

TEST_CASE("approving writes what came, and only that") {
  const Programs programs;
  const std::string file = programs.folder / "a.test";
  std::ofstream(file)
      << kAbout << "run echo right\n----\nwrong\nand more\n\nrun echo 'took 7 ms'\n----\nold\n\n# the end\n";
  Surroundings around = programs.around();
  CHECK(run_file(file, around).kind == Verdict::Kind::failed);
  around.approve = true;
  CHECK(run_file(file, around).kind == Verdict::Kind::approved);
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  CHECK(text.str() ==
        kAbout + "run echo right\n----\nright\n\nrun echo 'took 7 ms'\n----\ntook N s\n\n# the end\n");
  around.approve = false;
  CHECK(run_file(file, around).kind == Verdict::Kind::passed);
}

TEST_CASE("each script that needs PostgreSQL has a database of its own") {
  const char* server = std::getenv("LEAT_TEST_POSTGRES");
  if (!server) {
    MESSAGE("skipped: LEAT_TEST_POSTGRES is not set");
    return;
  }
  Surroundings around;
  around.source = fs::current_path();
  around.postgres = server;
  const std::string text =
      "# needs: postgres psql\n\nrun psql -qAtX ${POSTGRES} -c 'create table t (x int)'\n\n"
      "run psql -qAtX ${POSTGRES} -c 'select count(*) from t'\n----\n0\n";
  for (int i = 0; i < 2; ++i) {
    const Verdict verdict = run_text(text, around);
    CHECK_MESSAGE(verdict.kind == Verdict::Kind::passed, verdict.text);
  }
}

TEST_CASE("durations, rates and identifiers are made alike") {
  CHECK(normalise("loaded 1,234 rows in 1.25 s (988 rows/s, 1.2 MB/s)  ") ==
        "loaded 1,234 rows in N s (N rows/s, N MB/s)");
  CHECK(normalise("took 350ms") == "took N s");
  CHECK(normalise("took N s") == "took N s");
  CHECK(normalise("3 streams, 2 sets, s3 4h0") == "3 streams, 2 sets, s3 4h0");
  CHECK(normalise("run 0f8fad5b-d9cb-469f-a165-70867728950e done") == "run UUID done");
}

}  // namespace script
