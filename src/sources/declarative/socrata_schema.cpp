#include "sources/declarative/socrata_schema.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "http/url.h"
#include "sources/declarative/fast_parse.h"

namespace leat::sources::declarative {
namespace {

using batch::Type;
using batch::TypeKind;

struct SodaType {
  std::string_view name;
  TypeKind kind;
  bool is_point = false;
};

constexpr SodaType kTypes[] = {
    {"number", TypeKind::float64},
    {"double", TypeKind::float64},
    {"money", TypeKind::float64},
    {"percent", TypeKind::float64},
    {"checkbox", TypeKind::boolean},
    {"calendar_date", TypeKind::timestamp},
    {"floating_timestamp", TypeKind::timestamp},
    {"date", TypeKind::timestamptz},
    {"fixed_timestamp", TypeKind::timestamptz},
    {"point", TypeKind::json, true},
    {"location", TypeKind::json, true},
    {"line", TypeKind::json},
    {"polygon", TypeKind::json},
    {"multipoint", TypeKind::json},
    {"multiline", TypeKind::json},
    {"multipolygon", TypeKind::json},
    {"url", TypeKind::json},
    {"document", TypeKind::json},
    {"photo", TypeKind::json},
    {"phone", TypeKind::json},
    {"json", TypeKind::json},
};

constexpr std::pair<std::string_view, std::string_view> kSystemFields[] = {
    {":id", "row_identifier"},
    {":created_at", "fixed_timestamp"},
    {":updated_at", "fixed_timestamp"},
    {":version", "row_version"},
};

bool is_whole(const Value& value) {
  std::int64_t number;
  return !value.raw().empty() && value.raw().find_first_of(".eE") == std::string::npos &&
         parse_int64(value.raw(), number);
}

// True when all that the profile shows of a column are whole numbers; false without a profile.
bool profile_is_whole(const Value& profile) {
  if (!is_whole(profile["smallest"]) || !is_whole(profile["largest"])) return false;
  const std::vector<Value>& top = profile["top"].items();
  return std::all_of(top.begin(), top.end(), [](const Value& each) { return is_whole(each["item"]); });
}

class SocrataSchemaLoader final : public SchemaLoader {
 public:
  SocrataSchemaLoader(const Value& component, const Workshop& workshop)
      : dataset_((need(component, "dataset"), workshop.text_now(component, "dataset"))),
        system_fields_(plain_flag(component, "system_fields", true)) {}

  std::vector<Field> load(const Requester& requester) const override {
    std::vector<Field> fields;
    if (system_fields_) {
      for (const auto& [name, type] : kSystemFields) fields.push_back(socrata_field(std::string(name), type));
    }
    for (Field& field : from_metadata(requester)) fields.push_back(std::move(field));
    return fields;
  }

 private:
  std::vector<Field> from_metadata(const Requester& requester) const {
    std::string path = http::join(requester.base_url(), fmt::format("/api/views/{}.json", dataset_));
    http::Request request = requester.build_plain(path, {});
    try {
      Answer answer = requester.send(request, {});
      if (!answer.ignored) {
        std::string url = http::safe_url(answer.response.url);
        std::vector<Field> fields =
            socrata_fields_of_view(document::parse_json(answer.response.body.view(), url));
        if (!fields.empty()) return fields;
      }
    } catch (const Error& error) {
      // Some publishers close the metadata while the rows stay open.
      bool is_closed = error.code() == ErrorCode::http_not_found ||
                       error.code() == ErrorCode::document_syntax || error.code() == ErrorCode::http_failed ||
                       error.code() == ErrorCode::http_unauthorized;
      if (!is_closed) throw;
    }
    return from_headers(requester);
  }
  std::vector<Field> from_headers(const Requester& requester) const {
    std::string path = http::join(requester.base_url(), fmt::format("/resource/{}.json", dataset_));
    Answer answer = requester.send(requester.build_plain(path, {{"$limit", "0"}}), {});
    std::optional<std::vector<Field>> fields = socrata_fields_of_headers(answer.response.headers);
    if (!fields) {
      throw Error(ErrorCode::source_schema, "Neither the metadata nor the headers tell the columns",
                  http::safe_url(answer.response.url));
    }
    std::erase_if(*fields, [](const Field& field) { return field.name.rfind(':', 0) == 0; });
    return *fields;
  }

  std::string dataset_;
  bool system_fields_;
};

}  // namespace

Field socrata_field(std::string name, std::string_view type) {
  for (const SodaType& row : kTypes) {
    if (row.name == type) return {std::move(name), Type{row.kind}, false, row.is_point};
  }
  return {std::move(name), Type{TypeKind::text}, false, false};
}

std::vector<Field> socrata_fields_of_view(const Value& view) {
  std::vector<Field> fields;
  for (const Value& column : view["columns"].items()) {
    if (!column["fieldName"].is_text()) continue;
    Field field = socrata_field(column["fieldName"].raw(), column["dataTypeName"].raw());
    if (field.type.kind == TypeKind::float64 && profile_is_whole(column["cachedContents"])) {
      field.type = Type{TypeKind::int64};
      field.may_widen = true;
    }
    fields.push_back(std::move(field));
  }
  // A point brings two columns of its own; where the data set has one of that name, the point stays plain
  // JSON.
  for (Field& field : fields) {
    auto taken = [&](const std::string& name) {
      return std::any_of(fields.begin(), fields.end(),
                         [&](const Field& other) { return other.name == name; });
    };
    if (field.is_point && (taken(field.name + "_longitude") || taken(field.name + "_latitude"))) {
      field.is_point = false;
    }
  }
  return fields;
}

std::optional<std::vector<Field>> socrata_fields_of_headers(const http::Headers& headers) {
  const std::string *names = headers.find("X-SODA2-Fields"), *types = headers.find("X-SODA2-Types");
  if (!names || !types) return std::nullopt;
  Value name_list = document::parse_json(*names, "X-SODA2-Fields");
  Value type_list = document::parse_json(*types, "X-SODA2-Types");
  if (name_list.items().size() != type_list.items().size()) return std::nullopt;
  std::vector<Field> fields;
  for (std::size_t i = 0; i < name_list.items().size(); ++i) {
    fields.push_back(socrata_field(name_list.items()[i].raw(), type_list.items()[i].raw()));
  }
  return fields;
}

std::unique_ptr<SchemaLoader> make_socrata_schema_loader(const Value& component, const Workshop& workshop) {
  return std::make_unique<SocrataSchemaLoader>(component, workshop);
}

}  // namespace leat::sources::declarative
