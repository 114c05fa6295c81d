// pages COUNT: a local server of COUNT records of 20 fields, 1,000 a page, at /records?page=1 and on. Pages
// are rendered once; each answer is a copy with its own ids, so that the server costs little.
#include <fmt/core.h>
#include <httplib.h>
#include <sys/prctl.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr std::size_t kPageSize = 1000, kFirstId = 1'000'000;

std::string record(std::size_t i) {
  constexpr const char* kPlans[] = {"free", "basic", "business", "enterprise"};
  constexpr const char* kCities[] = {"Chicago", "San Francisco", "Des Moines", "Lisbon", "Nairobi"};
  return fmt::format(
      R"({{"id":{},"uuid":"{:08x}-5b1c-4c7e-9a51-{:012x}","name":"Customer {}","email":"customer.{}@example.com",)"
      R"("status":"{}","plan":"{}","is_active":{},"is_verified":{},"score":{}.{:02},"balance":{}.5,"orders":{},)"
      R"("currency":"USD","city":"{}","country":"US","language":"en","tags":["a{}","b{}"],)"
      R"("address":{{"street":"{} Main St","zip":"{:05}"}},"note":"Met at the fair in hall {}, wants a call",)"
      R"("created_at":"2024-01-{:02}T{:02}:{:02}:{:02}Z","updated_at":"2024-02-{:02}T{:02}:{:02}:{:02}Z"}})",
      kFirstId + i, i * 2654435761U % 4294967291U, i * 7919, i, i, i % 3 == 0 ? "closed" : "open",
      kPlans[i % 4], i % 2 == 0, i % 5 != 0, i % 100, i % 97, i * 13 % 5000, i % 40, kCities[i % 5], i % 9,
      i % 7, i % 900 + 1, i * 37 % 99999, i % 12, i % 28 + 1, i % 24, i % 60, i * 7 % 60, i % 28 + 1,
      i * 5 % 24, i * 11 % 60, i % 60);
}

struct Template {
  std::string text;
  std::vector<std::size_t> ids;  // where each record's id stands
  std::vector<std::size_t> ends;

  Template() {
    text = "{\"data\":[";
    for (std::size_t i = 0; i < kPageSize; ++i) {
      if (i > 0) text += ',';
      ids.push_back(text.size() + std::strlen("{\"id\":"));
      text += record(i);
      ends.push_back(text.size());
    }
  }
  std::string page(std::size_t from, std::size_t count) const {
    std::string out = count == 0 ? "{\"data\":[" : text.substr(0, ends[count - 1]);
    for (std::size_t i = 0; i < count; ++i) {
      std::size_t id = kFirstId + from + i;
      for (std::size_t digit = 7; digit-- > 0; id /= 10)
        out[ids[i] + digit] = static_cast<char>('0' + id % 10);
    }
    return out + "]}";
  }
};

}  // namespace

int main(int argc, char** argv) {
  const std::size_t total = argc > 1 ? static_cast<std::size_t>(std::atoll(argv[1])) : 0;
  if (total > 9'000'000) return 2;
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  const Template pages;
  httplib::Server server;
  server.set_keep_alive_max_count(1'000'000);
  server.set_tcp_nodelay(true);
  server.Get("/records", [&](const httplib::Request& request, httplib::Response& response) {
    const long asked = request.has_param("page") ? std::atol(request.get_param_value("page").c_str()) : 1;
    const std::size_t from = asked > 0 ? static_cast<std::size_t>(asked - 1) * kPageSize : total;
    const std::size_t count = from >= total ? 0 : std::min(kPageSize, total - from);
    response.set_content(pages.page(from, count), "application/json");
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  fmt::print("listening on http://127.0.0.1:{}\n", port);
  std::fflush(stdout);
  return server.listen_after_bind() ? 0 : 1;
}
