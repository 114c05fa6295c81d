// ProjectFile: leat.yml, read and checked: targets, connections, stand-in, dbt project, pages.
//
// Guarantees: every problem of the file is reported with file:line:column; variables are
//   filled in only when a component is opened, so a target that is not used needs no
//   variables.
// Threads: immutable.
// Errors: Error(config_not_found), Error(document_syntax), Error(config_invalid).
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dbt/profile.h"
#include "document/value.h"
#include "run/deliveries.h"
#include "run/partitions/partition_set.h"
#include "run/schedules/schedule.h"
#include "run/watch/freshness_policy.h"
#include "sources/source_kind.h"
#include "sync/connection.h"
#include "warehouses/warehouse.h"

namespace leat::run {

struct ConnectionFile {
  sync::Connection connection;
  document::Value source;   ///< the mapping under `source:`
  std::string destination;  ///< a target without SQL that its streams go to; "" means the run's target
};

struct PipeFile {
  std::string name;
  document::Value mapping;  ///< as written: its variables are filled in when it is opened
};

struct StandIn {
  std::vector<std::string> command;
  std::string variable;
};

struct ProjectFile {
  std::string folder;  ///< absolute
  std::string name;
  std::string default_target;
  document::Value targets;  ///< name -> mapping
  std::vector<ConnectionFile> connections;
  std::vector<PipeFile> pipes;
  std::vector<Schedule> schedules;
  std::vector<PartitionSet> partitions;
  std::vector<FreshnessPolicy> freshness;
  std::optional<StandIn> stand_in;
  std::string dbt_folder;    ///< "" when there is no dbt project
  std::string pages_folder;  ///< "" when there are no pages
  std::string site_folder;
  std::string title;
  bool draws_charts = true;       ///< `pages.draw`
  document::Value publish;        ///< the mapping under `pages.publish`; null: the site stays where it is
  std::vector<Sending> sendings;  ///< of `pages.send`
  std::string profile;            ///< of profiles.yml; "" where leat.yml names the targets
  document::Value serve;          ///< the mapping under `serve:`, as written
  document::Value sensors, alerts, observe;  ///< as written: their variables are filled in when they are used
  int threads = 4;

  /// The connection of that name; Error(config_invalid) lists near names.
  const ConnectionFile& connection(const std::string& wanted) const;
};

/// True when there is a leat.yml in `start` or a folder above it.
bool has_project(const std::string& start);
/// Finds leat.yml in `start` or a folder above it; Error(config_not_found).
std::string find_project(const std::string& start);
/// Reads `folder`/leat.yml, and `folder`/.env into `env`.
ProjectFile load_project(const std::string& folder, Env& env);
/// A project that is only a dbt project, with the target of its profiles.yml.
ProjectFile dbt_project(const dbt::ProfileOptions& options, Env& env);
/// A project that is only pages (an Evidence project), with a DuckDB file of its own in `folder`/.leat.
ProjectFile pages_project(const std::string& folder);
/// The target's name: `wanted`, else LEAT_TARGET, else the file's default; checked.
std::string choose_target(const ProjectFile& project, const std::string& wanted, const Env& env);
/// Opens a target's warehouse.
std::unique_ptr<warehouses::Warehouse> open_warehouse(const ProjectFile& project, const std::string& target,
                                                      Env& env);
/// Opens a connection's source.
std::unique_ptr<stream::Source> open_source(const ConnectionFile& connection, Env& env);

}  // namespace leat::run
