// ConfigRules: what a connector does with its config before it is used: migrations from older forms,
// transformations, validations.
//
// Guarantees: in that order; each sees what the ones before it did.
// Threads: one at a time.
// Owns: the rules.
// Errors: Error(config_invalid) from validate; Error(source_unknown_component) for classes of Python code.
// Source: behaviour of the Airbyte CDK's Spec (config_normalization_rules).
#pragma once
#include "sources/declarative/component.h"

namespace leat::sources::declarative {

class ConfigRules {
 public:
  /// `spec` is the manifest's `spec`, perhaps null.
  explicit ConfigRules(const Value& spec) : rules_(spec["config_normalization_rules"]) {}
  /// Changes the config (a dict); what migrations changed is to be kept.
  void migrate(jinja::Value& config, const Interpolation& interpolation) const;
  void transform(jinja::Value& config, const Interpolation& interpolation) const;
  void validate(const jinja::Value& config, const Interpolation& interpolation) const;
  bool empty() const { return !rules_.is_mapping(); }

 private:
  void apply(const Value& transformations, jinja::Value& config, const Interpolation& interpolation) const;
  Value rules_;
};

}  // namespace leat::sources::declarative
