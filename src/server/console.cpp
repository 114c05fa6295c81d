#include "server/console.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/embedded.h"
#include "document/value.h"
#include "run/versions.h"

namespace leat {
LEAT_EMBEDDED(console_web);
}

namespace leat::server {
namespace {

constexpr const char* kConsolePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
// Pages hold scripts of their own, and what they show comes from anywhere.
constexpr const char* kReportPolicy =
    "sandbox allow-scripts allow-popups allow-downloads allow-popups-to-escape-sandbox; frame-ancestors "
    "'self'";

std::string_view file(std::string_view name) {
  for (const EmbeddedFile& each : embedded_console_web()) {
    if (each.path == name) return each.contents;
  }
  return {};
}

std::string content_type(const std::string& name) {
  constexpr std::pair<std::string_view, const char*> kTypes[] = {{".html", "text/html; charset=utf-8"},
                                                                 {".js", "text/javascript; charset=utf-8"},
                                                                 {".css", "text/css; charset=utf-8"},
                                                                 {".json", "application/json"},
                                                                 {".svg", "image/svg+xml"},
                                                                 {".png", "image/png"},
                                                                 {".jpg", "image/jpeg"},
                                                                 {".webp", "image/webp"},
                                                                 {".csv", "text/csv; charset=utf-8"},
                                                                 {".woff2", "font/woff2"}};
  for (const auto& [end, type] : kTypes) {
    if (name.ends_with(end)) return type;
  }
  return "application/octet-stream";
}

}  // namespace

Console::Console(const run::ProjectFile& project, std::function<std::optional<Reply>(const Call&)> own,
                 std::function<bool(const Call&)> allows)
    : project_(project), own_(std::move(own)), allows_(std::move(allows)), page_(file("index.html")) {
  std::vector<std::string> texts;
  for (const EmbeddedFile& each : embedded_console_web()) texts.emplace_back(each.contents);
  version_ = run::hash_of(texts).substr(0, 16);
  for (const char* name : {"console.js", "console.css"}) {
    std::size_t at = page_.find(name);
    if (at != std::string::npos) page_.insert(at + std::char_traits<char>::length(name), "?v=" + version_);
  }
}

std::optional<Reply> Console::answer(const Call& call) {
  if (call.method != "GET" && call.method != "HEAD") return std::nullopt;
  if (call.path.starts_with("/console/")) return script(call.path.substr(9), call);
  for (const char* folder : {"/reports/site/", "/reports/docs/"}) {
    if (call.path.starts_with(folder)) return report(call.path, call);
  }
  if (call.path.starts_with("/api/") || call.path.starts_with("/v1/")) return std::nullopt;
  if (call.accept.find("text/html") != std::string::npos) return page();
  if (call.accept.find("application/json") == std::string::npos) return std::nullopt;
  Call twin = call;
  twin.path = "/api/leat/v1" + (call.path == "/" ? "/project" : call.path);
  return own_(twin);
}

Reply Console::page() const {
  Reply reply;
  reply.body = page_;
  reply.content_type = "text/html; charset=utf-8";
  reply.headers["Content-Security-Policy"] = kConsolePolicy;
  reply.headers["Cache-Control"] = "no-cache";
  reply.headers["Vary"] = "Accept";
  return reply;
}

Reply Console::script(const std::string& name, const Call& call) const {
  std::string_view contents = file(name);
  if (contents.empty() || name == "index.html")
    return problem_reply(404, "not-found", "There is no such file.");
  Reply reply;
  reply.content_type = content_type(name);
  reply.body = std::string(contents);
  // The page names the version, so what is kept is never old.
  reply.headers["Cache-Control"] =
      call.parameter("v") == version_ ? "public, max-age=31536000, immutable" : "no-cache";
  return reply;
}

Reply Console::report(const std::string& path, const Call& call) const {
  // The reader's runtime is the program's own. A page in its sandbox asks for it without the session's
  // cookie.
  bool is_runtime = path.starts_with("/reports/site/_leat/") && path.find("..") == std::string::npos;
  if (!is_runtime && !allows_(call))
    return problem_reply(401, "unauthorized", "The credentials are missing or wrong.");
  bool is_docs = path.starts_with("/reports/docs/");
  std::filesystem::path folder = is_docs ? project_.dbt_folder + "/target" : project_.site_folder;
  std::string below = path.substr(14);
  if (below.empty() || below.ends_with('/')) below += "index.html";
  std::error_code problem;
  std::filesystem::path root = std::filesystem::weakly_canonical(folder, problem);
  std::filesystem::path file = std::filesystem::weakly_canonical(folder / below, problem);
  // Nothing outside of the folder, through whatever names or links; of docs just the page.
  bool is_within = std::mismatch(root.begin(), root.end(), file.begin(), file.end()).first == root.end();
  if (problem || !is_within || (is_docs && below != "index.html") ||
      !std::filesystem::is_regular_file(file, problem))
    return problem_reply(404, "not-found", "There is no such page.");
  Reply reply;
  reply.body = document::read_file(file.string());
  reply.content_type = content_type(below);
  reply.headers["Content-Security-Policy"] = kReportPolicy;
  reply.headers["X-Frame-Options"] = "SAMEORIGIN";
  if (is_runtime) reply.headers["Cross-Origin-Resource-Policy"] = "cross-origin";
  reply.headers["Cache-Control"] = "no-cache";
  return reply;
}

}  // namespace leat::server
