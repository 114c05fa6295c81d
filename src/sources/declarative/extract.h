// RecordPath: finds the records of a page by a DpathExtractor's path, in indexed JSON.
//
// Guarantees: an empty path is the body; a list yields its items, an object is one record, anything else or
//   nothing found yields none. `*` matches every member or item; then each match is one record. A body that
//   is a list counts as that many bodies.
// Threads: immutable.
// Errors: find returns false when the text is no valid JSON on the way to the records.
// Source: behaviour of the Airbyte CDK's DpathExtractor and JsonDecoder.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "sources/declarative/json_index.h"

namespace leat::sources::declarative {

class RecordPath {
 public:
  /// Called with the first position of each record; returns what stands behind it, nullptr to stop.
  using Visit = std::function<JsonAt(const char* text, JsonAt at, JsonAt end)>;

  explicit RecordPath(std::vector<std::string> segments);
  /// Visits the records in order; counts them.
  bool visit(const JsonIndex& index, const Visit& visit, std::size_t& count) const;

 private:
  struct Walk;
  std::vector<std::string> segments_;
  bool has_star_ = false;
};

}  // namespace leat::sources::declarative
