#include "server/http_reader.h"

#include <doctest/doctest.h>

#include "support/fed_channel.h"

namespace leat::server {
namespace {

// With time between, as a slow client takes it.
class SlowChannel : public testing::FedChannel {
 public:
  SlowChannel(std::string_view fed, Env& env, std::chrono::milliseconds pause)
      : FedChannel(fed, 7), env_(env), pause_(pause) {}
  long read(char* into, std::size_t most, std::chrono::milliseconds patience) override {
    if (pause_.count() > 0) env_.wait(std::min(pause_, patience));
    return pause_ > patience ? -1 : FedChannel::read(into, most, patience);
  }

 private:
  Env& env_;
  std::chrono::milliseconds pause_;
};

struct Fixture {
  Env env{fixed_clock({}), 1};
  WebLimits limits;
  // What becomes of the bytes: the requests, then "end" or the status of the refusal.
  std::vector<std::string> read(const std::string& bytes, std::chrono::milliseconds pause = {}) {
    SlowChannel channel(bytes, env, pause);
    HttpReader reader(channel, limits, env);
    std::vector<std::string> out;
    for (;;) {
      HttpReader::Next next = reader.next(limits.idle);
      if (next == HttpReader::Next::request) {
        out.push_back(reader.take());
        continue;
      }
      out.push_back(next == HttpReader::Next::end ? "end" : std::to_string(reader.refusal().status));
      return out;
    }
  }
  std::string status(const std::string& head) { return read(head + "\r\n\r\n").back(); }
};

}  // namespace

TEST_CASE("requests that follow each other are read one by one") {
  Fixture f;
  auto got = f.read(
      "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /b?c=1 HTTP/1.1\r\nHOST: x\r\n\r\n");
  REQUIRE(got.size() == 3);
  CHECK(got[0] == "POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello");
  CHECK(got[1] == "GET /b?c=1 HTTP/1.1\r\nhost: x\r\n\r\n");
  CHECK(got[2] == "end");
}

TEST_CASE("chunks become a body of a known length") {
  Fixture f;
  auto got = f.read(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\nA;note=1\r\n0123456789\r\n0\r\n\r\n");
  CHECK(got[0].ends_with("content-length: 13\r\n\r\nabc0123456789"));
  CHECK(got[1] == "end");
}

TEST_CASE("what two servers could read differently is refused") {
  Fixture f;
  const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
  CHECK(f.status(post + "Content-Length: 4\r\nTransfer-Encoding: chunked") == "400");
  CHECK(f.status(post + "Content-Length: 4\r\nContent-Length: 5") == "400");
  CHECK(f.status(post + "Content-Length: +4") == "400");
  CHECK(f.status(post + "Content-Length: 4, 4") == "400");
  CHECK(f.status(post + "Content-Length : 4") == "400");
  CHECK(f.status(post + "Transfer-Encoding: gzip, chunked") == "400");
  CHECK(f.status(post + "Transfer-Encoding: xchunked") == "400");
  CHECK(f.status(post + "Transfer-Encoding:\x0b chunked") == "400");
  CHECK(f.status(post + "A: b\r\n folded: c") == "400");
  CHECK(f.status(post + "A: b\nTransfer-Encoding: chunked") == "400");
  CHECK(f.status(post + "Host: y") == "400");
  CHECK(f.status("GET / HTTP/1.1") == "400");
  CHECK(f.status("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3") == "400");
  CHECK(f.status("GET http://other/ HTTP/1.1\r\nHost: x") == "400");
  CHECK(f.status("GET  / HTTP/1.1\r\nHost: x") == "400");
  CHECK(f.status("GET /a%00b HTTP/1.1\r\nHost: x") == "400");
  CHECK(f.status("CONNECT x:1 HTTP/1.1\r\nHost: x") == "501");
  CHECK(f.status("PRI * HTTP/2.0") == "505");
  CHECK(f.read(post + "Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n").back() == "400");
  CHECK(f.read(post + "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n").back() == "400");
  CHECK(f.read(post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n").back() == "400");
  CHECK(f.read(post + "Transfer-Encoding: chunked\r\n\r\n0\r\nHost: z\r\n\r\n").back() == "400");
}

TEST_CASE("heads, headers, addresses and bodies are bounded, chunked ones too") {
  Fixture f;
  f.limits.body_bytes = 1000;
  const std::string get = "GET / HTTP/1.1\r\nHost: x\r\n", post = "POST / HTTP/1.1\r\nHost: x\r\n";
  CHECK(f.status(get + "A: " + std::string(20'000, 'a')) == "431");
  std::string many = get;
  for (int i = 0; i < 150; ++i) many += "A: b\r\n";
  CHECK(f.status(many + "C: d") == "431");
  CHECK(f.status("GET /" + std::string(5000, 'a') + " HTTP/1.1\r\nHost: x") == "414");
  CHECK(f.status(post + "Content-Length: 1001") == "413");
  std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 11; ++i) chunked += "64\r\n" + std::string(100, 'a') + "\r\n";
  CHECK(f.read(chunked).back() == "413");
  CHECK(f.status(post + "Content-Encoding: gzip\r\nContent-Length: 3") == "415");
}

TEST_CASE("a client that sends a byte now and then is not waited for") {
  Fixture f;
  auto began = f.env.steady();
  CHECK(f.read("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(200, 'a'), std::chrono::seconds(3)).back() ==
        "408");
  CHECK(f.env.elapsed_ms(began) <= 16'000);
}

}  // namespace leat::server
