#include "files/credentials.h"

#include <fmt/core.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/error.h"
#include "base/secret.h"
#include "document/value.h"
#include "files/ini_file.h"
#include "files/location.h"
#include "files/xml.h"
#include "http/url.h"

namespace leat::files {
namespace {

using document::Value;

constexpr std::chrono::minutes kRefreshBefore{5};
constexpr std::size_t kProcessOutputMax = 1 << 20;

http::ClientOptions short_waits() {
  http::ClientOptions options;
  options.connect_timeout = std::chrono::seconds(2);
  options.timeout = std::chrono::seconds(5);
  options.response_bytes_max = 1 << 20;
  options.redirects_max = 0;
  return options;
}

std::string path_of(const Env& env, const char* name, const char* standard) {
  if (auto given = env.variable(name)) return *given;
  return env.variable("HOME").value_or("/") + "/.aws/" + standard;
}

// The settings of a profile from both files; the credentials file wins.
IniSection read_profile(const Env& env, const std::string& profile) {
  IniSection out;
  for (const std::string& path : {path_of(env, "AWS_SHARED_CREDENTIALS_FILE", "credentials"),
                                  path_of(env, "AWS_CONFIG_FILE", "config")}) {
    if (!std::filesystem::exists(path)) continue;
    IniFile file = parse_ini(document::read_file(path));
    if (auto found = file.find(profile); found != file.end()) out.merge(found->second);
  }
  return out;
}

std::string get(const IniSection& section, std::string_view key) {
  auto found = section.find(key);
  return found == section.end() ? "" : found->second;
}

std::string profile_name(const Env& env, const std::string& wanted) {
  return wanted.empty() ? env.variable("AWS_PROFILE").value_or("default") : wanted;
}

// {"AccessKeyId", "SecretAccessKey", "Token" or "SessionToken", "Expiration"}
std::optional<std::pair<AwsKeys, std::optional<Timestamp>>> parse_keys(std::string_view json,
                                                                       const std::string& where) {
  Value answer = document::parse_json(json, where);
  AwsKeys keys;
  keys.access_key = answer["AccessKeyId"].raw();
  keys.secret_key = answer["SecretAccessKey"].raw();
  keys.session_token = answer["Token"].is_text() ? answer["Token"].raw() : answer["SessionToken"].raw();
  if (keys.access_key.empty() || keys.secret_key.empty()) return std::nullopt;
  return std::pair(keys, parse_iso_timestamp(answer["Expiration"].raw()));
}

std::string output_of(const std::string& command) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "re"), pclose);
  if (!pipe) throw Error(ErrorCode::store_credentials, "`credential_process` can't be started");
  std::string out(kProcessOutputMax, '\0');
  out.resize(std::fread(out.data(), 1, out.size(), pipe.get()));
  return out;
}

// The container's address may only lead to this machine or to AWS's own agents, unless it is encrypted.
bool is_safe_container_uri(const std::string& uri) {
  if (uri.starts_with("https://")) return true;
  std::string host = http::host(uri);
  return host == "localhost" || host.starts_with("127.") || host == "::1" || host == "169.254.170.2" ||
         host == "169.254.170.23" || host == "fd00:ec2::23";
}

}  // namespace

AwsCredentials::AwsCredentials(CredentialOptions options, Env& env)
    : options_(std::move(options)), env_(env), client_(env, short_waits()) {}

std::string AwsCredentials::variable(const char* name) const {
  return env_.variable(name).value_or("");
}

AwsKeys AwsCredentials::keys() {
  std::lock_guard lock(mutex_);
  bool is_old = held_ && held_->expires && *held_->expires - kRefreshBefore <= env_.now();
  if (!held_ || is_old) {
    held_ = look();
    register_secret(held_->keys.secret_key);
    if (!held_->keys.session_token.empty()) register_secret(held_->keys.session_token);
  }
  return held_->keys;
}

void AwsCredentials::refresh() {
  std::lock_guard lock(mutex_);
  held_.reset();
}

AwsCredentials::Held AwsCredentials::look() {
  if (!options_.keys.access_key.empty()) return {options_.keys, {}};
  // A profile that is asked for by name comes before the environment.
  if (!options_.profile.empty()) {
    if (auto found = from_profile()) return *found;
  }
  if (auto found = from_environment()) return *found;
  if (auto found = from_profile()) return *found;
  if (auto found = from_web_identity(variable("AWS_WEB_IDENTITY_TOKEN_FILE"), variable("AWS_ROLE_ARN"),
                                     variable("AWS_ROLE_SESSION_NAME")))
    return *found;
  if (auto found = from_container()) return *found;
  if (auto found = from_instance()) return *found;
  throw Error(
      ErrorCode::store_credentials,
      fmt::format("No keys in the environment, in profile `{}`, from a web identity, from a container's "
                  "role or from the instance's role",
                  profile_name(env_, options_.profile)));
}

std::optional<AwsCredentials::Held> AwsCredentials::from_environment() {
  AwsKeys keys{variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"),
               variable("AWS_SESSION_TOKEN")};
  if (keys.access_key.empty() || keys.secret_key.empty()) return std::nullopt;
  return Held{keys, {}};
}

