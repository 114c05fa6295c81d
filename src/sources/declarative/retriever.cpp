#include "sources/declarative/retriever.h"

#include "sources/declarative/async_retriever.h"
#include "sources/declarative/slice_walk.h"

namespace leat::sources::declarative {
namespace {

// A part of a requester that asks for properties: on its own, or as the value of a parameter.
std::unique_ptr<QueryProperties> properties_of(const Value& requester, const Workshop& workshop) {
  if (const Value* own = requester.find("query_properties"); own && !own->is_null())
    return std::make_unique<QueryProperties>(*own, "", workshop);
  if (const Value* own = requester.find("fetch_properties_from_endpoint"); own && !own->is_null())
    return std::make_unique<QueryProperties>(*own, "", workshop);
  for (const auto& [name, value] : requester["request_parameters"].members()) {
    if (value.is_mapping() && value["type"].raw() == "QueryProperties")
      return std::make_unique<QueryProperties>(value, name, workshop);
  }
  return nullptr;
}

}  // namespace

std::unique_ptr<Paginator> paginator_of(const Value& component, std::string_view name,
                                        const Workshop& workshop) {
  const Value* paginator = component.find(name);
  if (paginator && !paginator->is_null()) return make_paginator(*paginator, workshop);
  Value none = Value::mapping();
  none.set("type", Value::of("NoPagination"));
  return make_paginator(none, workshop);
}

jinja::Value slice_value(const StreamSlice& slice) {
  jinja::Value out = jinja::Value::dict();
  slice.keys.as_dict().each(
      [&](const jinja::Value& key, const jinja::Value& value) { out.as_dict().set(key, value); });
  for (auto [name, part] : {std::pair<std::string_view, const jinja::Value*>{"partition", &slice.partition},
                            {"cursor_slice", &slice.window},
                            {"extra_fields", &slice.extra}}) {
    if (!out.as_dict().find(name)) out.as_dict().set(name, *part);
  }
  return out;
}

SimpleRetriever::SimpleRetriever(const Value& component, const Value& transformations,
                                 const Workshop& workshop)
    : workshop_(workshop),
      requester_(make_requester(need(component, "requester"), workshop)),
      paginator_(paginator_of(component, "paginator", workshop)),
      decoder_(make_body_decoder(component["decoder"], workshop)),
      properties_(properties_of(component["requester"], workshop)),
      selector_(need(component, "record_selector"), transformations, workshop),
      slicer_only_first_(plain_flag(component, "ignore_stream_slicer_parameters_on_paginated_requests")) {
  if (const Value* router = component.find("partition_router");
      router && (router->is_mapping() || !router->items().empty())) {
    router_ = make_partition_router(*router, workshop);
  }
  if (const Value& reset = component["pagination_reset"]; reset.is_mapping()) {
    resets_by_cursor_ = need(reset, "action").raw() == "SPLIT_USING_CURSOR";
    reset_after_records_ = reset["limits"]["number_of_records"].integer();
  }
}

std::unique_ptr<RetrieverRun> SimpleRetriever::start(const ReadPlan& plan) const {
  return std::make_unique<SliceWalk>(*this, plan);
}

void Retriever::read(const ReadPlan& plan) const {
  std::unique_ptr<RetrieverRun> run = start(plan);
  while (run->step()) continue;
}

std::unique_ptr<Retriever> make_retriever(const Value& component, const Value& transformations,
                                          const Workshop& workshop) {
  std::string name = component_name(component);
  if (name == "SimpleRetriever")
    return std::make_unique<SimpleRetriever>(component, transformations, workshop);
  if (name == "AsyncRetriever") return make_async_retriever(component, transformations, workshop);
  refuse_component(component, "retriever", {"SimpleRetriever", "AsyncRetriever"});
}

}  // namespace leat::sources::declarative
