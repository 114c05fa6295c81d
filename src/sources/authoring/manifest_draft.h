// ManifestDraft: what is known of an API before anybody wrote its connector, and the manifest made of it.
//
// Guarantees: the text is a valid manifest of Airbyte's low-code schema; what was guessed has a comment.
// Threads: a value.
// Errors: none.
// Source: Airbyte's low-code connector schema 1.0.
#pragma once
#include <string>
#include <vector>

#include "document/value.h"

namespace leat::sources::authoring {

enum class Auth { none, bearer, basic, api_key_header, api_key_query };
enum class Paging { none, offset, page, token, link_in_body, link_in_header };

/// How a stream is asked for page by page; the names are of query parameters.
struct DraftPaging {
  Paging kind = Paging::none;
  std::string token_name, size_name;    ///< size_name "" where the size can't be chosen
  std::int64_t page_size = 0;           ///< 0: not known; then the pages end with an empty one
  std::int64_t first_page = 1;          ///< of page
  std::vector<std::string> token_path;  ///< of token, link_in_body: where in the answer the next one stands
};

/// How a stream goes on where it ended.
struct DraftCursor {
  std::string field;                     ///< "" where none shows
  std::string parameter, end_parameter;  ///< of the query; end_parameter may be ""
  std::string format;                    ///< of the parameter
  std::vector<std::string> field_formats;
  std::string start;  ///< in `format`
};

/// Of a stream that is asked for once for each record of another.
struct DraftParent {
  std::string stream, key, field;  ///< stream "" where there is none
};

struct DraftStream {
  std::string name, path;
  std::vector<std::pair<std::string, std::string>> parameters;  ///< of the query, always sent
  std::vector<std::string> field_path;                          ///< where in the answer the records stand
  document::Value properties;                                   ///< of the records' JSON schema
  std::string primary_key;                                      ///< "" where none shows
  DraftPaging paging;
  DraftCursor cursor;
  DraftParent parent;
};

/// What the config has to hold besides the key of the authenticator.
struct DraftSetting {
  std::string name;
  bool is_secret = false;
  bool operator==(const DraftSetting& other) const { return name == other.name; }
};

struct ManifestDraft {
  std::string title;
  std::string base_url;  ///< "" where it is not known: then it is a setting that has to be given
  Auth auth = Auth::none;
  std::string key_name;                                      ///< of the header or parameter of an API key
  std::vector<std::pair<std::string, std::string>> headers;  ///< of every request
  std::vector<DraftSetting> settings;
  std::vector<DraftStream> streams;
  document::Value config = document::Value::mapping();  ///< settings that are known already; holds secrets
};

/// The settings that the manifest asks for, in order.
std::vector<DraftSetting> settings_of(const ManifestDraft& draft);
/// The manifest, as YAML.
std::string manifest_text(const ManifestDraft& draft);
/// A stream's name out of a path: "/v1/user-groups.json" gives "user_groups".
std::string stream_name(std::string_view path);

}  // namespace leat::sources::authoring
