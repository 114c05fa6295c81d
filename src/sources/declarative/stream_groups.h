// StreamGroups: which streams of a connector must not be read at the same time.
//
// Guarantees: of a group one stream is read at a time, by whichever opening of the
//   connector. No stream is in a group with one of those that it is made from: it would wait
//   for itself.
// Threads: any.
// Owns: its groups' places, with all who share them.
// Errors: Error(config_invalid) when made; Error(cancelled) while waiting.
// Source: behaviour of the Airbyte CDK's stream groups (BlockSimultaneousSyncsAction).
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/env.h"
#include "document/value.h"

namespace leat::sources::declarative {

class StreamGroups {
 public:
  /// A stream's turn in its group, as long as it lives.
  using Turn = std::unique_lock<std::mutex>;
  StreamGroups(const document::Value& manifest, const std::string& identity, Env& env);
  /// Waits until no other stream of the group is read.
  Turn wait_for_turn(const std::string& stream, Env& env) const;

 private:
  std::map<std::string, std::shared_ptr<std::mutex>, std::less<>> places_;  // by stream
};

}  // namespace leat::sources::declarative
