// A manifest's draft out of an OpenAPI 3 document.
//
// Guarantees: a stream for each GET whose path asks for nothing and whose answer holds a list of objects.
// Threads: pure function.
// Errors: Error(config_invalid) for what is no OpenAPI 3 document, or has no such path.
// Source: OpenAPI Specification 3.0 and 3.1.
#pragma once
#include "sources/authoring/manifest_draft.h"

namespace leat::sources::authoring {

ManifestDraft draft_of_openapi(const document::Value& document);

}  // namespace leat::sources::authoring
