// rooms: lake
//
// Fuzzes what a lake reads back: manifests, and the segments of a spool after a crash. A manifest is written
// and read again to the same; a spool opens on any bytes or refuses them, and takes records either way.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/error.h"
#include "lake/manifest.h"
#include "lake/spool.h"
#include "support/temporary_folder.h"

namespace {

using namespace leat;

void read_manifest(std::string_view text) {
  try {
    lake::Manifest manifest = lake::parse_manifest(text, "manifest");
    std::string written = lake::to_json(manifest);
    LEAT_ASSERT(lake::to_json(lake::parse_manifest(written, "again")) == written);
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() == ErrorCode::lake_manifest);
  }
}

void open_spool(std::string_view log, std::string_view ids) {
  testing::TemporaryFolder folder;
  folder.write("000000000001.log", std::string(log));
  folder.write("000000000002.ids", std::string(ids));
  try {
    Env env;
    lake::Spool spool(folder.path(), env);
    std::size_t count = 0;
    for (std::int64_t segment : spool.sealed()) spool.read(segment, [&](std::string_view) { ++count; });
    if (!spool.append("batch", {"{\"a\":1}"})) return;  // the files say that it was taken before
    spool.seal();
    std::vector<std::int64_t> sealed = spool.sealed();
    std::string last;
    spool.read(sealed.back(), [&](std::string_view record) { last = record; });
    LEAT_ASSERT(last == "{\"a\":1}");
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() == ErrorCode::spool_damaged);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 8192) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'm') {
    read_manifest(text);
  } else {
    std::size_t half = text.size() * data[0] / 256;
    open_spool(text.substr(0, half), text.substr(half));
  }
  return 0;
}
