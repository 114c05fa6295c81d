// leat connector new: drafts a manifest out of an API's answer or its OpenAPI document.
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/secret.h"
#include "cli/connector.h"
#include "cli/exit_codes.h"
#include "cli/terminal.h"
#include "document/value.h"
#include "http/client.h"
#include "http/url.h"
#include "sources/authoring/openapi.h"
#include "sources/authoring/sample.h"

namespace leat::cli {
namespace {

using document::Value;
using sources::authoring::DraftSetting;
using sources::authoring::ManifestDraft;

constexpr std::size_t kShownOfAnswer = 200;

std::vector<std::pair<std::string, std::string>> headers_of(const ConnectorArguments& arguments) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const std::string& header : arguments.headers) {
    std::size_t colon = header.find(':');
    if (colon == 0 || colon == std::string::npos)
      throw Error(ErrorCode::cli_usage, "A header is `NAME: VALUE`", "--header");
    std::size_t value = std::min(header.find_first_not_of(' ', colon + 1), header.size());
    register_secret(header.substr(value));
    out.emplace_back(header.substr(0, colon), header.substr(value));
  }
  return out;
}

[[noreturn]] void refuse(const http::Response& response, const std::string& shown) {
  std::string says = redact(std::string(response.body.view().substr(0, kShownOfAnswer)));
  for (char& c : says) c = static_cast<unsigned char>(c) < 32 ? ' ' : c;
  bool wants_key = response.status == 401 || response.status == 403;
  throw Error(wants_key                ? ErrorCode::http_unauthorized
              : response.status == 404 ? ErrorCode::http_not_found
                                       : ErrorCode::http_failed,
              fmt::format("The address answered {}{}", response.status, says.empty() ? "" : ": " + says),
              shown)
      .fix(wants_key
               ? "Send the key along: in the address, or with --header \"Authorization: Bearer KEY\"."
               : "Look at the address in a browser, and add to it what the API asks for; or name the API's "
                 "OpenAPI file instead.");
}

// The OpenAPI document that a text is; nothing where it is another answer.
std::optional<Value> openapi_of(std::string_view text, const std::string& shown) {
  std::string_view start = text.substr(0, 4096);
  if (start.find("openapi") == std::string_view::npos && start.find("swagger") == std::string_view::npos)
    return std::nullopt;
  try {
    bool is_json =
        text.find_first_not_of(" \t\r\n") < text.size() && text[text.find_first_not_of(" \t\r\n")] == '{';
    Value document = is_json ? document::parse_json(text, shown) : document::parse_yaml(text, shown);
    if (document.find("openapi") || document.find("swagger")) return document;
  } catch (const Error&) {
    // Then it is something else, and said so by who reads it.
  }
  return std::nullopt;
}

ManifestDraft draft_of_url(const std::string& url, const ConnectorArguments& arguments, Env& env) {
  sources::authoring::Sample sample{.url = url, .headers = headers_of(arguments), .body = {}};
  http::Client client(env);
  http::Request request;
  request.url = url;
  request.headers.set("Accept", "application/json");
  for (const auto& [name, value] : sample.headers) {
    request.headers.set(name, value);
    request.secret_headers.push_back(name);
  }
  http::Response response = client.send(request);
  std::string shown = http::safe_url(url);
  if (!response.ok()) refuse(response, shown);
  if (std::optional<Value> document = openapi_of(response.body.view(), shown))
    return sources::authoring::draft_of_openapi(*document, url);
  sample.body = response.body.view();
  sample.link = response.headers.get("Link");
  return sources::authoring::draft_of_sample(sample);
}

ManifestDraft draft_of_file(const std::string& path) {
  std::string text;
  try {
    text = document::read_file(path);
  } catch (Error& error) {
    if (path.find("://") == std::string::npos && path.find(':') == std::string::npos &&
        path.find('.') == std::string::npos)
      throw;
    throw error.fix("Name a file that is there; an address begins with http:// or https://.");
  }
  Value document =
      path.ends_with(".json") ? document::parse_json(text, path) : document::parse_yaml(text, path);
  return sources::authoring::draft_of_openapi(document, "");
}

void write_new_file(const std::string& path, const std::string& text, mode_t mode) {
  int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0 && errno == EEXIST)
    throw Error(ErrorCode::file_io, "The file is there already", path).fix("Choose another name.");
  bool wrote = file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  int reason = errno;
  if (file >= 0) ::close(file);
  if (!wrote) throw Error(ErrorCode::file_io, std::strerror(reason), path);
}

// What the config has to hold, as JSON: what is known, and "…" for the rest.
std::string config_text(const ManifestDraft& draft, bool with_values) {
  std::string out;
  for (const DraftSetting& setting : sources::authoring::settings_of(draft)) {
    const Value* known = with_values ? draft.config.find(setting.name) : nullptr;
    out += fmt::format("{}\"{}\": {}", out.empty() ? "" : ", ", setting.name,
                       known ? document::to_json(*known) : "\"…\"");
  }
  return "{" + out + "}";
}

// Tells how to try the draft.
void tell(const ManifestDraft& draft, const ConnectorArguments& arguments) {
  std::size_t streams = draft.streams.size();
  Terminal::line(
      fmt::format("{} is written: {} stream{}", arguments.output, streams, streams == 1 ? "" : "s"));
  std::string next = "leat connector try " + arguments.output;
  std::vector<DraftSetting> settings = sources::authoring::settings_of(draft);
  if (!settings.empty() && arguments.config.empty()) {
    Terminal::line(fmt::format("It asks for a config, such as config.json: {}", config_text(draft, false)));
    next += " --config config.json";
  } else if (!settings.empty()) {
    bool known = std::all_of(settings.begin(), settings.end(),
                             [&](const DraftSetting& each) { return draft.config.find(each.name); });
    Terminal::line(fmt::format("{} is written{}", arguments.config, known ? "" : ": fill in what is \"…\""));
    next += " --config " + arguments.config;
  }
  Terminal::line("See what it reads: " + next);
}

}  // namespace

void write_output(const ConnectorArguments& arguments, const std::string& text) {
  write_new_file(arguments.output, text, 0644);
}

int draft_manifest(const ConnectorArguments& arguments, Env& env) {
  if (arguments.subjects.empty())
    throw Error(ErrorCode::cli_usage, "There is nothing to draft from", "leat connector new")
        .fix("Name an OpenAPI file, or a URL that answers with records.");
  const std::string& subject = arguments.subjects[0];
  bool is_url = subject.starts_with("http://") || subject.starts_with("https://");
  ManifestDraft draft = is_url ? draft_of_url(subject, arguments, env) : draft_of_file(subject);
  std::string text = manifest_text(draft);
  bool has_config = !arguments.config.empty() && !sources::authoring::settings_of(draft).empty();
  if (has_config) write_new_file(arguments.config, config_text(draft, true) + "\n", 0600);
  if (arguments.output.empty()) {
    Terminal::print(text);
    return kExitOk;
  }
  write_output(arguments, text);
  tell(draft, arguments);
  return kExitOk;
}

}  // namespace leat::cli
