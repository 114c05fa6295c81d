// rooms: dbt
//
// Fuzzes what is kept of a parsed project from one run to the next: damaged bytes are refused, never read
// beyond; and YAML that is written comes back equal. The first byte says which.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "dbt/kept/archive.h"
#include "document/value.h"

namespace {

using namespace leat;
using namespace leat::dbt;

void read(std::string_view bytes) {
  try {
    ArchiveReader reader(bytes);
    for (int i = 0; i < 64; ++i) {
      document::Value value;
      keep(reader, value);
      reader.value();
      std::vector<std::pair<std::string, std::string>> pairs;
      keep(reader, pairs);
    }
  } catch (const ArchiveBroken&) {
  }
}

void write_and_read(std::string_view text) {
  document::Value value;
  try {
    value = document::parse_yaml(text, "models.yml");
  } catch (const Error&) {
    return;
  }
  ArchiveWriter writer;
  keep(writer, value);
  std::string bytes = writer.take();
  ArchiveReader reader(bytes);
  document::Value again;
  keep(reader, again);
  LEAT_ASSERT(document::to_json(again) == document::to_json(value));
  // Cut off anywhere, it is refused or read, no more.
  for (std::size_t length = 0; length < bytes.size(); length += 1 + bytes.size() / 16)
    read(std::string_view(bytes).substr(0, length));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 4096) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'y') {
    write_and_read(bytes);
  } else {
    read(bytes);
  }
  return 0;
}
