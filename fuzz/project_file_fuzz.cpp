// rooms: run
//
// Fuzzes a project's own files: leat.yml and .env (after a line "===="), jobs and backfills as they are kept,
// places of a copy, ranges of versions. They are read or refused with an Error; a job is written and read
// again to the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/error.h"
#include "document/value.h"
#include "input.h"
#include "run/copy/place.h"
#include "run/jobs/launcher.h"
#include "run/packages/version_range.h"
#include "run/partitions/backfill.h"
#include "run/project_file.h"
#include "support/temporary_folder.h"

namespace {

using namespace leat;

void load(const std::string& project, const std::string& variables) {
  static const testing::TemporaryFolder folder;
  folder.write("leat.yml", project);
  folder.write(".env", variables);
  Env env;
  run::load_project(folder.path(), env);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::size_t between = text.find("\n====\n");
  if (between != std::string::npos) {
    fuzz::in_words([&] { load(text.substr(0, between), text.substr(between + 6)); });
    return 0;
  }
  fuzz::in_words([&] {
    std::string written = run::to_json(run::parse_job_spec(text));
    LEAT_ASSERT(run::to_json(run::parse_job_spec(written)) == written);
  });
  fuzz::in_words([&] { run::parse_backfill(document::parse_json(text, "request")); });
  fuzz::in_words([&] { run::read_place(text); });
  fuzz::in_words([&] {
    run::VersionRange range;
    range.add(text);
    range.newest({"1.0.0", "1.1.0-rc1", "2.0.0"}, size % 2);
  });
  return 0;
}
