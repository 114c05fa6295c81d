// ConnectorContext: what all components of one opened connector share: budget of calls, cached
// answers, tokens, and the config with what was changed in it while running.
//
// Guarantees: the cache holds a bounded number of bytes. A token is asked for once at a time.
//   What changes in the config is kept in the credentials file, if there is one, before it is
//   used.
// Threads: every member function may be called from any thread.
// Owns: its parts.
// Errors: Error(file_io) when the credentials file can't be written.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "document/value.h"
#include "http/message.h"

namespace leat::sources::declarative {

class ApiBudget;

/// A token that several streams use.
struct TokenSlot {
  std::mutex mutex;  // guards all that follows, also while the token is asked for
  std::string token, refresh_token;
  std::optional<Timestamp> expires;  ///< nullopt with a token: it does not
};

/// Answers of streams that several streams need: parents.
class AnswerCache {
 public:
  std::optional<http::Response> find(const std::string& key);
  void keep(const std::string& key, const http::Response& response);

 private:
  struct Kept {
    int status = 200;
    http::Headers headers;
    std::string body, url;
  };
  std::mutex mutex_;  // guards the rest
  std::map<std::string, Kept> kept_;
  std::size_t bytes_ = 0;
};

/// The config as it is now.
class LiveConfig {
 public:
  using Listener = std::function<void(const document::Value& config)>;
  /// `file`: where changes are kept, "" for nowhere. What it holds is put over `config`, unless the values
  /// that were changed have been set anew in the config since.
  LiveConfig(document::Value config, std::string file);
  document::Value get();
  void listen(Listener listener);
  /// Sets values at paths, or takes them away where they are null, and keeps that.
  void set(const std::vector<std::pair<std::vector<std::string>, document::Value>>& changes);

 private:
  void save() const;
  std::mutex mutex_;  // guards the rest
  document::Value original_, config_, changes_;
  const std::string file_;
  Listener listener_;
};

struct ConnectorContext {
  explicit ConnectorContext(document::Value config, std::string credentials_file = {});
  ~ConnectorContext();
  /// The token of that name, made when it is first asked for.
  std::shared_ptr<TokenSlot> token(const std::string& name);

  std::size_t answer_bytes_max = 512u << 20;
  std::size_t concurrency = 4;
  std::size_t batch_rows_max = 50'000;
  std::size_t ahead_bytes_max = 64u << 20;  ///< of answers that wait to be decoded
  std::string files_folder;           ///< where files of records go, "" for nowhere
  std::string record_column;          ///< a column with each record as it came, "" for none
  std::size_t jobs_max = 1;           ///< reports that an API makes at the same time
  std::string identity;               ///< the same for all openings of a connector with this config
  std::shared_ptr<ApiBudget> budget;  // null: none
  AnswerCache cache;
  LiveConfig config;

 private:
  std::mutex mutex_;  // guards tokens_
  std::map<std::string, std::shared_ptr<TokenSlot>> tokens_;
};

}  // namespace leat::sources::declarative
