// rooms: sql
//
// Fuzzes the SQL tokenizer: it never fails, tokens stand in order within the text, and the relations that it
// sees a statement read are named by words of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sql/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1 << 16) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t last = 0;
  bool first = true;
  for (const leat::sql::Token& token : leat::sql::tokenize(text)) {
    if (token.offset >= text.size() || (!first && token.offset <= last)) std::abort();
    last = token.offset;
    first = false;
  }
  for (const leat::sql::RelationName& each : leat::sql::relations_read(text)) {
    if (each.identifier.size() > text.size()) std::abort();
  }
  return 0;
}
