#include "server/live_site.h"

#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "server/folder_watch.h"
#include "server/web_server.h"
#include "support/temporary_folder.h"

namespace leat::server {

TEST_CASE("open pages hear of events, and those who come later of what is kept") {
  testing::TemporaryFolder folder;
  folder.write("index.html", "<h1>site</h1>");
  LiveSite site({folder.path()});
  site.keep("problems", "[1]");
  site.send("built", "[\"nobody hears\"]");
  httplib::Client client(site.url().substr(0, site.url().size() - 1));
  client.set_read_timeout(20);
  CHECK(client.Get("/index.html")->body ==
        "<h1>site</h1><script src=\"/_leat/live.js\" data-seen=\"1\"></script>\n");
  CHECK(client.Get("/_leat/live.js")->body.find("EventSource") != std::string::npos);
  CHECK(client.Get("/../etc/passwd")->status == 404);
  std::string heard;
  client.Get("/_leat/events?page=index.html&seen=0", [&](const char* bytes, std::size_t size) {
    if (heard.empty()) {
      // The first of what waits comes at once.
      CHECK(site.open_pages() == std::set<std::string>{"index.html"});
      site.send("built", "[\"index\"]");
    }
    heard.append(bytes, size);
    return heard.find("index") == std::string::npos;
  });
  CHECK(heard ==
        "event: problems\ndata: [1]\n\nevent: built\ndata: [\"nobody hears\"]\n\nevent: built\ndata: "
        "[\"index\"]\n\n");
}

TEST_CASE("saved files are told below the folder, also of folders that appear, and never of those left out") {
  testing::TemporaryFolder folder;
  folder.write("pages/index.md", "one");
  folder.write("site/index.html", "one");
  FolderWatch watch(folder.path(), {folder.path() + "/site"});
  folder.write("site/index.html", "two");
  folder.write(".leat/state", "two");
  folder.write("pages/index.md", "two");
  CHECK(watch.wait({}) == std::set<std::string>{"pages/index.md"});
  folder.write("pages/new/one.md", "one");
  CHECK(watch.wait({}).contains("pages/new/"));
  folder.write("pages/new/one.md", "two");
  CHECK(watch.wait({}).contains("pages/new/one.md"));
  std::stop_source stop;
  stop.request_stop();
  CHECK(watch.wait(stop.get_token()).empty());
}

}  // namespace leat::server
