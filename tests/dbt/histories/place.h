// Place: a warehouse of a test, named by LEAT_HISTORIES_ON (duckdb, postgres), with a dbt project that builds
// in a schema of its own.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "dbt/build.h"
#include "dbt/project.h"
#include "support/temporary_folder.h"
#include "warehouses/warehouse.h"

namespace leat::dbt {

class Place {
 public:
  /// nullptr, and a message, where the machine has no such warehouse.
  static std::unique_ptr<Place> open(Env& env);
  ~Place();
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  const std::string& schema() const { return schema_; }
  const leat::testing::TemporaryFolder& folder() const { return folder_; }
  sql::Adapter& adapter() { return *adapter_; }
  /// Closes every handle, so that another process may open the warehouse.
  void close();
  void reopen();
  /// Loads the project of folder(), with variables.
  std::unique_ptr<Project> load(const std::string& vars, bool full_refresh = false);
  /// Builds a node; false when it fails. A microbatch model fails when one of its batches does.
  bool build(const Project& project, const std::string& unique_id, sql::Adapter* adapter = nullptr);
  /// Rows of a query, each cell printed, null as "~", sorted.
  std::vector<std::string> rows(const std::string& sql);
  /// The names of a relation's columns, sorted; empty where there is none.
  std::vector<std::string> columns(const std::string& identifier);
  /// "schema"."name"
  std::string named(const std::string& identifier) const;
  /// Why the last build failed.
  const std::string& failure() const { return failure_; }

 private:
  explicit Place(Env& env) : env_(env) {}
  Env& env_;
  leat::testing::TemporaryFolder folder_;
  std::string kind_, settings_, schema_, failure_;
  std::unique_ptr<warehouses::Warehouse> warehouse_;
  std::unique_ptr<sql::Adapter> adapter_;
};

/// How many histories a test plays: LEAT_HISTORIES, or 1.
int histories();

}  // namespace leat::dbt
