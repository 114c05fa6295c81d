// AsyncRetriever: reads reports that an API makes on demand: asks for one, looks until it is made,
// downloads it.
//
// Guarantees: a job that fails or takes too long is begun anew, at most three times in all; jobs that
//   took too long are aborted, finished ones deleted, where the connector says how. Waits go through the
//   Env.
// Threads: as Retriever.
// Owns: its requesters and the retriever of the downloads.
// Errors: Error(source_invalid_response) for a job that fails; as Retriever.
// Source: behaviour of the Airbyte CDK's AsyncRetriever and AsyncHttpJobRepository.
#pragma once
#include <memory>

#include "sources/declarative/retriever.h"

namespace leat::sources::declarative {

std::unique_ptr<Retriever> make_async_retriever(const Value& component, const Value& transformations,
                                                const Workshop& workshop);

}  // namespace leat::sources::declarative
