// Stage: a temporary stage of a session, into which files are put.
//
// Guarantees: encrypted by Snowflake (SNOWFLAKE_SSE), so that bytes go up as they are. A file that was put is
//   complete. Credentials that have expired are asked for again.
// Threads: one, that of its session.
// Owns: the stage; it goes with its session at the latest.
// Errors: Error(warehouse_connect) when an upload fails for good, Error(file_io), those of session.h.
// Source: the PUT command as sent by Snowflake's published drivers
#pragma once
#include <string>
#include <vector>

#include "sql/relation.h"
#include "warehouses/snowflake/parquet_writer.h"
#include "warehouses/snowflake/session.h"

namespace leat::warehouses::snowflake {

class Stage {
 public:
  /// Creates the stage under this name.
  Stage(Session& session, sql::Relation name);
  /// Uploads a file.
  void put(const ParquetFile& file);
  /// Copies every file into a table, by column names, and checks the answer file by file; a file that the
  /// answer leaves out is copied again. Error(warehouse_sql) names the file that did not load whole.
  void copy_into(const sql::Relation& table);
  const std::vector<ParquetFile>& files() const { return files_; }
  /// Drops it.
  void drop();

 private:
  std::vector<std::string> copy_files(const sql::Relation& table, const std::vector<std::string>& names);

  Session& session_;
  sql::Relation name_;
  std::vector<ParquetFile> files_;
};

}  // namespace leat::warehouses::snowflake
