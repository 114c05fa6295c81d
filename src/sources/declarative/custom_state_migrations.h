// Migrations of states that connectors bring as Python classes, known here by the name of their class.
//
// Guarantees: a state that is of today's form stays as it is.
// Threads: what is returned is immutable.
// Errors: Error(config_invalid) when made.
// Source: what states of earlier versions of these connectors look like.
#pragma once
#include <memory>

#include "sources/declarative/state_migrations.h"

namespace leat::sources::declarative {

/// Null for a class that is not known.
std::unique_ptr<StateMigration> find_custom_state_migration(const std::string& class_name,
                                                            const Value& component, const Value& stream,
                                                            const Workshop& workshop);

}  // namespace leat::sources::declarative
