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
enum class Paging { none, offset, page, link_in_body };

/// How a stream is asked for page by page; the names are of query parameters.
struct DraftPaging {
  Paging kind = Paging::none;
  std::string token_name, size_name;  ///< size_name "" where the size can't be chosen
  std::int64_t page_size = 100;
  std::string link_field;  ///< of link_in_body: the member that holds the next page's address
};

struct DraftStream {
  std::string name, path;
  std::vector<std::pair<std::string, std::string>> parameters;  ///< of the query, always sent
  std::vector<std::string> field_path;                          ///< where in the answer the records stand
  document::Value properties;                                   ///< of the records' JSON schema
  std::string primary_key;                                      ///< "" where none shows
  DraftPaging paging;
};

struct ManifestDraft {
  std::string title, base_url;
  Auth auth = Auth::none;
  std::string key_name;               ///< of the header or parameter of an API key
  std::vector<std::string> settings;  ///< what else the config has to hold
  std::vector<DraftStream> streams;
};

/// The manifest, as YAML.
std::string manifest_text(const ManifestDraft& draft);
/// A stream's name out of a path: "/v1/user-groups.json" gives "user_groups".
std::string stream_name(std::string_view path);

}  // namespace leat::sources::authoring
