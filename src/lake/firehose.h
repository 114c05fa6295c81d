// FirehoseDestination: loads streams into a delivery stream of Amazon Data Firehose, a JSON record a
// row.
//
// Guarantees: the state moves once every record of its load was taken. A crash repeats the records of
//   the load that was open (the service keeps no state); Leat's own endpoint takes repeated batches
//   once. Records that the service would not take for their size go to dead letters beside the state.
// Threads: one at a time.
// Owns: the store of its states.
// Errors: Error(firehose_refused), Error(lake_mode) for modes other than append.
#pragma once
#include <memory>

#include "base/env.h"
#include "base/spec.h"
#include "document/settings.h"
#include "files/object_store.h"
#include "lake/firehose_client.h"
#include "stream/destination.h"

namespace leat::lake {

extern const Spec kFirehoseSpec;

class FirehoseDestination : public stream::Destination {
 public:
  FirehoseDestination(const document::Settings& settings, Env& env);
  std::unique_ptr<stream::Load> begin(const stream::Target& target) override;
  std::vector<batch::Column> columns(const stream::Target&) override { return {}; }
  std::vector<batch::Column> last_columns(const std::string&, const std::string&) override { return {}; }
  stream::State read_state(const std::string& connection, const std::string& stream) override;
  void write_state(const std::string& connection, const std::string& stream,
                   const stream::State& state) override;

 private:
  friend class FirehoseLoad;
  static std::string state_key(const std::string& connection, const std::string& stream);
  FirehoseOptions options_;
  Env& env_;
  std::unique_ptr<files::ObjectStore> states_;
};

}  // namespace leat::lake
