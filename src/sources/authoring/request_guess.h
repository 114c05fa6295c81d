// What the parts of a request and of its answer are for: keys, pages, times since when records are wanted.
//
// Guarantees: a guess by names and forms that are in wide use, never by asking the API.
// Threads: pure functions.
// Errors: none.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "sources/authoring/manifest_draft.h"

namespace leat::sources::authoring {

/// What a parameter of a query is for, by its name.
enum class Role { other, key, size, offset, page, token, since, until };
Role role_of(std::string_view name);
/// The format, as connectors write it, of a date or an instant; "" for what is none.
std::string time_format_of(std::string_view text);
/// Takes what the query tells apart: a key, the page, its size, since when; the rest is sent always.
void read_query(const std::string& url, ManifestDraft& draft, DraftStream& stream);
/// Takes the key out of the headers that were sent; the rest is sent always.
void read_headers(const std::vector<std::pair<std::string, std::string>>& headers, ManifestDraft& draft);
/// Finds where the answer tells of its next page; `link` is its Link header.
void find_next_page(const document::Value& answer, std::string_view link, DraftPaging& paging);
/// The likeliest name of a field that holds when a record changed, for a parameter such as `updated_since`;
/// `fits` tells whether there is such a field. "" where there is none.
std::string change_field(std::string_view parameter, const std::function<bool(std::string_view)>& fits);
/// Completes the cursor by the field that holds the time of a record's last change, or drops it: its
/// parameter is then sent always.
void find_cursor_field(const document::Value& records, DraftStream& stream);

}  // namespace leat::sources::authoring
