// tomorrow_stand_in: a small local server in the shape of Tomorrow.io's forecast; see README.md.
#include <fmt/core.h>
#include <httplib.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <deque>
#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using Seconds = std::chrono::sys_seconds;

[[noreturn]] void refuse(const std::string& what) {
  fmt::print(stderr, "tomorrow_stand_in: {}\n", what);
  std::exit(2);
}

std::string iso(Seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

Seconds parse_iso(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d", &year, &month, &day, &hour, &minute, &second) != 6)
    refuse("--now wants an instant such as 2024-05-29T12:14:00Z");
  const std::chrono::sys_days days(std::chrono::year(year) / month / day);
  return Seconds(days) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

// Between -1 and 1, the same for the same hour and place.
double wave(std::int64_t hour, double place, unsigned kind) {
  return std::sin(static_cast<double>(hour) * (0.11 + 0.07 * kind) + place * 3 + kind);
}

int weather_code(std::int64_t hour, double place) {
  constexpr std::array<int, 12> kCodes{1000, 1100, 1101, 1102, 1001, 4000,
                                       4200, 4001, 1001, 1100, 8000, 2000};
  return kCodes[static_cast<std::size_t>(std::floor((wave(hour, place, 4) + 1) * 5.99))];
}

struct Place {
  double latitude = 0, longitude = 0;
  double key() const { return latitude + longitude; }
};

std::string hourly(Seconds time, const Place& place, bool imperial) {
  const std::int64_t hour = time.time_since_epoch().count() / 3600;
  const double celsius =
      15 + 8 * std::sin(static_cast<double>(hour % 24 - 13) / 24 * 6.283) + 4 * wave(hour, place.key(), 1);
  const double temperature = imperial ? celsius * 9 / 5 + 32 : celsius;
  const int code = weather_code(hour, place.key());
  const double rain = code >= 4000 && code < 9000 ? std::abs(wave(hour, place.key(), 2)) : 0;
  return fmt::format(
      R"({{"time":"{}","values":{{"cloudBase":{},"cloudCover":{},"dewPoint":{:.2f},"humidity":{},)"
      R"("precipitationProbability":{},"pressureSurfaceLevel":{:.2f},"rainAccumulation":{:.2f},"rainIntensity":{:.2f},)"
      R"("snowAccumulation":0,"temperature":{:.2f},"temperatureApparent":{:.2f},"uvHealthConcern":{},"uvIndex":{},)"
      R"("visibility":16,"weatherCode":{},"windDirection":{},"windGust":{:.2f},"windSpeed":{:.2f}}}}})",
      iso(time), code == 1000 ? "null" : "1.2", std::lround(50 + 50 * wave(hour, place.key(), 3)),
      temperature - 6, std::lround(60 + 30 * wave(hour, place.key(), 5)),
      rain > 0 ? 40 + std::lround(rain * 60) : 0, 1015 + 8 * wave(hour, 0, 0), rain, rain, temperature,
      temperature - 1.5, hour % 24 > 10 ? 1 : 0, std::max<std::int64_t>(0, 8 - std::abs(hour % 24 - 18)),
      code, std::lround(180 + 170 * wave(hour, place.key(), 6)), 8 + 5 * wave(hour, place.key(), 7),
      5 + 3 * wave(hour, place.key(), 8));
}

std::string daily(Seconds time, const Place& place, bool imperial) {
  const std::int64_t hour = time.time_since_epoch().count() / 3600;
  const double middle = imperial ? 62 : 17, swing = imperial ? 14 : 8;
  const double shift = swing / 3 * wave(hour, place.key(), 1);
  return fmt::format(
      R"({{"time":"{}","values":{{"evapotranspirationAvg":0.2,"evapotranspirationMax":0.7,"evapotranspirationMin":0.05,)"
      R"("evapotranspirationSum":5.1,"humidityAvg":{},"moonriseTime":{},"moonsetTime":"{}","precipitationProbabilityAvg":{},)"
      R"("sunriseTime":"{}","sunsetTime":"{}","temperatureAvg":{:.2f},"temperatureMax":{:.2f},"temperatureMin":{:.2f},)"
      R"("uvHealthConcernAvg":1,"uvHealthConcernMax":3,"uvHealthConcernMin":0,"uvIndexAvg":2,"uvIndexMax":8,"uvIndexMin":0,)"
      R"("weatherCodeMax":{},"weatherCodeMin":1000,"windSpeedAvg":{:.2f}}}}})",
      iso(time), std::lround(60 + 20 * wave(hour, place.key(), 5)),
      hour / 24 % 28 == 0 ? "null" : "\"" + iso(time + std::chrono::hours(4)) + "\"",
      iso(time + std::chrono::hours(14)), std::lround(20 + 20 * wave(hour, place.key(), 2)),
      iso(time + std::chrono::minutes(400)), iso(time + std::chrono::minutes(1190)), middle + shift,
      middle + swing + shift, middle - swing + shift, weather_code(hour, place.key()),
      6 + 2 * wave(hour, place.key(), 8));
}

// Counts requests of the last second, hour and day.
class Limits {
 public:
  std::array<std::size_t, 3> most{3, 25, 500};
  // Seconds to wait where one limit is reached, 0 where the request may pass.
  std::int64_t refused_for() {
    constexpr std::array<std::int64_t, 3> kWindows{1, 3600, 86400};
    const auto now = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < 3; ++i) {
      const auto window = std::chrono::seconds(kWindows[i]);
      std::size_t count = 0;
      std::chrono::steady_clock::time_point oldest = now;
      for (auto time : times_) {
        if (now - time >= window) continue;
        if (count++ == 0) oldest = time;
      }
      if (count >= most[i])
        return std::max<std::int64_t>(1,
                                      std::chrono::ceil<std::chrono::seconds>(oldest + window - now).count());
    }
    times_.push_back(now);
    if (times_.size() > 100000) times_.pop_front();
    return 0;
  }
  void forget() { times_.clear(); }

 private:
  std::deque<std::chrono::steady_clock::time_point> times_;
};

struct StandIn {
  int port = 0;
  std::string key, answer;
  std::optional<Seconds> now;
  bool warnings = false;
  Limits limits;
  std::mutex mutex;  // guards limits and all below
  std::size_t answered = 0, refused = 0, fail_next = 0;
  int fail_status = 500;

  void fail(httplib::Response& response, int status, int code, const std::string& type,
            const std::string& message) {
    ++refused;
    response.status = status;
    response.set_content(fmt::format(R"({{"code":{},"type":"{}","message":"{}"}})", code, type, message),
                         "application/json");
  }

  std::string forecast(const Place& place, const std::string& steps, bool imperial) const {
    if (!answer.empty()) return answer;
    const Seconds at =
        now ? *now : std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const Seconds hour = std::chrono::floor<std::chrono::hours>(at);
    std::string hours, days;
    for (int i = 0; i < 120; ++i)
      hours += (i ? "," : "") + hourly(hour + std::chrono::hours(i), place, imperial);
    // A day begins at the place's own midnight.
    const auto offset = std::chrono::hours(std::lround(-place.longitude / 15));
    const Seconds day = std::chrono::floor<std::chrono::days>(at - offset) + offset;
    for (int i = 0; i < 6; ++i)
      days += (i ? "," : "") + daily(day + std::chrono::hours(24 * i), place, imperial);
    std::string lines;
    if (steps.empty() || steps.find("1h") != std::string::npos)
      lines += fmt::format(R"("hourly":[{}])", hours);
    if (steps.empty() || steps.find("1d") != std::string::npos)
      lines += fmt::format(R"({}"daily":[{}])", lines.empty() ? "" : ",", days);
    const std::string soft =
        warnings
            ? R"(,"warnings":[{"code":246009,"type":"Missing Time Range","message":"The timestep is not supported in full for the time range requested.","meta":{"field":"cloudBase"}}])"
            : "";
    return fmt::format(
        R"({{"timelines":{{{}}},"location":{{"lat":{},"lon":{},"name":"Stand-in","type":"administrative"}}{}}})",
        lines, place.latitude, place.longitude, soft);
  }

  void serve(const httplib::Request& request, httplib::Response& response) {
    std::lock_guard lock(mutex);
    const std::string given =
        request.has_param("apikey") ? request.get_param_value("apikey") : request.get_header_value("apikey");
    if (!key.empty() && given != key)
      return fail(response, 401, 401001, "Invalid Auth", "The method requires authentication.");
    if (const std::int64_t wait = limits.refused_for(); wait > 0) {
      response.set_header("Retry-After", std::to_string(wait));
      return fail(response, 429, 429001, "Too Many Calls",
                  "The request limit for this resource has been reached for the current rate limit window.");
    }
    if (fail_next > 0) {
      --fail_next;
      return fail(response, fail_status, fail_status * 1000 + 1, "Internal Error",
                  "An order asked for this.");
    }
    Place place;
    if (std::sscanf(request.get_param_value("location").c_str(), "%lf,%lf", &place.latitude,
                    &place.longitude) != 2)
      return fail(response, 400, 400001, "Invalid Query Parameters", "location has to be LAT,LON");
    ++answered;
    response.set_content(
        forecast(place, request.get_param_value("timesteps"), request.get_param_value("units") == "imperial"),
        "application/json");
  }
};

void read_options(int count, char** words, StandIn& stand_in) {
  for (int i = 1; i < count; ++i) {
    const std::string option = words[i];
    const auto value = [&]() -> std::string {
      if (i + 1 >= count) refuse(option + " wants a value");
      return words[++i];
    };
    const auto number = [&] { return static_cast<std::size_t>(std::strtoul(value().c_str(), nullptr, 10)); };
    if (option == "--port")
      stand_in.port = static_cast<int>(number());
    else if (option == "--key")
      stand_in.key = value();
    else if (option == "--now")
      stand_in.now = parse_iso(value());
    else if (option == "--warnings")
      stand_in.warnings = true;
    else if (option == "--second")
      stand_in.limits.most[0] = number();
    else if (option == "--hour")
      stand_in.limits.most[1] = number();
    else if (option == "--day")
      stand_in.limits.most[2] = number();
    else if (option == "--answer") {
      std::ifstream file(value(), std::ios::binary);
      std::stringstream text;
      text << file.rdbuf();
      stand_in.answer = text.str();
      if (stand_in.answer.empty()) refuse("--answer names no file");
    } else
      refuse("unknown option " + option + "; see samples/tomorrow/README.md");
  }
}

/// A parent that is killed cannot stop its children.
void stop_with_parent() {
  std::thread([parent = getppid()] {
    while (getppid() == parent) std::this_thread::sleep_for(std::chrono::milliseconds(200));
    _exit(0);
  }).detach();
}

}  // namespace

