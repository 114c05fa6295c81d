#include "sources/declarative/custom_transformations.h"

#include <algorithm>
#include <functional>

#include "jinja/operations.h"
#include "sources/declarative/custom_dates.h"
#include "sources/declarative/record_path_values.h"

namespace leat::sources::declarative {
namespace {

using Change = std::function<void(jinja::Value& record)>;

class ChangeRecord final : public Transformation {
 public:
  explicit ChangeRecord(Change change) : change_(std::move(change)) {}
  void apply(jinja::Value& record, Scope&) const override {
    if (record.is_dict()) change_(record);
  }

 private:
  Change change_;
};

// Fields from templates, each changed before it is set; nullopt leaves the field as it is.
class ComputedFields final : public Transformation {
 public:
  using Compute = std::optional<jinja::Value> (*)(const jinja::Value&);
  ComputedFields(const Value& component, const Workshop& workshop, Compute compute) : compute_(compute) {
    for (const Value& field : need(component, "fields").items()) {
      need(field, "value");
      fields_.emplace_back(texts_now(need(field, "path"), field, workshop), workshop.text(field, "value"));
    }
  }
  void apply(jinja::Value& record, Scope& scope) const override {
    for (const auto& [path, value] : fields_) {
      if (auto computed = compute_(value.evaluate(scope))) set_at(record, path, std::move(*computed));
    }
  }

