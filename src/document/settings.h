// Settings: a mapping checked against a Spec: every key known, every value of its kind,
// `${VARIABLES}` filled in.
//
// Guarantees: all problems of a mapping are reported in one Error, each with file:line:column and,
//   for an unknown key, the nearest known one. Values of secret fields are registered with
//   base/secret.h.
// Threads: immutable after reading.
// Errors: Error(config_invalid), Error(config_env_missing).
#pragma once
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/spec.h"
#include "document/value.h"

namespace leat::document {

class Settings {
 public:
  /// Fields that the mapping leaves out have their default, or are absent.
  bool has(std::string_view field) const;
  std::string text(std::string_view field) const;
  std::int64_t integer(std::string_view field) const;
  bool boolean(std::string_view field) const;
  std::chrono::milliseconds duration(std::string_view field) const;
  std::int64_t bytes(std::string_view field) const;
  /// Lists and mappings, as written; a null Value when absent.
  const Value& value(std::string_view field) const;
  /// Where the mapping stands.
  const Mark& mark() const { return mark_; }
  /// The file's folder, against which relative paths are read.
  std::string resolve_path(std::string_view field) const;

 private:
  friend Settings read_settings(const Spec& spec, const Value& mapping, const Env& env);
  std::map<std::string, Value, std::less<>> values_;
  Mark mark_;
};

/// Checks `mapping` against `spec`. A key "type" is allowed everywhere.
Settings read_settings(const Spec& spec, const Value& mapping, const Env& env);
/// Replaces ${NAME}, ${NAME:-default} and ${SCHEME:REFERENCE} (base/secret_source.h) in every text below
/// `value`. Error(config_env_missing) names the variable.
Value fill_variables(const Value& value, const Env& env);

}  // namespace leat::document
