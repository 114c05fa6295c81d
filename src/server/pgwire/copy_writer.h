// CopyWriter: rows in the forms of COPY TO: text and CSV.
//
// Guarantees: what PostgreSQL's COPY FROM reads back is what was there.
// Threads: one at a time.
// Owns: nothing; the Command outlives it.
// Errors: none.
// Source: PostgreSQL documentation, COPY, file formats
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "server/pgwire/commands.h"
#include "server/pgwire/engine.h"

namespace leat::server::pgwire {

class CopyWriter {
 public:
  explicit CopyWriter(const Command& command) : command_(command) {}
  void append_header(const std::vector<Field>& fields, std::string& out) const;
  /// `row` is a DataRow's body with texts.
  void append_row(std::string_view row, std::string& out) const;

 private:
  void append_value(std::string_view value, std::string& out) const;
  const Command& command_;
};

}  // namespace leat::server::pgwire
