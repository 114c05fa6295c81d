// A manifest's draft out of an OpenAPI document.
//
// Guarantees: a stream for each GET whose path asks for nothing and whose answer holds a list of objects.
// Threads: pure function.
// Errors: Error(config_invalid) for what is no OpenAPI document, or has no such path.
// Source: OpenAPI Specification 2.0, 3.0 and 3.1.
#pragma once
#include "sources/authoring/manifest_draft.h"

namespace leat::sources::authoring {

/// `url` is where it was read, "" for a file; an address that is relative goes from there.
ManifestDraft draft_of_openapi(const document::Value& document, const std::string& url);

}  // namespace leat::sources::authoring
