// Deliveries: where built pages go: a site to a folder or a bucket, a page as mail or to a
// chat.
//
// Guarantees: a published site changes file by file, pages after what they need; what is the
//   same is not sent again, and only files that an earlier publication put there are removed. A
//   page with a mistake is not sent.
// Threads: any; one publication of a place at a time.
// Errors: Error(config_invalid, config_env_missing) with file:line:column; those of
//   files/object_store.h, http/mail.h, http/client.h.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/spec.h"
#include "document/value.h"

namespace leat::run {

/// An entry of `pages.send`: a page that goes out when it is asked for (a schedule does).
struct Sending {
  std::string name, page;
  document::Value mapping;  ///< as written: its variables are filled in when it is sent
};

extern const Spec kPublishSpec, kSendingSpec;

/// Reads the mapping under `pages.send`.
std::vector<Sending> read_sendings(const document::Value& all);

struct Published {
  std::int64_t put = 0, same = 0, removed = 0, bytes = 0;
  std::string to;
};
/// True for a file of the site's folder that is no part of the site any more.
using LeftOver = std::function<bool(const std::string& name)>;
/// Brings the site in `folder` to the place that the mapping under `pages.publish` names.
Published publish_site(const std::string& folder, const LeftOver& is_left_over,
                       const document::Value& mapping, Env& env);

/// Sends a page that is one document (pages/still.h); returns where to.
std::string send_page(const Sending& sending, const std::string& title, const std::string& html, Env& env);
/// The address of the published site that an entry names; "" for none.
std::string site_address(const Sending& sending, const Env& env);

}  // namespace leat::run
