// SqliteFile, SqliteStatement: the handles of SQLite.
//
// Guarantees: WAL; a writer waits up to five seconds for another.
// Threads: one at a time; the caller locks.
// Owns: its handle.
// Errors: Error(run_store) where a file can't be opened or its tables can't be made; a statement's own come
//   back from step().
// Source: SQLite 3.40 C API
#pragma once
#include <cstdint>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace leat::run {

/// The tables of a file, and how those of earlier releases become them. `upgrades[0]` brings version 1 to
/// version 2, and so on; what `pragma user_version` says is the version.
struct SqliteFormat {
  std::string pragmas, tables;
  std::vector<std::string> upgrades;
  int version() const { return static_cast<int>(upgrades.size()) + 1; }
};

class SqliteFile {
 public:
  /// Opens (or makes) the file, and the folder that it is in. A file of an earlier release is copied to
  /// `PATH.before-VERSION` and then brought up, in one transaction; Error(run_store_newer) for one of a
  /// later.
  SqliteFile(const std::string& path, const SqliteFormat& format);
  ~SqliteFile();
  SqliteFile(const SqliteFile&) = delete;
  SqliteFile& operator=(const SqliteFile&) = delete;
  sqlite3* handle() const { return handle_; }
  /// Runs statements without values; Error(run_store).
  void execute(const char* sql);
  std::int64_t last_id() const;
  int changes() const;
  [[noreturn]] void fail(const std::string& doing) const;
  const std::string& path() const { return path_; }
  /// Copies the file as it stands, while others write to it, to a path that does not exist.
  void copy_to(const std::string& path);

 private:
  int version() const;
  void prepare(const SqliteFormat& format);
  void close() noexcept;
  std::string path_;
  sqlite3* handle_ = nullptr;
};

class SqliteStatement {
 public:
  SqliteStatement(sqlite3* handle, const char* sql);
  ~SqliteStatement();
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;
  void bind(int at, const std::string& text);
  void bind(int at, std::int64_t number);
  /// Binds one after the other, from the first.
  template <class... Values>
  SqliteStatement& with(const Values&... values) {
    int at = 0;
    (bind(++at, values), ...);
    return *this;
  }
  /// True when there is a row.
  bool row();
  /// True when it ran to its end.
  bool done();
  std::string text(int at);
  std::int64_t number(int at);

 private:
  sqlite3_stmt* statement_ = nullptr;
};

/// A transaction that is rolled back unless it is committed.
class SqliteTransaction {
 public:
  explicit SqliteTransaction(SqliteFile& file);
  ~SqliteTransaction();
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;
  void commit();

 private:
  SqliteFile& file_;
  bool open_ = true;
};

}  // namespace leat::run
