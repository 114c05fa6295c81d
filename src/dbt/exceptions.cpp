// `exceptions` of dbt's templates.
#include "base/error.h"
#include "dbt/basics.h"
#include "jinja/operations.h"

namespace leat::dbt {

using jinja::CallArguments;
using jinja::Value;

namespace {

// Functions that end the rendering with the text of their first argument.
constexpr const char* kRaising[] = {"raise_compiler_error",
                                    "raise_not_implemented",
                                    "raise_contract_error",
                                    "raise_fail_fast_error",
                                    "raise_database_error",
                                    "raise_dependency_error",
                                    "raise_dep_not_found",
                                    "raise_duplicate_resource_name",
                                    "raise_invalid_property_yml_version",
                                    "raise_ambiguous_alias",
                                    "raise_ambiguous_catalog_match",
                                    "raise_cache_inconsistent",
                                    "raise_dataclass_not_dict",
                                    "raise_duplicate_patch_name",
                                    "relation_wrong_type",
                                    "column_type_missing",
                                    "missing_config",
                                    "missing_materialization",
                                    "missing_relation"};

std::string message_of(CallArguments& arguments) {
  std::string text;
  for (const Value& each : arguments.positional) text += (text.empty() ? "" : ", ") + jinja::to_text(each);
  for (const jinja::NamedValue& named : arguments.named)
    text += (text.empty() ? "" : ", ") + jinja::to_text(named.value);
  return text;
}

}  // namespace

Value make_exceptions(Env& env) {
  Value exceptions = Value::dict();
  for (const char* name : kRaising) {
    exceptions.as_dict().set(name, jinja::make_function(name, [](CallArguments& arguments) -> Value {
                               throw Error(ErrorCode::jinja_raised, message_of(arguments));
                             }));
  }
  auto warn = [&env](CallArguments& arguments) {
    if (Hush::holds()) return Value("");
    env.emit({"dbt_message", EventLevel::warning, {{"message", message_of(arguments)}}});
    return Value("");
  };
  for (const char* name : {"warn", "warn_snapshot_timestamp_data_types"})
    exceptions.as_dict().set(name, jinja::make_function(name, warn));
  return exceptions;
}

}  // namespace leat::dbt
