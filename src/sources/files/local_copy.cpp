#include "sources/files/local_copy.h"

#include <fmt/core.h>

#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "http/client.h"
#include "http/url.h"

namespace leat::sources::files {
namespace {

constexpr std::int64_t kPieceBytes = 8 << 20;

class Out {
 public:
  explicit Out(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "wb"), std::fclose) {
    if (!file_) throw Error(ErrorCode::file_io, "A temporary file can't be made", path);
  }
  void write(std::string_view bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size())
      throw Error(ErrorCode::file_io, "A temporary file can't be written", path_);
  }
  void close() {
    if (std::fclose(file_.release()) != 0)
      throw Error(ErrorCode::file_io, "A temporary file can't be written", path_);
  }

 private:
  std::string path_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

[[noreturn]] void refuse(const http::Response& answer, const std::string& url) {
  ErrorCode code = ErrorCode::http_failed;
  if (answer.status == 401 || answer.status == 403) code = ErrorCode::http_unauthorized;
  if (answer.status == 404 || answer.status == 410) code = ErrorCode::http_not_found;
  if (answer.status == 429) code = ErrorCode::http_rate_limited;
  throw Error(code, fmt::format("The server answers {}", answer.status), http::safe_url(url));
}

std::string last_part(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  return leat::files::percent_decode(url.substr(url.rfind('/') + 1));
}

}  // namespace

void LocalCopy::make_folder(std::string_view name) {
  folder_ = (std::filesystem::temp_directory_path() / "leat-file-XXXXXX").string();
  if (!mkdtemp(folder_.data())) throw Error(ErrorCode::file_io, "A temporary folder can't be made", folder_);
  std::string safe(name.substr(name.rfind('/') + 1));
  if (safe.empty() || safe == "." || safe == ".." || safe.find('/') != std::string::npos) safe = "file";
  path_ = folder_ + "/" + safe;
}

LocalCopy::LocalCopy(leat::files::ObjectStore& store, const leat::files::ObjectInfo& object, Env& env) {
  std::string url = store.url(object.key);
  if (!url.starts_with("s3://")) {
    path_ = url;
    return;
  }
  make_folder(object.key);
  Out out(path_);
  leat::files::ObjectReader reader(store, object, kPieceBytes);
  for (std::string_view piece = reader.next(); !piece.empty(); piece = reader.next()) {
    env.check_cancelled();
    out.write(piece);
  }
  out.close();
}

LocalCopy::LocalCopy(const std::string& url, Env& env) {
  make_folder(last_part(url));
  Out out(path_);
  http::Client client(env);
  std::string version;
  for (std::int64_t at = 0;;) {
    http::Request request;
    request.url = url;
    request.headers.set("Range", fmt::format("bytes={}-{}", at, at + kPieceBytes - 1));
    request.headers.set("Accept-Encoding", "identity");  // a range counts bytes of the file itself
    if (!version.empty()) request.headers.set("If-Range", version);
    http::Response answer = client.send(request);
    if (answer.status == 416 && at > 0) break;
    if (answer.status == 200 && at > 0)
      throw Error(ErrorCode::http_interrupted, "The file changed while it was read", http::safe_url(url));
    if (answer.status != 200 && answer.status != 206) refuse(answer, url);
    out.write(answer.body.view());
    if (answer.status == 200) break;  // a server without ranges sent all of it
    version = answer.headers.get("ETag");
    if (version.starts_with("W/")) version.clear();
    at += static_cast<std::int64_t>(answer.body.size());
    if (static_cast<std::int64_t>(answer.body.size()) < kPieceBytes) break;
    client.recycle(std::move(answer.body));
  }
  out.close();
}

LocalCopy::~LocalCopy() {
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

}  // namespace leat::sources::files
