#include "sources/declarative/retriever.h"

#include "sources/declarative/slice_walk.h"

namespace leat::sources::declarative {
namespace {

struct Decoder {};

constexpr ComponentRow<Decoder> kDecoders[] = {
    {"JsonDecoder", [](const Value&, const Workshop&) { return std::make_unique<Decoder>(); }},
};

std::unique_ptr<Paginator> paginator_of(const Value& component, const Workshop& workshop) {
  const Value* paginator = component.find("paginator");
  if (paginator && !paginator->is_null()) return make_paginator(*paginator, workshop);
  Value none = Value::mapping();
  none.set("type", Value::of(std::string("NoPagination")));
  return make_paginator(none, workshop);
}

}  // namespace

Retriever::Retriever(const Value& component, const Value& transformations, const Workshop& workshop)
    : workshop_(workshop),
      requester_(make_requester(need(component, "requester"), workshop)),
      paginator_(paginator_of(component, workshop)),
      selector_(need(component, "record_selector"), transformations, workshop),
      slicer_only_first_(plain_flag(component, "ignore_stream_slicer_parameters_on_paginated_requests")) {
  if (const Value* router = component.find("partition_router"); router && !router->is_null()) {
    router_ = make_partition_router(*router, workshop);
  }
  if (const Value* decoder = component.find("decoder"); decoder && !decoder->is_null()) {
    make_component<Decoder>(kDecoders, *decoder, "decoder", workshop);
  }
  refuse_setting(component, "pagination_reset");
}

void Retriever::read(const ReadPlan& plan) const {
  SliceWalk(*this, plan).run();
}

std::unique_ptr<Retriever> make_retriever(const Value& component, const Value& transformations,
                                          const Workshop& workshop) {
  if (component_name(component) != "SimpleRetriever")
    refuse_component(component, "retriever", {"SimpleRetriever"});
  return std::make_unique<Retriever>(component, transformations, workshop);
}

}  // namespace leat::sources::declarative
