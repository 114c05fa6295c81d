// S3Store: an ObjectStore in a bucket of S3 or of a server that speaks its API.
//
// Guarantees: signs every request itself; files above part_bytes go up in parts, and a failed upload is
//   aborted. A request that may yet succeed is tried again with growing waits for up to retry_for; the clock
//   and the region are corrected from the server's answers.
// Threads: any.
// Owns: an HTTP client and the credentials.
// Errors: see object_store.h.
// Source: Amazon S3 API reference.
#pragma once
#include <atomic>
#include <mutex>

#include "files/credentials.h"
#include "files/object_store.h"

namespace leat::files {

class S3Store : public ObjectStore {
 public:
  S3Store(Location location, const StoreOptions& options, Env& env);
  std::string url(std::string_view key) const override;
  std::optional<std::string> put(const std::string& key, std::string_view content,
                                 const PutOptions& options) override;
  std::optional<std::string> put_file(const std::string& key, const std::string& path,
                                      const PutOptions& options) override;
  std::optional<ObjectInfo> head(const std::string& key) override;
  std::optional<std::string> get_range(const std::string& key, std::int64_t from, std::int64_t length,
                                       const std::string& etag) override;
  void list(const std::string& prefix, const std::string& start_after,
            const std::function<bool(const ObjectInfo&)>& each) override;
  void remove(const std::string& key) override;

 private:
  /// What a request asks for; `key` is whole, "" for the bucket itself.
  struct Call {
    std::string method = "GET", key, query, body = {};
    http::Headers headers = {};
  };
  struct Answer {
    http::Response response;
    bool was_repeated = false;  ///< an earlier try may have had its effect
  };
  Answer send(const Call& call);
  /// How long to wait before the next try, nullopt when the answer is final.
  std::optional<std::chrono::milliseconds> retry_after(const http::Response& response, int tries);
  bool correct_course(const http::Response& response, std::string_view code);
  std::string request_url(const Call& call);
  [[noreturn]] void raise(const Answer& answer, const std::string& key) const;
  std::optional<std::string> settle(const Answer& answer, const std::string& key, std::string_view content);
  std::optional<std::string> put_parts(const std::string& key, std::int64_t size,
                                       const std::function<std::string(std::int64_t, std::int64_t)>& part,
                                       const PutOptions& options);
  std::string complete_body(const std::vector<std::string>& etags) const;

  const Location location_;
  const StoreOptions options_;
  Env& env_;
  http::Client client_;
  AwsCredentials credentials_;
  std::atomic<std::int64_t> clock_offset_us_{0};
  std::mutex mutex_;    // guards region_
  std::string region_;  // may be corrected by the server
};

}  // namespace leat::files
