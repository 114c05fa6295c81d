// rooms: sources
//
// Fuzzes what connectors in other programs write: lines of JSON, the columns made of their records, catalogs
// and states. The first line is the JSON schema of the records. Of each record a row or a reject comes.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "document/value.h"
#include "input.h"
#include "sources/protocol/stream_catalog.h"
#include "sources/record_columns.h"

namespace {

using namespace leat;
using namespace leat::sources;

void read_documents(std::string_view line) {
  try {
    document::Value value = document::parse_json(line, "state.json");
    protocol::read_states(value).of("s");
    protocol::read_configured_catalog(value);
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() != ErrorCode::internal);
  }
}

void read_records(std::string_view schema, std::string_view rest) {
  std::size_t rows = 0, rejects = 0, taken = 0;
  document::Value described = document::parse_json(schema, "schema");
  bool has_columns = columns_of_json_schema(described)->size() > 0;
  RecordColumns columns(
      described,
      [&](batch::RecordBatch&& batch) {
        for (std::size_t i = 0; i < batch.schema()->size(); ++i)
          LEAT_ASSERT(batch.column(i).size() == batch.rows());
        rows += batch.rows();
      },
      [&](stream::RejectedRecord&&) { ++rejects; });
  JsonLine line;
  while (!rest.empty()) {
    std::string padded(fuzz::take_line(rest));
    std::size_t length = padded.size();
    padded.append(kLinePadding, '\0');
    std::string_view text(padded.data(), length);
    if (!line.read(text).empty()) continue;
    line.text({"type"});
    line.raw({"state", "stream", "stream_state"});
    if (columns.add(line, {"record", "data"}).empty()) ++taken;
  }
  columns.flush();
  // Records without a field make no row where no record has any.
  LEAT_ASSERT(rows + rejects >= taken || (rows == 0 && !has_columns));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16384) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::string_view schema = fuzz::take_line(rest), first = rest.substr(0, rest.find('\n'));
  read_documents(first);
  try {
    read_records(schema, rest);
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() != ErrorCode::internal);
  }
  return 0;
}
