#include "sources/authoring/sample.h"

#include <algorithm>

#include "base/error.h"
#include "base/time.h"
#include "http/url.h"
#include "sources/authoring/request_guess.h"

namespace leat::sources::authoring {
namespace {

using document::Value;

constexpr std::size_t kRecordsMax = 1000;
constexpr int kDepthMax = 4;  // of objects in records, that are described

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Beside the records there may be lists of other things.
bool is_beside_the_point(std::string_view name) {
  return is_one_of(name, {"errors", "warnings", "links", "_links", "messages", "facets", "meta"});
}

struct Records {
  const Value* list;
  std::vector<std::string> path;
};

bool is_records(const Value& value) {
  return value.is_list() && !value.items().empty() && value.items()[0].is_mapping();
}

// The lists of objects of one mapping: the one that is named like records are, or all of them.
std::vector<Records> lists_of(const Value& value, const std::vector<std::string>& path,
                              std::string_view name) {
  std::vector<Records> lists;
  for (const auto& [member_name, member] : value.members()) {
    if (!is_records(member) || is_beside_the_point(member_name)) continue;
    Records found{&member, path};
    found.path.push_back(member_name);
    bool is_named = member_name == name || is_one_of(member_name, {"data", "items", "results", "records",
                                                                   "values", "rows", "entries", "value"});
    if (is_named) return {std::move(found)};
    lists.push_back(std::move(found));
  }
  return lists;
}

// The lists of objects nearest to the top.
std::vector<Records> find_records(const Value& body, std::string_view name) {
  if (is_records(body)) return {{&body, {}}};
  std::vector<Records> level = {{&body, {}}};
  for (int depth = 0; depth < 4; ++depth) {
    std::vector<Records> below;
    for (const Records& each : level) {
      std::vector<Records> lists = lists_of(*each.list, each.path, name);
      if (!lists.empty()) return lists;
      for (const auto& [member_name, member] : each.list->members()) {
        below.push_back({&member, each.path});
        below.back().path.push_back(member_name);
      }
    }
    level = std::move(below);
  }
  return {};
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
  Value list = Value::list({Value::of("null")});
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
  if (plain.empty()) list.items().push_back(Value::of("string"));
  out.set("type", list);
  if (one && types[0] == "string date") out.set("format", Value::of("date"));
  if (one && types[0].starts_with("string date-time")) out.set("format", Value::of("date-time"));
  if (one && types[0] == "string date-time naive")
    out.set("airbyte_type", Value::of("timestamp_without_timezone"));
  return out;
}

Value properties_of(const std::vector<const Value*>& records, int depth = 0) {
  struct Field {
    std::string name;
    std::vector<std::string> types;
    std::vector<const Value*> objects;
  };
  std::vector<Field> fields;
  for (const Value* record : records) {
    for (const auto& [name, value] : record->members()) {
      auto found =
          std::find_if(fields.begin(), fields.end(),
                       [&, key = std::string_view(name)](const Field& each) { return each.name == key; });
      if (found == fields.end()) found = fields.insert(fields.end(), {name, {}, {}});
      std::string type = type_name(value);
      if (!type.empty() && std::find(found->types.begin(), found->types.end(), type) == found->types.end())
        found->types.push_back(type);
      if (value.is_mapping()) found->objects.push_back(&value);
    }
  }
  Value out = Value::mapping();
  for (const Field& field : fields) {
    Value schema = schema_of(field.types);
    if (field.types.size() == 1 && !field.objects.empty() && depth < kDepthMax)
      schema.set("properties", properties_of(field.objects, depth + 1));
    out.set(field.name, schema);
  }
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

// What the records show: types, a key, a cursor; and whether as many came as were asked for.
void complete(DraftStream& stream, const Value& list) {
  std::vector<const Value*> records;
  for (const Value& record : list.items()) {
    if (records.size() < kRecordsMax) records.push_back(&record);
  }
  stream.properties = properties_of(records);
  stream.primary_key = unique_key(list);
  find_cursor_field(list, stream);
  DraftPaging& paging = stream.paging;
  auto count = static_cast<std::int64_t>(list.items().size());
  // An API that gives less at once than it is asked for gives a round number.
  for (std::int64_t usual : {10, 20, 25, 50, 100, 200, 250, 500, 1000, 5000}) {
    if (count == usual && paging.page_size > count) paging.page_size = count;
  }
  // A size without pages is sent always.
  if (paging.kind == Paging::none && !paging.size_name.empty())
    stream.parameters.emplace_back(paging.size_name, std::to_string(paging.page_size));
}

}  // namespace

ManifestDraft draft_of_sample(const Sample& sample) {
  const std::string& url = sample.url;
  std::string shown = http::safe_url(url);
  Value answer;
  try {
    answer = document::parse_json(sample.body, shown);
  } catch (const Error& error) {
    throw Error(ErrorCode::source_invalid_response, error.what_failed(), shown)
        .fix("A draft is made of JSON; take one of the examples for other formats, and name their decoder.");
  }
  ManifestDraft draft;
  DraftStream common;
  std::size_t scheme = url.find("://"), slash = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  common.path = slash == std::string::npos ? "/" : url.substr(slash, url.find_first_of("?#", slash) - slash);
  common.name = stream_name(common.path);
  std::vector<Records> lists = find_records(answer, common.name);
  if (lists.empty()) {
    bool is_empty = answer.is_list() && answer.items().empty();
    throw Error(ErrorCode::source_invalid_response,
                is_empty ? "The answer is an empty list" : "The answer holds no list of records", shown)
        .fix("Choose an address that answers with some records.");
  }
  draft.base_url = http::origin(url);
  draft.title = http::host(url);
  read_headers(sample.headers, draft);
  read_query(url, draft, common);
  find_next_page(answer, sample.link, common.paging);
  for (const Records& each : lists) {
    DraftStream stream = common;
    stream.field_path = each.path;
    if (lists.size() > 1) stream.name = stream_name(each.path.back());
    complete(stream, *each.list);
    draft.streams.push_back(std::move(stream));
  }
  return draft;
}

}  // namespace leat::sources::authoring
