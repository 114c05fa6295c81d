#include "files/s3_store.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "base/error.h"
#include "base/secret.h"
#include "files/xml.h"
#include "http/url.h"

namespace leat::files {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstWait{100}, kLongestWait{5000};
constexpr int kConnectSeconds = 10, kSilenceSeconds = 60;
constexpr int kListedAtOnce = 1000;

http::ClientOptions client_options() {
  http::ClientOptions options;
  options.connect_timeout = std::chrono::seconds(kConnectSeconds);
  options.timeout = std::chrono::seconds(kSilenceSeconds);
  options.redirects_max = 0;  // a signature holds for one host only
  return options;
}

CredentialOptions credential_options(const StoreOptions& options, const std::string& region) {
  CredentialOptions out;
  out.keys = {options.access_key, options.secret_key, ""};
  out.profile = options.profile;
  out.region = region;
  return out;
}

std::string unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

std::int64_t to_number(std::string_view text) {
  std::int64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

bool may_pass(int status, std::string_view code) {
  if (status == 500 || status == 502 || status == 503 || status == 504 || status == 429 || status == 408)
    return true;
  return code == "RequestTimeout" || code == "ConditionalRequestConflict" || code == "OperationAborted" ||
         code == "SlowDown" || code == "InternalError";
}

std::string error_code(const http::Response& response) {
  return xml_text(response.body.view().substr(0, 64 << 10), "Code").value_or("");
}

}  // namespace

S3Store::S3Store(Location location, const StoreOptions& options, Env& env)
    : location_(std::move(location)),
      options_(options),
      env_(env),
      client_(env, client_options()),
      credentials_(credential_options(options, options.region.empty() ? "us-east-1" : options.region), env),
      region_(options.region) {
  if (region_.empty()) region_ = region_from_environment(env, options.profile);
  if (region_.empty()) region_ = "us-east-1";
}

std::string S3Store::url(std::string_view key) const {
  return fmt::format("s3://{}/{}{}", location_.bucket, location_.path, key);
}

std::string S3Store::request_url(const Call& call) {
  // A client takes "." and ".." out of a path on its way, and the signature would hold for another one.
  for (std::string_view rest = call.key; !rest.empty();) {
    std::string_view part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    if (part == "." || part == "..")
      throw Error(ErrorCode::store_failed, "A key with a part `.` or `..` can't be asked for",
                  fmt::format("s3://{}/{}", location_.bucket, call.key));
  }
  std::string path = percent_encode(call.key, true), query = call.query.empty() ? "" : "?" + call.query;
  std::string endpoint = options_.endpoint;
  if (endpoint.empty()) endpoint = env_.variable("AWS_ENDPOINT_URL_S3").value_or("");
  if (endpoint.empty()) endpoint = env_.variable("AWS_ENDPOINT_URL").value_or("");
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (!endpoint.empty()) return fmt::format("{}/{}/{}{}", endpoint, location_.bucket, path, query);
  std::lock_guard lock(mutex_);
  // A name with dots has no certificate as a host.
  if (options_.path_style || location_.bucket.find('.') != std::string::npos)
    return fmt::format("https://s3.{}.amazonaws.com/{}/{}{}", region_, location_.bucket, path, query);
  return fmt::format("https://{}.s3.{}.amazonaws.com/{}{}", location_.bucket, region_, path, query);
}

S3Store::Answer S3Store::send(const Call& call) {
  auto started = env_.steady();
  Answer answer;
  for (int tries = 0;; ++tries) {
    http::Request request;
    request.method = call.method;
    request.url = request_url(call);
    request.headers = call.headers;
    request.body = call.body;
    std::string region = [&] {
      std::lock_guard lock(mutex_);
      return region_;
    }();
    Timestamp now = env_.now() + std::chrono::microseconds(clock_offset_us_.load());
    sign(request, credentials_.keys(), {region, "s3"}, now);
    std::optional<milliseconds> wait;
    std::string reason;
    bool is_late = env_.steady() - started > options_.retry_for;
    try {
      answer.response = client_.send(request);
      wait = retry_after(answer.response, tries);
      if (!wait || is_late) return answer;
      reason = error_code(answer.response);
    } catch (const Error& error) {
      if (!error.retryable() || is_late) throw;
      reason = error.what_failed();
      wait = std::min(kLongestWait, kFirstWait * (1 << std::min(tries, 10)));
    }
    answer.was_repeated = true;
    auto spread =
        static_cast<std::int64_t>(env_.chance() % static_cast<std::uint64_t>(wait->count() / 2 + 1));
    *wait = *wait / 2 + milliseconds(spread);
    env_.emit({"request_retried",
               EventLevel::warning,
               {{"url", http::safe_url(request.url)},
                {"status", std::int64_t{answer.response.status}},
                {"reason", redact(reason)},
                {"wait_ms", std::int64_t{wait->count()}}}});
    env_.wait(*wait);
  }
}

std::optional<milliseconds> S3Store::retry_after(const http::Response& response, int tries) {
  std::string code = response.ok() && response.status != 200 ? "" : error_code(response);
  if (response.ok() && (response.status != 200 || code.empty() ||
                        !xml_text(response.body.view().substr(0, 64 << 10), "Error")))
    return std::nullopt;
  if (may_pass(response.status, code)) return std::min(kLongestWait, kFirstWait * (1 << std::min(tries, 10)));
  if (tries < 3 && correct_course(response, code)) return milliseconds(0);
  return std::nullopt;
}

// What a wrong clock, an old key or a wrong region spoilt is tried anew with the right one.
bool S3Store::correct_course(const http::Response& response, std::string_view code) {
  if (code == "RequestTimeTooSkewed") {
    std::optional<Timestamp> theirs = http::parse_http_date(response.headers.get("Date"));
    if (!theirs) return false;
    clock_offset_us_ = (*theirs - env_.now()).count();
    return true;
  }
  if (code == "ExpiredToken" || code == "InvalidToken" || code == "TokenRefreshRequired") {
    credentials_.refresh();
    return true;
  }
  std::string right(response.headers.get("x-amz-bucket-region"));
  if (right.empty()) right = xml_text(response.body.view().substr(0, 64 << 10), "Region").value_or("");
  std::lock_guard lock(mutex_);
  if (right.empty() || right == region_) return false;
  region_ = right;
  return true;
}

void S3Store::raise(const Answer& answer, const std::string& key) const {
  int status = answer.response.status;
  std::string code = error_code(answer.response);
  std::string said =
      redact(xml_text(answer.response.body.view().substr(0, 64 << 10), "Message").value_or(""));
  std::string what =
      fmt::format("HTTP {}{}{}", status, code.empty() ? "" : " " + code, said.empty() ? "" : ": " + said);
  ErrorCode kind = status == 404                   ? ErrorCode::store_not_found
                   : status >= 500 || status < 400 ? ErrorCode::store_failed
                                                   : ErrorCode::store_refused;
  throw Error(kind, what, url(key));
}

// Whether a put took place: a conditional one whose answer was lost meets its own object.
std::optional<std::string> S3Store::settle(const Answer& answer, const std::string& key,
                                           std::string_view content) {
  std::string etag = unquoted(answer.response.headers.get("ETag"));
  if (answer.response.ok() && !etag.empty()) return etag;
  if (answer.response.ok()) {  // an answer that was cut off
    std::optional<ObjectInfo> info = head(key);
    if (!info || info->size != static_cast<std::int64_t>(content.size())) raise(answer, key);
    return info->etag;
  }
  if (answer.response.status != 412) raise(answer, key);
  if (!answer.was_repeated) return std::nullopt;
  std::optional<std::string> there = get_range(key, 0, static_cast<std::int64_t>(content.size()) + 1, "");
  if (!there || *there != content) return std::nullopt;
  std::optional<ObjectInfo> info = head(key);
  return info ? info->etag : std::string();
}

std::optional<std::string> S3Store::put(const std::string& key, std::string_view content,
                                        const PutOptions& options) {
  auto size = static_cast<std::int64_t>(content.size());
  if (size > options_.part_bytes) {
    auto part = [&](std::int64_t from, std::int64_t length) {
      return std::string(content.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(length)));
    };
    return put_parts(key, size, part, options);
  }
  Call call{"PUT", location_.path + key, "", std::string(content)};
  call.headers.set("Content-Type", options.content_type);
  if (options.if_absent) call.headers.set("If-None-Match", "*");
  return settle(send(call), key, content);
}

