#include "http/network_policy.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>

#include "base/error.h"
#include "http/client.h"
#include "support/http_server.h"

using namespace leat;
using namespace leat::http;
using leat::testing::ScriptedReply;
using leat::testing::ScriptedRequest;
using leat::testing::ScriptedServer;

namespace {

std::string refusal(const NetworkPolicy& policy, const char* address) {
  sockaddr_in four{};
  sockaddr_in6 six{};
  four.sin_family = AF_INET;
  six.sin6_family = AF_INET6;
  if (inet_pton(AF_INET, address, &four.sin_addr) == 1)
    return std::string(policy.refusal(reinterpret_cast<sockaddr*>(&four)));
  REQUIRE(inet_pton(AF_INET6, address, &six.sin6_addr) == 1);
  return std::string(policy.refusal(reinterpret_cast<sockaddr*>(&six)));
}

}  // namespace

TEST_CASE("addresses of this network and this machine are told from those of the internet") {
  NetworkPolicy policy("private, loopback, link_local", "10.1.0.0/16 fd00::7");
  for (const char* address : {"127.0.0.1", "0.0.0.0", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"})
    CHECK_MESSAGE(refusal(policy, address) == "loopback", address);
  for (const char* address : {"169.254.169.254", "fe80::1", "::ffff:169.254.169.254"})
    CHECK_MESSAGE(refusal(policy, address) == "link-local", address);
  for (const char* address :
       {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd00::8"})
    CHECK_MESSAGE(refusal(policy, address) == "private", address);
  for (const char* address : {"8.8.8.8", "172.32.0.1", "11.0.0.1", "2606:4700::1", "10.1.2.3", "fd00::7"})
    CHECK_MESSAGE(refusal(policy, address) == "", address);
  CHECK(refusal(NetworkPolicy("link_local", ""), "127.0.0.1") == "");
}

TEST_CASE("what is no policy is refused") {
  CHECK_THROWS_AS(NetworkPolicy("everything", ""), Error);
  CHECK_THROWS_AS(NetworkPolicy("private", "here"), Error);
  CHECK_THROWS_AS(NetworkPolicy("private", "10.0.0.0/33"), Error);
}

TEST_CASE("a request to what is denied never arrives, whatever name it goes by") {
  ScriptedServer inside([](const ScriptedRequest&) { return ScriptedReply{}; });
  std::string port = inside.url().substr(inside.url().rfind(':'));
  Env env;
  env.set_variable("LEAT_NETWORK_DENY", "loopback link_local private");
  Client client(env);
  for (std::string url : {"http://127.0.0.1" + port, "http://localhost" + port, "http://0.0.0.0" + port,
                          "http://2130706433" + port, "http://[::ffff:127.0.0.1]" + port}) {
    Request request;
    request.url = url;
    CHECK_THROWS_WITH_AS(client.send(request), doctest::Contains("network policy denies"), Error);
  }
  CHECK(inside.requests().empty());
}
