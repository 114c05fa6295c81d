// Engine: what answers the queries of the endpoint. The protocol knows nothing of the warehouse but this.
//
// Guarantees: an engine only reads: a statement that would change anything is refused by prepare(). What one
//   OpenRows tells is one state of the warehouse, whatever commits meanwhile.
// Threads: an Engine by any; an EngineSession and what it made by one thread at a time, except cancel().
// Owns: a Prepared and an OpenRows live shorter than their EngineSession.
// Errors: Error(warehouse_sql), Error(warehouse_cancelled), Error(warehouse_locked), Error(sql_…).
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/pgwire/types.h"

namespace leat::server::pgwire {

/// A column of an answer.
struct Field {
  std::string name;
  Oid type = kText;
  std::int32_t modifier = -1;  ///< PostgreSQL's typmod
  bool operator==(const Field&) const = default;
};

enum class Format : std::int16_t { text = 0, binary = 1 };

/// A parameter's value as text, nullopt for null.
using Parameter = std::optional<std::string>;

/// An answer while it is read.
class OpenRows {
 public:
  virtual ~OpenRows() = default;
  virtual const std::vector<Field>& fields() const = 0;
  /// Appends the next row in the form of a DataRow's body; false at the end. `formats`: one a field.
  virtual bool next(const std::vector<Format>& formats, std::string& out) = 0;
};

class Prepared {
 public:
  virtual ~Prepared() = default;
  /// The types of $1, $2, …
  virtual const std::vector<Oid>& parameters() const = 0;
  virtual const std::vector<Field>& fields() const = 0;
  virtual std::unique_ptr<OpenRows> open(const std::vector<Parameter>& parameters) = 0;
};

/// What a session's SQL may ask of its session: the value of a setting, nullopt when there is none.
using SettingLookup = std::function<std::optional<std::string>(const std::string& name)>;

class EngineSession {
 public:
  virtual ~EngineSession() = default;
  /// `types`: of the first parameters, 0 where the client leaves them open. `explain` is "" or what stands
  /// before the query: "EXPLAIN", "EXPLAIN ANALYZE".
  virtual std::unique_ptr<Prepared> prepare(const std::string& sql, const std::vector<Oid>& types,
                                            const std::string& explain) = 0;
  /// Tells of a setting that changes what queries mean: search_path, timezone.
  virtual void set(const std::string& name, const std::string& value) = 0;
  /// Lets go of what would stand in others' way; nothing is asked for at the moment.
  virtual void rest() = 0;
  /// Ends what runs now, from any thread.
  virtual void cancel() = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::unique_ptr<EngineSession> begin(const std::string& user, SettingLookup settings) = 0;
};

}  // namespace leat::server::pgwire
