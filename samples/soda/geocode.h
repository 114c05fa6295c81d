// Geocoder: answers as Google's Geocoding API does, with invented points within San Francisco, so that a
// project that looks up addresses needs one stand-in.
//
// Guarantees: the same address has the same point. HTTP 200 always; the body's `status` says the rest: OK,
//   ZERO_RESULTS (an address with "Nowhere" in it), OVER_QUERY_LIMIT, REQUEST_DENIED.
// Threads: any.
// Errors: none.
// Source: Google Geocoding API, "Status codes".
#pragma once
#include <cstddef>
#include <mutex>
#include <set>
#include <string>

namespace httplib {
class Server;
}

namespace soda {

struct GeocoderOptions {
  std::string key;       ///< other keys are refused; "" takes any
  std::size_t busy = 0;  ///< so many requests are answered OVER_QUERY_LIMIT first
};

class Geocoder {
 public:
  explicit Geocoder(GeocoderOptions options) : options_(std::move(options)) {}
  /// Answers /maps/api/geocode/json, and /__geocoder/requests with the counts.
  void start(httplib::Server& server);

 private:
  std::string answer(const std::string& address, const std::string& key);
  GeocoderOptions options_;
  std::mutex mutex_;  // guards all below and options_.busy
  std::size_t requests_ = 0;
  std::set<std::string> addresses_;
};

}  // namespace soda
