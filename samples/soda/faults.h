// Faults: what goes wrong on purpose: 429, failing answers, redirects, a lagging replica, HTML in place of
// JSON, a connection cut in mid body, delays.
//
// Guarantees: every fault counts its requests down and is then gone; the same orders give the same faults.
// Threads: any; one mutex.
// Owns: its orders.
// Errors: Problem 400 for an order that it does not understand.
#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace soda {

/// What is to happen to one request.
struct Effect {
  std::optional<int> status;
  std::string retry_after, location;  ///< empty: no such header
  bool stale = false, stale_empty = false;
  bool garbage = false;
  std::optional<std::size_t> cut_after;  ///< bytes of the body
  int delay_ms = 0;
};

/// The parameters of an order, as in a query string.
class Orders {
 public:
  explicit Orders(std::vector<std::pair<std::string, std::string>> values) : values_(std::move(values)) {}
  std::optional<std::string> text(std::string_view name) const;
  std::string text(std::string_view name, std::string_view otherwise) const;
  std::size_t number(std::string_view name, std::size_t otherwise) const;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

class Faults {
 public:
  static bool knows(std::string_view kind);
  /// `kind`: rate_limit, fail, redirect, stale, garbage, truncate, delay. Orders: next=N requests (default
  /// 1), skip=N before them, match=TEXT in their URLs; and status=, retry_after=, to=URL, rows=old|empty,
  /// after=BYTES, ms=. Returns JSON.
  std::string add(const std::string& kind, const Orders& orders);
  Effect next(const std::string& url);
  void reset();

 private:
  struct Rule {
    std::string kind, match, retry_after, location;
    std::size_t left = 1, skip = 0, status = 500, after = 0, ms = 0;
    bool empty = false;
  };
  static void apply(const Rule& rule, Effect& effect);
  std::mutex lock_;
  std::vector<Rule> rules_;
};

}  // namespace soda
