// Starts the program itself and asks it over HTTP.
#include <doctest/doctest.h>
#include <httplib.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace {

/// The server in a process of its own, ended with the object.
class Running {
 public:
  explicit Running(std::vector<std::string> options) {
    options.insert(options.begin(), std::getenv("LEAT_SODA"));
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], 1);
      close(ends[0]);
      std::vector<char*> words;
      for (std::string& option : options) words.push_back(option.data());
      words.push_back(nullptr);
      execv(words[0], words.data());
      _exit(127);
    }
    close(ends[1]);
    std::string line;
    for (char c = 0; read(ends[0], &c, 1) == 1 && c != '\n';) line += c;
    close(ends[0]);
    REQUIRE(line.starts_with("listening on http://127.0.0.1:"));
    client_ = std::make_unique<httplib::Client>("127.0.0.1", std::stoi(line.substr(line.rfind(':') + 1)));
  }
  ~Running() {
    client_.reset();
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  httplib::Client& client() { return *client_; }
  httplib::Result get(const std::string& path, const httplib::Headers& headers = {}) {
    return client_->Get(path.c_str(), headers);
  }
  void order(const std::string& what) { REQUIRE(client_->Post(("/__soda/" + what).c_str())->status == 200); }

 private:
  pid_t pid_ = 0;
  std::unique_ptr<httplib::Client> client_;
};

bool is_there() {
  if (std::getenv("LEAT_SODA")) return true;
  MESSAGE("skipped: LEAT_SODA does not name the program");
  return false;
}

const char* const kPage = "/resource/x2n5-8w5q.json?$select=:*,*&$order=:id&$limit=1000";

}  // namespace

TEST_CASE("the server answers pages with types, tags and dates, and 304 to a known tag") {
  if (!is_there()) return;
  Running soda({"--generate", "x2n5-8w5q=crimes:2000"});
  const auto page = soda.get(kPage);
  REQUIRE(page);
  CHECK(page->status == 200);
  CHECK(page->body.starts_with("[{\":id\":\"row-"));
  CHECK(page->body.ends_with("}]\n"));
  CHECK(std::count(page->body.begin(), page->body.end(), '\n') == 1000);
  CHECK(page->get_header_value("X-SODA2-Types").starts_with("[\"row_identifier\",\"fixed_timestamp\""));
  CHECK(page->get_header_value("X-SODA2-Data-Out-Of-Date") == "false");
  CHECK(page->get_header_value("Last-Modified").ends_with("GMT"));
  const auto again = soda.get(kPage, {{"If-None-Match", page->get_header_value("ETag")}});
  CHECK(again->status == 304);
  CHECK(again->body.empty());
  soda.order("change?rows=1");
  CHECK(soda.get(kPage, {{"If-None-Match", page->get_header_value("ETag")}})->status == 200);
}

TEST_CASE("a compressed page holds the same bytes") {
  if (!is_there()) return;
  Running soda({"--generate", "x2n5-8w5q=crimes:2000"});
  soda.client().set_decompress(false);
  const auto plain = soda.get(kPage);
  const auto pressed = soda.get(kPage, {{"Accept-Encoding", "gzip"}});
  CHECK(pressed->get_header_value("Content-Encoding") == "gzip");
  CHECK(pressed->body.size() < plain->body.size() / 3);
  soda.client().set_decompress(true);
  CHECK(soda.get(kPage, {{"Accept-Encoding", "gzip"}})->body == plain->body);
}

TEST_CASE("tokens, unknown data sets and metadata are answered as the city does") {
  if (!is_there()) return;
  Running soda({"--generate", "z8bn-74gv=stations", "--require-token", "secret"});
  CHECK(soda.get("/resource/z8bn-74gv.json")->status == 403);
  const auto wrong = soda.get("/resource/z8bn-74gv.json", {{"X-App-Token", "guess"}});
  CHECK(wrong->status == 403);
  CHECK(wrong->body.starts_with("{\"code\":\"permission_denied\",\"error\":true"));
  CHECK(soda.get("/resource/z8bn-74gv.json", {{"X-App-Token", "secret"}})->status == 200);
  CHECK(soda.get("/resource/z8bn-74gv.json?$$app_token=secret")->status == 200);
  CHECK(soda.get("/resource/abcd-efgh.json?$$app_token=secret")->status == 404);
  const auto view = soda.get("/api/views/z8bn-74gv.json?$$app_token=secret");
  CHECK(view->body.find("\"fieldName\":\"district\"") != std::string::npos);
  CHECK(view->body.find("\"dataTypeName\":\"url\"") != std::string::npos);
  CHECK(soda.get("/api/views/metadata/v1/z8bn-74gv?$$app_token=secret")->body.find("dataUpdatedAt") !=
        std::string::npos);
}

TEST_CASE("ordered faults happen once each and are logged") {
  if (!is_there()) return;
  Running soda({"--generate", "x2n5-8w5q=crimes:2000", "--order", "fail?status=503"});
  CHECK(soda.get(kPage)->status == 503);
  soda.order("rate_limit?retry_after=7");
  const auto limited = soda.get(kPage);
  CHECK(limited->status == 429);
  CHECK(limited->get_header_value("Retry-After") == "7");
  soda.order("garbage");
  CHECK(soda.get(kPage)->body.starts_with("<!DOCTYPE html>"));
  soda.order("stale?rows=empty");
  const auto stale = soda.get(kPage);
  CHECK(stale->get_header_value("X-SODA2-Data-Out-Of-Date") == "true");
  CHECK(stale->body == "[]\n");
  soda.order("truncate?after=300");
  CHECK(!soda.get(kPage));
  CHECK(soda.get(kPage)->status == 200);
  const auto log = soda.get("/__soda/requests?since=4");
  CHECK(log->body.find("\"n\":5,\"method\":\"GET\"") != std::string::npos);
  CHECK(log->body.find("\"rows\":1000") != std::string::npos);
}

TEST_CASE("a change can wait for a request, as one that comes between two pages") {
  if (!is_there()) return;
  Running soda({"--generate", "x2n5-8w5q=crimes:2000"});
  soda.order("delete?rows=10&skip=1&match=count");
  const char* const count = "/resource/x2n5-8w5q.json?$select=count(*)";
  CHECK(soda.get(kPage)->status == 200);
  CHECK(soda.get(count)->body == "[{\"count\":\"2000\"}]\n");
  CHECK(soda.get(count)->body == "[{\"count\":\"1990\"}]\n");
  CHECK(soda.get(count)->body == "[{\"count\":\"1990\"}]\n");
  soda.order("redirect?to=/elsewhere");
  const auto moved = soda.get(count);
  CHECK(moved->status == 301);
  CHECK(moved->get_header_value("Location") == "/elsewhere");
}

TEST_CASE("values with an equals sign arrive whole") {
  if (!is_there()) return;
  Running soda({"--generate", "x2n5-8w5q=crimes:2000"});
  CHECK(
      soda.get("/resource/x2n5-8w5q.json?$select=count(*)&$where=arrest=%27Y%27%20or%20arrest%3D'N'")->body ==
      "[{\"count\":\"2000\"}]\n");
}
