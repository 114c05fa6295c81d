// Notifications: what S3 tells of new objects through a queue of SQS.
//
// Guarantees: a message leaves the queue only by remove(), after its files are loaded; one that comes twice
//   names files that are known by then. A message that is no notification of objects is passed over.
// Threads: one at a time.
// Owns: an HTTP client and credentials.
// Errors: Error(store_refused), Error(store_failed), Error(store_credentials).
// Source: Amazon SQS API reference (ReceiveMessage, DeleteMessageBatch; JSON protocol); Amazon S3 user guide,
//   "Event message structure".
#pragma once
#include <string>
#include <vector>

#include "base/env.h"
#include "document/value.h"
#include "files/credentials.h"
#include "http/client.h"
#include "lake/pipe/settings.h"

namespace leat::lake {

struct Notification {
  std::string receipt;
  std::vector<std::string> keys;  ///< whole keys of the bucket
};

class Notifications {
 public:
  Notifications(const PipeSettings& settings, Env& env);
  /// Waits up to 20 seconds for the next messages.
  std::vector<Notification> receive();
  void remove(const std::vector<Notification>& messages);

 private:
  document::Value call(const std::string& action, const std::string& body);
  const PipeSettings& settings_;
  Env& env_;
  http::Client client_;
  files::AwsCredentials credentials_;
  std::string region_;
};

/// The keys of new objects of `bucket` in a message's body; also where SNS wrapped it.
std::vector<std::string> keys_of_message(const std::string& body, const std::string& bucket);

}  // namespace leat::lake
