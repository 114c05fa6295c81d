// AirbyteObjects: a project's connections, sources and destinations in the shapes of Airbyte's APIs.
//
// Guarantees: identifiers are derived from names: the same in every process and after every restart.
// Threads: immutable.
// Owns: nothing; the project has to outlive it.
// Errors: none; what is not there is nullopt or nullptr.
// Source: Airbyte's public API v1 and Config API v1 (their OpenAPI files)
#pragma once
#include <optional>
#include <string>

#include "run/project_file.h"
#include "run/store/queue.h"

namespace leat::server {

class AirbyteObjects {
 public:
  AirbyteObjects(const run::ProjectFile& project, std::string target)
      : project_(project), target_(std::move(target)) {}

  std::string workspace_id() const { return id("workspace", ""); }
  std::string id(std::string_view kind, const std::string& name) const;
  const run::ConnectionFile* connection(const std::string& connection_id) const;
  /// The name of a target; "" when there is none of that id.
  std::string destination_name(const std::string& destination_id) const;
  const run::ConnectionFile* source(const std::string& source_id) const;

  document::Value workspace() const;
  document::Value connection_value(const run::ConnectionFile& connection) const;
  document::Value source_value(const run::ConnectionFile& connection) const;
  document::Value destination_value(const std::string& target) const;
  document::Value streams_value(const run::ConnectionFile& connection) const;
  /// As `connections/get` of the Config API has it.
  document::Value configured_connection(const run::ConnectionFile& connection) const;

  /// A job of the public API; its status is never `queued`, which Airflow's client does not know.
  document::Value job_value(const run::Job& job) const;
  /// A job with its attempts, as the Config API has it.
  document::Value job_read(const run::Job& job, const std::vector<run::JobAttempt>& attempts) const;

 private:
  std::string destination_of(const run::ConnectionFile& connection) const {
    return connection.destination.empty() ? target_ : connection.destination;
  }
  const run::ProjectFile& project_;
  std::string target_;
};

/// The kinds of jobs that belong to a connection.
constexpr const char* kSyncKinds = "sync,reset,refresh,clear";

}  // namespace leat::server
