// BackendOrders: what a statement asks of other sessions: pg_cancel_backend() and pg_terminate_backend(),
// which tools send to end a query that they have given up.
//
// Guarantees: none of a session is named that does not stand in the statement or its parameters.
// Threads: pure functions.
// Owns: nothing.
// Errors: none.
// Source: PostgreSQL documentation, chapter 9.27.2
#pragma once
#include <string_view>
#include <vector>

#include "server/pgwire/engine.h"

namespace leat::server::pgwire {

struct BackendOrder {
  std::int32_t process = 0;
  bool ends_session = false;  ///< pg_terminate_backend
  bool operator==(const BackendOrder&) const = default;
};

/// The orders in a statement: `pg_cancel_backend(7)`, or with `pid` where the statement says `pid = 7`.
std::vector<BackendOrder> backend_orders(std::string_view sql, const std::vector<Parameter>& parameters);

}  // namespace leat::server::pgwire
