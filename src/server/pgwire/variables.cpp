#include "server/pgwire/variables.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "server/pgwire/commands.h"
#include "server/pgwire/errors.h"

namespace leat::server::pgwire {
namespace {

struct Known {
  const char* name;
  const char* value;
};

constexpr Known kKnown[] = {
    {"application_name", ""},
    {"bytea_output", "hex"},
    {"check_function_bodies", "on"},
    {"client_encoding", "UTF8"},
    {"client_min_messages", "notice"},
    {"DateStyle", "ISO, MDY"},
    {"default_table_access_method", "heap"},
    {"default_tablespace", ""},
    {"default_text_search_config", "pg_catalog.english"},
    {"default_transaction_deferrable", "off"},
    {"default_transaction_isolation", "read committed"},
    {"default_transaction_read_only", "on"},
    {"effective_cache_size", "4GB"},
    {"enable_bitmapscan", "on"},
    {"enable_hashjoin", "on"},
    {"enable_indexscan", "on"},
    {"enable_mergejoin", "on"},
    {"enable_nestloop", "on"},
    {"enable_seqscan", "on"},
    {"extra_float_digits", "1"},
    {"geqo", "on"},
    {"idle_in_transaction_session_timeout", "0"},
    {"idle_session_timeout", "0"},
    {"in_hot_standby", "off"},
    {"integer_datetimes", "on"},
    {"IntervalStyle", "postgres"},
    {"is_superuser", "off"},
    {"jit", "off"},
    {"lc_collate", "C"},
    {"lc_ctype", "C"},
    {"lc_messages", "C"},
    {"lc_monetary", "C"},
    {"lc_numeric", "C"},
    {"lc_time", "C"},
    {"listen_addresses", "localhost"},
    {"lock_timeout", "0"},
    {"max_connections", "250"},
    {"max_identifier_length", "63"},
    {"max_index_keys", "32"},
    {"max_parallel_workers_per_gather", "0"},
    {"max_prepared_transactions", "0"},
    {"password_encryption", "scram-sha-256"},
    {"plan_cache_mode", "auto"},
    {"port", "5432"},
    {"quote_all_identifiers", "off"},
    {"role", "none"},
    {"row_security", "on"},
    {"search_path", "\"$user\", public"},
    {"server_encoding", "UTF8"},
    {"server_version", "15.0"},
    {"server_version_num", "150000"},
    {"session_authorization", ""},
    {"session_replication_role", "origin"},
    {"standard_conforming_strings", "on"},
    {"statement_timeout", "0"},
    {"synchronize_seqscans", "on"},
    {"synchronous_commit", "on"},
    {"TimeZone", "UTC"},
    {"transaction_deferrable", "off"},
    {"transaction_isolation", "read committed"},
    {"transaction_read_only", "on"},
    {"wal_level", "replica"},
    {"work_mem", "4MB"},
    {"xmloption", "content"},
};

constexpr const char* kReported[] = {"server_version",
                                     "server_encoding",
                                     "client_encoding",
                                     "application_name",
                                     "is_superuser",
                                     "session_authorization",
                                     "datestyle",
                                     "intervalstyle",
                                     "timezone",
                                     "integer_datetimes",
                                     "standard_conforming_strings",
                                     "in_hot_standby",
                                     "default_transaction_read_only"};

[[noreturn]] void refuse_value(const std::string& name, const std::string& value) {
  throw refusal(State::setting, fmt::format("invalid value for parameter \"{}\": \"{}\"", name, value));
}

// What a setting becomes, where the endpoint cannot take any value.
std::string admitted(const std::string& key, const std::string& shown, const std::string& value) {
  std::string low = lower(value);
  if (key == "client_encoding") {
    if (low != "utf8" && low != "utf-8" && low != "unicode" && low != "sql_ascii") refuse_value(shown, value);
    return "UTF8";
  }
  if (key == "datestyle") {
    if (low.find("german") != std::string::npos || low.find("sql") != std::string::npos ||
        low.find("postgres") != std::string::npos)
      refuse_value(shown, value);
    return "ISO, MDY";
  }
  auto only = [&](const char* value_only) {
    if (low != value_only) refuse_value(shown, value);
    return std::string(value_only);
  };
  if (key == "bytea_output") return only("hex");
  if (key == "intervalstyle") return only("postgres");
  if (key == "standard_conforming_strings") return low == "true" || low == "1" ? "on" : only("on");
  if (key.starts_with("server_") || key.starts_with("max_i") || key.starts_with("lc_c") ||
      key == "is_superuser" || key == "integer_datetimes" || key == "wal_level")
    throw refusal(State::setting, fmt::format("parameter \"{}\" cannot be changed", shown));
  return value;
}

}  // namespace

Variables::Variables() {
  for (const Known& known : kKnown) values_[lower(known.name)] = {known.name, known.value, known.value};
}

void Variables::begin(const std::string& name, const std::string& value) {
  std::string key = lower(name);
  auto [found, is_new] = values_.emplace(key, Value{name, "", ""});
  found->second.now = found->second.initial = value;
}

std::string Variables::set(const std::string& name, const std::string& value) {
  std::string key = lower(name);
  auto found = values_.find(key);
  if (found == values_.end()) {
    // Names with a point belong to extensions, which may come later.
    constexpr std::size_t kOwnMax = 200;
    if (key.find('.') == std::string::npos || values_.size() > kOwnMax)
      throw refusal(State::setting, fmt::format("unrecognized configuration parameter \"{}\"", name));
    found = values_.emplace(key, Value{name, "", ""}).first;
  }
  found->second.now = admitted(key, found->second.shown, value);
  return found->second.shown;
}

std::string Variables::reset(const std::string& name) {
  auto found = values_.find(lower(name));
  if (found == values_.end())
    throw refusal(State::setting, fmt::format("unrecognized configuration parameter \"{}\"", name));
  found->second.now = found->second.initial;
  return found->second.shown;
}

void Variables::reset_all() {
  for (auto& [key, value] : values_) value.now = value.initial;
}

std::optional<std::string> Variables::get(const std::string& name) const {
  auto found = values_.find(lower(name));
  if (found == values_.end()) return std::nullopt;
  return found->second.now;
}

bool Variables::is_reported(const std::string& name) {
  std::string key = lower(name);
  return std::any_of(std::begin(kReported), std::end(kReported),
                     [&](const char* each) { return key == each; });
}

std::vector<std::pair<std::string, std::string>> Variables::all() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [key, value] : values_) out.emplace_back(value.shown, value.now);
  return out;
}

std::chrono::milliseconds Variables::statement_timeout() const {
  const std::string& text = values_.at("statement_timeout").now;
  std::int64_t count = 0;
  const char* end = std::from_chars(text.data(), text.data() + text.size(), count).ptr;
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  std::int64_t each = unit == "s" ? 1000 : unit == "min" ? 60000 : unit == "h" ? 3600000 : 1;
  constexpr std::int64_t kDay = 86400000;
  count = std::clamp<std::int64_t>(count, 0, kDay);
  return std::chrono::milliseconds(std::min(count * each, kDay));
}

}  // namespace leat::server::pgwire
