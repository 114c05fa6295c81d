// rooms: sources
//
// Fuzzes the loader of connectors: no manifest may crash it or let it run away; what is wrong ends in an
// Error.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/env.h"
#include "base/error.h"
#include "sources/declarative/connector_context.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/manifest.h"
#include "sources/declarative/streams.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leat;
  using namespace leat::sources::declarative;
  static Env env(fixed_clock(Timestamp(std::chrono::seconds(1'700'000'000))), 1);
  static http::Client client(env);
  static Interpolation interpolation(env);
  if (size > 8192) return 0;
  try {
    document::Value manifest =
        parse_manifest(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz.yaml");
    check_config(document::Value::mapping(), manifest["spec"]["connection_specification"]);
    ConnectorContext connector{document::Value()};
    Workshop workshop{env, client, interpolation, jinja::Value::dict({{"url", jinja::Value("http://x")}}),
                      connector};
    for (const document::Value& component : manifest["streams"].items()) make_stream(component, workshop);
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() != ErrorCode::internal);
  }
  return 0;
}
