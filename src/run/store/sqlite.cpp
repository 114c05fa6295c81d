#include "run/store/sqlite.h"

#include <fmt/core.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>

#include "base/error.h"

namespace leat::run {

SqliteFile::SqliteFile(const std::string& path, const SqliteFormat& format) : path_(path) {
  std::error_code made;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), made);
  // Closed again where anything below fails.
  std::unique_ptr<SqliteFile, void (*)(SqliteFile*)> whole(this, [](SqliteFile* file) { file->close(); });
  if (sqlite3_open(path_.c_str(), &handle_) == SQLITE_OK) sqlite3_busy_timeout(handle_, 5000);
  if (!handle_) throw Error(ErrorCode::run_store, "out of memory", path_);
  execute(format.pragmas.c_str());
  prepare(format);
  whole.release();
}

SqliteFile::~SqliteFile() {
  close();
}

void SqliteFile::close() noexcept {
  sqlite3_close(handle_);
  handle_ = nullptr;
}

// 0 for a file without tables. Releases before versions left 0 beside theirs: that is version 1.
int SqliteFile::version() const {
  SqliteStatement said(handle_, "pragma user_version");
  int version = said.row() ? static_cast<int>(said.number(0)) : 0;
  if (version > 0) return version;
  SqliteStatement tables(handle_, "select 1 from sqlite_master where type = 'table' limit 1");
  return tables.row() ? 1 : 0;
}

void SqliteFile::prepare(const SqliteFormat& format) {
  int found = version();
  if (found == format.version()) return;
  if (found > format.version())
    throw Error(ErrorCode::run_store_newer,
                fmt::format("It has version {}, and this release knows {}", found, format.version()), path_);
  std::string copy = fmt::format("{}.before-{}", path_, found);
  if (found > 0 && !std::filesystem::exists(copy)) copy_to(copy);
  SqliteTransaction transaction(*this);
  found = version();  // another process may have been faster
  if (found == 0) execute(format.tables.c_str());
  for (int from = found; from > 0 && from < format.version(); ++from)
    execute(format.upgrades[static_cast<std::size_t>(from - 1)].c_str());
  execute(fmt::format("pragma user_version = {}", format.version()).c_str());
  transaction.commit();
}

void SqliteFile::copy_to(const std::string& path) {
  SqliteStatement copy(handle_, "vacuum into ?");
  if (!copy.with(path).done()) fail("a copy to " + path);
}

void SqliteFile::fail(const std::string& doing) const {
  throw Error(ErrorCode::run_store, doing + ": " + sqlite3_errmsg(handle_), path_);
}

void SqliteFile::execute(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
}

std::int64_t SqliteFile::last_id() const {
  return sqlite3_last_insert_rowid(handle_);
}
int SqliteFile::changes() const {
  return sqlite3_changes(handle_);
}

SqliteStatement::SqliteStatement(sqlite3* handle, const char* sql) {
  sqlite3_prepare_v2(handle, sql, -1, &statement_, nullptr);
}
SqliteStatement::~SqliteStatement() {
  sqlite3_finalize(statement_);
}
void SqliteStatement::bind(int at, const std::string& text) {
  sqlite3_bind_text(statement_, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}
void SqliteStatement::bind(int at, std::int64_t number) {
  sqlite3_bind_int64(statement_, at, number);
}
bool SqliteStatement::row() {
  return statement_ && sqlite3_step(statement_) == SQLITE_ROW;
}
bool SqliteStatement::done() {
  return statement_ && sqlite3_step(statement_) == SQLITE_DONE;
}
std::string SqliteStatement::text(int at) {
  const unsigned char* found = sqlite3_column_text(statement_, at);
  return found ? reinterpret_cast<const char*>(found) : "";
}
std::int64_t SqliteStatement::number(int at) {
  return sqlite3_column_int64(statement_, at);
}

SqliteTransaction::SqliteTransaction(SqliteFile& file) : file_(file) {
  file_.execute("begin immediate");
}
SqliteTransaction::~SqliteTransaction() {
  if (open_) sqlite3_exec(file_.handle(), "rollback", nullptr, nullptr, nullptr);
}
void SqliteTransaction::commit() {
  file_.execute("commit");
  open_ = false;
}

}  // namespace leat::run
