#include "sources/declarative/component.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/spec.h"

namespace leat::sources::declarative {
namespace {

// Every component of Airbyte's schema, so that a misspelt one is told from one that is not built yet.
constexpr std::string_view kAirbyteComponents[] = {
    "AddFields",
    "AddedFieldDefinition",
    "ApiKeyAuthenticator",
    "AsyncJobStatusMap",
    "AsyncRetriever",
    "AuthFlow",
    "BasicHttpAuthenticator",
    "BearerAuthenticator",
    "BlockSimultaneousSyncsAction",
    "CheckDynamicStream",
    "CheckStream",
    "ComplexFieldType",
    "ComponentMappingDefinition",
    "CompositeErrorHandler",
    "ConcurrencyLevel",
    "ConditionalStreams",
    "ConfigAddFields",
    "ConfigComponentsResolver",
    "ConfigMigration",
    "ConfigRemapField",
    "ConfigRemoveFields",
    "ConstantBackoffStrategy",
    "CsvDecoder",
    "CursorPagination",
    "CustomAuthenticator",
    "CustomBackoffStrategy",
    "CustomConfigTransformation",
    "CustomDecoder",
    "CustomErrorHandler",
    "CustomIncrementalSync",
    "CustomPaginationStrategy",
    "CustomPartitionRouter",
    "CustomRecordExtractor",
    "CustomRecordFilter",
    "CustomRequester",
    "CustomRetriever",
    "CustomSchemaLoader",
    "CustomSchemaNormalization",
    "CustomStateMigration",
    "CustomTransformation",
    "CustomValidationStrategy",
    "DatetimeBasedCursor",
    "DeclarativeSource",
    "DeclarativeStream",
    "DefaultErrorHandler",
    "DefaultPaginator",
    "DpathExtractor",
    "DpathFlattenFields",
    "DpathValidator",
    "DynamicDeclarativeStream",
    "DynamicSchemaLoader",
    "DynamicStreamCheckConfig",
    "ExponentialBackoffStrategy",
    "FixedWindowCallRatePolicy",
    "FlattenFields",
    "GroupByKeyMergeStrategy",
    "GroupingPartitionRouter",
    "GzipDecoder",
    "HTTPAPIBudget",
    "HttpComponentsResolver",
    "HttpRequestRegexMatcher",
    "HttpRequester",
    "HttpResponseFilter",
    "IncrementingCountCursor",
    "InlineSchemaLoader",
    "IterableDecoder",
    "JsonDecoder",
    "JsonFileSchemaLoader",
    "JsonItemsDecoder",
    "JsonSchemaPropertySelector",
    "JsonlDecoder",
    "JwtAuthenticator",
    "KeyTransformation",
    "KeysReplace",
    "KeysToLower",
    "KeysToSnakeCase",
    "LegacySessionTokenAuthenticator",
    "LegacyToPerPartitionStateMigration",
    "ListPartitionRouter",
    "MinMaxDatetime",
    "MovingWindowCallRatePolicy",
    "NoAuth",
    "NoPagination",
    "OAuthAuthenticator",
    "OAuthConfigSpecification",
    "OffsetIncrement",
    "PageIncrement",
    "PaginationReset",
    "PaginationResetLimits",
    "ParametrizedComponentsResolver",
    "ParentStreamConfig",
    "PredicateValidator",
    "PropertiesFromEndpoint",
    "PropertyChunking",
    "QueryProperties",
    "QuotaStatusSource",
    "Rate",
    "RateLimitedMultipleTokenAuthenticator",
    "RecordExpander",
    "RecordFilter",
    "RecordSelector",
    "RemoveFields",
    "RequestBodyGraphQL",
    "RequestBodyGraphQlQuery",
    "RequestBodyJsonObject",
    "RequestBodyPlainText",
    "RequestBodyUrlEncodedForm",
    "RequestOption",
    "RequestPath",
    "ResponseToFileExtractor",
    "SchemaTypeIdentifier",
    "SelectiveAuthenticator",
    "SessionTokenAuthenticator",
    "SessionTokenRequestApiKeyAuthenticator",
    "SessionTokenRequestBearerAuthenticator",
    "SimpleRetriever",
    "Spec",
    "StateDelegatingStream",
    "StreamConfig",
    "StreamGroup",
    "StreamParametersDefinition",
    "SubstreamPartitionRouter",
    "TokenQuota",
    "TypesMap",
    "UnionPartitionRouter",
    "UnlimitedCallRatePolicy",
    "ValidateAdheresToSchema",
    "WaitTimeFromHeader",
    "WaitUntilTimeFromHeader",
    "XmlDecoder",
    "ZipfileDecoder",
};

bool is_airbyte_component(std::string_view name) {
  return std::find(std::begin(kAirbyteComponents), std::end(kAirbyteComponents), name) !=
         std::end(kAirbyteComponents);
}

}  // namespace

Interpolated Workshop::text(const Value& component, std::string_view name) const {
  const Value* setting = component.find(name);
  if (!setting || setting->is_null()) return {};
  return Interpolated(*setting, component["$parameters"], interpolation, config);
}

InterpolatedTree Workshop::tree(const Value& component, std::string_view name) const {
  return InterpolatedTree(component[name], component["$parameters"], interpolation, config);
}

std::string Workshop::text_now(const Value& component, std::string_view name) const {
  return text(component, name).text(Scope());
}

std::string component_name(const Value& component) {
  const std::string& type = component["type"].raw();
  if (type.rfind("Custom", 0) == 0) return need(component, "class_name").raw();
  return type;
}

void refuse_component(const Value& component, std::string_view place,
                      const std::vector<std::string>& fitting) {
  if (!component.is_mapping()) {
    throw Error(ErrorCode::config_invalid, fmt::format("`{}` has to be a component", place),
                component.where());
  }
  const Value& type = component["type"];
  if (!type.is_text()) {
    throw Error(ErrorCode::config_invalid, fmt::format("The component at `{}` has no `type`", place),
                component.where());
  }
  std::string name = component_name(component);
  // The place of a type that was filled in is its component's.
  std::string where = (type.mark().line > 0 ? type : component).where();
  if (name != type.raw()) {
    throw Error(ErrorCode::source_unknown_component,
                fmt::format("`{}` at `{}` is a class of Python code, which is not run", name, place), where)
        .fix("Use a component without code, or one of leat's own classes (docs of the declarative source).");
  }
  std::string all;
  for (const std::string& each : fitting) {
    if (each.rfind("leat.", 0) != 0) all += (all.empty() ? "" : ", ") + each;
  }
  if (is_airbyte_component(name)) {
    bool fits_elsewhere = std::find(fitting.begin(), fitting.end(), name) != fitting.end();
    throw Error(
        ErrorCode::source_unknown_component,
        fmt::format("`{}` {} at `{}`", name, fits_elsewhere ? "can't stand" : "is not supported", place),
        where)
        .fix("Supported there: " + all + ".");
  }
  std::vector<std::string> names(std::begin(kAirbyteComponents), std::end(kAirbyteComponents));
  std::string near = nearest(name, fitting);
  if (near.empty()) near = nearest(name, names);
  throw Error(ErrorCode::source_unknown_component,
              fmt::format("There is no component `{}`{}", name,
                          near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
              where)
      .fix("Supported at `" + std::string(place) + "`: " + all + ".");
}

const Value& need(const Value& component, std::string_view name) {
  const Value* setting = component.find(name);
  if (!setting || setting->is_null()) {
    throw Error(ErrorCode::config_invalid,
                fmt::format("`{}` is missing in {}", name,
                            component["type"].is_text() ? component["type"].raw() : "this part"),
                component.where());
  }
  return *setting;
}

std::string plain_text(const Value& component, std::string_view name, std::string_view fallback) {
  const Value* setting = component.find(name);
  if (!setting || setting->is_null()) return std::string(fallback);
  return setting->as_text(name);
}

bool plain_flag(const Value& component, std::string_view name, bool fallback) {
  const Value* setting = component.find(name);
  if (!setting || setting->is_null()) return fallback;
  return setting->as_boolean(name);
}

void refuse_setting(const Value& component, std::string_view name) {
  const Value* setting = component.find(name);
  bool off =
      !setting || setting->is_null() || (setting->kind() == Value::Kind::boolean && !setting->boolean());
  if (off) return;
  throw Error(ErrorCode::source_unknown_component,
              fmt::format("`{}` of {} is not supported", name, component["type"].raw()), setting->where());
}

}  // namespace leat::sources::declarative
