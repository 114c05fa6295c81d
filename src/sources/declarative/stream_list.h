// StreamList: the streams of an opened connector: those of the manifest, those of fulfilled conditions, and
// dynamic ones, which are made when they are first needed.
//
// Guarantees: a stream that needs Python code, or has a template that can't be read, is listed and refused
//   when it is used; the others are not touched.
// Threads: one at a time.
// Owns: the streams.
// Errors: Error(config_invalid, source_unknown_component) for what can't be made; Error(source_stream_unknown,
//   source_custom_code, jinja_…) when a stream is used.
// Source: behaviour of the Airbyte CDK's ConcurrentDeclarativeSource, CheckStream and CheckDynamicStream.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "sources/declarative/streams.h"

namespace leat::sources::declarative {

class StreamList {
 public:
  struct Entry {
    std::string name;
    std::unique_ptr<ManifestStream> stream;  ///< null when it can't be read here
    std::optional<Error> reason;             ///< why
    std::string definition;                  ///< of dynamic streams: the name of what they were made from
  };
  /// Requires: manifest outlives the list.
  StreamList(const Value& manifest, const Workshop& workshop);
  const std::vector<Entry>& all();
  ManifestStream& find(const std::string& name, const std::string& where);
  /// Reads from the streams that the check strategy names until a first record or the end of a first slice.
  void check(const Value& strategy);

 private:
  void add(const Value& component, const std::string& definition);
  void add_dynamic();
  void try_first(const std::string& definition, std::int64_t count, const std::string& where);
  const Value& manifest_;
  Workshop workshop_;
  std::vector<Entry> entries_;
  bool has_dynamic_ = false;
};

}  // namespace leat::sources::declarative