std::optional<AwsCredentials::Held> AwsCredentials::from_profile() {
  IniSection profile = read_profile(env_, profile_name(env_, options_.profile));
  AwsKeys keys{get(profile, "aws_access_key_id"), get(profile, "aws_secret_access_key"),
               get(profile, "aws_session_token")};
  if (!keys.access_key.empty() && !keys.secret_key.empty()) return Held{keys, {}};
  if (std::string command = get(profile, "credential_process"); !command.empty()) {
    auto parsed = parse_keys(output_of(command), "credential_process");
    if (!parsed) throw Error(ErrorCode::store_credentials, "`credential_process` printed no keys");
    return Held{parsed->first, parsed->second};
  }
  return from_web_identity(get(profile, "web_identity_token_file"), get(profile, "role_arn"),
                           get(profile, "role_session_name"));
}

std::optional<AwsCredentials::Held> AwsCredentials::from_web_identity(std::string token_file,
                                                                      std::string role, std::string session) {
  if (token_file.empty() || role.empty()) return std::nullopt;
  std::string token = document::read_file(token_file);
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  register_secret(token);
  std::string endpoint = variable("AWS_ENDPOINT_URL_STS");
  if (endpoint.empty()) endpoint = fmt::format("https://sts.{}.amazonaws.com", options_.region);
  http::Request request;
  request.method = "POST";
  request.url = endpoint + "/";
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.body = http::encode_query({{"Action", "AssumeRoleWithWebIdentity"},
                                     {"Version", "2011-06-15"},
                                     {"RoleArn", role},
                                     {"RoleSessionName", session.empty() ? "leat" : session},
                                     {"WebIdentityToken", token}});
  http::Response response = client_.send(request);
  std::string_view xml = response.body.view();
  auto access = xml_text(xml, "AccessKeyId"), secret = xml_text(xml, "SecretAccessKey");
  if (!response.ok() || !access || !secret) {
    throw Error(
        ErrorCode::store_credentials,
        fmt::format("The role {} was not given: {}", role,
                    redact(xml_text(xml, "Message").value_or(fmt::format("HTTP {}", response.status)))),
        http::safe_url(request.url));
  }
  Held held{{*access, *secret, xml_text(xml, "SessionToken").value_or("")}, {}};
  held.expires = parse_iso_timestamp(xml_text(xml, "Expiration").value_or(""));
  return held;
}

std::optional<AwsCredentials::Held> AwsCredentials::from_container() {
  std::string uri = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (std::string relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); !relative.empty())
    uri = "http://169.254.170.2" + relative;
  if (uri.empty()) return std::nullopt;
  if (!is_safe_container_uri(uri))
    throw Error(ErrorCode::store_credentials, "The container's credentials would come over an open network",
                http::safe_url(uri));
  http::Request request;
  request.url = uri;
  std::string token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  // The file is read each time, since its token changes.
  if (std::string file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); !file.empty())
    token = document::read_file(file);
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  if (!token.empty()) {
    register_secret(token);
    request.headers.set("Authorization", token);
  }
  http::Response response = client_.send(request);
  auto parsed = response.ok() ? parse_keys(response.body.view(), http::safe_url(uri)) : std::nullopt;
  if (!parsed)
    throw Error(ErrorCode::store_credentials,
                fmt::format("The container gave no keys (HTTP {})", response.status), http::safe_url(uri));
  return Held{parsed->first, parsed->second};
}

std::optional<AwsCredentials::Held> AwsCredentials::from_instance() {
  if (variable("AWS_EC2_METADATA_DISABLED") == "true") return std::nullopt;
  std::string endpoint = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (endpoint.empty()) endpoint = "http://169.254.169.254";
  while (endpoint.ends_with('/')) endpoint.pop_back();
  http::Request request;
  request.method = "PUT";
  request.url = endpoint + "/latest/api/token";
  request.headers.set("X-aws-ec2-metadata-token-ttl-seconds", "21600");
  try {
    http::Response token = client_.send(request);
    if (!token.ok()) return std::nullopt;
    request = {};
    register_secret(token.body.view());
    request.headers.set("X-aws-ec2-metadata-token", std::string(token.body.view()));
    request.url = endpoint + "/latest/meta-data/iam/security-credentials/";
    http::Response roles = client_.send(request);
    if (!roles.ok()) return std::nullopt;
    std::string role(roles.body.view().substr(0, roles.body.view().find('\n')));
    request.url += percent_encode(role, false);
    http::Response answer = client_.send(request);
    auto parsed = answer.ok() ? parse_keys(answer.body.view(), request.url) : std::nullopt;
    if (!parsed) return std::nullopt;
    return Held{parsed->first, parsed->second};
  } catch (const Error& error) {
    if (error.code() == ErrorCode::cancelled) throw;
    return std::nullopt;  // this machine is no instance
  }
}

std::string region_from_environment(const Env& env, const std::string& profile) {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (auto region = env.variable(name); region && !region->empty()) return *region;
  }
  return get(read_profile(env, profile_name(env, profile)), "region");
}

}  // namespace leat::files
