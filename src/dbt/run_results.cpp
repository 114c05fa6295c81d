// target/run_results.json, and how artifacts are written.
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"
#include "dbt/artifacts.h"
#include "dbt/basics.h"
#include "dbt/json_writer.h"
#include "dbt/kept/kept_parse.h"
#include "dbt/renderer.h"

namespace leat::dbt {

namespace {

constexpr const char* kSchema = "https://schemas.getdbt.com/dbt/run-results/v6.json";

void write_file(const std::string& folder, const char* name, const std::string& text) {
  std::error_code made;
  std::filesystem::create_directories(folder, made);
  std::string path = folder + "/" + name, beside = path + ".tmp";
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(beside.c_str(), "wb"), std::fclose);
  bool written = out && std::fwrite(text.data(), 1, text.size(), out.get()) == text.size() &&
                 std::fflush(out.get()) == 0;
  out.reset();
  std::error_code failed;
  if (written) std::filesystem::rename(beside, path, failed);
  if (!written || failed) throw Error(ErrorCode::file_io, "The file can't be written", path);
}

// Puts text over the beginning of a file, in one write.
bool write_over(const std::string& path, const std::string& text) {
  int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  bool written = ::pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  ::close(file);
  return written;
}

double seconds_between(Timestamp from, Timestamp to) {
  return to < from ? 0 : std::chrono::duration<double>(to - from).count();
}

}  // namespace

// DBT_ENV_CUSTOM_ENV_BRANCH=main is told as BRANCH: main.
void write_metadata(JsonWriter& out, std::string_view schema, const Project& project, Env& env) {
  constexpr std::string_view kPrefix = "DBT_ENV_CUSTOM_ENV_";
  out.member("dbt_schema_version", schema);
  out.member("dbt_version", kDbtVersion);
  out.member("generated_at", format_iso_timestamp(env.now()));
  out.member("invocation_id", project.options().invocation_id);
  out.key("env");
  out.begin_object();
  for (const auto& [name, value] : env.variables(kPrefix)) out.member(name.substr(kPrefix.size()), value);
  out.end_object();
}

void begin_artifact(JsonWriter& out, std::string_view schema, const Project& project, Env& env) {
  out.begin_object();
  out.key("metadata");
  out.begin_object();
  write_metadata(out, schema, project, env);
  out.end_object();
}

namespace {

void write_timing(JsonWriter& out, const NodeResult& result) {
  out.key("timing");
  out.begin_array();
  auto step = [&](const char* name, Timestamp from, Timestamp to) {
    out.begin_object();
    out.member("name", name);
    out.member("started_at", format_iso_timestamp(from));
    out.member("completed_at", format_iso_timestamp(to));
    out.end_object();
  };
  if (result.finished != Timestamp{}) {
    step("compile", result.started, result.compiled_at);
    step("execute", result.compiled_at, result.finished);
  }
  out.end_array();
}

void write_batches(JsonWriter& out, const NodeResult& result) {
  if (result.batches.empty() && result.failed_batches.empty()) {
    out.raw("null");
    return;
  }
  out.begin_object();
  auto write = [&](const char* name, const std::vector<TimeWindow>& batches) {
    out.key(name);
    out.begin_array();
    for (const TimeWindow& each : batches)
      out.texts({format_iso_timestamp(each.begin), format_iso_timestamp(each.end)});
    out.end_array();
  };
  write("successful", result.batches);
  write("failed", result.failed_batches);
  out.end_object();
}

void write_result(JsonWriter& out, const FinishedNode& each, const Project& project) {
  const Node& node = *each.node;
  out.begin_object();
  out.member("status", each.status);
  write_timing(out, each.result);
  out.member("thread_id", "Thread-1");
  out.key("execution_time");
  out.raw(fmt::format("{:.6f}", seconds_between(each.result.started, each.result.finished)));
  out.key("adapter_response");
  out.raw(each.result.rows < 0 ? "{}" : fmt::format("{{\"rows_affected\": {}}}", each.result.rows));
  out.key("message");
  out.text_or_null(redact(each.result.message));
  out.key("failures");
  bool test = node.is_test() && each.status != "error" && each.status != "skipped";
  bool hook = node.type == ResourceType::operation;
  out.raw(test ? std::to_string(each.result.rows) : hook ? "0" : "null");
  out.member("unique_id", node.unique_id);
  out.key("compiled");
  bool compiled = !each.result.compiled.empty();
  out.raw(node.has_code() ? (compiled ? "true" : "false") : "null");
  out.key("compiled_code");
  out.text_or_null(each.result.compiled);
  out.key("relation_name");
  bool kept = node.referable() && !node.is_ephemeral();
  out.text_or_null(kept ? jinja::to_text(project.renderer().relation_value(node)) : each.result.relation);
  out.key("batch_results");
  write_batches(out, each.result);
  out.end_object();
}

}  // namespace

void write_artifact(const Project& project, const char* name, const std::string& text) {
  write_file(project.target_folder(), name, text);
}

void write_manifest(const Project& project, Env& env) {
  std::string path = project.target_folder() + "/manifest.json";
  std::string front = manifest_front(project, env);
  const WrittenManifest& last = project.kept_manifest();
  WatchedPath seen = look_at(path);
  bool same = last.size > 0 && seen.size == last.size && seen.changed_ns == last.changed_ns &&
              front.size() == last.metadata_size;
  if (!same || !write_over(path, front))
    write_file(project.target_folder(), "manifest.json", manifest_json(project, env));
  if (project.kept_path().empty()) return;
  project.wait_until_kept();
  seen = look_at(path);
  KeptParse::note_manifest(project.kept_path(), {seen.size, seen.changed_ns, front.size()});
}

std::string run_results_json(const Project& project, const std::vector<FinishedNode>& results, double seconds,
                             Env& env) {
  JsonWriter out;
  begin_artifact(out, kSchema, project, env);
  out.key("results");
  out.begin_array();
  for (const FinishedNode& each : results) write_result(out, each, project);
  out.end_array();
  out.key("elapsed_time");
  out.raw(fmt::format("{:.6f}", seconds));
  out.key("args");
  out.begin_object();
  out.member("which", project.options().command);
  out.member("target", project.options().target.name);
  out.end_object();
  out.end_object();
  return out.take();
}

void write_run_results(const Project& project, const std::vector<FinishedNode>& results, double seconds,
                       Env& env) {
  write_file(project.target_folder(), "run_results.json", run_results_json(project, results, seconds, env));
}

}  // namespace leat::dbt
