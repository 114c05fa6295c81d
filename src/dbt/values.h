// Values: documents as template values and back, and how configurations merge.
//
// Guarantees: kinds are kept: a quoted "12" in YAML stays text.
// Threads: pure functions.
// Errors: none of their own.
#pragma once
#include <string>

#include "document/value.h"
#include "jinja/value.h"

namespace leat::dbt {

jinja::Value to_jinja(const document::Value& value);
document::Value to_document(const jinja::Value& value);
/// Prints a value as YAML, in block style.
std::string to_yaml(const jinja::Value& value, bool sort_keys);
/// A text that is a literal (number, True, None, quoted text) as that value, else the text.
jinja::Value native_value(const std::string& text);
/// The name of a setting without its `+`, with underscores where dbt allows both (pre-hook).
std::string setting_name(std::string key);
/// Merges `more` into the configuration `config` by dbt's rules: tags and hooks append, meta, quoting and
/// column_types update, all else is replaced. `pre-hook` is `pre_hook`; a leading `+` is taken off. Source:
/// https://docs.getdbt.com/reference/configs-and-properties
void merge_config(jinja::Dict& config, const jinja::Dict& more);

}  // namespace leat::dbt
