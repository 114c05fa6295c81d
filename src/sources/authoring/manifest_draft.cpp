#include "sources/authoring/manifest_draft.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

namespace leat::sources::authoring {
namespace {

using document::Value;

std::string quoted(std::string_view text) {
  return document::json_quote(text);
}

// A text of Jinja, whatever is in it.
std::string jinja_text(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\\' || c == '\'') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string braced(std::string_view expression) {
  return quoted(fmt::format("{{{{ {} }}}}", expression));
}

// Names of settings are plain, where the API's author did not think otherwise.
std::string key_of(const std::string& name) {
  bool is_plain = !name.empty() && std::all_of(name.begin(), name.end(),
                                               [](unsigned char c) { return std::isalpha(c) || c == '_'; });
  return is_plain ? name : quoted(name);
}

// The beginning of a member, up to its value.
std::string member(std::string_view indent, const std::string& key) {
  constexpr std::size_t kLongest = 1024;  // a longer key has to say that it is one: YAML 1.2, section 7.4
  return key.size() < kLongest ? fmt::format("{}{}:", indent, key)
                               : fmt::format("{0}? {1}\n{0}:", indent, key);
}

std::string list_of(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ", ") + quoted(item);
  return "[" + out + "]";
}

std::string authenticator(const ManifestDraft& draft) {
  switch (draft.auth) {
    case Auth::none:
      return "";
    case Auth::bearer:
      return "    authenticator:\n      type: BearerAuthenticator\n"
             "      api_token: \"{{ config['api_key'] }}\"\n";
    case Auth::basic:
      return "    authenticator:\n      type: BasicHttpAuthenticator\n"
             "      username: \"{{ config['username'] }}\"\n      password: \"{{ config['password'] }}\"\n";
    case Auth::api_key_header:
    case Auth::api_key_query:
      break;
  }
  return fmt::format(
      "    authenticator:\n      type: ApiKeyAuthenticator\n      api_token: \"{{{{ config['api_key'] "
      "}}}}\"\n"
      "      inject_into: {{type: RequestOption, inject_into: {}, field_name: {}}}\n",
      draft.auth == Auth::api_key_header ? "header" : "request_parameter", quoted(draft.key_name));
}

std::string option(std::string_view setting, std::string_view name) {
  return fmt::format("        {}: {{type: RequestOption, inject_into: request_parameter, field_name: {}}}\n",
                     setting, quoted(name));
}

// A Jinja expression for a member of the answer: response.get('links', {}).get('next').
std::string member_of_answer(const std::vector<std::string>& path) {
  std::string out = "response";
  for (std::size_t i = 0; i < path.size(); ++i)
    out += fmt::format(".get({}{})", jinja_text(path[i]), i + 1 < path.size() ? ", {}" : "");
  return out;
}

std::string cursor_pagination(std::string_view next, std::string_view over) {
  return fmt::format(
      "        pagination_strategy:\n          type: CursorPagination\n          cursor_value: {}\n"
      "          stop_condition: {}\n",
      braced(next), braced(over));
}

std::string strategy(const DraftPaging& paging) {
  std::string size = paging.page_size > 0 ? fmt::format(", page_size: {}", paging.page_size) : "";
  switch (paging.kind) {
    case Paging::offset:
      return fmt::format("        pagination_strategy: {{type: OffsetIncrement{}}}\n", size);
    case Paging::page:
      return fmt::format(
          "        pagination_strategy: {{type: PageIncrement{}, start_from_page: {}, "
          "inject_on_first_request: true}}\n",
          size, paging.first_page);
    case Paging::link_in_header:
      return cursor_pagination("headers['link']['next']['url']", "'next' not in headers['link']");
    case Paging::token:
    case Paging::link_in_body:
      break;
    case Paging::none:
      return "";
  }
  std::string next = member_of_answer(paging.token_path);
  std::string text = cursor_pagination(next, "not " + next);
  if (paging.kind == Paging::token && !paging.size_name.empty() && paging.page_size > 0)
    text += fmt::format("          page_size: {}\n", paging.page_size);
  return text;
}

std::string paginator(const DraftPaging& paging) {
  if (paging.kind == Paging::none)
    return "      # No pages showed: what one request answers is all that is read.\n";
  bool by_path = paging.kind == Paging::link_in_body || paging.kind == Paging::link_in_header;
  std::string out =
      "      paginator:  # guessed; see whether `leat connector try --limit 10000` gets beyond a page\n"
      "        type: DefaultPaginator\n";
  out += by_path ? std::string("        page_token_option: {type: RequestPath}\n")
                 : option("page_token_option", paging.token_name);
  if (!by_path && !paging.size_name.empty() && paging.page_size > 0)
    out += option("page_size_option", paging.size_name);
  return out + strategy(paging);
}

std::string incremental(const DraftCursor& cursor) {
  if (cursor.field.empty()) return "";
  std::string end = cursor.end_parameter.empty()
                        ? ""
                        : fmt::format(
                              "      end_time_option: {{type: RequestOption, inject_into: "
                              "request_parameter, field_name: {}}}\n",
                              quoted(cursor.end_parameter));
  return fmt::format(
      "    incremental_sync:  # guessed; see whether the API gives what was changed since then\n"
      "      type: DatetimeBasedCursor\n      cursor_field: {}\n      start_datetime: {{type: "
      "MinMaxDatetime, datetime: {}, datetime_format: {}}}\n      datetime_format: {}\n"
      "      cursor_datetime_formats: {}\n      start_time_option: {{type: RequestOption, inject_into: "
      "request_parameter, field_name: {}}}\n{}",
      quoted(cursor.field), quoted(cursor.start), quoted(cursor.format), quoted(cursor.format),
      list_of(cursor.field_formats), quoted(cursor.parameter), end);
}

std::string router(const DraftParent& parent) {
  if (parent.stream.empty()) return "";
  return fmt::format(
      "      partition_router:\n        type: SubstreamPartitionRouter\n        parent_stream_configs:\n"
      "          - type: ParentStreamConfig\n            stream: \"#/definitions/streams/{}\"\n"
      "            parent_key: {}\n            partition_field: {}\n",
      parent.stream, quoted(parent.key), quoted(parent.field));
}

std::string schema_text(const Value& properties) {
  std::string out =
      "      schema_loader:\n        type: InlineSchemaLoader\n        schema:\n          type: object\n"
      "          additionalProperties: true\n";
  if (properties.members().empty()) return out + "          properties: {}\n";
  out += "          properties:\n";
  for (const auto& [name, property] : properties.members())
    out += fmt::format("{} {}\n", member("            ", quoted(name)), document::to_json(property));
  return out;
}

// Moves text further in.
std::string deeper(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find('\n', at), text.size());
    out += "  " + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return out;
}

