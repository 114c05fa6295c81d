// leat.SocrataSchemaLoader: the columns of a Socrata data set, from what its API says of itself.
//
// Guarantees: asks /api/views/{dataset}.json, and where that is not to be had the X-SODA2 headers of an empty
//   page. Numbers are float64, or int64 where the profile shows whole numbers only (such a column widens when
//   a fraction comes).
// Threads: immutable.
// Errors: Error(config_invalid) when made; Error(source_schema, http_…) from load.
// Source: SODA 2.1 data types, https://dev.socrata.com/docs/datatypes/
#pragma once
#include <optional>

#include "sources/declarative/schema_loaders.h"

namespace leat::sources::declarative {

std::unique_ptr<SchemaLoader> make_socrata_schema_loader(const Value& component, const Workshop& workshop);

/// The field of a column of a SODA type ("number", "calendar_date", "floating_timestamp" …).
Field socrata_field(std::string name, std::string_view type);
/// The fields that the metadata of a data set lists.
std::vector<Field> socrata_fields_of_view(const Value& view);
/// The fields that the headers of a page list; nullopt when they are left out.
std::optional<std::vector<Field>> socrata_fields_of_headers(const http::Headers& headers);

}  // namespace leat::sources::declarative
