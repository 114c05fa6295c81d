// The warehouse that a conformance test talks to, named by LEAT_CONFORMANCE: duckdb, postgres, ...
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "stream/source.h"
#include "support/stand_in.h"
#include "sync/sync.h"
#include "warehouses/warehouse.h"

namespace leat::conformance {

/// Whose turn it is; a database of its own in a temporary folder or a schema of its own on a server.
class UnderTest {
 public:
  /// Opens the warehouse; nullptr, and a message, where the machine has none.
  static std::unique_ptr<UnderTest> open(Env& env);
  ~UnderTest();
  warehouses::Warehouse& warehouse() { return *warehouse_; }
  const std::string& schema() const { return schema_; }
  const std::string& kind() const { return kind_; }
  /// Rows of a query, each cell printed, null as "~", sorted.
  std::vector<std::string> rows(const std::string& sql);

 private:
  std::string kind_, folder_, schema_;
  std::unique_ptr<testing::StandIn> stand_in_;
  std::unique_ptr<warehouses::Warehouse> warehouse_;
  std::unique_ptr<sql::Adapter> adapter_;
};

/// A source of one stream, `rows`, that gives the batches it is told.
class ScriptedSource : public stream::Source {
 public:
  ScriptedSource(stream::Stream stream, std::vector<batch::RecordBatch> batches, std::string state)
      : stream_(std::move(stream)), batches_(std::move(batches)), state_(std::move(state)) {}
  void check() override {}
  stream::Catalog discover() override { return {{stream_}}; }
  void read(std::span<const stream::Selection> selections, stream::Sink& sink) override;

 private:
  stream::Stream stream_;
  std::vector<batch::RecordBatch> batches_;
  std::string state_;
};

/// Syncs `batches` into the warehouse as the connection says.
sync::StreamResult load(UnderTest& under_test, const sync::Connection& connection, stream::Stream stream,
                        std::vector<batch::RecordBatch> batches, std::string state, Env& env);

}  // namespace leat::conformance