std::string stream_text(const DraftStream& stream) {
  std::string out = fmt::format("{}\n      type: DeclarativeStream\n      name: {}\n",
                                member("    ", quoted(stream.name)), quoted(stream.name));
  if (!stream.primary_key.empty()) {
    out += fmt::format("      primary_key: [{}]  # guessed; take it out where it does not tell rows apart\n",
                       quoted(stream.primary_key));
  }
  std::string retriever = fmt::format(
      "    retriever:\n      type: SimpleRetriever\n      requester:\n        $ref: "
      "\"#/definitions/requester\"\n"
      "        path: {}\n",
      quoted(stream.path));
  if (!stream.parameters.empty()) retriever += "        request_parameters:\n";
  for (const auto& [name, value] : stream.parameters)
    retriever += fmt::format("{} {}\n", member("          ", quoted(name)), quoted(value));
  retriever += paginator(stream.paging) + router(stream.parent);
  retriever += fmt::format(
      "      record_selector:\n        type: RecordSelector\n        extractor: {{type: DpathExtractor, "
      "field_path: {}}}\n",
      list_of(stream.field_path));
  return out + deeper(retriever + incremental(stream.cursor)) + schema_text(stream.properties);
}

std::string spec_text(const ManifestDraft& draft) {
  std::string required, properties;
  if (!draft.base_url.empty()) {
    properties = fmt::format("      base_url: {{type: string, title: Address of the API, default: {}}}\n",
                             quoted(draft.base_url));
  }
  for (const DraftSetting& setting : settings_of(draft)) {
    required += (required.empty() ? "" : ", ") + key_of(setting.name);
    properties += fmt::format("{} {{type: string{}}}\n", member("      ", key_of(setting.name)),
                              setting.is_secret ? ", airbyte_secret: true" : "");
  }
  return fmt::format(
      "spec:\n  type: Spec\n  connection_specification:\n    $schema: "
      "http://json-schema.org/draft-07/schema#\n"
      "    title: {}\n    type: object\n    required: [{}]\n    additionalProperties: true\n    "
      "properties:{}\n{}",
      quoted(draft.title), required, properties.empty() ? " {}" : "", properties);
}

}  // namespace

