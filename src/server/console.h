// Console: the operator's pages: three files that are compiled in, for every path that a
// browser asks for; and what the project has made for people to read: its site of pages, its
// docs.
//
// Guarantees: the program's own files need no credentials (they hold no data); pages and docs
//   do, and are shown in a sandbox: their scripts reach neither the API nor the console. A
//   client that asks a page's address for JSON gets what the page shows.
// Threads: any.
// Owns: nothing.
// Errors: none; what is not there is 404.
// Source: the HTML standard, section 7.1.5 (sandboxing); Content Security Policy Level 3
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "run/project_file.h"
#include "server/api/call.h"

namespace leat::server {

class Console {
 public:
  /// `own` answers calls of Leat's API; `allows` says who may read pages and docs.
  Console(const run::ProjectFile& project, std::function<std::optional<Reply>(const Call&)> own,
          std::function<bool(const Call&)> allows);
  std::optional<Reply> answer(const Call& call);

 private:
  Reply page() const;
  Reply script(const std::string& name, const Call& call) const;
  Reply report(const std::string& path, const Call& call) const;

  const run::ProjectFile& project_;
  std::function<std::optional<Reply>(const Call&)> own_;
  std::function<bool(const Call&)> allows_;
  std::string version_;  // of the files: a hash
  std::string page_;
};

}  // namespace leat::server
