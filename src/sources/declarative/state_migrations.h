// StateMigration: brings a state of an earlier form of a connector into the form of today.
//
// Guarantees: a state that is of today's form stays as it is.
// Threads: immutable.
// Errors: Error(config_invalid, source_unknown_component) when made.
// Source: behaviour of the Airbyte CDK's state migrations.
#pragma once
#include <memory>

#include "sources/declarative/component.h"

namespace leat::sources::declarative {

class StateMigration {
 public:
  virtual ~StateMigration() = default;
  virtual bool fits(const Value& state) const = 0;
  virtual Value migrate(const Value& state) const = 0;
};

/// `stream` is the component whose state it is. Null for a Python class that is not known, which is told:
/// states of today's form serve without it.
std::unique_ptr<StateMigration> make_state_migration(const Value& component, const Value& stream,
                                                     const Workshop& workshop);

}  // namespace leat::sources::declarative
