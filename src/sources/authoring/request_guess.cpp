#include "sources/authoring/request_guess.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/base64.h"
#include "base/secret.h"
#include "base/time.h"
#include "http/url.h"

namespace leat::sources::authoring {
namespace {

using document::Value;

// One list of names a role, between blanks.
struct RoleNames {
  Role role;
  std::string_view names;
};
constexpr RoleNames kRoles[] = {
    {Role::key, " key apikey api_key api-key appid app_id $app_token access_token token "},
    {Role::size,
     " limit per_page perpage page_size pagesize page[size] size top max_results maxresults "
     "results_per_page "},
    {Role::offset, " offset skip startat start_at start_index startindex "},
    {Role::page, " page page_number pagenumber page_no pageno page[number] "},
    {Role::token,
     " cursor page_token pagetoken next_token nexttoken next_cursor after starting_after continuation_token "
     "page[cursor] marker "},
    {Role::since,
     " since updated_since modified_since changed_since created_since updated_after modified_after "
     "created_after start_date startdate date_from datefrom from from_date fromdate start_time starttime "
     "start "
     "updated_at_min created_at_min updated_at[gte] created_at[gte] updated[gte] created[gte] "},
    {Role::until,
     " until end_date enddate date_to dateto to to_date todate end_time endtime end updated_before "
     "created_before updated_at_max created_at_max updated_at[lte] created_at[lte] "}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::int64_t number_of(std::string_view text) {
  std::int64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

// "/resource/ab12-cd34.json": Socrata's, which gives 1,000 rows where nobody asks for pages.
bool is_socrata(std::string_view path) {
  std::size_t at = path.find("/resource/");
  return at != std::string_view::npos && path.size() == at + 10 + 9 + 5 && path[at + 14] == '-' &&
         path.ends_with(".json");
}

const Value* member_at(const Value& value, const std::vector<std::string>& path) {
  const Value* at = &value;
  for (const std::string& name : path) {
    at = at->find(name);
    if (!at) return nullptr;
  }
  return at;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  while (true) {
    std::size_t end = std::min(text.find(separator), text.size());
    out.emplace_back(text.substr(0, end));
    if (end == text.size()) return out;
    text.remove_prefix(end + 1);
  }
}

bool is_link(const Value& value) {
  return value.is_text() && (value.raw().starts_with("http") || value.raw().starts_with("/"));
}

void take_key(ManifestDraft& draft, Auth auth, std::string name, std::string value) {
  draft.auth = auth;
  draft.key_name = std::move(name);
  draft.config.set("api_key", Value::of(std::move(value)));
}

// Times that name a change, the likeliest first.
constexpr std::string_view kChangeFields[] = {
    "updated_at",    "updatedAt",    "updated",      "modified_at", "modifiedAt", "modified",
    "last_modified", "lastModified", "last_updated", "lastUpdated", "changed_at", "created_at",
    "createdAt",     "created",      "timestamp",    "date",        "time"};

}  // namespace

Role role_of(std::string_view name) {
  std::string wanted = lower(name);
  if (wanted.starts_with("$")) wanted.erase(0, 1);
  for (const RoleNames& each : kRoles) {
    if (each.names.find(" " + wanted + " ") != std::string_view::npos) return each.role;
  }
  std::string upper = wanted;
  for (char& c : upper) c = c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return sounds_secret(upper) ? Role::key : Role::other;
}

std::string time_format_of(std::string_view text) {
  if (is_digits(text) && (text.size() == 10 || text.size() == 13)) return text.size() == 10 ? "%s" : "%ms";
  if (text.size() < 10 || text.size() > 40 || !parse_iso_date(text.substr(0, 10))) return "";
  if (text.size() == 10) return "%Y-%m-%d";
  if (!parse_iso_timestamp(text) || text.size() < 19) return "";
  std::string out = fmt::format("%Y-%m-%d{}%H:%M:%S", text[10]);
  std::string_view rest = text.substr(19);
  if (rest.starts_with(".")) {
    std::size_t digits = std::min(rest.find_first_not_of("0123456789", 1), rest.size()) - 1;
    out += digits == 3 ? ".%_ms" : ".%f";
    rest.remove_prefix(digits + 1);
  }
  return out + (rest.empty() ? "" : rest == "Z" ? "Z" : "%z");
}

void read_query(const std::string& url, ManifestDraft& draft, DraftStream& stream) {
  DraftPaging& paging = stream.paging;
  for (const auto& [name, value] : http::query_of(url)) {
    Role role = role_of(name);
    if (role == Role::since && is_digits(value) && value.size() < 10) role = Role::offset;
    bool is_time = !time_format_of(value).empty();
    if (role == Role::key && draft.auth == Auth::none) {
      take_key(draft, Auth::api_key_query, name, value);
    } else if (role == Role::size && is_digits(value)) {
      paging.size_name = name;
      paging.page_size = number_of(value);
    } else if (role == Role::offset && paging.kind == Paging::none) {
      paging.kind = Paging::offset;
      paging.token_name = name;
    } else if (role == Role::page && paging.kind == Paging::none) {
      paging.kind = Paging::page;
      paging.token_name = name;
      paging.first_page = value == "0" ? 0 : 1;
    } else if (role == Role::token) {
      paging.token_name = name;  // this page's, which tells nothing of others
    } else if (role == Role::since && is_time && stream.cursor.parameter.empty()) {
      stream.cursor.parameter = name;
      stream.cursor.format = time_format_of(value);
      stream.cursor.start = value;
    } else if (role == Role::until && is_time) {
      stream.cursor.end_parameter = name;
    } else {
      stream.parameters.emplace_back(name, value);
    }
  }
  if (!is_socrata(stream.path)) return;
  if (paging.kind == Paging::none) paging.kind = Paging::offset, paging.token_name = "$offset";
  if (paging.size_name.empty()) paging.size_name = "$limit", paging.page_size = 1000;
  bool ordered = std::any_of(stream.parameters.begin(), stream.parameters.end(), [](const auto& each) {
    return each.first == "$order" || each.first == "$group" || each.first == "$query";
  });
  if (!ordered) stream.parameters.emplace_back("$order", ":id");  // else pages may overlap
}

void read_headers(const std::vector<std::pair<std::string, std::string>>& headers, ManifestDraft& draft) {
  for (const auto& [name, value] : headers) {
    std::string scheme = lower(value.substr(0, value.find(' ')));
    std::string rest = value.substr(std::min(value.find(' ') + 1, value.size()));
    bool is_authorization = lower(name) == "authorization";
    if (draft.auth != Auth::none || (!is_authorization && role_of(name) != Role::key)) {
      draft.headers.emplace_back(name, value);
    } else if (is_authorization && scheme == "bearer") {
      take_key(draft, Auth::bearer, "", rest);
    } else if (is_authorization && scheme == "basic") {
      std::optional<std::string> both = decode_base64(rest);
      std::size_t colon = both ? both->find(':') : std::string::npos;
      draft.auth = Auth::basic;
      draft.config.set("username", Value::of(both ? both->substr(0, colon) : ""));
      draft.config.set("password", Value::of(colon == std::string::npos ? "" : both->substr(colon + 1)));
    } else {
      take_key(draft, Auth::api_key_header, name, value);
    }
  }
}

void find_next_page(const Value& answer, std::string_view link, DraftPaging& paging) {
  // Where it stands, with "/" between, and the parameter that takes what is no link.
  constexpr std::pair<std::string_view, std::string_view> kPlaces[] = {
      {"next", "cursor"},
      {"links/next/href", ""},
      {"_links/next/href", ""},
      {"links/next", ""},
      {"_links/next", ""},
      {"paging/next/after", "after"},
      {"paging/cursors/after", "after"},
      {"paging/next", "cursor"},
      {"pagination/next_url", ""},
      {"pagination/next_cursor", "cursor"},
      {"pagination/next", "cursor"},
      {"meta/next_cursor", "cursor"},
      {"meta/next_token", "next_token"},
      {"meta/next", "cursor"},
      {"next_page_url", ""},
      {"next_url", ""},
      {"nextLink", ""},
      {"@odata.nextLink", ""},
      {"next_cursor", "cursor"},
      {"nextCursor", "cursor"},
      {"next_page_token", "page_token"},
      {"nextPageToken", "pageToken"},
      {"next_token", "next_token"},
      {"nextToken", "nextToken"},
      {"response_metadata/next_cursor", "cursor"},
      {"next_page", "page"}};
  for (const auto& [place, parameter] : kPlaces) {
    std::vector<std::string> path = split(place, '/');
    const Value* value = member_at(answer, path);
    if (!value || value->is_mapping() || value->is_list() || value->kind() == Value::Kind::boolean) continue;
    bool link_by_nature = parameter.empty() || (value->is_null() && path.back() == "next");
    if (!is_link(*value) && link_by_nature && !value->is_null()) continue;
    paging.kind = is_link(*value) || link_by_nature ? Paging::link_in_body : Paging::token;
    if (paging.kind == Paging::token && paging.token_name.empty()) paging.token_name = parameter;
    paging.token_path = std::move(path);
    return;
  }
  if (link.find("rel=\"next\"") != std::string_view::npos || link.find("rel=next") != std::string_view::npos)
    paging.kind = Paging::link_in_header;
}

std::string change_field(std::string_view parameter, const std::function<bool(std::string_view)>& fits) {
  // "updated_since" asks for a field that begins alike.
  std::string stem = lower(parameter.substr(0, parameter.find_first_of("_[")));
  bool names_field = stem == "updated" || stem == "created" || stem == "modified" || stem == "changed";
  for (bool alike : {true, false}) {
    for (std::string_view name : kChangeFields) {
      if (alike && !(names_field && lower(name).find(stem) != std::string::npos)) continue;
      if (fits(name)) return std::string(name);
    }
  }
  return "";
}

void find_cursor_field(const Value& records, DraftStream& stream) {
  DraftCursor& cursor = stream.cursor;
  if (!cursor.parameter.empty()) {
    cursor.field = change_field(cursor.parameter, [&](std::string_view name) {
      for (const Value& record : records.items()) {
        std::string format = time_format_of(record[name].raw());
        if (format.empty()) continue;
        cursor.field_formats = {format};
        return true;
      }
      return false;
    });
    if (cursor.field.empty()) stream.parameters.emplace_back(cursor.parameter, cursor.start);
  }
  if (cursor.field.empty()) cursor = {};
}

}  // namespace leat::sources::authoring
