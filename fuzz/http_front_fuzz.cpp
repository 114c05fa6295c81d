// rooms: server
// A connection of the server's HTTP door over a channel that reads what it is fed, through strict reading,
// the gate and every call of the API: any bytes are answered or refused, no call fails by surprise (500),
// nobody gets in without credentials. The first byte says who listens: an open server of this machine, or one
// with users; and how bytes come.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"
#include "server/access/secrets.h"
#include "server/api/airbyte_api.h"
#include "server/api/own_api.h"
#include "server/api/session_api.h"
#include "support/fed_channel.h"
#include "support/temporary_folder.h"

namespace {

using namespace leat;
using namespace leat::server;
using testing::FedChannel;

void demand(bool is_so) {
  if (!is_so) std::abort();
}

AccessSettings without_limits() {
  AccessSettings settings;
  settings.requests_per_second = settings.logins_per_minute = 0;
  return settings;
}

struct Server {
  testing::TemporaryFolder folder;
  Env env{fixed_clock(Timestamp(std::chrono::hours(24 * 365 * 50))), 1};
  run::ProjectFile project;
  run::Queue queue;
  run::Accounts accounts;
  ClientAccess client;
  Gatekeeper gate;
  Control control;
  AirbyteApi airbyte;
  OwnApi own;
  SessionApi session;
  HttpFront front;

  explicit Server(const std::string& secret)
      : project(shop(folder.path())),
        queue(folder.path()),
        accounts(folder.path()),
        client(secret.empty() ? "" : "leat", secret, env),
        gate(without_limits(), true, accounts, client, env),
        control{project, "duckdb", queue, env, [] {}, [](std::int64_t) { return false; }},
        airbyte(control, client),
        own(control),
        session(gate),
        front({},
              {[this](const Call& call) { return airbyte.answer(call); },
               [this](const Call& call) { return session.answer(call); },
               [this](const Call& call) { return own.answer(call); }},
              env, &gate) {}

  // Made by hand: nothing of it is ever run.
  static run::ProjectFile shop(const std::string& folder) {
    run::ProjectFile project;
    project.folder = folder;
    project.name = "shop";
    project.default_target = "duckdb";
    project.targets = document::Value::mapping(
        {{"duckdb", document::Value::mapping({{"type", document::Value::of("duckdb")},
                                              {"path", document::Value::of(":memory:")}})}});
    project.connections.emplace_back();
    project.connections[0].connection.name = "orders";
    project.connections[0].source = document::Value::mapping({{"type", document::Value::of("files")}});
    project.schedules.emplace_back();
    project.schedules[0].name = "nightly";
    project.schedules[0].cron_text = "0 3 * * *";
    project.schedules[0].cron = run::CronExpression::parse("0 3 * * *");
    return project;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  static Server open(""), closed("s3cret");
  Server& server = data[0] & 1 ? closed : open;
  FedChannel channel({reinterpret_cast<const char*>(data) + 1, size - 1}, data[0] & 2 ? 3 : 65536);
  server.front.serve(channel, "127.0.0.1");
  std::string_view told = channel.told;
  demand(told.empty() || told.starts_with("HTTP/1."));
  demand(told.find("HTTP/1.1 500 ") == std::string_view::npos);
  // Some seeds hold the secret, as it is or as basic authentication has it.
  std::string_view fed(reinterpret_cast<const char*>(data), size);
  bool has_secret =
      fed.find("s3cret") != std::string_view::npos || fed.find("OnMzY3JldA") != std::string_view::npos ||
      fed.find("czM2NyZXQ") != std::string_view::npos || fed.find("pzM2NyZXQ") != std::string_view::npos;
  if ((data[0] & 1) && !has_secret) demand(told.find("\"jobs\":[") == std::string_view::npos);
  return 0;
}
