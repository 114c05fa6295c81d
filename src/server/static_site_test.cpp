#include "server/static_site.h"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "http/client.h"
#include "support/temporary_folder.h"

namespace leat::server {

TEST_CASE("files of a folder are served, and nothing outside it, until the end is asked for") {
  testing::TemporaryFolder folder;
  folder.write("site/index.html", "<h1>docs</h1>");
  folder.write("site/lineage.json", "{}");
  folder.write("secret.txt", "nobody's");
  Env env, reader;
  std::vector<int> statuses;
  std::string body;
  std::jthread reading;
  serve_folder({folder.path() + "/site"}, env, [&](const std::string& url) {
    reading = std::jthread([&, url] {
      http::Client client(reader);
      for (const char* path : {"", "lineage.json", "nothing.html", "../secret.txt", "%2e%2e/secret.txt"}) {
        http::Request request;
        request.url = url + path;
        http::Response response = client.send(request);
        statuses.push_back(response.status);
        if (statuses.size() == 1) body = std::string(response.body.view());
      }
      env.request_stop();
    });
  });
  CHECK(statuses == std::vector<int>{200, 200, 404, 404, 404});
  CHECK(body == "<h1>docs</h1>");
}

TEST_CASE("a folder that is not there is refused") {
  Env env;
  CHECK_THROWS_AS(serve_folder({"/nowhere/at/all"}, env, [](const std::string&) {}), Error);
}

}  // namespace leat::server
