// Busy: the time in which a session's statement runs and may be cancelled or be late.
//
// Guarantees: a cancel that comes before or after it does nothing.
// Threads: the session's.
// Owns: nothing; the Session outlives it.
// Errors: check() throws Error(warehouse_cancelled) once the statement was asked to end.
#pragma once
#include "server/pgwire/copy_writer.h"
#include "server/pgwire/session.h"

namespace leat::server::pgwire {

class Session::Busy {
 public:
  explicit Busy(Session& session);
  ~Busy();
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  void check();

 private:
  Running& running_;
};

}  // namespace leat::server::pgwire
