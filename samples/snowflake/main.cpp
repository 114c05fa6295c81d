// snowflake_stand_in: a small local server that speaks Snowflake's connector protocol, for tests.
#include <fmt/core.h>
#include <httplib.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "refusal.h"
#include "service.h"

namespace {

constexpr const char* kHelp =
    R"(snowflake_stand_in: a stand-in for Snowflake's connector protocol. It is not Snowflake.

  --port N             listen on 127.0.0.1:N; 0 chooses a free port (default)
  --user NAME          who may log in (default leat)
  --password TEXT      with this password,
  --token TEXT         with this programmatic access token,
  --public-key FILE    or with a JWT signed with the private half of this key (PEM)
  --storage KIND       where PUT sends files: local (default), s3, azure or gcs
  --inline-rows N      rows of an answer that come with it, the others in parts (default 1000)
  --part-rows N        rows of a part (default 10000)
  --stop-with-parent   end when the process that started it ends, however it ends

The first line it prints is "listening on http://127.0.0.1:PORT".
)";

[[noreturn]] void refuse(const std::string& why) {
  fmt::print(stderr, "snowflake_stand_in: {}\nwhat to do: snowflake_stand_in --help lists the options\n",
             why);
  std::exit(2);
}

std::size_t read_number(const std::string& option, const std::string& text) {
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != std::string::npos)
    refuse(fmt::format("{} wants a number, not '{}'", option, text));
  return std::stoull(text);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse(fmt::format("{} can't be read", path));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A parent that is killed cannot stop its children.
void stop_with_parent() {
  std::thread([parent = getppid()] {
    while (getppid() == parent) std::this_thread::sleep_for(std::chrono::milliseconds(200));
    _exit(0);
  }).detach();
}

struct Settings {
  snowflake::ServiceOptions service;
  std::size_t port = 0;
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
    } else if (option == "--user") {
      settings.service.user = value();
    } else if (option == "--password") {
      settings.service.password = value();
    } else if (option == "--token") {
      settings.service.token = value();
    } else if (option == "--public-key") {
      settings.service.public_key = read_file(value());
    } else if (option == "--storage") {
      settings.service.storage = value();
    } else if (option == "--inline-rows") {
      settings.service.inline_rows = read_number(option, value());
    } else if (option == "--part-rows") {
      settings.service.part_rows = std::max<std::size_t>(1, read_number(option, value()));
    } else if (option == "--stop-with-parent") {
      stop_with_parent();
    } else {
      refuse(fmt::format("there is no option '{}'", option));
    }
  }
  return settings;
}

/// Asked to end, it takes its stages with it. A thread of its own takes the signal, as one that comes before the
/// server listens would be lost in stop().
void stop_when_asked(httplib::Server& server) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([&server, signals] {
    int signal = 0;
    sigwait(&signals, &signal);
    while (!server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    server.stop();
  }).detach();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    Settings settings = read_settings({argv + 1, argv + argc});
    std::string pattern = (std::filesystem::temp_directory_path() / "snowflake-stand-in-XXXXXX").string();
    settings.service.folder = mkdtemp(pattern.data());
    snowflake::Service service(settings.service);
    httplib::Server server;
    server.new_task_queue = [] { return new httplib::ThreadPool(64); };
    server.set_keep_alive_max_count(1000000);
    server.set_payload_max_length(std::size_t{2} << 30);
    server.set_tcp_nodelay(true);
    // The library's default shares the port with whoever has it already.
    server.set_socket_options([](int socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    service.start(server);
    stop_when_asked(server);
    int port = static_cast<int>(settings.port);
    if (port == 0)
      port = server.bind_to_any_port("127.0.0.1");
    else if (!server.bind_to_port("127.0.0.1", port))
      port = -1;
    if (port < 0) refuse(fmt::format("port {} cannot be had", settings.port));
    std::string url = fmt::format("http://127.0.0.1:{}", port);
    service.set_url(url);
    fmt::print("listening on {}\n", url);
    std::fflush(stdout);
    bool has_served = server.listen_after_bind();
    std::filesystem::remove_all(settings.service.folder);
    return has_served ? 0 : 1;
  } catch (const snowflake::Refusal& refusal) {
    fmt::print(stderr, "snowflake_stand_in: {}\n", refusal.message);
    return 1;
  }
}
