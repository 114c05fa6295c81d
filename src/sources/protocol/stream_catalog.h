// StreamCatalog: streams as Airbyte's catalog tells them, and a configured catalog with its states as
// selections of a read.
//
// Guarantees: unknown members are passed over, as the protocol asks for.
// Threads: pure functions.
// Errors: Error(config_invalid, source_stream_unknown, state_invalid) with the file's name.
// Source: Airbyte protocol 0.18 (AirbyteCatalog, ConfiguredAirbyteCatalog, AirbyteStateMessage).
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "document/value.h"
#include "stream/stream.h"

namespace leat::sources::protocol {

using document::Value;

/// The JSON Schema of columns.
std::string json_schema_of(const batch::Schema& schema);
/// The JSON list of a catalog's streams.
std::string catalog_json(const stream::Catalog& catalog, const std::set<std::string>& file_streams = {});

/// A stream that shall be read.
struct Wanted {
  std::string name, namespace_name;
  stream::SyncMode mode = stream::SyncMode::full_refresh;
  std::optional<std::vector<std::string>> fields;  ///< those of its schema; none where it tells none
  bool has_files = false;                          ///< its records stand for files
};
/// The streams of a configured catalog.
std::vector<Wanted> read_configured_catalog(const Value& catalog);

/// Where streams go on.
struct GivenState {
  bool is_global = false;
  std::string shared;  ///< JSON of the state that all share, "" where there is none
  /// Stream and its state's JSON.
  std::vector<std::pair<std::string, std::string>> streams;
  /// The state of a stream, empty where there is none.
  stream::State of(const std::string& stream) const;
};
/// Reads a list of state messages, one alone, or the older form {"stream": state}.
GivenState read_states(const Value& states);

}  // namespace leat::sources::protocol
