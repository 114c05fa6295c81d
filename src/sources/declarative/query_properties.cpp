#include "sources/declarative/query_properties.h"

#include <algorithm>

#include "base/error.h"
#include "jinja/operations.h"
#include "sources/declarative/record_path_values.h"
#include "sources/declarative/retriever.h"

namespace leat::sources::declarative {
namespace {

void merge_into(const jinja::Value& target, const jinja::Value& source) {
  source.as_dict().each([&](const jinja::Value& key, const jinja::Value& value) {
    jinja::Value* there = target.as_dict().find(key);
    if (there && there->is_dict() && value.is_dict()) {
      merge_into(*there, value);
    } else {
      target.as_dict().set(key, value);
    }
  });
}

}  // namespace

std::string properties_parameter(const Value& requester) {
  for (const auto& [name, value] : requester["request_parameters"].members()) {
    if (value.is_mapping() && value["type"].raw() == "QueryProperties") return name;
  }
  return {};
}

QueryProperties::QueryProperties(const Value& component, std::string, const Workshop& workshop) {
  // PropertiesFromEndpoint stands alone, too.
  const Value& list =
      component["type"].raw() == "PropertiesFromEndpoint" ? component : need(component, "property_list");
  if (list.is_list()) {
    listed_ = texts_now(list, component, workshop);
  } else {
    field_path_ = texts_now(need(list, "property_field_path"), list, workshop);
    endpoint_ = make_retriever(need(list, "retriever"), Value(), workshop);
  }
  always_ = texts_now(component["always_include_properties"], component, workshop);
  selects_ = component["property_selector"].is_mapping();
  for (const Value& each : component["property_selector"]["transformations"].items())
    changes_.push_back(make_transformation(each, workshop));
  const Value& chunking = component["property_chunking"];
  if (!chunking.is_mapping()) return;
  chunked_ = true;
  by_characters_ = need(chunking, "property_limit_type").raw() == "characters";
  limit_ = chunking["property_limit"].integer();
  const Value& key = chunking["record_merge_strategy"]["key"];
  merge_keys_ = key.is_text() ? std::vector{key.raw()} : texts_now(key, chunking, workshop);
  if (merge_keys_.empty()) merge_keys_ = {"id"};
}

QueryProperties::~QueryProperties() = default;

std::vector<std::string> QueryProperties::all() const {
  if (!endpoint_) return listed_;
  std::lock_guard lock(mutex_);
  if (found_) return *found_;
  std::vector<std::string> out;
  ReadPlan plan;
  plan.stream = "dynamic_properties";
  plan.concurrency = 1;
  bool given = false;
  plan.next_slice = [&]() -> std::optional<StreamSlice> {
    return std::exchange(given, true) ? std::nullopt : std::optional(StreamSlice{});
  };
  plan.on_record = [&](jinja::Value&& record, const StreamSlice&) {
    std::optional<jinja::Value> name = value_at(record, field_path_);
    out.push_back(name ? jinja::to_text(*name) : "[]");
  };
  endpoint_->read(plan);
  found_ = out;
  return out;
}

std::vector<std::string> QueryProperties::selected(const std::vector<std::string>& wanted) const {
  jinja::Value names = jinja::Value::dict({});
  for (const std::string& each : wanted) names.as_dict().set(each, jinja::Value::dict({}));
  Scope scope;
  scope.set("record", names);
  for (const auto& change : changes_) change->apply(names, scope);
  std::vector<std::string> out = all();
  std::erase_if(out, [&](const std::string& each) { return !names.as_dict().find(std::string_view(each)); });
  return out;
}

std::vector<std::vector<std::string>> QueryProperties::chunks(
    const std::optional<std::vector<std::string>>& wanted) const {
  // Without a limit a chunk holds all there is, as in the CDK.
  const bool selects = selects_ && wanted && (!chunked_ || limit_ > 0);
  std::vector<std::string> names = selects ? selected(*wanted) : all();
  if (!chunked_) {
    std::vector<std::string> one = always_;
    one.insert(one.end(), names.begin(), names.end());
    return {one};
  }
  if (limit_ <= 0) {
    names.insert(names.end(), always_.begin(), always_.end());
    return {names};
  }
  std::vector<std::vector<std::string>> out;
  std::vector<std::string> chunk = always_;
  std::int64_t size = 0;
  for (const std::string& name : names) {
    // A name takes three more characters: the encoded comma.
    std::int64_t own = by_characters_ ? static_cast<std::int64_t>(name.size()) + 3 : 1;
    if (size + own > limit_) {
      out.push_back(std::exchange(chunk, always_));
      size = 0;
    }
    chunk.push_back(name);
    size += own;
  }
  out.push_back(std::move(chunk));
  return out;
}

jinja::Value QueryProperties::value_of(const std::vector<std::string>& chunk) {
  std::vector<jinja::Value> items(chunk.begin(), chunk.end());
  return jinja::Value::list(std::move(items));
}

std::optional<std::string> QueryProperties::merge_key(const jinja::Value& record) const {
  std::string out;
  for (const std::string& key : merge_keys_) {
    const jinja::Value* value = record.as_dict().find(std::string_view(key));
    if (!value || !jinja::truth(*value)) return std::nullopt;
    out += (out.empty() ? "" : ",") + jinja::to_text(*value);
  }
  return merge_keys_.empty() ? std::nullopt : std::optional(out);
}

bool MergedRecords::add(const jinja::Value& record) {
  std::optional<std::string> key = properties_.merge_key(record);
  if (!key) return false;
  auto found = std::find(keys_.begin(), keys_.end(), *key);
  if (found == keys_.end()) {
    keys_.push_back(*key);
    records_.push_back(record);
  } else {
    merge_into(records_[static_cast<std::size_t>(found - keys_.begin())], record);
  }
  return true;
}

}  // namespace leat::sources::declarative
