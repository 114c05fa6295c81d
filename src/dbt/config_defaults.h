// ConfigDefaults: a node's configuration with the defaults that dbt writes into artifacts.
//
// Guarantees: every key that dbt's manifest has for the type of node is there.
// Threads: pure functions.
// Errors: none.
// Source: https://schemas.getdbt.com/dbt/manifest/v12.json
#pragma once
#include "dbt/node.h"

namespace leat::dbt {

/// A new dict: defaults, then what is configured; hooks under their dashed names.
jinja::Value full_config(const Node& node);

}  // namespace leat::dbt