int main(int count, char** words) {
  StandIn stand_in;
  read_options(count, words, stand_in);
  httplib::Server server;
  server.Get("/v4/weather/forecast", [&](const httplib::Request& request, httplib::Response& response) {
    stand_in.serve(request, response);
  });
  server.Get("/__stand_in/requests", [&](const httplib::Request&, httplib::Response& response) {
    std::lock_guard lock(stand_in.mutex);
    response.set_content(
        fmt::format(R"({{"answered":{},"refused":{}}})", stand_in.answered, stand_in.refused),
        "application/json");
  });
  server.Post("/__stand_in/reset", [&](const httplib::Request&, httplib::Response&) {
    std::lock_guard lock(stand_in.mutex);
    stand_in.answered = stand_in.refused = stand_in.fail_next = 0;
    stand_in.limits.forget();
  });
  server.Post("/__stand_in/fail", [&](const httplib::Request& request, httplib::Response&) {
    std::lock_guard lock(stand_in.mutex);
    if (request.has_param("status"))
      stand_in.fail_status = std::atoi(request.get_param_value("status").c_str());
    stand_in.fail_next =
        request.has_param("next") ? std::strtoul(request.get_param_value("next").c_str(), nullptr, 10) : 1;
  });
  const int port = stand_in.port ? (server.bind_to_port("127.0.0.1", stand_in.port) ? stand_in.port : -1)
                                 : server.bind_to_any_port("127.0.0.1");
  if (port < 0) refuse("the port is taken");
  fmt::print("listening on http://127.0.0.1:{}\n", port);
  std::fflush(stdout);
  stop_with_parent();
  server.listen_after_bind();
}
