#include "sources/authoring/sample.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"
#include "http/url.h"

namespace leat::sources::authoring {
namespace {

using document::Value;

constexpr std::size_t kRecordsMax = 1000;

// The first list of objects, nearest to the top.
const Value* find_records(const Value& body, std::vector<std::string>& path) {
  std::vector<std::pair<const Value*, std::vector<std::string>>> level = {{&body, {}}};
  for (int depth = 0; depth < 4; ++depth) {
    std::vector<std::pair<const Value*, std::vector<std::string>>> below;
    for (auto& [value, at] : level) {
      if (value->is_list() && !value->items().empty() && value->items()[0].is_mapping()) {
        path = at;
        return value;
      }
      for (const auto& [name, member] : value->members()) {
        std::vector<std::string> deeper = at;
        deeper.push_back(name);
        below.emplace_back(&member, std::move(deeper));
      }
    }
    level = std::move(below);
  }
  return nullptr;
}

std::string type_name(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return "";
    case Value::Kind::boolean:
      return "boolean";
    case Value::Kind::integer:
      return "integer";
    case Value::Kind::real:
      return "number";
    case Value::Kind::list:
      return "array";
    case Value::Kind::mapping:
      return "object";
    case Value::Kind::text:
      break;
  }
  const std::string& text = value.raw();
  bool zoned = false;
  if (parse_iso_date(text) && text.size() == 10) return "string date";
  if (text.size() > 10 && text.size() < 40 && parse_iso_timestamp(text, zoned))
    return zoned ? "string date-time" : "string date-time naive";
  return "string";
}

Value schema_of(const std::vector<std::string>& types) {
  Value list = Value::list({Value::of(std::string("null"))});
  Value out = Value::mapping();
  bool one = types.size() == 1;
  std::vector<std::string> plain;
  for (const std::string& type : types) {
    std::string name = type.substr(0, type.find(' '));
    if (std::find(plain.begin(), plain.end(), name) == plain.end()) plain.push_back(name);
  }
  // A whole number is a number too.
  bool has_real = std::find(plain.begin(), plain.end(), "number") != plain.end();
  if (has_real) std::erase(plain, "integer");
  for (const std::string& name : plain) list.items().push_back(Value::of(name));
  if (plain.empty()) list.items().push_back(Value::of(std::string("string")));
  out.set("type", list);
  if (one && types[0] == "string date") out.set("format", Value::of(std::string("date")));
  if (one && types[0].starts_with("string date-time")) out.set("format", Value::of(std::string("date-time")));
  if (one && types[0] == "string date-time naive")
    out.set("airbyte_type", Value::of(std::string("timestamp_without_timezone")));
  return out;
}

Value properties_of(const Value& records) {
  std::vector<std::pair<std::string, std::vector<std::string>>> fields;
  for (std::size_t i = 0; i < std::min(kRecordsMax, records.items().size()); ++i) {
    for (const auto& [name, value] : records.items()[i].members()) {
      auto found =
          std::find_if(fields.begin(), fields.end(),
                       [&, key = std::string_view(name)](const auto& each) { return each.first == key; });
      if (found == fields.end()) found = fields.insert(fields.end(), {name, {}});
      std::string type = type_name(value);
      auto& types = found->second;
      if (!type.empty() && std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
    }
  }
  Value out = Value::mapping();
  for (const auto& [name, types] : fields) out.set(name, schema_of(types));
  return out;
}

std::string unique_key(const Value& records) {
  for (std::string_view name : {"id", ":id", "uuid", "key", "_id"}) {
    std::vector<std::string> seen;
    for (const Value& record : records.items()) {
      const Value& value = record[name];
      if (value.is_null()) break;
      seen.push_back(document::to_json(value));
    }
    if (seen.size() != records.items().size()) continue;
    std::sort(seen.begin(), seen.end());
    if (std::adjacent_find(seen.begin(), seen.end()) == seen.end()) return std::string(name);
  }
  return "";
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Takes what the query tells apart: a key, the page, its size; the rest is sent always.
void read_query(const std::string& url, ManifestDraft& draft, DraftStream& stream) {
  for (const auto& [name, value] : http::query_of(url)) {
    std::string upper = name;
    for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    if (sounds_secret(upper) || is_one_of(name, {"key", "apikey", "api_key", "$$app_token"})) {
      draft.auth = Auth::api_key_query;
      draft.key_name = name;
    } else if (is_one_of(name, {"limit", "$limit", "per_page", "page_size", "pageSize"})) {
      stream.paging.size_name = name;
      std::from_chars(value.data(), value.data() + value.size(), stream.paging.page_size);
    } else if (is_one_of(name, {"offset", "$offset", "skip"})) {
      stream.paging.kind = Paging::offset;
      stream.paging.token_name = name;
    } else if (is_one_of(name, {"page", "page_number"})) {
      stream.paging.kind = Paging::page;
      stream.paging.token_name = name;
    } else {
      stream.parameters.emplace_back(name, value);
    }
  }
  // A size without a page is a size that is always sent.
  if (stream.paging.kind == Paging::none && !stream.paging.size_name.empty() &&
      stream.paging.size_name == "$limit") {
    stream.paging.kind = Paging::offset;
    stream.paging.token_name = "$offset";
  }
}

}  // namespace

ManifestDraft draft_of_sample(const std::string& url, std::string_view body) {
  Value answer;
  try {
    answer = document::parse_json(body, http::safe_url(url));
  } catch (const Error& error) {
    throw Error(ErrorCode::source_invalid_response, error.what_failed(), http::safe_url(url));
  }
  ManifestDraft draft;
  DraftStream stream;
  const Value* records = find_records(answer, stream.field_path);
  if (!records)
    throw Error(ErrorCode::source_invalid_response, "The answer holds no list of records",
                http::safe_url(url));
  draft.base_url = http::origin(url);
  draft.title = http::host(url);
  std::size_t scheme = url.find("://"), slash = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  stream.path = slash == std::string::npos ? "/" : url.substr(slash, url.find_first_of("?#", slash) - slash);
  stream.name = stream_name(stream.path);
  read_query(url, draft, stream);
  const Value& next = answer["next"];
  if (next.is_text() && (next.raw().starts_with("http") || next.raw().starts_with("/"))) {
    stream.paging.kind = Paging::link_in_body;
    stream.paging.link_field = "next";
  }
  if (stream.paging.kind == Paging::none && !stream.paging.size_name.empty())
    stream.parameters.emplace_back(stream.paging.size_name, std::to_string(stream.paging.page_size));
  stream.properties = properties_of(*records);
  stream.primary_key = unique_key(*records);
  draft.streams.push_back(std::move(stream));
  return draft;
}

}  // namespace leat::sources::authoring