 private:
  Compute compute_;
  std::vector<std::pair<std::vector<std::string>, Interpolated>> fields_;
};

void gather_custom_fields(jinja::Value& record) {
  std::vector<jinja::Value> names, fields;
  record.as_dict().each([&](const jinja::Value& key, const jinja::Value& value) {
    if (!jinja::to_text(key).starts_with("cf_")) return;
    names.push_back(key);
    fields.push_back(jinja::Value::dict({{"name", key}, {"value", value}}));
  });
  for (const jinja::Value& name : names) record.as_dict().erase(name);
  record.as_dict().set("custom_fields", jinja::Value::list(std::move(fields)));
}

// No column takes a date without a day.
void drop_zero_dates(jinja::Value& record) {
  for (auto& entry : record.as_dict().entries()) {
    if (entry.value.is_string() && is_zero_date(entry.value.as_string())) entry.value = jinja::Value::none();
  }
}

void drop_empty_metrics(jinja::Value& record) {
  const jinja::Value* metrics = record.as_dict().find("metrics");
  if (!metrics || !metrics->is_dict()) return;
  for (auto& entry : metrics->as_dict().entries()) {
    if (entry.value.is_string() && entry.value.as_string() == "-") entry.value = jinja::Value::none();
  }
}

void iso_event_times(jinja::Value& record) {
  for (std::string_view name : {"event_time", "server_upload_time", "processed_time", "server_received_time",
                                "user_creation_time", "client_upload_time", "client_event_time"}) {
    jinja::Value* found = record.as_dict().find(name);
    if (!found || !found->is_string()) continue;
    if (auto iso = python_isoformat(found->as_string())) *found = jinja::Value(*iso);
  }
}

// Metrics as members, out of a list of {name, values}.
void spread_insights(jinja::Value& record) {
  std::optional<jinja::Value> data = record.as_dict().erase(jinja::Value("data"));
  if (!data || !data->is_list()) return;
  for (const jinja::Value& insight : data->items()) {
    std::optional<jinja::Value> name = value_at(insight, {"name"});
    std::optional<jinja::Value> value = value_at(insight, {"values", "0", "value"});
    if (name) record.as_dict().set(*name, value.value_or(jinja::Value::none()));
  }
}

// What each dimension counts, as one object.
void spread_breakdown(jinja::Value& record) {
  std::optional<jinja::Value> total = record.as_dict().erase(jinja::Value("total_value"));
  if (!total) return;
  jinja::Value counts = jinja::Value::dict();
  for (const jinja::Value& result : values_at(*total, {"breakdowns", "0", "results", "*"})) {
    std::optional<jinja::Value> name = value_at(result, {"dimension_values", "0"});
    counts.as_dict().set(name.value_or(jinja::Value("")),
                         value_at(result, {"value"}).value_or(jinja::Value::none()));
  }
  record.as_dict().set("value", std::move(counts));
}

std::string without_parameter(const std::string& url, std::string_view name) {
  std::size_t at = url.find('?');
  if (at == std::string::npos) return url;
  std::string out = url.substr(0, at), rest = url.substr(at + 1);
  char mark = '?';
  for (std::size_t from = 0; from <= rest.size();) {
    std::size_t end = std::min(rest.find('&', from), rest.size());
    std::string_view part = std::string_view(rest).substr(from, end - from);
    if (!part.empty() && part.substr(0, part.find('=')) != name) {
      out += mark;
      out += part;
      mark = '&';
    }
    from = end + 1;
  }
  return out;
}

// Parameters that differ each time make equal records look changed.
void steady_urls(jinja::Value& record) {
  for (auto [field, parameter] : {std::pair<std::string_view, std::string_view>{"media_url", "_nc_rid"},
                                  {"profile_picture_url", "ccb"}}) {
    jinja::Value* found = record.as_dict().find(field);
    if (found && found->is_string()) *found = jinja::Value(without_parameter(found->as_string(), parameter));
  }
}

void list_properties(jinja::Value& record) {
  std::vector<jinja::Value> list;
  const jinja::Value* properties = record.as_dict().find("properties");
  if (properties && properties->is_dict()) {
    properties->as_dict().each([&](const jinja::Value& name, const jinja::Value& value) {
      list.push_back(jinja::Value::dict({{"name", name}, {"value", value}}));
    });
  }
  record.as_dict().set("properties", jinja::Value::list(std::move(list)));
}

// What a bot's owner is stands under `info`, whatever kind of owner it is.
void name_owner(jinja::Value& record) {
  std::optional<jinja::Value> owner = value_at(record, {"bot", "owner"});
  std::optional<jinja::Value> type = owner ? value_at(*owner, {"type"}) : std::nullopt;
  if (!type || !type->is_string() || !owner->is_dict()) return;
  const jinja::Value* found = owner->as_dict().find(type->as_string());
  if (!found || !jinja::truth(*found)) return;
  jinja::Value info = *found;
  owner->as_dict().erase(*type);
  owner->as_dict().set("info", std::move(info));
}

std::unique_ptr<Transformation> make_change(Change change) {
  return std::make_unique<ChangeRecord>(std::move(change));
}

// The members of `fields` that are null go.
std::unique_ptr<Transformation> make_remove_empty(const Value& component, const Workshop& workshop) {
  std::vector<std::string> names = texts_now(need(component, "field_pointers"), component, workshop);
  return make_change([names](jinja::Value& record) {
    for (const std::string& name : names) {
      const jinja::Value* holder = record.as_dict().find(name);
      if (!holder || !holder->is_dict()) continue;
      std::vector<jinja::Value> empty;
      holder->as_dict().each([&](const jinja::Value& key, const jinja::Value& value) {
        if (value.is_none()) empty.push_back(key);
      });
      for (const jinja::Value& key : empty) holder->as_dict().erase(key);
    }
  });
}

// A report's row holds the values of its dimensions in a list, in the order in which they were asked for.
std::unique_ptr<Transformation> make_dimensions(const Value& component, const Workshop& workshop) {
  std::vector<std::string> names = texts_now(component["dimensions"], component, workshop);
  return make_change([names](jinja::Value& record) {
    std::optional<jinja::Value> keys = record.as_dict().erase(jinja::Value("keys"));
    if (!keys || !keys->is_list()) return;
    for (std::size_t i = 0; i < std::min(names.size(), keys->items().size()); ++i)
      record.as_dict().set(names[i], keys->items()[i]);
  });
}

std::optional<jinja::Value> ids_of(const jinja::Value& objects) {
  std::vector<jinja::Value> ids;
  if (!objects.is_list()) return std::nullopt;
  for (const jinja::Value& each : objects.items()) {
    const jinja::Value* id = each.find("id");
    ids.push_back(id ? *id : jinja::Value::none());
  }
  return jinja::Value::list(std::move(ids));
}

std::optional<jinja::Value> iso_date(const jinja::Value& text) {
  auto iso = text.is_string() ? iso_of_mail_date(text.as_string()) : std::nullopt;
  return iso ? std::optional(jinja::Value(*iso)) : std::nullopt;
}

template <void (*change)(jinja::Value&)>
std::unique_ptr<Transformation> make(const Value&, const Workshop&) {
  return make_change(change);
}

template <ComputedFields::Compute compute>
std::unique_ptr<Transformation> make_computed(const Value& component, const Workshop& workshop) {
  return std::make_unique<ComputedFields>(component, workshop, compute);
}

constexpr ComponentRow<Transformation> kRows[] = {
    {"BigcommerceDates", make_computed<iso_date>},
    {"ChargebeeFields", make<gather_custom_fields>},
    {"CustomReportExtractDimensionsFromKeys", make_dimensions},
    {"InstagramBreakDownResultsTransformation", make<spread_breakdown>},
    {"InstagramClearUrlTransformation", make<steady_urls>},
    {"InstagramInsightsTransformation", make<spread_insights>},
    {"ListAddFields", make_computed<ids_of>},
    {"NotionPropertiesTransformation", make<list_properties>},
    {"NotionUserTransformation", make<name_owner>},
    {"PrestashopDates", make<drop_zero_dates>},
    {"RemoveEmptyFields", make_remove_empty},
    {"TransformDatetimesToRFC3339", make<iso_event_times>},
    {"TransformEmptyMetrics", make<drop_empty_metrics>},
};

}  // namespace

std::span<const ComponentRow<Transformation>> custom_transformations() {
  return kRows;
}

}  // namespace leat::sources::declarative
