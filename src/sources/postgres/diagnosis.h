// Diagnosis: what stands in the way of reading a database, and the SQL that mends it.
//
// Guarantees: only looks; each problem comes with the exact statements for an administrator.
// Threads: function on a session.
// Errors: as the session's.
// Source: PostgreSQL 15 documentation, 31 (logical replication), 20.6 (its settings), 54.19
//   (pg_replication_slots)
#pragma once
#include <vector>

#include "sources/postgres/settings.h"
#include "stream/source.h"

namespace leat::sources::postgres {

/// Looks at the server, the rights, the tables, and for streams of changes the publication and the slot.
std::vector<stream::Finding> diagnose(const Options& options);

}  // namespace leat::sources::postgres
