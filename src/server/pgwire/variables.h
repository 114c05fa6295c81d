// Variables: the settings of a SQL session, by PostgreSQL's names (SET, SHOW, RESET).
//
// Guarantees: a setting that would change what clients read (encoding, text forms of values) keeps the one
//   value that the endpoint writes; others are kept for SHOW and change nothing unless the session asks for
//   them.
// Threads: one at a time.
// Owns: the values.
// Errors: refusal(State::setting) for a name that PostgreSQL does not know, or a value that can't be had.
// Source: PostgreSQL documentation, chapter 20
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace leat::server::pgwire {

class Variables {
 public:
  Variables();
  /// Sets what the session begins with: RESET comes back to it.
  void begin(const std::string& name, const std::string& value);
  /// Changes a setting; returns the name as PostgreSQL writes it.
  std::string set(const std::string& name, const std::string& value);
  std::string reset(const std::string& name);
  void reset_all();
  std::optional<std::string> get(const std::string& name) const;
  /// The ones that clients are told of when they change.
  static bool is_reported(const std::string& name);
  /// Names and values, in order.
  std::vector<std::pair<std::string, std::string>> all() const;
  /// What `statement_timeout` says; zero for none.
  std::chrono::milliseconds statement_timeout() const;

 private:
  struct Value {
    std::string shown, now, initial;
  };
  std::map<std::string, Value> values_;  // by the name in lower case
};

}  // namespace leat::server::pgwire
