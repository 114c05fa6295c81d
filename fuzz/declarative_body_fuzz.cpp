// rooms: sources
//
// Fuzzes the decoders of answers that are no plain JSON: CSV, XML, ZIP, gzip, JSON lines, lines, lists inside
// of a document. Whatever comes in, memory stays bounded, and what these decoders write themselves is valid
// JSON.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/env.h"
#include "base/error.h"
#include "document/value.h"
#include "sources/declarative/body_decoders.h"
#include "sources/declarative/connector_context.h"
#include "sources/declarative/json_index.h"

namespace {

using namespace leat;
using namespace leat::sources::declarative;

struct Choice {
  const char* component;
  bool writes_json;  // else JSON is passed through and judged by what follows
};

constexpr std::array<Choice, 14> kChoices = {{
    {"{type: CsvDecoder}", true},
    {"{type: CsvDecoder, delimiter: ';', encoding: latin-1}", true},
    {"{type: CsvDecoder, delimiter: \"\\t\", encoding: utf-16, set_values_to_none: ['', NA]}", true},
    {"{type: XmlDecoder}", true},
    {"{type: JsonlDecoder}", true},
    {"{type: IterableDecoder}", true},
    {"{type: JsonItemsDecoder, items_path: data.items}", false},
    {"{type: JsonItemsDecoder, items_path: a, encoding: utf-16}", false},
    {"{type: GzipDecoder, decoder: {type: JsonDecoder}}", false},
    {"{type: GzipDecoder, decoder: {type: CsvDecoder}}", true},
    {"{type: GzipDecoder, decoder: {type: JsonlDecoder}}", true},
    {"{type: ZipfileDecoder, decoder: {type: CsvDecoder}}", true},
    {"{type: ZipfileDecoder, decoder: {type: JsonDecoder}}", false},
    {"{type: ZipfileDecoder, decoder: {type: GzipDecoder, decoder: {type: JsonlDecoder}}}", true},
}};

bool is_json_list(std::string_view text) {
  http::Body body(text);
  JsonIndex index;
  return index.build(body.view()).empty() && !text.empty() && text[0] == '[' &&
         skip_value(index.text(), index.begin(), index.end()) == index.end();
}

const BodyDecoder& decoder(std::size_t choice) {
  static Env env(fixed_clock(Timestamp(std::chrono::seconds(1'700'000'000))), 1);
  static http::Client client(env);
  static Interpolation interpolation(env);
  static ConnectorContext connector{document::Value()};
  static std::array<std::unique_ptr<BodyDecoder>, kChoices.size()> decoders;
  if (!decoders[choice]) {
    connector.answer_bytes_max = 4u << 20;
    Workshop workshop{env, client, interpolation, jinja::Value::dict({}), connector};
    decoders[choice] =
        make_body_decoder(document::parse_yaml(kChoices[choice].component, "fuzz.yaml"), workshop);
  }
  return *decoders[choice];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t choice = data[0] % kChoices.size();
  // Text that is not UTF-8 is passed on and refused by the reader of JSON.
  const bool is_ascii = std::all_of(data, data + size, [](std::uint8_t byte) { return byte < 0x80; });
  try {
    http::Body out =
        decoder(choice).to_json({reinterpret_cast<const char*>(data) + 1, size - 1}, "the answer");
    LEAT_ASSERT(out.view().size() <= (4u << 20) + 16);
    if (kChoices[choice].writes_json && is_ascii) LEAT_ASSERT(is_json_list(out.view()));
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() == ErrorCode::source_invalid_response ||
                error.code() == ErrorCode::http_too_large);
  }
  return 0;
}
