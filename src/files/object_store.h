// ObjectStore: files by key in one place: a folder of this machine or a prefix of an S3 bucket.
//
// Guarantees: an object appears whole or not at all, and replaces the one before it at once. Keys are
//   relative to the place, divided by "/"; list() gives them in the order of their bytes. With if_absent
//   exactly one of several writers puts an object.
// Threads: every function may be called from any.
// Owns: connections; an ObjectReader must not outlive its store.
// Errors: Error(store_refused, store_not_found, store_failed, store_credentials, file_io) with the
//   object's URL. What may pass (5xx, a slow or unreachable server) is tried again for as long as the
//   options say.
// Source: Amazon S3 API reference (PutObject, multipart upload, conditional writes, ListObjectsV2).
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/spec.h"
#include "document/settings.h"
#include "files/location.h"

namespace leat::files {

struct ObjectInfo {
  std::string key;
  std::int64_t size = 0;
  std::string etag;  ///< changes with the content; without quotes
  Timestamp modified{};
};

struct PutOptions {
  bool if_absent = false;  ///< leaves an object that is there alone
  std::string content_type = "application/octet-stream";
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  /// "s3://bucket/prefix/key" or the path, for messages and bookkeeping.
  virtual std::string url(std::string_view key) const = 0;
  /// Puts `content` and returns its etag; nullopt when if_absent and another object is there. An object of
  /// the very same bytes counts as one's own (an answer that was lost).
  virtual std::optional<std::string> put(const std::string& key, std::string_view content,
                                         const PutOptions& options = {}) = 0;
  /// The same with the content of a local file, in parts where it is large.
  virtual std::optional<std::string> put_file(const std::string& key, const std::string& path,
                                              const PutOptions& options = {}) = 0;
  /// What is known of an object; nullopt when there is none.
  virtual std::optional<ObjectInfo> head(const std::string& key) = 0;
  /// The bytes [from, from + length) of an object, fewer at its end; nullopt when there is none. With an
  /// `etag`, Error(store_failed) when the object is another one by now.
  virtual std::optional<std::string> get_range(const std::string& key, std::int64_t from, std::int64_t length,
                                               const std::string& etag = {}) = 0;
  /// Calls `each` for the objects below `prefix` (a whole or partial name) after `start_after`, in order,
  /// until it returns false.
  virtual void list(const std::string& prefix, const std::string& start_after,
                    const std::function<bool(const ObjectInfo&)>& each) = 0;
  /// Removes an object; fine when there is none.
  virtual void remove(const std::string& key) = 0;

  /// A whole small object; nullopt when there is none. Error(store_failed) when it is larger than
  /// `bytes_max`.
  std::optional<std::string> get(const std::string& key, std::int64_t bytes_max = 64 << 20);
};

/// Reads an object in pieces, all of one version of it.
class ObjectReader {
 public:
  ObjectReader(ObjectStore& store, ObjectInfo info, std::int64_t piece_bytes = 8 << 20);
  /// The next piece, valid until the next call; "" at the end.
  std::string_view next();

 private:
  ObjectStore& store_;
  const ObjectInfo info_;
  const std::int64_t piece_bytes_;
  std::int64_t at_ = 0;
  std::string piece_;
};

/// The settings of a place, for the Specs of what uses one (fields that begin with S3's names).
struct StoreOptions {
  std::string endpoint;  ///< "": AWS's; else such as http://127.0.0.1:9000
  std::string region;    ///< "": the environment's, else us-east-1
  std::string profile;
  std::string access_key, secret_key;
  bool path_style = false;  ///< the bucket in the path instead of the host; always so with an endpoint
  std::int64_t part_bytes = 16 << 20;
  std::chrono::milliseconds retry_for = std::chrono::minutes(5);
};
/// The fields of StoreOptions, to append to a Spec's own.
std::vector<SpecField> store_fields();
StoreOptions read_store_options(const document::Settings& settings);

/// Opens a place; its keys are relative to the location's path. Nothing is asked of a server yet.
std::unique_ptr<ObjectStore> open_store(const Location& location, const StoreOptions& options, Env& env);

}  // namespace leat::files