std::optional<std::string> S3Store::put_file(const std::string& key, const std::string& path,
                                             const PutOptions& options) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file || std::fseek(file.get(), 0, SEEK_END) != 0)
    throw Error(ErrorCode::file_io, "The file can't be read", path);
  std::int64_t size = std::ftell(file.get());
  auto part = [&](std::int64_t from, std::int64_t length) {
    std::string out(static_cast<std::size_t>(length), '\0');
    if (std::fseek(file.get(), from, SEEK_SET) != 0 ||
        std::fread(out.data(), 1, out.size(), file.get()) != out.size())
      throw Error(ErrorCode::file_io, "The file can't be read", path);
    return out;
  };
  if (size <= options_.part_bytes) return put(key, part(0, size), options);
  return put_parts(key, size, part, options);
}

std::string S3Store::complete_body(const std::vector<std::string>& etags) const {
  std::string body = "<CompleteMultipartUpload>";
  for (std::size_t i = 0; i < etags.size(); ++i) {
    body += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>&quot;{}&quot;</ETag></Part>", i + 1,
                        xml_escape(etags[i]));
  }
  return body + "</CompleteMultipartUpload>";
}

std::optional<std::string> S3Store::put_parts(
    const std::string& key, std::int64_t size,
    const std::function<std::string(std::int64_t, std::int64_t)>& part, const PutOptions& options) {
  constexpr std::int64_t kPartsMax = 10000;
  std::int64_t bytes = std::max(options_.part_bytes, (size + kPartsMax - 1) / kPartsMax);
  Call call{"POST", location_.path + key, "uploads="};
  call.headers.set("Content-Type", options.content_type);
  Answer begun = send(call);
  std::string id = xml_text(begun.response.body.view(), "UploadId").value_or("");
  if (!begun.response.ok() || id.empty()) raise(begun, key);
  std::string upload = "uploadId=" + percent_encode(id, false);
  try {
    std::vector<std::string> etags;
    for (std::int64_t at = 0; at < size; at += bytes) {
      Call one{"PUT", call.key, fmt::format("partNumber={}&{}", etags.size() + 1, upload),
               part(at, std::min(bytes, size - at))};
      Answer put = send(one);
      if (!put.response.ok()) raise(put, key);
      etags.push_back(unquoted(put.response.headers.get("ETag")));
    }
    Call complete{"POST", call.key, upload, complete_body(etags)};
    if (options.if_absent) complete.headers.set("If-None-Match", "*");
    Answer done = send(complete);
    std::string etag = unquoted(xml_text(done.response.body.view(), "ETag").value_or(""));
    if (done.response.ok() && !etag.empty()) return etag;
    std::optional<ObjectInfo> there = done.was_repeated ? head(key) : std::nullopt;
    // An earlier try completed it: the upload is known no more, or its own object is in the way.
    if (there && there->size == size && (done.response.status == 404 || done.response.status == 412))
      return there->etag;
    if (done.response.status == 412) {
      send({"DELETE", call.key, upload});
      return std::nullopt;
    }
    raise(done, key);
  } catch (const Error&) {
    if (!env_.stop().stop_requested()) send({"DELETE", call.key, upload});
    throw;
  }
}

