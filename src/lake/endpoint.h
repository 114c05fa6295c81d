// Endpoint: a local server that takes records as Amazon Data Firehose does and delivers them into a lake.
//
// Guarantees: an answer that says a record was taken comes after it is on the disk. PutRecord, PutRecordBatch
//   and DescribeDeliveryStream are known; streams are made by their first record. It checks no signatures:
//   whoever reaches its address may write.
// Threads: serve() blocks, and starts threads of its own.
// Owns: the server and the deliveries.
// Errors: Error(config_invalid) for an address that can't be had.
// Source: Amazon Data Firehose API reference.
#pragma once
#include <functional>
#include <string>

#include "base/env.h"
#include "lake/settings.h"

namespace leat::lake {

struct EndpointOptions {
  std::string host = "127.0.0.1";
  int port = 0;  ///< 0 chooses one
  std::string spool;
  LakeSettings lake;
};

/// Serves until the Env is asked to stop; what is not delivered by then waits in the spool. `listening` is
/// told the URL.
void serve_endpoint(const EndpointOptions& options, Env& env,
                    const std::function<void(const std::string& url)>& listening);

/// Delivers all that waits in the spool and returns the number of records.
std::int64_t drain_spool(const EndpointOptions& options, Env& env);

}  // namespace leat::lake
