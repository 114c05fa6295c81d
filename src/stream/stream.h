// Stream, State, modes: the nouns that sources, destinations and sync share.
//
// Guarantees: plain values without behaviour.
// Threads: copy freely.
// Source: Airbyte protocol 0.18 (ConfiguredAirbyteStream, sync modes), reference in docs/formats/state.md
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "batch/type.h"

namespace leat::stream {

enum class SyncMode { full_refresh, incremental };

/// How rows arrive in the destination's table (Airbyte's destination sync mode, plus history).
enum class WriteMode {
  append,           ///< every row is added
  overwrite,        ///< the rows of this read replace the table, swapped at the commit
  append_dedup,     ///< merged on the primary key; the newest by cursor wins
  overwrite_dedup,  ///< as overwrite, and one row a key
  scd2,             ///< every version of a row is kept with valid_from and valid_to
};

/// "append_dedup" and so on; nullopt for no mode.
std::optional<WriteMode> parse_write_mode(std::string_view name);
std::string_view name(WriteMode mode);

/// What a source can yield: a table of records.
struct Stream {
  std::string name;
  std::string namespace_name;  ///< "" where the source has none
  batch::SchemaPtr schema;
  std::vector<std::string> primary_key;  ///< column names; empty where there is none
  std::string cursor_field;              ///< "" where there is none
  std::vector<SyncMode> sync_modes;      ///< what read() supports
  /// How its rows are written where nothing else is asked for.
  WriteMode usual_mode = WriteMode::append;
  std::string json_schema;  ///< as its author wrote it, JSON; "" where the columns tell all
  bool any_cursor = false;  ///< any column may be the cursor of an incremental read
  /// Streams of one name here are read together, and share the state of that name; "" for a state of its own.
  std::string shared_state;
  /// Says which rows tell that their key was deleted; "" where none does. One that is set here is the
  /// default.
  std::string delete_column;
  bool deletes_hard = false;  ///< of a shared state: such rows leave the table
  bool is_log = false;        ///< of a shared state: its rows are only added
  bool operator==(const Stream&) const = default;
};

struct Catalog {
  std::vector<Stream> streams;
  /// The stream of that name, or nullptr.
  const Stream* find(std::string_view name) const;
  /// The stream of that name; Error(source_stream_unknown) at `where` that lists those there are.
  const Stream& at(std::string_view name, const std::string& where) const;
};

/// An opaque checkpoint that a source emits and gets back: JSON text, "" before the first sync.
struct State {
  std::string json;
  bool empty() const { return json.empty(); }
  bool operator==(const State&) const = default;
};

/// Limits a read to records whose cursor lies in [from, to); does not touch the incremental state.
struct Window {
  std::optional<Timestamp> from, to;
};

/// One stream of a read, with where to go on.
struct Selection {
  Stream stream;
  SyncMode mode = SyncMode::full_refresh;
  State state;
  std::optional<Window> window;
  bool follow = false;                             ///< of a shared state: reads on until it is stopped
  std::optional<std::vector<std::string>> fields;  ///< of its records that are wanted; none: all
};

/// A record that could not be read or does not fit: kept in `_leat.dead_letters` with its reason.
struct RejectedRecord {
  std::string record;  ///< the record as the source sent it, JSON
  std::string field;   ///< the field at fault, "" where it is the whole record
  std::string reason;  ///< one sentence
};

}  // namespace leat::stream
