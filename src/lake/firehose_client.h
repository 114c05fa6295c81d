// FirehoseClient: sends records to a delivery stream by PutRecordBatch.
//
// Guarantees: batches of at most 500 records and 4 MiB; records that a successful answer names as failed are
//   sent again, with growing waits, until none is left or retry_for has passed. Each batch carries an id
//   (X-Leat-Batch) that stays the same when the same records are sent again, so that Leat's own endpoint
//   takes them once; AWS may keep repeats.
// Threads: one at a time.
// Owns: an HTTP client, credentials, the records not sent yet.
// Errors: Error(firehose_refused) for what the service refuses for good; those of http/client.h.
// Source: Amazon Data Firehose API reference, PutRecordBatch.
#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "files/credentials.h"
#include "files/object_store.h"
#include "http/client.h"

namespace leat::lake {

struct FirehoseOptions {
  std::string stream;
  std::string endpoint;  ///< "": AWS's of the region
  files::StoreOptions account;
  std::string session;  ///< the beginning of the batches' ids; "" makes one by chance
};

class FirehoseClient {
 public:
  static constexpr std::size_t kRecordsMax = 500;
  static constexpr std::size_t kRequestBytesMax = 4 << 20;
  static constexpr std::size_t kRecordBytesMax = 1000 << 10;

  FirehoseClient(FirehoseOptions options, Env& env);
  /// Takes a record and sends a full batch; false for one that is larger than the service takes.
  bool add(std::string_view record);
  /// Sends what is left.
  void flush();
  std::int64_t records_sent() const { return sent_; }
  std::int64_t records_resent() const { return resent_; }

 private:
  void send();
  std::vector<std::string> try_once(const std::string& id, std::string& reason, bool& is_whole);
  const FirehoseOptions options_;
  Env& env_;
  http::Client client_;
  files::AwsCredentials credentials_;
  std::string region_;
  std::vector<std::string> batch_;  // base64
  std::size_t batch_bytes_ = 0;
  std::int64_t batch_count_ = 0, sent_ = 0, resent_ = 0;
};

}  // namespace leat::lake
