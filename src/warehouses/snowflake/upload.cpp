#include "warehouses/snowflake/upload.h"

#include <fmt/core.h>

#include <filesystem>

#include "base/error.h"
#include "base/secret.h"
#include "files/location.h"
#include "files/signature.h"
#include "http/auth.h"

namespace leat::warehouses::snowflake {

using document::Value;

namespace {

void copy_locally(const std::string& path, const std::string& folder, const std::string& name) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  std::filesystem::copy_file(path, std::filesystem::path(folder) / name,
                             std::filesystem::copy_options::overwrite_existing, failed);
  if (failed) throw Error(ErrorCode::file_io, "A file can't be copied into the stage's folder", folder);
}

// "bucket/prefix/" as bucket and "prefix/".
struct Location {
  std::string container, prefix;
};
Location split(const std::string& location) {
  std::size_t slash = location.find('/');
  if (slash == std::string::npos) return {location, ""};
  std::string prefix = location.substr(slash + 1);
  if (!prefix.empty() && prefix.back() != '/') prefix += '/';
  return {location.substr(0, slash), prefix};
}

// An end point is a host; local stand-ins name a whole address.
std::string with_scheme(const std::string& end_point) {
  return end_point.starts_with("http://") || end_point.starts_with("https://") ? end_point
                                                                               : "https://" + end_point;
}

http::Request azure_request(const Value& stage, const std::string& name) {
  Location at = split(stage["location"].raw());
  std::string end_point = stage["endPoint"].raw(), token = stage["creds"]["AZURE_SAS_TOKEN"].raw();
  if (token.starts_with('?')) token.erase(0, 1);
  register_secret(token);
  bool is_address = end_point.find("://") != std::string::npos;
  std::string host = is_address ? end_point : stage["storageAccount"].raw() + "." + end_point;
  http::Request request;
  request.url = fmt::format("{}/{}/{}{}?{}", with_scheme(host), at.container, at.prefix, name, token);
  request.headers.set("x-ms-blob-type", "BlockBlob");
  return request;
}

http::Request gcs_request(const Value& stage, const std::string& name) {
  http::Request request;
  if (const std::string& signed_url = stage["presignedUrl"].raw(); !signed_url.empty()) {
    register_secret(signed_url);
    request.url = signed_url;
    return request;
  }
  Location at = split(stage["location"].raw());
  std::string end_point = stage["endPoint"].raw();
  request.url =
      fmt::format("{}/{}/{}{}", with_scheme(end_point.empty() ? "storage.googleapis.com" : end_point),
                  at.container, at.prefix, name);
  http::authorize_bearer(request, stage["creds"]["GCS_ACCESS_TOKEN"].raw());
  return request;
}

// Keys of S3 sign each try anew; the others have their credentials in the request.
struct S3Keys {
  files::AwsKeys keys;
  std::string region;
};

http::Request s3_request(const Value& stage, const std::string& name) {
  Location at = split(stage["location"].raw());
  std::string end_point = stage["endPoint"].raw(), region = stage["region"].raw();
  bool in_path = !end_point.empty() || at.container.find('.') != std::string::npos;
  if (end_point.empty()) end_point = fmt::format("s3.{}.amazonaws.com", region);
  http::Request request;
  std::string key = files::percent_encode(at.prefix + name, true);
  request.url = in_path ? fmt::format("{}/{}/{}", with_scheme(end_point), at.container, key)
                        : fmt::format("https://{}.{}/{}", at.container, end_point, key);
  return request;
}

S3Keys s3_keys(const Value& stage) {
  const Value& given = stage["creds"];
  files::AwsKeys keys{given["AWS_KEY_ID"].raw(), given["AWS_SECRET_KEY"].raw(), given["AWS_TOKEN"].raw()};
  register_secret(keys.secret_key);
  register_secret(keys.session_token);
  return {keys, stage["region"].raw()};
}

Uploaded send(Session& session, http::Request request, const std::string& path,
              const S3Keys* keys = nullptr) {
  request.method = "PUT";
  request.headers.set("Content-Type", "application/octet-stream");
  request.body = document::read_file(path);
  http::Retry retry;
  for (;;) {
    if (keys) files::sign(request, keys->keys, {keys->region, "s3"}, session.env().now());
    http::Response response = session.client().send(request);
    if (response.ok()) return Uploaded::done;
    if (response.status == 400 || response.status == 401 || response.status == 403)
      return Uploaded::credentials_expired;
    auto wait = retry.after_failure(
        http::parse_retry_after(response.headers.get("Retry-After"), session.env().now()));
    if (!wait) {
      throw Error(ErrorCode::warehouse_connect,
                  fmt::format("The stage's storage answers with status {}", response.status),
                  http::safe_url(request.url))
          .retry();
    }
    session.env().wait(*wait);
  }
}

}  // namespace

Uploaded upload(Session& session, const Value& answer, const std::string& path, const std::string& name) {
  const Value& stage = answer["stageInfo"];
  const std::string& kind = stage["locationType"].raw();
  const std::string& place = session.account().place;
  if (!answer["encryptionMaterial"]["queryId"].raw().empty()) {
    throw Error(ErrorCode::warehouse_connect, "The stage wants files that are encrypted before they are sent",
                place)
        .fix("Allow stages with ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE') in the account.");
  }
  if (kind == "LOCAL_FS") {
    copy_locally(path, stage["location"].raw(), name);
    return Uploaded::done;
  }
  if (kind == "AZURE") return send(session, azure_request(stage, name), path);
  if (kind == "GCS" || !stage["presignedUrl"].raw().empty())
    return send(session, gcs_request(stage, name), path);
  if (kind == "S3") {
    S3Keys keys = s3_keys(stage);
    return send(session, s3_request(stage, name), path, &keys);
  }
  throw Error(ErrorCode::warehouse_connect,
              fmt::format("The stage lies in `{}`, to which Leat can't write", kind), place);
}

}  // namespace leat::warehouses::snowflake
