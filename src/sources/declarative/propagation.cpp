#include "sources/declarative/propagation.h"

#include <fmt/core.h>

#include <algorithm>

namespace leat::sources::declarative {
namespace {

using document::Value;

constexpr std::string_view kParameters = "$parameters";

struct DefaultType {
  std::string_view place, type;
};

constexpr DefaultType kDefaultTypes[] = {
    {"CompositeErrorHandler.error_handlers", "DefaultErrorHandler"},
    {"CursorPagination.decoder", "JsonDecoder"},
    {"DatetimeBasedCursor.end_datetime", "MinMaxDatetime"},
    {"DatetimeBasedCursor.end_time_option", "RequestOption"},
    {"DatetimeBasedCursor.start_datetime", "MinMaxDatetime"},
    {"DatetimeBasedCursor.start_time_option", "RequestOption"},
    {"CustomIncrementalSync.end_datetime", "MinMaxDatetime"},
    {"CustomIncrementalSync.end_time_option", "RequestOption"},
    {"CustomIncrementalSync.start_datetime", "MinMaxDatetime"},
    {"CustomIncrementalSync.start_time_option", "RequestOption"},
    {"DeclarativeSource.check", "CheckStream"},
    {"DeclarativeSource.spec", "Spec"},
    {"DeclarativeSource.streams", "DeclarativeStream"},
    {"DeclarativeStream.retriever", "SimpleRetriever"},
    {"DeclarativeStream.schema_loader", "JsonFileSchemaLoader"},
    {"DynamicDeclarativeStream.stream_template", "DeclarativeStream"},
    {"DynamicDeclarativeStream.components_resolver", "ConfigComponentsResolver"},
    {"HttpComponentsResolver.retriever", "SimpleRetriever"},
    {"HttpComponentsResolver.components_mapping", "ComponentMappingDefinition"},
    {"ConfigComponentsResolver.stream_config", "StreamConfig"},
    {"ConfigComponentsResolver.components_mapping", "ComponentMappingDefinition"},
    {"DefaultErrorHandler.response_filters", "HttpResponseFilter"},
    {"DefaultPaginator.decoder", "JsonDecoder"},
    {"DefaultPaginator.page_size_option", "RequestOption"},
    {"DpathExtractor.decoder", "JsonDecoder"},
    {"HttpRequester.error_handler", "DefaultErrorHandler"},
    {"ListPartitionRouter.request_option", "RequestOption"},
    {"ParentStreamConfig.request_option", "RequestOption"},
    {"ParentStreamConfig.stream", "DeclarativeStream"},
    {"RecordSelector.extractor", "DpathExtractor"},
    {"RecordSelector.record_filter", "RecordFilter"},
    {"SimpleRetriever.paginator", "NoPagination"},
    {"SimpleRetriever.record_selector", "RecordSelector"},
    {"SimpleRetriever.requester", "HttpRequester"},
    {"SubstreamPartitionRouter.parent_stream_configs", "ParentStreamConfig"},
    {"AddFields.fields", "AddedFieldDefinition"},
    {"CustomPartitionRouter.parent_stream_configs", "ParentStreamConfig"},
    {"DynamicSchemaLoader.retriever", "SimpleRetriever"},
    {"SchemaTypeIdentifier.types_map", "TypesMap"},
};

constexpr DefaultType kCustomTypes[] = {
    {"CompositeErrorHandler.backoff_strategies", "CustomBackoffStrategy"},
    {"DeclarativeStream.retriever", "CustomRetriever"},
    {"DeclarativeStream.transformations", "CustomTransformation"},
    {"DefaultErrorHandler.backoff_strategies", "CustomBackoffStrategy"},
    {"DefaultPaginator.pagination_strategy", "CustomPaginationStrategy"},
    {"HttpRequester.authenticator", "CustomAuthenticator"},
    {"HttpRequester.error_handler", "CustomErrorHandler"},
    {"RecordSelector.extractor", "CustomRecordExtractor"},
    {"SimpleRetriever.partition_router", "CustomPartitionRouter"},
};

std::string_view default_type(const Value& component, std::string_view place) {
  auto in = [&](const auto& table) -> std::string_view {
    for (const DefaultType& row : table) {
      if (row.place == place) return row.type;
    }
    return {};
  };
  return component.find("class_name") ? in(kCustomTypes) : in(kDefaultTypes);
}

bool is_falsy(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return true;
    case Value::Kind::boolean:
      return !value.boolean();
    case Value::Kind::integer:
    case Value::Kind::real:
      return value.real() == 0;
    case Value::Kind::text:
      return value.raw().empty();
    case Value::Kind::list:
      return value.items().empty();
    case Value::Kind::mapping:
      return value.members().empty();
  }
  return false;
}

bool is_json_schema(const Value& component) {
  const Value& type = component["type"];
  if (type.is_text()) return type.raw() == "object";
  if (!type.is_list() || type.items().size() != 2) return false;
  auto has = [&](std::string_view name) {
    return std::any_of(type.items().begin(), type.items().end(),
                       [&](const Value& item) { return item.raw() == name; });
  };
  return has("object") && has("null");
}

bool has_nested_components(const Value& component) {
  auto is_component = [](const Value& value) { return value.is_mapping() && value.find("type"); };
  for (const Value::Member& member : component.members()) {
    if (is_component(member.second)) return true;
    if (member.second.is_list() &&
        std::any_of(member.second.items().begin(), member.second.items().end(), is_component)) {
      return true;
    }
  }
  return false;
}

Value component(Value out, std::string_view place, const Value& parent_parameters, bool parent_wins);

// Hands the parameters to what stands below `out`, its fields one by one.
void descend(Value& out, const Value& parameters, bool parent_wins) {
  const std::string type = out["type"].is_text() ? out["type"].raw() : "None";
  for (Value::Member& member : out.members()) {
    if (!member.second.is_mapping() && !member.second.is_list()) continue;
    Value passed = parameters;
    passed.erase(member.first);
    std::string place = type + "." + member.first;
    if (member.second.is_mapping()) {
      member.second = component(std::move(member.second), place, passed, parent_wins);
    } else {
      for (Value& item : member.second.items()) {
        if (item.is_mapping()) item = component(std::move(item), place, passed, parent_wins);
      }
    }
  }
}

Value component(Value out, std::string_view place, const Value& parent_parameters, bool parent_wins) {
  if (!out.find("type")) {
    if (std::string_view type = default_type(out, place); !type.empty()) {
      Value text = Value::of(std::string(type));
      text.set_mark(out.mark());
      out.set("type", std::move(text));
    }
  }
  if (is_json_schema(out)) return out;
  if (!out.find("type")) {
    if (has_nested_components(out)) descend(out, parent_parameters, parent_wins);
    return out;
  }
  const Value own = out[kParameters];
  out.erase(kParameters);
  Value parameters = parent_parameters;
  for (const Value::Member& member : own.members()) {
    if (!parent_wins || !parameters.find(member.first)) parameters.set(member.first, member.second);
  }
  for (const Value::Member& parameter : parameters.members()) {
    const Value* there = out.find(parameter.first);
    if (!there || is_falsy(*there)) out.set(parameter.first, parameter.second);
  }
  descend(out, parameters, parent_wins);
  if (!parameters.members().empty()) out.set(kParameters, std::move(parameters));
  return out;
}

}  // namespace

Value propagate(const Value& manifest, bool parent_wins) {
  return component(manifest, "", Value::mapping(), parent_wins);
}

}  // namespace leat::sources::declarative
