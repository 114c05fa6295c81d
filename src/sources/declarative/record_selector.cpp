#include "sources/declarative/record_selector.h"

#include "base/error.h"

namespace leat::sources::declarative {
namespace {

struct DpathExtractor {
  std::vector<std::string> path;
};

std::unique_ptr<DpathExtractor> make_dpath(const Value& component, const Workshop& workshop) {
  refuse_setting(component, "record_expander");
  auto out = std::make_unique<DpathExtractor>();
  for (const Value& segment : need(component, "field_path").items()) {
    out->path.push_back(
        Interpolated(segment, component["$parameters"], workshop.interpolation, workshop.config)
            .text(Scope()));
  }
  return out;
}

constexpr ComponentRow<DpathExtractor> kExtractors[] = {{"DpathExtractor", make_dpath}};

struct ConditionFilter {
  Interpolated condition;
};

constexpr ComponentRow<ConditionFilter> kFilters[] = {
    {"RecordFilter", [](const Value& component, const Workshop& workshop) {
       return std::make_unique<ConditionFilter>(ConditionFilter{workshop.text(component, "condition")});
     }}};

}  // namespace

RecordSelector::RecordSelector(const Value& component, const Value& transformations, const Workshop& workshop)
    : path_(make_component<DpathExtractor>(kExtractors, need(component, "extractor"), "extractor", workshop)
                ->path),
      transform_first_(plain_flag(component, "transform_before_filtering")) {
  if (const Value* filter = component.find("record_filter"); filter && !filter->is_null()) {
    filter_ = make_component<ConditionFilter>(kFilters, *filter, "record_filter", workshop)->condition;
  }
  for (const Value& each : transformations.items())
    transformations_.push_back(make_transformation(each, workshop));
}

bool RecordSelector::select(jinja::Value& record, const Scope& slice_scope) const {
  Scope scope = slice_scope.copy();
  auto transform = [&] {
    for (const auto& transformation : transformations_) transformation->apply(record, scope);
  };
  scope.set("record", record);
  if (transform_first_) transform();
  if (!filter_.empty() && !filter_.truth(scope)) return false;
  if (!transform_first_) transform();
  return true;
}

}  // namespace leat::sources::declarative
