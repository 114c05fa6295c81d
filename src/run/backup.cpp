#include "run/backup.h"

#include <fmt/core.h>

#include <filesystem>

#include "base/error.h"
#include "base/time.h"
#include "document/value.h"
#include "run/free_warehouse.h"
#include "run/lock.h"
#include "run/store/alert_book.h"
#include "run/store/queue.h"
#include "run/store/store.h"

namespace leat::run {

namespace fs = std::filesystem;
using document::Value;

namespace {

constexpr const char* kStores[] = {"leat.db", "queue.db", "alerts.db"};
constexpr const char* kWarehouseCopy = "warehouse.duckdb";
constexpr std::chrono::minutes kPatience{30};

// "20260105T030000Z"
std::string compact(Timestamp time) {
  std::string out;
  for (char c : format_iso_timestamp(std::chrono::floor<std::chrono::seconds>(time)))
    if (c != '-' && c != ':') out += c;
  return out;
}

void check(const std::error_code& failed, const std::string& path) {
  if (failed) throw Error(ErrorCode::backup_failed, failed.message(), path);
}

void write_text(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  bool written = file && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file && std::fclose(file) != 0) written = false;
  if (!written) throw Error(ErrorCode::backup_failed, "The file can't be written", path);
}

// Jobs hold a warehouse in a file only while they are at work.
bool copy_warehouse(const ProjectFile& project, const std::string& target, const std::string& path,
                    Env& env) {
  return when_free([&] { return open_warehouse(project, target, env)->copy_to(path); },
                   [](const Error&, std::int64_t ms) { return std::chrono::milliseconds(ms) <= kPatience; },
                   env);
}

}  // namespace

BackupReport back_up(const ProjectFile& project, const std::string& target, const std::string& into,
                     Env& env) {
  auto begun = env.steady();
  BackupReport report;
  report.folder = (fs::absolute(into) / fmt::format("{}-{}", project.name, compact(env.now())))
                      .lexically_normal()
                      .string();
  std::string partial = report.folder + ".partial";
  std::error_code failed;
  if (fs::exists(report.folder))
    throw Error(ErrorCode::backup_failed, "There is a backup of this second already", report.folder);
  fs::remove_all(partial, failed);
  fs::create_directories(partial, failed);
  check(failed, partial);
  if (fs::exists(project.folder + "/.leat/leat.db")) Store(project.folder).copy_to(partial + "/leat.db");
  if (fs::exists(project.folder + "/.leat/queue.db")) Queue(project.folder).copy_to(partial + "/queue.db");
  if (fs::exists(project.folder + "/.leat/alerts.db"))
    AlertBook(project.folder).copy_to(partial + "/alerts.db");
  report.has_warehouse = copy_warehouse(project, target, partial + "/" + kWarehouseCopy, env);
  fs::copy_file(project.folder + "/leat.yml", partial + "/leat.yml", failed);
  check(failed, project.folder + "/leat.yml");
  std::vector<Value> files;
  for (const auto& entry : fs::directory_iterator(partial)) {
    report.files.push_back(entry.path().filename().string());
    report.bytes += static_cast<std::int64_t>(entry.file_size());
    files.push_back(Value::mapping({{"name", Value::of(report.files.back())},
                                    {"bytes", Value::of(static_cast<std::int64_t>(entry.file_size()))}}));
  }
  Value manifest = Value::mapping({{"project", Value::of(project.name)},
                                   {"target", Value::of(target)},
                                   {"made_at", Value::of(format_iso_timestamp(env.now()))},
                                   {"leat", Value::of(LEAT_VERSION)},
                                   {"files", Value::list(std::move(files))}});
  write_text(partial + "/manifest.json", document::to_json(manifest) + "\n");
  env.failpoint("job_backup_before_name");
  fs::rename(partial, report.folder, failed);
  check(failed, report.folder);
  env.emit({"backup_finished",
            EventLevel::info,
            {{"folder", report.folder}, {"bytes", report.bytes}, {"took_ms", env.elapsed_ms(begun)}}});
  return report;
}

namespace {

void check_manifest(const std::string& folder, const ProjectFile& project) {
  std::string path = folder + "/manifest.json";
  if (!fs::exists(path)) throw Error(ErrorCode::backup_invalid, "There is no manifest.json in it", folder);
  Value manifest = document::parse_json(document::read_file(path), path);
  if (manifest["project"].raw() != project.name)
    throw Error(ErrorCode::backup_invalid,
                fmt::format("It is of the project {}, not of {}", manifest["project"].raw(), project.name),
                path);
  for (const Value& file : manifest["files"].items()) {
    std::error_code missing;
    std::string name = folder + "/" + file["name"].raw();
    if (static_cast<std::int64_t>(fs::file_size(name, missing)) != file["bytes"].integer() || missing)
      throw Error(ErrorCode::backup_invalid,
                  "The file is missing, or not of the size that the manifest tells", name);
  }
}

// What SQLite or DuckDB keeps beside a file belongs to it.
void set_aside(const std::string& path, const std::string& suffix) {
  for (const char* beside : {"", "-wal", "-shm", ".wal"}) {
    std::error_code failed;
    if (fs::exists(path + beside)) fs::rename(path + beside, path + suffix + beside, failed);
    check(failed, path + beside);
  }
}

}  // namespace

std::vector<std::string> restore(const ProjectFile& project, const std::string& target,
                                 const std::string& folder, Env& env) {
  check_manifest(folder, project);
  ProjectLock server(project.folder, "serve.lock");
  ProjectLock runs(project.folder);
  std::string suffix = ".before-restore-" + compact(env.now());
  std::vector<std::string> done;
  auto put = [&](const std::string& from, const std::string& to) {
    if (!fs::exists(from)) return;
    set_aside(to, suffix);
    std::error_code failed;
    fs::copy_file(from, to, failed);
    check(failed, to);
    done.push_back(to);
  };
  for (const char* store : kStores) put(folder + "/" + store, project.folder + "/.leat/" + store);
  std::string file = open_warehouse(project, target, env)->file();
  if (!file.empty()) put(folder + "/" + kWarehouseCopy, file);
  return done;
}

}  // namespace leat::run