std::optional<ObjectInfo> S3Store::head(const std::string& key) {
  Answer answer = send({"HEAD", location_.path + key, ""});
  if (answer.response.status == 404) return std::nullopt;
  if (!answer.response.ok()) raise(answer, key);
  ObjectInfo info;
  info.key = key;
  info.size = to_number(answer.response.headers.get("Content-Length"));
  info.etag = unquoted(answer.response.headers.get("ETag"));
  info.modified = http::parse_http_date(answer.response.headers.get("Last-Modified")).value_or(Timestamp{});
  return info;
}

std::optional<std::string> S3Store::get_range(const std::string& key, std::int64_t from, std::int64_t length,
                                              const std::string& etag) {
  if (length <= 0) return std::string();
  Call call{"GET", location_.path + key, ""};
  call.headers.set("Range", fmt::format("bytes={}-{}", from, from + length - 1));
  if (!etag.empty()) call.headers.set("If-Match", "\"" + etag + "\"");
  Answer answer = send(call);
  if (answer.response.status == 404 && error_code(answer.response) != "NoSuchBucket") return std::nullopt;
  if (answer.response.status == 416) return std::string();  // empty, or nothing from there on
  if (answer.response.status == 412)
    throw Error(ErrorCode::store_failed, "The object changed while it was read", url(key));
  if (!answer.response.ok()) raise(answer, key);
  std::string out(answer.response.body.view());
  client_.recycle(std::move(answer.response.body));
  return out;
}

void S3Store::list(const std::string& prefix, const std::string& start_after,
                   const std::function<bool(const ObjectInfo&)>& each) {
  std::string token;
  do {
    std::string query = fmt::format("encoding-type=url&list-type=2&max-keys={}&prefix={}", kListedAtOnce,
                                    percent_encode(location_.path + prefix, false));
    if (!token.empty()) {
      query += "&continuation-token=" + percent_encode(token, false);
    } else if (!start_after.empty()) {
      query += "&start-after=" + percent_encode(location_.path + start_after, false);
    }
    Answer answer = send({"GET", "", query});
    if (!answer.response.ok()) raise(answer, prefix);
    std::string_view xml = answer.response.body.view();
    for (std::string_view each_object : xml_elements(xml, "Contents")) {
      ObjectInfo info;
      std::string key = percent_decode(xml_text(each_object, "Key").value_or(""), true);
      if (!key.starts_with(location_.path) || key.ends_with('/')) continue;
      info.key = key.substr(location_.path.size());
      info.size = to_number(xml_text(each_object, "Size").value_or("0"));
      info.etag = unquoted(xml_text(each_object, "ETag").value_or(""));
      info.modified =
          parse_iso_timestamp(xml_text(each_object, "LastModified").value_or("")).value_or(Timestamp{});
      if (!each(info)) return;
    }
    bool has_more = xml_text(xml, "IsTruncated").value_or("") == "true";
    token = has_more ? xml_text(xml, "NextContinuationToken").value_or("") : "";
  } while (!token.empty());
}

void S3Store::remove(const std::string& key) {
  Answer answer = send({"DELETE", location_.path + key, ""});
  if (!answer.response.ok() && answer.response.status != 404) raise(answer, key);
}

}  // namespace leat::files
