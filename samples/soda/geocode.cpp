#include "geocode.h"

#include <fmt/core.h>
#include <httplib.h>

#include "load.h"
#include "problem.h"

namespace soda {
namespace {

std::uint64_t number_of(const std::string& text) {
  std::uint64_t number = 7;
  for (char c : text) number = mix(number + static_cast<unsigned char>(c));
  return number;
}

std::string place(const std::string& address) {
  const std::uint64_t number = number_of(address);
  const double latitude = 37.71 + static_cast<double>(number % 9000) / 100000;
  const double longitude = -122.51 + static_cast<double>(number / 9000 % 12000) / 100000;
  return fmt::format(
      R"({{"results":[{{"formatted_address":{},"geometry":{{"location":{{"lat":{:.5f},"lng":{:.5f}}},)"
      R"("location_type":"ROOFTOP"}},"place_id":"stand-in-{:x}","types":["street_address"]}}],"status":"OK"}})",
      json_string(address), latitude, longitude, number);
}

}  // namespace

std::string Geocoder::answer(const std::string& address, const std::string& key) {
  std::lock_guard lock(mutex_);
  ++requests_;
  if (!options_.key.empty() && key != options_.key)
    return R"({"error_message":"The provided API key is invalid.","results":[],"status":"REQUEST_DENIED"})";
  if (options_.busy > 0) {
    --options_.busy;
    return R"({"results":[],"status":"OVER_QUERY_LIMIT"})";
  }
  addresses_.insert(address);
  return address.find("Nowhere") != std::string::npos ? R"({"results":[],"status":"ZERO_RESULTS"})"
                                                      : place(address);
}

void Geocoder::start(httplib::Server& server) {
  server.Get("/maps/api/geocode/json", [this](const httplib::Request& request, httplib::Response& response) {
    response.set_content(answer(request.get_param_value("address"), request.get_param_value("key")),
                         "application/json");
  });
  server.Get("/__geocoder/requests", [this](const httplib::Request&, httplib::Response& response) {
    std::lock_guard lock(mutex_);
    response.set_content(fmt::format(R"({{"requests":{},"distinct":{}}})", requests_, addresses_.size()),
                         "application/json");
  });
}

}  // namespace soda
