// Normalizer: changes records to the types that a stream's JSON schema names, as `schema_normalization:
// Default` asks for.
//
// Guarantees: a value that can't be changed stays as it is; fields that the schema does not name stay too.
// Threads: immutable.
// Errors: none.
// Source: behaviour of the Airbyte CDK's TypeTransformer with DefaultSchemaNormalization.
#pragma once
#include "document/value.h"
#include "jinja/value.h"

namespace leat::sources::declarative {

class Normalizer {
 public:
  explicit Normalizer(document::Value schema) : schema_(std::move(schema)) {}
  void apply(jinja::Value& record) const;

 private:
  document::Value schema_;
};

}  // namespace leat::sources::declarative
