// LocalStore: an ObjectStore in a folder.
//
// Guarantees: an object is written beside, synced to the disk and renamed; with if_absent it is linked, so
//   that one of several writers wins. Names that begin with ".leat-" are not listed. An etag is made of size
//   and time of change.
// Threads: any.
// Errors: Error(file_io) with the path.
#pragma once
#include "files/object_store.h"

namespace leat::files {

class LocalStore : public ObjectStore {
 public:
  /// `folder` ends with "/"; it is created when the first object is put.
  LocalStore(std::string folder, Env& env) : folder_(std::move(folder)), env_(env) {}
  std::string url(std::string_view key) const override { return folder_ + std::string(key); }
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
  std::string path_of(const std::string& key) const;
  std::optional<std::string> publish(const std::string& temporary, const std::string& key, bool if_absent);
  const std::string folder_;
  Env& env_;
};

}  // namespace leat::files
