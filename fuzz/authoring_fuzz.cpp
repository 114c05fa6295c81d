// rooms: sources
//
// Fuzzes what connectors are drafted from: an OpenAPI document, or an answer of an API; and what of an answer
// is read beside its records: Link headers, the words of an error. The first line is an address, the second a
// Link header, the rest the document. What is drafted is a manifest that can be read.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "document/value.h"
#include "input.h"
#include "sources/authoring/manifest_draft.h"
#include "sources/authoring/openapi.h"
#include "sources/authoring/sample.h"
#include "sources/declarative/error_handlers.h"
#include "sources/declarative/manifest.h"

namespace {

using namespace leat;
using namespace leat::sources;

template <class Draft>
void draft(Draft make) {
  std::string text;
  try {
    text = authoring::manifest_text(make());
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() != ErrorCode::internal);
    return;
  }
  // Whatever it was made of, this must not throw.
  declarative::parse_manifest(text, "draft.yaml");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::string url(fuzz::take_line(rest));
  std::string_view link = fuzz::take_line(rest);
  http::Headers headers;
  headers.add("link", std::string(link));
  declarative::page_headers_value(headers);
  declarative::error_message_of(rest);
  draft([&] { return authoring::draft_of_sample({url, {{"X-Api-Key", "key"}}, rest, link}); });
  draft([&] { return authoring::draft_of_openapi(document::parse_yaml(rest, "openapi.yaml"), url); });
  return 0;
}
