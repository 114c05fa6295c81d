// AirbyteApi: the calls of Airbyte's public API and Config API that clients make to trigger a sync and wait
// for
//   it, and to look around.
//
// Guarantees: below /api/public/v1 and /v1 the public API, below /api/v1 the Config API. Statuses and shapes
// are
//   those that its Python client, Airflow and Dagster accept. What leat.yml declares can't be changed by
//   calls: such a call is answered with 405.
// Threads: any.
// Owns: nothing.
// Errors: what a call did wrong is in the reply.
// Source: Airbyte's public API v1 and Config API v1 (their OpenAPI files)
#pragma once
#include <optional>

#include "server/access/client_access.h"
#include "server/api/airbyte_objects.h"
#include "server/api/call.h"
#include "server/api/control.h"

namespace leat::server {

class AirbyteApi {
 public:
  AirbyteApi(const Control& control, ClientAccess& access)
      : control_(control), access_(access), objects_(control.project, control.target) {}

  /// The answer to a call; nullopt where its path is not Airbyte's.
  std::optional<Reply> answer(const Call& call);

 private:
  // The public API; `path` without the prefix.
  Reply answer_public(const Call& call, std::string_view path);
  Reply token(const Call& call);
  Reply jobs(const Call& call, std::string_view id);
  Reply list_jobs(const Call& call);
  Reply create_job(const Call& call);
  Reply connections(const Call& call, std::string_view id);
  Reply sources(const Call& call, std::string_view id);
  Reply destinations(const Call& call, std::string_view id);
  Reply workspaces(const Call& call, std::string_view id);
  Reply streams(const Call& call);
  Reply page(const Call& call, std::vector<document::Value> all, bool is_cut = false) const;
  // The Config API.
  Reply answer_config(const Call& call, std::string_view path);
  Reply config_sync(const document::Value& body, const std::string& kind);
  Reply config_job(const document::Value& body, bool cancels);
  Reply config_jobs(const document::Value& body);

  std::optional<run::Job> find_job(std::int64_t id);
  // Adds a job unless the connection is busy.
  std::optional<run::Job> add_sync(const std::string& connection, const std::string& kind);

  Control control_;
  ClientAccess& access_;
  AirbyteObjects objects_;
};

}  // namespace leat::server
