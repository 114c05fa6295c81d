// ManifestStream: a stream of a connector: what it looks like, and how it is read from a state on.
//
// Guarantees: read ends with a checkpoint; every checkpoint covers the rows before it. States have Airbyte's
//   shapes: {"field": "value"} for a cursor, a list of partitions for a cursor with a router, and
//   {"phase": "full_refresh", …} for a delegating stream whose first load is not finished (README.md).
// Threads: one at a time; pages are fetched on others.
// Owns: its components.
// Errors: as Retriever::read; Error(state_invalid).
// Source: behaviour of the Airbyte CDK's DeclarativeStream and StateDelegatingStream.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sources/declarative/component.h"
#include "stream/source.h"

namespace leat::sources::declarative {

/// A record of a stream that others are cut by.
struct ParentRecord {
  jinja::Value record;
  jinja::Value partition;  ///< of the stream that it comes from
};

/// A walk over a stream's records, page by page.
class RecordRun {
 public:
  virtual ~RecordRun() = default;
  /// The next record, nullopt at the end.
  virtual std::optional<ParentRecord> next() = 0;
  /// The state that covers what was handed out: of a slice only once its last record was.
  virtual Value state() const = 0;
};

class ManifestStream {
 public:
  virtual ~ManifestStream() = default;
  virtual const std::string& name() const = 0;
  /// The stream with its schema; may ask the API.
  virtual stream::Stream describe() = 0;
  virtual void read(const stream::Selection& selection, std::size_t index, stream::Sink& sink,
                    std::size_t concurrency) = 0;
  /// Decodes records that were rejected once; see stream/source.h.
  virtual void decode(std::span<const std::string> records, stream::Sink& sink) = 0;
  /// Starts a walk over its records after `state` (null: from the beginning); its state is kept only if it is
  /// wanted. The stream must outlive it.
  virtual std::unique_ptr<RecordRun> records(const Value& state, bool keeps_state) = 0;
  /// The field of its cursor, "" when it has none.
  virtual std::string cursor_field() const = 0;
  /// Reads until a first record or the end of the first slice; throws what goes wrong.
  virtual void try_out() = 0;
};

std::unique_ptr<ManifestStream> make_stream(const Value& component, const Workshop& workshop);

}  // namespace leat::sources::declarative
