// Values: documents as template values and back.
//
// Guarantees: kinds are kept: a quoted "12" in YAML stays text.
// Threads: pure functions.
#pragma once
#include "document/value.h"
#include "jinja/value.h"

namespace leat::dbt {

jinja::Value to_jinja(const document::Value& value);
document::Value to_document(const jinja::Value& value);
/// Merges `more` into the configuration `config` by dbt's rules: tags and hooks append, meta, quoting and
/// column_types update, all else is replaced. `pre-hook` is `pre_hook`; a leading `+` is taken off. Source:
/// https://docs.getdbt.com/reference/configs-and-properties
void merge_config(jinja::Dict& config, const jinja::Dict& more);

}  // namespace leat::dbt
