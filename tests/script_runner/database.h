// Database: a PostgreSQL database of one script's own, dropped with the object.
//
// Guarantees: its name is used by nobody else; sessions that still hang on it do not keep it from being
//   dropped.
// Threads: one at a time.
// Errors: ScriptError-free: an empty uri() tells that it could not be made, problem() why.
#pragma once
#include <string>

namespace script {

class Database {
 public:
  /// `server`: a libpq URI of a database from which others can be made.
  explicit Database(std::string server);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  const std::string& uri() const { return uri_; }
  const std::string& name() const { return name_; }
  const std::string& problem() const { return problem_; }

 private:
  bool execute(const std::string& sql);
  std::string server_, uri_, name_, problem_;
};

}  // namespace script
