// leat connector lint and schema: what is wrong with a manifest, before it asks anybody anything.
#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "base/error.h"
#include "cli/connector.h"
#include "cli/exit_codes.h"
#include "cli/terminal.h"
#include "document/value.h"
#include "sources/declarative/manifest_check.h"
#include "sources/declarative/manifest_schema.h"

namespace leat::cli {
namespace {

namespace fs = std::filesystem;

bool is_manifest_file(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

// A folder stands for the manifests in it, at any depth.
std::vector<std::string> files_of(const std::vector<std::string>& subjects) {
  std::vector<std::string> out;
  for (const std::string& subject : subjects) {
    std::error_code failed;
    if (!fs::is_directory(subject, failed)) {
      out.push_back(subject);
      continue;
    }
    std::vector<std::string> found;
    for (auto at = fs::recursive_directory_iterator(subject, failed);
         !failed && at != fs::recursive_directory_iterator(); at.increment(failed)) {
      if (at->is_regular_file() && is_manifest_file(at->path())) found.push_back(at->path().string());
    }
    if (found.empty()) throw Error(ErrorCode::cli_usage, "There is no .yaml file in the folder", subject);
    std::sort(found.begin(), found.end());
    out.insert(out.end(), found.begin(), found.end());
  }
  return out;
}

using Problems = std::vector<sources::declarative::ManifestProblem>;

// The problems of each file; files are looked at side by side.
std::vector<Problems> check_all(const std::vector<std::string>& files) {
  std::vector<Problems> out(files.size());
  std::atomic<std::size_t> next = 0;
  auto work = [&] {
    for (std::size_t i = next++; i < files.size(); i = next++)
      out[i] = sources::declarative::check_manifest(files[i]);
  };
  std::vector<std::jthread> others;
  std::size_t count = std::min<std::size_t>(std::thread::hardware_concurrency(), files.size());
  for (std::size_t i = 1; i < count; ++i) others.emplace_back(work);
  work();
  for (std::jthread& other : others) other.join();
  return out;
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace

int lint_manifests(const ConnectorArguments& arguments, Env&) {
  std::vector<std::string> subjects = arguments.subjects;
  if (subjects.empty() && !arguments.manifest.empty()) subjects.push_back(arguments.manifest);
  if (subjects.empty())
    throw Error(ErrorCode::cli_usage, "There is nothing to check", "leat connector lint")
        .fix("Name manifests, or a folder of them.");
  std::vector<std::string> files = files_of(subjects);
  std::size_t problems = 0, warnings = 0, refused = 0;
  for (const Problems& found : check_all(files)) {
    bool is_good = true;
    for (const auto& each : found) {
      std::string kind =
          each.is_warning ? Terminal::ink(Ink::yellow, "warning: ") : Terminal::ink(Ink::red, "error: ");
      Terminal::line(fmt::format("{}: {}{}", each.where, kind, each.what));
      ++(each.is_warning ? warnings : problems);
      is_good = is_good && each.is_warning;
    }
    if (!is_good) ++refused;
  }
  std::string told = counted(files.size(), "manifest", "manifests") + ": ";
  told += refused == 0 ? "no errors" : fmt::format("{} in {}", counted(problems, "error", "errors"), refused);
  if (warnings > 0) told += ", " + counted(warnings, "warning", "warnings");
  Terminal::line(Terminal::ink(refused == 0 ? Ink::green : Ink::red, told));
  return refused == 0 ? kExitOk : kExitUsage;
}

int print_manifest_schema(const ConnectorArguments& arguments, Env&) {
  std::string text = sources::declarative::manifest_json_schema();
  if (arguments.output.empty()) {
    Terminal::print(text);
  } else {
    write_output(arguments, text);
    Terminal::line(arguments.output + " is written; begin a manifest with `# yaml-language-server: $schema=" +
                   arguments.output + "`");
  }
  return kExitOk;
}

}  // namespace leat::cli
