#include "metadata.h"

#include <fmt/core.h>

#include "known.h"
#include "problem.h"
#include "soql.h"

namespace soda {
namespace {

std::size_t null_count(const Table& table, std::size_t column) {
  std::size_t count = 0;
  for (std::size_t row = 0; row < table.row_count(); ++row)
    if (!table.is_deleted(row) && table.value(column, row).is_null()) ++count;
  return count;
}

std::string attribution_of(const Table& table) {
  const KnownTable* known = find_known(table.id());
  return known ? std::string(known->attribution) : "leat stand-in";
}

}  // namespace

std::string view_json(const Table& table) {
  std::string columns;
  std::size_t position = 0;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (table.is_system(i) || table.is_hidden(i)) continue;
    const std::size_t nulls = null_count(table, i);
    if (!columns.empty()) columns += ",\n";
    columns += fmt::format(
        "{{\"id\":{},\"name\":{},\"dataTypeName\":{},\"fieldName\":{},\"position\":{},\"renderTypeName\":{},"
        "\"tableColumnId\":{},\"cachedContents\":{{\"non_null\":\"{}\",\"null\":\"{}\"}},\"format\":{{}}}}",
        500000000 + i, json_string(column.label), json_string(view_name(column.type)),
        json_string(column.name), ++position, json_string(view_name(column.type)), 100000000 + i,
        table.live_count() - nulls, nulls);
  }
  const std::int64_t updated = table.rows_updated_at / 1000000;
  return fmt::format(
      "{{\"id\":{},\"name\":{},\"assetType\":\"dataset\",\"attribution\":{},\"category\":\"Public Safety\","
      "\"createdAt\":1316640000,\"publicationDate\":1316640000,\"rowsUpdatedAt\":{},\"viewLastModified\":{},"
      "\"viewType\":\"tabular\",\"displayType\":\"table\",\"tableId\":1,\"columns\":[{}],\"metadata\":{{}},"
      "\"rights\":[\"read\"],\"tags\":[]}}\n",
      json_string(table.id()), json_string(table.name()), json_string(attribution_of(table)), updated,
      updated, columns);
}

std::string metadata_json(const Table& table) {
  const auto instant = [](std::int64_t micros) {
    return json_string(print_value(Value::of_instant(micros), Type::fixed_timestamp));
  };
  return fmt::format(
      "{{\"id\":{},\"name\":{},\"attribution\":{},\"category\":\"Public Safety\",\"createdAt\":{},"
      "\"dataUpdatedAt\":{},\"metadataUpdatedAt\":{},\"updatedAt\":{},\"provenance\":\"OFFICIAL\",\"tags\":[]"
      "}}\n",
      json_string(table.id()), json_string(table.name()), json_string(attribution_of(table)),
      instant(1316640000000000), instant(table.rows_updated_at), instant(table.rows_updated_at),
      instant(table.rows_updated_at));
}

}  // namespace soda
