// rooms: sources
//
// Fuzzes the states that connectors go on from, in Airbyte's forms: of a cursor, of partitions, of earlier
// releases. A walk from any state ends or is refused, and the state that comes of it is one to go on from.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/error.h"
#include "document/value.h"
#include "sources/declarative/connector_context.h"
#include "sources/declarative/partition_ledger.h"
#include "sources/declarative/requester.h"

namespace {

using namespace leat;
using namespace leat::sources::declarative;

constexpr const char* kCursors[] = {
    "{type: DatetimeBasedCursor, cursor_field: at, datetime_format: '%Y-%m-%dT%H:%M:%SZ', start_datetime: "
    "'2023-11-01T00:00:00Z', step: P1D, cursor_granularity: PT1S, lookback_window: P2D, "
    "cursor_datetime_formats: ['%Y-%m-%dT%H:%M:%SZ', '%s', '%Y-%m-%d']}",
    "{type: DatetimeBasedCursor, cursor_field: at, datetime_format: '%ms', start_datetime: '1698796800000'}",
    "{type: IncrementingCountCursor, cursor_field: at, start_value: 0}"};

struct Connector {
  Env env{fixed_clock(Timestamp(std::chrono::seconds(1'700'000'000))), 1};
  http::Client client{env};
  Interpolation interpolation{env};
  ConnectorContext context{document::Value()};
  Workshop workshop{env, client, interpolation, jinja::Value::dict({}), context};
  std::unique_ptr<Requester> requester = make_requester(
      document::parse_yaml("{type: HttpRequester, url_base: 'http://x', path: /}", "fuzz.yaml"), workshop);
  std::array<std::unique_ptr<Cursor>, std::size(kCursors)> cursors;

  Connector() {
    for (std::size_t i = 0; i < cursors.size(); ++i)
      cursors[i] = make_cursor(document::parse_yaml(kCursors[i], "fuzz.yaml"), workshop);
  }
};

void walk(CursorRun& run) {
  for (int i = 0; i < 20 && run.next(); ++i) run.close_window();
}

// The state after the partition `p` was read once more.
document::Value after_a_read(Connector& connector, const Cursor& cursor, const document::Value& state) {
  PartitionLedger ledger({&cursor, connector.requester.get(), &connector.env, "s"}, state, std::nullopt);
  auto* entry = ledger.open(jinja::Value::dict({{"id", jinja::Value("p")}}), {});
  LEAT_ASSERT(entry);
  walk(*entry->run);
  ledger.close(*entry);
  ledger.finish({});
  return ledger.state();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 4096) return 0;
  static Connector connector;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Cursor& cursor = *connector.cursors[data[0] % connector.cursors.size()];
  document::Value state;
  try {
    state = document::parse_json(text, "state");
    std::unique_ptr<CursorRun> run = cursor.start({state}, *connector.requester);
    walk(*run);
    cursor.time_of_state(run->state());
    state = after_a_read(connector, cursor, state);
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() != ErrorCode::internal);
    return 0;
  }
  // What a read left is what the next one begins with; this must not throw.
  after_a_read(connector, cursor, document::parse_json(document::to_json(state), "state"));
  return 0;
}
