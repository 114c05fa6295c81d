// Sensor: an entry of `sensors:` in leat.yml: what is watched, and what runs when it changes.
//
// Guarantees: look() tells what has changed since a position; the first look only finds where it stands. A
// webhook is
//   not looked at: somebody calls.
// Threads: look() by one thread at a time.
// Owns: its connections.
// Errors: Error(sensor_invalid), Error(config_invalid) when it is read; Error(sensor_failed) from look(), and
// those of
//   the warehouse.
// Source: RFC 9110 (ETag, Last-Modified); RFC 2104 (HMAC)
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/spec.h"
#include "document/settings.h"
#include "run/store/queue.h"

namespace leat::run {

struct Sensor {
  std::string name, type;  ///< files, freshness, http, webhook
  std::vector<std::string> select, exclude;
  std::chrono::milliseconds every{0};
  bool is_enabled = true;
  int priority = 0, retries = 2;
  std::string pool;
  document::Settings settings;

  NewJob job() const;
};

extern const Spec& sensor_spec();

/// Reads the mapping under `sensors:`; variables are filled in.
std::vector<Sensor> read_sensors(const document::Value& all, const Env& env);
const Sensor* find_sensor(const std::vector<Sensor>& all, const std::string& name);

struct Look {
  std::string position;
  std::optional<std::string> reason;  ///< why it fires
};

/// The answer to a query of the warehouse, one value as text.
using Ask = std::function<std::string(const std::string& sql)>;

/// Looks from a position on ("" for the first time). `folder`: the project's.
Look look(const Sensor& sensor, const std::string& position, const std::string& folder, const Ask& ask,
          Env& env);
/// Whether a call of a webhook shows its secret: as a signature of the body ("sha256=HEX") or as a bearer
/// token.
bool shows_secret(const Sensor& sensor, const std::string& signature, const std::string& authorization,
                  const std::string& body);

}  // namespace leat::run
