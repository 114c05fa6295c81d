// Normalizer: changes records to the types that a stream's JSON schema names, as `schema_normalization:
// Default` asks for.
//
// Guarantees: a value that can't be changed stays as it is; fields that the schema does not name stay too.
// Threads: immutable.
// Errors: none.
// Source: behaviour of the Airbyte CDK's TypeTransformer with DefaultSchemaNormalization.
#pragma once
#include <optional>

#include "document/value.h"
#include "jinja/value.h"

namespace leat::sources::declarative {

/// What is done to values.
enum class Normalization {
  types,       ///< the schema's types
  mail_dates,  ///< these, and "Fri, 11 Dec 2020 04:28:40 +0000" in fields of format date-time becomes ISO
               ///< 8601
  iso_dates,   ///< only dates with a zone, as Python's isoformat() prints them
};

/// What a RecordSelector's `schema_normalization` asks for; nullopt for nothing, or a class that is not
/// known.
std::optional<Normalization> normalization_of(const document::Value& setting);

class Normalizer {
 public:
  Normalizer(document::Value schema, Normalization normalization)
      : schema_(std::move(schema)), normalization_(normalization) {}
  void apply(jinja::Value& record) const;

 private:
  document::Value schema_;
  Normalization normalization_;
};

}  // namespace leat::sources::declarative
