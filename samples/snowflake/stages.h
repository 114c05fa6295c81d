// Stages: folders that stand for the stages of a session, and COPY from their Parquet
// files.
//
// Guarantees: a file that a table has loaded is not loaded again until the table goes; the
//   answer of COPY tells of each file.
// Threads: one at a time.
// Owns: the folder below which all stages lie; each stage's folder goes with its session.
// Errors: Refusal.
// Source: docs.snowflake.com, PUT, COPY INTO table, CREATE STAGE
#pragma once
#include <map>
#include <set>
#include <string>

#include "engine.h"
#include "translate.h"

namespace snowflake {

/// What a COPY does wrong on purpose.
struct CopyFault {
  bool fails = false;       ///< the statement fails at its first file
  bool loads_part = false;  ///< the first file loads half of its rows and says so
  bool omits = false;       ///< the first file is neither loaded nor answered for
};

class Stages {
 public:
  /// `folder`: of the session; made when it is needed.
  explicit Stages(std::string folder) : folder_(std::move(folder)) {}
  ~Stages();
  Stages(const Stages&) = delete;
  Stages& operator=(const Stages&) = delete;

  void create(const Tokens& tokens, const Names& names);
  void drop(const Tokens& tokens, const Names& names);
  /// Where a PUT statement's file goes.
  struct Destination {
    std::string folder, stage, source;
    bool is_encrypted_by_client = false;
  };
  Destination destination(const Tokens& tokens, const Names& names) const;
  /// COPY INTO table FROM @stage …
  Table copy(const Tokens& tokens, const Names& names, Connection& connection, CopyFault fault);
  void forget_loads(const std::string& table_key) { loaded_.erase(table_key); }

 private:
  struct Stage {
    std::string folder;
    bool is_plain = false;  ///< encrypted at the server's side
  };
  const Stage& find(const std::string& key) const;

  std::string folder_;
  std::map<std::string, Stage> stages_;
  std::map<std::string, std::set<std::string>> loaded_;  ///< table -> files
  int made_ = 0;
};

}  // namespace snowflake
