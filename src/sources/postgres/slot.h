// Slot: the replication slot and the publication that a stream of changes stands on.
//
// Guarantees: a publication that Leat made follows the selected tables; one that it found is left alone.
// Threads: functions on sessions.
// Errors: Error(postgres_setup) with the SQL that mends it, Error(postgres_slot_lost).
// Source: PostgreSQL 15 documentation, 55.4 (streaming replication protocol), 53.19 (pg_replication_slots)
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sources/postgres/catalog.h"
#include "sources/postgres/change_state.h"
#include "stream/source.h"

namespace leat::sources::postgres {

struct SlotReport {
  bool active = false, temporary = false, two_phase = false;
  std::string plugin, database, wal_status;
  Lsn confirmed = 0, restart = 0;
};
/// What the server says of a slot; nullopt when it has none of that name.
std::optional<SlotReport> find_slot(Session& session, const std::string& name);

/// How far a slot is behind the server's log; nullopt where there is none.
std::optional<stream::Lag> slot_lag(Session& session, const std::string& name);

/// A slot's beginning: transactions that commit at `consistent` or later are streamed, those before it are
/// seen by `snapshot`, as long as the session that made the slot is idle.
struct SlotStart {
  Lsn consistent = 0;
  std::string snapshot;
};
/// Makes a slot. Requires: a replication session.
SlotStart create_slot(Session& replication, const std::string& name, bool temporary, bool failover);

/// Error where changes can't be read on from `state`: another server, a slot that is gone, lost or ahead.
/// Brings the state's timeline up to date.
void check_slot(Session& session, Session& replication, const Options& options, ChangeState& state);

/// Error(postgres_setup) unless the server writes logical log.
void check_server(Session& session);
struct PublicationReport {
  bool exists = false, is_ours = false;
  std::size_t tables = 0;
  std::string missing;  ///< the first table that it lacks, "" for none
};
/// How the publication stands to `tables`; of one that Leat did not make, its columns and conditions become
/// theirs.
PublicationReport find_publication(Session& session, const Options& options, std::vector<Table>& tables);
/// The statement that makes the publication.
std::string publication_sql(const Options& options, const std::vector<Table>& tables);
/// Makes the publication, or sees that it has the tables; their columns and conditions become the
/// publication's.
void ensure_publication(Session& session, const Options& options, std::vector<Table>& tables);

}  // namespace leat::sources::postgres
