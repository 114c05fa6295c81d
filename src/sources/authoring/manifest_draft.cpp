#include "sources/authoring/manifest_draft.h"

#include <fmt/core.h>

namespace leat::sources::authoring {
namespace {

std::string quoted(std::string_view text) {
  return document::json_quote(text);
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

std::string paginator(const DraftPaging& paging) {
  if (paging.kind == Paging::none) return "";
  std::string out = "      paginator:\n        type: DefaultPaginator\n";
  if (paging.kind == Paging::link_in_body) {
    return out +
           fmt::format(
               "        page_token_option: {{type: RequestPath}}\n        pagination_strategy:\n"
               "          type: CursorPagination\n          cursor_value: \"{{{{ response.get('{0}') }}}}\"\n"
               "          stop_condition: \"{{{{ not response.get('{0}') }}}}\"\n",
               paging.link_field);
  }
  out += option("page_token_option", paging.token_name);
  if (!paging.size_name.empty()) out += option("page_size_option", paging.size_name);
  if (paging.kind == Paging::offset) {
    return out + fmt::format("        pagination_strategy: {{type: OffsetIncrement, page_size: {}}}\n",
                             paging.page_size);
  }
  return out + fmt::format(
                   "        pagination_strategy: {{type: PageIncrement, page_size: {}, start_from_page: 1, "
                   "inject_on_first_request: true}}\n",
                   paging.page_size);
}

std::string stream_text(const DraftStream& stream) {
  std::string out = fmt::format("  - type: DeclarativeStream\n    name: {}\n", quoted(stream.name));
  if (!stream.primary_key.empty()) {
    out += fmt::format("    primary_key: [{}]  # guessed; take it out where it does not tell rows apart\n",
                       quoted(stream.primary_key));
  }
  out += fmt::format(
      "    retriever:\n      type: SimpleRetriever\n      requester:\n        $ref: "
      "\"#/definitions/requester\"\n"
      "        path: {}\n",
      quoted(stream.path));
  if (!stream.parameters.empty()) out += "        request_parameters:\n";
  for (const auto& [name, value] : stream.parameters)
    out += fmt::format("          {}: {}\n", quoted(name), quoted(value));
  out += paginator(stream.paging);
  out += fmt::format(
      "      record_selector:\n        type: RecordSelector\n        extractor: {{type: DpathExtractor, "
      "field_path: "
      "{}}}\n    schema_loader:\n      type: InlineSchemaLoader\n      schema:\n        type: object\n"
      "        additionalProperties: true\n",
      list_of(stream.field_path));
  if (stream.properties.members().empty()) return out + "        properties: {}\n";
  out += "        properties:\n";
  for (const auto& [name, property] : stream.properties.members())
    out += fmt::format("          {}: {}\n", quoted(name), document::to_json(property));
  return out;
}

std::string spec_text(const ManifestDraft& draft) {
  std::string required = "base_url", secrets;
  auto ask = [&](const char* name, const char* title, bool secret) {
    required += std::string(", ") + name;
    secrets += fmt::format("      {}: {{type: string, title: {}{}}}\n", name, title,
                           secret ? ", airbyte_secret: true" : "");
  };
  for (const std::string& name : draft.settings) ask(name.c_str(), quoted(name).c_str(), false);
  if (draft.auth == Auth::basic) {
    ask("username", "User name", false);
    ask("password", "Password", true);
  } else if (draft.auth != Auth::none) {
    ask("api_key", "API key", true);
  }
  return fmt::format(
      "spec:\n  type: Spec\n  connection_specification:\n    $schema: "
      "http://json-schema.org/draft-07/schema#\n"
      "    title: {}\n    type: object\n    required: [{}]\n    additionalProperties: true\n    properties:\n"
      "      base_url: {{type: string, title: Address of the API, default: {}}}\n{}",
      quoted(draft.title), required, quoted(draft.base_url), secrets);
}

}  // namespace

std::string manifest_text(const ManifestDraft& draft) {
  std::string streams;
  for (const DraftStream& stream : draft.streams) streams += stream_text(stream);
  return fmt::format(
      "# A draft made by `leat connector new`. `leat connector try` shows what it reads.\n"
      "version: 6.51.0\ntype: DeclarativeSource\n"
      "check: {{type: CheckStream, stream_names: [{}]}}\n\ndefinitions:\n  requester:\n    type: "
      "HttpRequester\n"
      "    url_base: \"{{{{ config['base_url'] }}}}\"\n    http_method: GET\n{}\nstreams:\n{}\n{}",
      draft.streams.empty() ? "" : quoted(draft.streams[0].name), authenticator(draft), streams,
      spec_text(draft));
}

std::string stream_name(std::string_view path) {
  path = path.substr(0, path.find('?'));
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  std::size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path = path.substr(slash + 1);
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
