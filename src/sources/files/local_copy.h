// LocalCopy: a file of anywhere as a file of this machine.
//
// Guarantees: what is on this machine is used where it stands; the rest is fetched in pieces into the
//   temporary folder under its own name, and goes with the object. All of it is one version of the
//   file.
// Threads: one at a time.
// Errors: Error(file_io, store_…, http_…) with the URL.
// Source: RFC 9110 14 (range requests).
#pragma once
#include <string>

#include "base/env.h"
#include "files/object_store.h"

namespace leat::sources::files {

class LocalCopy {
 public:
  /// Fetches an object of a store.
  LocalCopy(leat::files::ObjectStore& store, const leat::files::ObjectInfo& object, Env& env);
  /// Fetches what an http or https address answers.
  LocalCopy(const std::string& url, Env& env);
  ~LocalCopy();
  LocalCopy(const LocalCopy&) = delete;
  LocalCopy& operator=(const LocalCopy&) = delete;
  const std::string& path() const { return path_; }

 private:
  void make_folder(std::string_view name);
  std::string folder_, path_;
};

}  // namespace leat::sources::files
