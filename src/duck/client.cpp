#include "duck/client.h"

#include <fmt/core.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/error.h"

namespace leat::duck {
namespace {

// A file has one instance in this process from the moment it is opened until it is closed. Its locks are the
// process's: two instances would not keep each other out, and would write over each other.
struct Instances {
  std::mutex mutex;  // guards the members
  std::condition_variable closed;
  std::map<std::string, std::weak_ptr<Database>> open;
  std::set<std::string> alive;  ///< opened and not yet closed, though nobody may use it any more
};
Instances& instances() {
  static Instances all;
  return all;
}

class Config {
 public:
  Config() { duckdb_create_config(&handle_); }
  ~Config() { duckdb_destroy_config(&handle_); }
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;
  void set(const char* name, const std::string& value) {
    if (!value.empty()) duckdb_set_config(handle_, name, value.c_str());
  }
  duckdb_config get() const { return handle_; }

 private:
  duckdb_config handle_ = nullptr;
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// DuckDB tells the place as "LINE 3: select …".
std::string line_of(std::string_view message) {
  std::size_t at = message.find("LINE ");
  if (at == std::string_view::npos) return {};
  std::size_t end = message.find(':', at);
  return std::string(message.substr(at + 5, end - at - 5));
}

std::string shortened(const std::string& sql) {
  constexpr std::size_t kShown = 400;
  return sql.size() <= kShown ? sql : sql.substr(0, kShown) + " …";
}

}  // namespace

void raise(std::string_view message, const std::string& path, const std::string& sql) {
  std::string text(message);
  if (contains(text, "Could not set lock on file") || contains(text, "Conflicting lock is held")) {
    throw Error(ErrorCode::warehouse_locked, text, path);
  }
  if (contains(text, "No space left on device") || contains(text, "disk is full") ||
      contains(text, "Disk quota exceeded")) {
    throw Error(ErrorCode::warehouse_full, text, path);
  }
  // Before it may stand what was asked of the statement that had failed by it, behind it advice on settings
  // of a session.
  if (std::size_t at = text.find("Out of Memory Error"); at != std::string::npos)
    throw Error(ErrorCode::warehouse_memory, text.substr(at, text.find('\n', at) - at), path);
  if (contains(text, "INTERRUPT"))
    throw Error(ErrorCode::warehouse_cancelled, "The statement was interrupted", path);
  if (sql.empty()) throw Error(ErrorCode::warehouse_connect, text, path);
  std::string line = line_of(text);
  throw Error(ErrorCode::warehouse_sql, text,
              line.empty() ? path : fmt::format("{}, line {} of the statement", path, line))
      .fix(fmt::format("The statement was: {}", shortened(sql)));
}

void ensure_schema(Connection& connection, const std::string& quoted_schema) {
  static std::mutex creating;
  std::lock_guard lock(creating);
  connection.run("create schema if not exists " + quoted_schema);
}

namespace {

duckdb_database open_file(const std::string& path, duckdb_config config) {
  duckdb_database handle = nullptr;
  char* message = nullptr;
  if (duckdb_open_ext(path.c_str(), &handle, config, &message) != DuckDBSuccess) {
    std::string text = message ? message : "DuckDB gives no reason";
    duckdb_free(message);
    raise(text, path, "");
  }
  return handle;
}

// A process that dies while DuckDB writes a new file's first blocks leaves one that nobody can open. So it is
// made beside, and takes its name only when it is whole.
void create_whole(const std::string& path, duckdb_config config) {
  std::filesystem::path beside = path + ".creating";
  std::error_code ignored;
  std::filesystem::remove(beside, ignored);
  duckdb_database handle = open_file(beside.string(), config);
  duckdb_close(&handle);
  std::filesystem::remove(beside.string() + ".wal", ignored);
  std::error_code failed;
  std::filesystem::rename(beside, path, failed);
  if (failed) raise("IO Error: the new file can't be renamed: " + failed.message(), path, "");
}

}  // namespace

std::shared_ptr<Database> Database::open(const Settings& settings) {
  load_library();
  std::string key = settings.path;
  bool in_memory = settings.path == ":memory:";
  if (!in_memory) {
    std::filesystem::path file(settings.path);
    std::error_code ignored;  // DuckDB tells it better when the folder can't be made
    if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ignored);
    key = std::filesystem::weakly_canonical(file).string();
  }
  Instances& all = instances();
  std::unique_lock lock(all.mutex);
  while (!in_memory) {
    if (std::shared_ptr<Database> held = all.open[key].lock()) return held;
    if (all.alive.count(key) == 0) break;
    all.closed.wait(lock);
  }
  Config config;
  config.set("threads", settings.threads);
  config.set("memory_limit", settings.memory_limit);
  config.set("temp_directory", settings.temp_directory);
  config.set("access_mode", settings.read_only ? "READ_ONLY" : "");
  config.set("autoinstall_known_extensions", "false");
  config.set("autoload_known_extensions", "false");
  // Rows keep no order but the one that a single reading thread gives them: that is what lets loads and
  // models write on several threads and within memory_limit.
  config.set("preserve_insertion_order", "false");
  config.set("write_buffer_row_group_count", "1");
  bool is_new = !in_memory && !settings.read_only && !std::filesystem::exists(settings.path);
  if (is_new) create_whole(settings.path, config.get());
  duckdb_database handle = open_file(settings.path, config.get());
  std::shared_ptr<Database> database(new Database(handle, settings.path, in_memory ? "" : key));
  if (in_memory) return database;
  all.open[key] = database;
  all.alive.insert(key);
  return database;
}

Database::~Database() {
  duckdb_close(&handle_);
  if (key_.empty()) return;
  Instances& all = instances();
  std::lock_guard lock(all.mutex);
  all.alive.erase(key_);
  all.closed.notify_all();
}

Connection::Connection(std::shared_ptr<Database> database) : database_(std::move(database)) {
  if (duckdb_connect(database_->handle(), &handle_) != DuckDBSuccess) {
    raise("DuckDB gives no connection", database_->path(), "");
  }
  run("set TimeZone = 'UTC'");
}

Connection::~Connection() {
  duckdb_disconnect(&handle_);
}

namespace {

// One statement of several, from its plan to its result.
class Running {
 public:
  Running(duckdb_connection connection, duckdb_extracted_statements all, idx_t index) {
    if (duckdb_prepare_extracted_statement(connection, all, index, &statement_) != DuckDBSuccess) {
      error_ = duckdb_prepare_error(statement_);
    } else if (duckdb_pending_prepared(statement_, &pending_) != DuckDBSuccess) {
      error_ = duckdb_pending_error(pending_);
    }
  }
  ~Running() {
    duckdb_destroy_pending(&pending_);
    duckdb_destroy_prepare(&statement_);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // Works on it with DuckDB's own threads; what it has against it, nullptr for nothing. When the others have
  // taken what is left of it, this one rests: DuckDB's own wait would ask again and again, and take the core
  // away from those who work.
  const char* finish(Result& result) {
    constexpr std::chrono::microseconds kRest{30};
    if (error_) return error_;
    for (;;) {
      duckdb_pending_state state = duckdb_pending_execute_task(pending_);
      if (state == DUCKDB_PENDING_RESULT_READY || state == DUCKDB_PENDING_ERROR) break;
      if (state == DUCKDB_PENDING_NO_TASKS_AVAILABLE) std::this_thread::sleep_for(kRest);
    }
    duckdb_destroy_result(&result.get());
    return duckdb_execute_pending(pending_, &result.get()) == DuckDBSuccess
               ? nullptr
               : duckdb_result_error(&result.get());
  }

 private:
  duckdb_prepared_statement statement_ = nullptr;
  duckdb_pending_result pending_ = nullptr;
  const char* error_ = nullptr;
};

struct Extracted {
  duckdb_extracted_statements handle = nullptr;
  ~Extracted() { duckdb_destroy_extracted(&handle); }
};

}  // namespace

Result Connection::run(const std::string& sql) {
  Extracted all;
  Result result;
  idx_t statements = duckdb_extract_statements(handle_, sql.c_str(), &all.handle);
  if (const char* message = duckdb_extract_statements_error(all.handle))
    raise(message, database_->path(), sql);
  // A comment is no statement, and still has a result, an empty one.
  if (statements == 0) duckdb_query(handle_, sql.c_str(), &result.get());
  for (idx_t i = 0; i < statements; ++i) {
    Running statement(handle_, all.handle, i);
    if (const char* message = statement.finish(result)) raise(message, database_->path(), sql);
  }
  return result;
}

std::int64_t Connection::execute(const std::string& sql) {
  Result result = run(sql);
  std::int64_t changed = static_cast<std::int64_t>(duckdb_rows_changed(&result.get()));
  if (changed != 0 || duckdb_column_count(&result.get()) != 1) return changed;
  // CREATE TABLE AS tells its rows as a result, `Count`.
  if (std::string_view(duckdb_column_name(&result.get(), 0)) != "Count") return changed;
  duckdb_data_chunk chunk = duckdb_fetch_chunk(result.get());
  if (chunk && duckdb_data_chunk_get_size(chunk) == 1) {
    changed = *static_cast<std::int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0)));
  }
  duckdb_destroy_data_chunk(&chunk);
  return changed;
}

}  // namespace leat::duck
