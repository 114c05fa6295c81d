// The enriched source: another source, whose rows with empty columns are completed by lookups on their way.
//
// Guarantees: rows keep their number and order; what is there already is never replaced. States and rejected
//   records pass as they are, so what holds for the source holds for this.
// Threads: immutable.
// Errors: the source's; Error(lookup_refused, lookup_failed).
#pragma once
#include "sources/source_kind.h"

namespace leat::sources::enrich {

extern const SourceKind kEnriched;

}  // namespace leat::sources::enrich
