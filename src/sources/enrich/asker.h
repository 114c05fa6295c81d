// Asker: asks a lookup's question over HTTP, and says what the answer's body says.
//
// Guarantees: the body's own status counts, not only HTTP's; retries are bounded; no more than so many
//   questions a second. The answer is the values to fill, "null" where there are none.
// Threads: any.
// Owns: its client.
// Errors: Error(lookup_refused, lookup_failed, http_…, cancelled).
// Source: Google Geocoding API, "Status codes".
#pragma once
#include <string>

#include "http/client.h"
#include "http/rate_limit.h"
#include "http/url.h"
#include "sources/enrich/settings.h"

namespace leat::sources::enrich {

class Asker {
 public:
  Asker(const Lookup& lookup, Env& env);
  /// `query` is what is asked; returns {"column": value, …} or "null".
  std::string ask(const http::Query& query);

 private:
  std::string values_of(const document::Value& body) const;
  const Lookup& lookup_;
  Env& env_;
  http::Client client_;
  http::RateLimit limit_;
};

/// The value at a path such as "results.0.lat"; null where there is none.
const document::Value& at_path(const document::Value& value, std::string_view path);

}  // namespace leat::sources::enrich
