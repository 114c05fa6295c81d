// A manifest's draft out of one answer of an API.
//
// Guarantees: every field of the records that the answer holds is declared, with a type that all of them fit.
// Threads: pure function.
// Errors: Error(source_invalid_response) where the answer holds no records.
#pragma once
#include "sources/authoring/manifest_draft.h"

namespace leat::sources::authoring {

/// `url` is what was asked, `body` the JSON that came.
ManifestDraft draft_of_sample(const std::string& url, std::string_view body);

}  // namespace leat::sources::authoring
