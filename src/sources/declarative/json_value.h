// Conversions between documents, JSON and the values that templates see.
//
// Guarantees: integers stay integers up to 64 bits; member order is kept.
// Threads: any.
// Errors: none; nullopt where a JSON text is none.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "document/value.h"
#include "jinja/value.h"
#include "sources/declarative/json_index.h"

namespace leat::sources::declarative {

jinja::Value to_jinja(const document::Value& value);
/// The keys of records that were read before: the next record has mostly the same ones, in the same order.
class KnownKeys {
 public:
  /// The key that `content` (between quotes) spells.
  const jinja::Value& find(std::string_view content);

 private:
  std::vector<std::pair<std::string, jinja::Value>> known_;  // as spelled
  std::size_t guess_ = 0;
};

/// The value at `at` of an indexed text. Requires: skip_value has accepted it.
jinja::Value to_jinja(const char* text, JsonAt at, JsonAt end);
jinja::Value to_jinja(const char* text, JsonAt at, KnownKeys& keys);
/// Parses a whole JSON text; nullopt when it is none.
std::optional<jinja::Value> parse_json_value(std::string_view text);
/// Appends compact JSON; datetimes and other objects as text, as Python's json with default=str.
void append_json(std::string& out, const jinja::Value& value);
std::string json_text(const jinja::Value& value);

}  // namespace leat::sources::declarative
