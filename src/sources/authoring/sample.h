// A manifest's draft out of one answer of an API.
//
// Guarantees: every field of the records that the answer holds is declared, with a type that all of them fit.
// Threads: pure function.
// Errors: Error(source_invalid_response) where the answer holds no records.
#pragma once
#include "sources/authoring/manifest_draft.h"

namespace leat::sources::authoring {

struct Sample {
  std::string url;                                           ///< what was asked
  std::vector<std::pair<std::string, std::string>> headers;  ///< that were sent with it
  std::string_view body;                                     ///< the JSON that came
  std::string_view link = {};                                ///< the answer's Link header
};

/// The draft's config holds the keys of the sample.
ManifestDraft draft_of_sample(const Sample& sample);

}  // namespace leat::sources::authoring