std::vector<DraftSetting> settings_of(const ManifestDraft& draft) {
  std::vector<DraftSetting> out;
  if (draft.base_url.empty()) out.push_back({"base_url"});
  out.insert(out.end(), draft.settings.begin(), draft.settings.end());
  if (draft.auth == Auth::basic) {
    out.push_back({"username"});
    out.push_back({"password", true});
  } else if (draft.auth != Auth::none) {
    out.push_back({"api_key", true});
  }
  return out;
}

std::string manifest_text(const ManifestDraft& draft) {
  std::string streams, references, headers;
  for (const DraftStream& stream : draft.streams) {
    streams += stream_text(stream);
    references += fmt::format("  - \"#/definitions/streams/{}\"\n", stream.name);
  }
  for (const auto& [name, value] : draft.headers)
    headers += fmt::format("{} {}\n", member("      ", quoted(name)), quoted(value));
  if (!headers.empty()) headers = "    request_headers:\n" + headers;
  std::string base_url = draft.base_url.empty()
                             ? "config['base_url']"
                             : fmt::format("config.get('base_url', {})", jinja_text(draft.base_url));
  return fmt::format(
      "# A draft made by `leat connector new`. `leat connector try` shows what it reads.\n"
      "version: 6.51.0\ntype: DeclarativeSource\n"
      "check: {{type: CheckStream, stream_names: [{}]}}\n\ndefinitions:\n  requester:\n    type: "
      "HttpRequester\n"
      "    url_base: {}\n    http_method: GET\n{}{}\n  streams:\n{}\nstreams:\n{}\n{}",
      draft.streams.empty() ? "" : quoted(draft.streams[0].name), braced(base_url), authenticator(draft),
      headers, streams, references, spec_text(draft));
}

std::string stream_name(std::string_view path) {
  path = path.substr(0, path.find('?'));
  // Versions and formats name nothing: the last segment that does.
  auto is_version = [](std::string_view word) {
    return word.size() > 1 && word[0] == 'v' &&
           word.find_first_not_of("0123456789.", 1) == std::string_view::npos;
  };
  while (true) {
    while (!path.empty() && path.back() == '/') path.remove_suffix(1);
    std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos || slash == 0 || !is_version(path.substr(slash + 1))) {
      path = slash == std::string_view::npos ? path : path.substr(slash + 1);
      break;
    }
    path = path.substr(0, slash);
  }
  if (std::size_t dot = path.rfind('.'); dot != std::string_view::npos && dot > 0) path = path.substr(0, dot);
  std::string out;
  for (char c : path) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (c >= 'A' && c <= 'Z') {
      bool begins_word = !out.empty() && out.back() != '_' && !(out.back() >= 'A' && out.back() <= 'Z');
      if (begins_word) out += '_';
      out += static_cast<char>(c + 32);
    } else {
      out += plain ? c : '_';
    }
  }
  return out.empty() ? "records" : out;
}

}  // namespace leat::sources::authoring
