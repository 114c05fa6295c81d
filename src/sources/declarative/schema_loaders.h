// SchemaLoader: the fields of a stream's records, as far as somebody declares them.
//
// Guarantees: fields that are not declared are inferred while reading; declared ones never disappear.
// Threads: immutable; load may ask the API.
// Errors: Error(config_invalid, source_unknown_component) when made; Error(source_schema, http_…) from load.
// Source: JSON Schema draft 7 with Airbyte's `airbyte_type`.
#pragma once
#include <memory>
#include <vector>

#include "sources/declarative/decoder.h"
#include "sources/declarative/requester.h"

namespace leat::sources::declarative {

class SchemaLoader {
 public:
  virtual ~SchemaLoader() = default;
  virtual std::vector<Field> load(const Requester& requester) const = 0;
  /// The JSON schema, null where there is none.
  virtual Value schema(const Requester& /*requester*/) const { return {}; }
};

/// Makes a loader, or of a list of loaders one that puts them together.
std::unique_ptr<SchemaLoader> make_schema_loader(const Value& component, const Workshop& workshop);
std::unique_ptr<SchemaLoader> make_dynamic_schema_loader(const Value& component, const Workshop& workshop);

/// The fields of a JSON schema's `properties`.
std::vector<Field> fields_of_schema(const Value& schema);

}  // namespace leat::sources::declarative
