// soda: a small local server that speaks the city's SODA 2.1, for demos, tests and measurements.
#include <fmt/core.h>
#include <httplib.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "generate.h"
#include "generate_city.h"
#include "geocode.h"
#include "load.h"
#include "service.h"

namespace {

constexpr const char* kHelp = R"(soda: a stand-in for a city's open-data API (SODA 2.1). It is not the city.

  --port N                     listen on 127.0.0.1:N; 0 chooses a free port (default)
  --folder DIR                 serve NAME.json, NAME.csv (also .gz) of a folder
  --dataset 4x4=FILE           serve one file under this id
  --generate 4x4=KIND          a generated data set: crimes:ROWS[:SEED], stations, wards; calls:ROWS[:SEED],
                               call_types, neighborhoods, districts; fires:ROWS[:SEED]
  --geocoder KEY               also answers /maps/api/geocode/json; other keys are refused, "" takes any
  --geocoder-busy N            the first N questions to it are answered OVER_QUERY_LIMIT
  --require-token TOKEN        answer 403 to any other application token
  --row-cap N                  largest $limit (default 50000; 0: none)
  --errors documented|server   one shape for all error bodies (default: as the city has them)
  --order ORDER                an order to begin with, such as 'rate_limit?next=2' (see README.md)
  --order-drops-regions        leave :@computed_region columns out when $order is given
  --no-gzip                    never compress
  --stop-with-parent           end when the process that started it ends, however it ends

The first line it prints is "listening on http://127.0.0.1:PORT".
)";

[[noreturn]] void refuse(const std::string& why) {
  fmt::print(stderr, "soda: {}\nsoda: what to do: soda --help lists the options\n", why);
  std::exit(2);
}

std::size_t read_number(const std::string& option, const std::string& text) {
  if (text.empty() || text.size() > 12 || text.find_first_not_of("0123456789") != std::string::npos)
    refuse(fmt::format("{} wants a number, not '{}'", option, text));
  return std::stoull(text);
}

std::pair<std::string, std::string> split_at(const std::string& option, const std::string& text) {
  const std::size_t mark = text.find('=');
  if (mark != 9) refuse(fmt::format("{} wants 4x4=…, such as x2n5-8w5q=…, not '{}'", option, text));
  return {text.substr(0, mark), text.substr(mark + 1)};
}

std::shared_ptr<soda::Table> generate(const std::string& text) {
  const auto [id, kind] = split_at("--generate", text);
  std::vector<std::string> parts(1);
  for (char c : kind) {
    if (c == ':')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  const std::uint64_t seed = parts.size() > 2 ? read_number("--generate", parts[2]) : 1;
  if (parts[0] == "crimes") {
    const std::size_t rows = parts.size() > 1 ? read_number("--generate", parts[1]) : 10000;
    if (rows > 8000000) refuse("at most 8,000,000 crimes can be generated");
    return soda::generate_crimes(id, rows, seed);
  }
  if (parts[0] == "stations") return soda::generate_stations(id);
  if (parts[0] == "wards") return soda::generate_wards(id, seed);
  if (parts[0] == "call_types") return soda::generate_call_types(id);
  if (parts[0] == "neighborhoods") return soda::generate_neighborhoods(id);
  if (parts[0] == "districts") return soda::generate_supervisor_districts(id);
  const std::size_t rows = parts.size() > 1 ? read_number("--generate", parts[1]) : 10000;
  if (rows > 1000000) refuse("at most 1,000,000 calls or fires can be generated");
  if (parts[0] == "calls") return soda::generate_calls(id, rows, seed);
  if (parts[0] == "fires") return soda::generate_fires(id, rows, seed);
  refuse(
      fmt::format("--generate knows crimes, stations, wards, calls, call_types, neighborhoods, districts and "
                  "fires, not '{}'",
                  parts[0]));
}

/// A parent that is killed cannot stop its children. (The kernel's own signal would follow the parent's
/// thread.)
void stop_with_parent() {
  std::thread([parent = getppid()] {
    while (getppid() == parent) std::this_thread::sleep_for(std::chrono::milliseconds(200));
    _exit(0);
  }).detach();
}

struct Settings {
  soda::ServiceOptions service;
  std::size_t port = 0;
  std::vector<std::shared_ptr<soda::Table>> tables;
  std::vector<std::string> orders;
  std::optional<soda::GeocoderOptions> geocoder;
  std::size_t geocoder_busy = 0;
};

Settings read_settings(const std::vector<std::string>& words) {
  Settings settings;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& option = words[i];
    const auto value = [&]() -> const std::string& {
      if (i + 1 >= words.size()) refuse(fmt::format("{} wants a value", option));
      return words[++i];
    };
    if (option == "--help" || option == "-h") {
      fmt::print("{}", kHelp);
      std::exit(0);
    } else if (option == "--port") {
      settings.port = read_number(option, value());
    } else if (option == "--folder") {
      for (auto& table : soda::load_folder(value())) settings.tables.push_back(std::move(table));
    } else if (option == "--dataset") {
      const auto [id, path] = split_at(option, value());
      settings.tables.push_back(soda::load_file(path, id));
    } else if (option == "--generate") {
      settings.tables.push_back(generate(value()));
    } else if (option == "--geocoder") {
      settings.geocoder = soda::GeocoderOptions{value(), 0};
    } else if (option == "--geocoder-busy") {
      settings.geocoder_busy = read_number(option, value());
    } else if (option == "--require-token") {
      settings.service.token = value();
    } else if (option == "--row-cap") {
      settings.service.limits.rows_max = read_number(option, value());
    } else if (option == "--errors") {
      const std::string& shape = value();
      if (shape != "documented" && shape != "server") refuse("--errors wants documented or server");
      settings.service.shape =
          shape == "server" ? soda::Problem::Shape::server : soda::Problem::Shape::documented;
    } else if (option == "--order") {
      settings.orders.push_back(value());
    } else if (option == "--order-drops-regions") {
      settings.service.limits.order_drops_regions = true;
    } else if (option == "--no-gzip") {
      settings.service.compresses = false;
    } else if (option == "--stop-with-parent") {
      stop_with_parent();
    } else {
      refuse(fmt::format("there is no option '{}'", option));
    }
  }
  if (settings.tables.empty()) refuse("no data set was given");
  return settings;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    Settings settings = read_settings({argv + 1, argv + argc});
    soda::Service service(settings.service);
    for (auto& table : settings.tables) service.add(std::move(table));
    for (const std::string& order : settings.orders) service.order(order);

    httplib::Server server;
    server.new_task_queue = [] { return new httplib::ThreadPool(64); };
    server.set_keep_alive_max_count(1000000);
    server.set_tcp_nodelay(true);
    // The library's default shares the port with whoever has it already.
    server.set_socket_options([](int socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    std::optional<soda::Geocoder> geocoder;
    if (settings.geocoder) {
      settings.geocoder->busy = settings.geocoder_busy;
      geocoder.emplace(*settings.geocoder).start(server);
    }
    service.start(server);
    int port = static_cast<int>(settings.port);
    if (port == 0)
      port = server.bind_to_any_port("127.0.0.1");
    else if (!server.bind_to_port("127.0.0.1", port))
      port = -1;
    if (port < 0) {
      fmt::print(stderr, "soda: port {} cannot be had\nsoda: what to do: use --port 0\n", settings.port);
      return 1;
    }
    fmt::print("listening on http://127.0.0.1:{}\n{}", port, service.describe());
    std::fflush(stdout);
    return server.listen_after_bind() ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "soda: {}\n", error.what());
    return 1;
  }
}
