// Warehouse: a SQL engine that users name in leat.yml. Its folder implements a Destination (loads rows) and
// an Adapter (runs SQL); this file says how the floor above gets at them, warehouses.cpp lists the kinds.
//
// Guarantees: destination() and adapter() may be called any number of times; each gives a session of its own.
//   Nothing is opened or asked before the first of them.
// Threads: a Warehouse may be used from any thread; what it hands out by one thread at a time.
// Owns: shared engine handles (one DuckDB instance a file). It must outlive what it handed out.
// Errors: Error(warehouse_connect), Error(warehouse_locked).
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/spec.h"
#include "document/settings.h"
#include "sql/adapter.h"
#include "stream/destination.h"

namespace leat::warehouses {

class Warehouse {
 public:
  virtual ~Warehouse() = default;
  virtual const sql::Dialect& dialect() const = 0;
  /// The database that its sessions are in, as the settings tell it: nothing is opened to know it.
  virtual std::string database() const = 0;
  virtual std::unique_ptr<stream::Destination> destination() = 0;
  virtual std::unique_ptr<sql::Adapter> adapter() = 0;
  /// Copies all that it holds, as of one moment, into a new file; false where it is a server, which has
  /// backups of its own.
  virtual bool copy_to(const std::string& /*path*/) { return false; }
  /// The file that it is, "" for a server.
  virtual std::string file() const { return ""; }
};

struct WarehouseKind {
  std::string_view name;  ///< as in `type:` of leat.yml and profiles.yml
  const Spec* spec;
  std::unique_ptr<Warehouse> (*open)(const document::Settings& settings, Env& env);
};

/// Every kind, in alphabetical order.
const std::vector<const WarehouseKind*>& warehouse_kinds();
/// The kind of that name; Error(warehouse_unknown) lists the known ones.
const WarehouseKind& find_warehouse_kind(std::string_view name, std::string_view where);

}  // namespace leat::warehouses
