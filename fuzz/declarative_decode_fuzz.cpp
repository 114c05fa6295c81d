// rooms: sources
//
// Fuzzes the decoder of pages: whatever an API sends, rows and rejected records add up, columns stay of one
// length, and what is taken for JSON is JSON by the general reader as well.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "document/value.h"
#include "http/message.h"
#include "sources/declarative/decoder.h"
#include "sources/declarative/extract.h"
#include "sources/declarative/json_value.h"

namespace {

using namespace leat;
using namespace leat::sources::declarative;
using batch::Type;
using batch::TypeKind;

std::vector<Field> fields_for(unsigned choice) {
  if (choice % 3 == 0) return {};
  TypeKind number = choice % 3 == 1 ? TypeKind::int64 : TypeKind::float64;
  return {{"n", Type{number}, choice % 2 == 0, false},        {"t", Type{TypeKind::text}, false, false},
          {"at", Type{TypeKind::timestamp}, false, false},    {"p", Type{TypeKind::json}, false, true},
          {"b", Type{TypeKind::boolean}, false, false},       {"d", Type{TypeKind::date}, false, false},
          {"m", Type{TypeKind::decimal, 18, 3}, false, false}};
}

std::vector<std::string> path_for(unsigned choice) {
  switch (choice / 8 % 4) {
    case 0:
      return {};
    case 1:
      return {"data"};
    case 2:
      return {"*", "n"};
    default:
      return {"data", "0"};
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  unsigned choice = data[0];
  http::Body body(std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  JsonIndex index;
  if (!index.build(body.view()).empty()) return 0;
  std::size_t rows = 0, rejected = 0, count = 0;
  RecordDecoder decoder(
      fields_for(choice), {.rows_max = 3, .bytes_max = 100, .fields_max = 50},
      [&](batch::RecordBatch&& batch) {
        rows += batch.rows();
        for (std::size_t i = 0; i < batch.schema()->size(); ++i) {
          LEAT_ASSERT(batch.column(i).size() == batch.rows());
          for (std::size_t row = 0; row < batch.rows(); ++row) batch.column(i).print(row);
        }
      },
      [&](stream::RejectedRecord&&) { ++rejected; });
  bool good =
      RecordPath(path_for(choice))
          .visit(
              index, [&](const char* text, JsonAt at, JsonAt end) { return decoder.record(text, at, end); },
              count);
  decoder.flush();
  // Empty objects of a stream that has no field yet leave no row.
  bool may_be_empty = fields_for(choice).empty();
  if (good) LEAT_ASSERT(may_be_empty ? rows + rejected <= count : rows + rejected == count);
  bool is_json = skip_value(index.text(), index.begin(), index.end()) == index.end();
  if (is_json) {
    std::string again = json_text(to_jinja(index.text(), index.begin(), index.end()));
    LEAT_ASSERT(parse_json_value(again));
  }
  return 0;
}
