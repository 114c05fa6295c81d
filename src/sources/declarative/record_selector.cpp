#include "sources/declarative/record_selector.h"

#include "base/error.h"
#include "sources/declarative/custom_extractors.h"
#include "sources/declarative/normalizer.h"
#include "sources/declarative/record_path_values.h"

namespace leat::sources::declarative {
namespace {

struct Extractor {
  std::vector<std::string> path;
  Rewrite rewrite = {};
};

std::unique_ptr<Extractor> make_dpath(const Value& component, const Workshop& workshop) {
  auto out = std::make_unique<Extractor>();
  out->path = texts_now(need(component, "field_path"), component, workshop);
  return out;
}

std::unique_ptr<Extractor> make_extractor(const Value& component, const Workshop& workshop) {
  std::string name = component_name(component);
  if (name == "DpathExtractor") return make_dpath(component, workshop);
  if (Rewrite rewrite = find_custom_extractor(name, component, workshop)) {
    auto out = std::make_unique<Extractor>();
    if (component["field_path"].is_list())
      out->path = texts_now(component["field_path"], component, workshop);
    out->rewrite = std::move(rewrite);
    return out;
  }
  refuse_component(component, "extractor", {"DpathExtractor"});
}

struct ConditionFilter {
  Interpolated condition;
};

constexpr ComponentRow<ConditionFilter> kFilters[] = {
    {"RecordFilter", [](const Value& component, const Workshop& workshop) {
       return std::make_unique<ConditionFilter>(ConditionFilter{workshop.text(component, "condition")});
     }}};

}  // namespace

RecordSelector::RecordSelector(const Value& component, const Value& transformations, const Workshop& workshop)
    : path_({}), transform_first_(plain_flag(component, "transform_before_filtering")) {
  const Value& extractor = need(component, "extractor");
  std::unique_ptr<Extractor> made = make_extractor(extractor, workshop);
  path_ = RecordPath(std::move(made->path));
  rewrite_ = std::move(made->rewrite);
  if (const Value& expander = extractor["record_expander"]; expander.is_mapping()) {
    expander_ = Expander{texts_now(need(expander, "expand_records_from_field"), expander, workshop),
                         plain_flag(expander, "remain_original_record"),
                         expander["on_no_records"].raw() == "emit_parent"};
  }
  if (const Value* filter = component.find("record_filter"); filter && !filter->is_null()) {
    filter_ = make_component<ConditionFilter>(kFilters, *filter, "record_filter", workshop)->condition;
  }
  const Value& normalization = component["schema_normalization"];
  if (normalization.is_mapping() && !normalization_of(normalization))
    refuse_component(normalization, "schema_normalization", {"Default", "None"});
  for (const Value& each : transformations.items())
    transformations_.push_back(make_transformation(each, workshop));
}

bool RecordSelector::select(jinja::Value& record, const Scope& slice_scope,
                            const std::function<bool(const jinja::Value&)>& covers) const {
  if (is_plain() && !covers) return true;
  Scope scope = slice_scope.copy();
  bool transform_first = transform_first_ || covers;
  auto transform = [&] {
    for (const auto& transformation : transformations_) transformation->apply(record, scope);
  };
  scope.set("record", record);
  if (transform_first) transform();
  if (covers && !covers(record)) return false;
  if (!filter_.empty() && !filter_.truth(scope)) return false;
  if (!transform_first) transform();
  return true;
}

std::vector<jinja::Value> RecordSelector::expand(jinja::Value match) const {
  std::vector<jinja::Value> records;
  if (rewrite_) {
    records = rewrite_(std::move(match));
  } else {
    records.push_back(std::move(match));
  }
  if (!expander_) return records;
  std::vector<jinja::Value> out;
  for (jinja::Value& record : records) {
    std::vector<jinja::Value> found;
    for (const jinja::Value& at : values_at(record, expander_->path)) {
      if (at.is_list()) found.insert(found.end(), at.items().begin(), at.items().end());
    }
    if (found.empty() && expander_->emits_parent) out.push_back(record);
    for (jinja::Value& item : found) {
      if (item.is_dict() && expander_->keeps_original) item.as_dict().set("original_record", record);
      out.push_back(std::move(item));
    }
  }
  return out;
}

}  // namespace leat::sources::declarative
