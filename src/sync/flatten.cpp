#include "sync/flatten.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "base/error.h"
#include "base/glob.h"
#include "batch/convert.h"
#include "document/value.h"
#include "sync/projection.h"

namespace leat::sync {

using batch::ColumnData;
using batch::Type;
using batch::TypeKind;
using document::Value;

namespace {

constexpr std::string_view kBetween = "__";

// What a row's value came apart into; the value itself where it is no object.
struct Parts {
  std::vector<std::pair<std::size_t, Value>> members;  // by the member's index
  bool is_object = false;
};

Type type_of(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::boolean:
      return Type{TypeKind::boolean};
    case Value::Kind::integer:
      return Type{TypeKind::int64};
    case Value::Kind::real:
      return Type{TypeKind::float64};
    case Value::Kind::list:
    case Value::Kind::mapping:
      return Type{TypeKind::json};
    default:
      return Type{TypeKind::text};
  }
}

void append(const Value& value, ColumnData& to) {
  ColumnData one(type_of(value));
  switch (value.kind()) {
    case Value::Kind::null:
      return to.append_null();
    case Value::Kind::boolean:
      one.append(static_cast<std::uint8_t>(value.boolean()));
      break;
    case Value::Kind::integer:
      one.append(value.integer());
      break;
    case Value::Kind::real:
      one.append(value.real());
      break;
    case Value::Kind::list:
    case Value::Kind::mapping:
      one.append_text(document::to_json(value));
      break;
    case Value::Kind::text:
      one.append_text(value.raw());
      break;
  }
  if (!batch::append_converted(one, 0, to)) to.append_null();
}

std::optional<Value> parsed(std::string_view text) {
  try {
    return document::parse_json(text, "a nested value");
  } catch (const Error&) {
    return std::nullopt;  // it stays as it is
  }
}

}  // namespace

Flatten::Nested& Flatten::nested(const std::string& column) {
  auto found =
      std::find_if(known_.begin(), known_.end(), [&](const Nested& each) { return each.column == column; });
  if (found != known_.end()) return *found;
  known_.push_back({column, {}});
  return known_.back();
}

bool Flatten::matches(const batch::Column& column) const {
  if (column.type.kind != TypeKind::json) return false;
  return std::any_of(globs_.begin(), globs_.end(),
                     [&](const std::string& glob) { return matches_glob(glob, column.name); });
}

void Flatten::expand(const ColumnData& data, Nested& known, std::vector<batch::Column>& schema,
                     std::vector<ColumnData>& columns) {
  std::vector<Parts> rows(data.size());
  std::function<void(const std::string&, const Value&, Parts&)> take = [&](const std::string& prefix,
                                                                           const Value& object, Parts& parts) {
    for (const auto& [key, value] : object.members()) {
      std::string name = prefix + std::string(kBetween) + key;
      if (value.is_mapping() && !value.members().empty()) {
        take(name, value, parts);
        continue;
      }
      auto member = std::find_if(known.members.begin(), known.members.end(),
                                 [&](const Member& each) { return each.name == name; });
      if (member == known.members.end()) {
        known.members.push_back({name, type_of(value), !value.is_null()});
        member = known.members.end() - 1;
      } else if (!value.is_null()) {
        // Its first value gives a member its type: null has none.
        member->type = member->has_value ? batch::common_type(member->type, type_of(value)) : type_of(value);
        member->has_value = true;
      }
      parts.members.emplace_back(static_cast<std::size_t>(member - known.members.begin()), value);
    }
  };
  bool all_objects = true;
  for (std::size_t row = 0; row < data.size(); ++row) {
    if (data.is_null(row)) continue;
    std::optional<Value> value = parsed(data.text(row));
    rows[row].is_object = value && value->is_mapping();
    all_objects = all_objects && rows[row].is_object;
    if (rows[row].is_object) take(known.column, *value, rows[row]);
  }
  if (!all_objects) {
    ColumnData rest(data.type());
    for (std::size_t row = 0; row < data.size(); ++row) {
      rows[row].is_object ? rest.append_null() : rest.append_from(data, row);
    }
    schema.push_back({known.column, data.type()});
    columns.push_back(std::move(rest));
  }
  for (std::size_t i = 0; i < known.members.size(); ++i) {
    ColumnData column(known.members[i].type);
    for (const Parts& parts : rows) {
      auto held = std::find_if(parts.members.begin(), parts.members.end(),
                               [&](const auto& each) { return each.first == i; });
      held == parts.members.end() ? column.append_null() : append(held->second, column);
    }
    schema.push_back({known.members[i].name, known.members[i].type});
    columns.push_back(std::move(column));
  }
}

batch::SchemaPtr Flatten::declared(const batch::Schema& schema) const {
  std::vector<batch::Column> rest;
  for (const batch::Column& column : schema.columns()) {
    if (!matches(column)) rest.push_back(column);
  }
  return std::make_shared<const batch::Schema>(std::move(rest));
}

bool Flatten::is_member(std::string_view column) const {
  for (std::size_t at = column.find(kBetween); at != std::string_view::npos; at = column.find(kBetween, at + 1)) {
    for (const std::string& glob : globs_) {
      if (matches_glob(glob, column.substr(0, at))) return true;
    }
  }
  return false;
}

batch::RecordBatch Flatten::apply(batch::RecordBatch&& batch) {
  const std::vector<batch::Column> before = batch.schema()->columns();
  bool any = std::any_of(before.begin(), before.end(),
                         [this](const batch::Column& column) { return matches(column); });
  if (!any) return std::move(batch);
  std::vector<ColumnData> data = std::move(batch).take_columns(), columns;
  std::vector<batch::Column> schema;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (matches(before[i])) {
      expand(data[i], nested(before[i].name), schema, columns);
    } else {
      schema.push_back(before[i]);
      columns.push_back(std::move(data[i]));
    }
  }
  return {std::make_shared<const batch::Schema>(std::move(schema)), std::move(columns)};
}

}  // namespace leat::sync
