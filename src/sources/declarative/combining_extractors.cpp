#include "sources/declarative/combining_extractors.h"

#include <algorithm>

#include "jinja/operations.h"
#include "sources/declarative/custom_extractors.h"
#include "sources/declarative/record_path_values.h"

namespace leat::sources::declarative {
namespace {

using Item = jinja::Value;
using Records = std::vector<Item>;

// A DpathExtractor: every match of a path with *, else the items of the list, or the one value, that it leads
// to.
Records at_path(const Item& body, const std::vector<std::string>& path) {
  bool has_any = std::find(path.begin(), path.end(), "*") != path.end();
  if (has_any) return values_at(body, path);
  std::optional<Item> found = value_at(body, path);
  if (!found) return {};
  if (found->is_list()) return found->items();
  return jinja::truth(*found) ? Records{*found} : Records{};
}

Rewrite extractor_of(const Value& component, const Workshop& workshop) {
  std::string name = component_name(component);
  if (name == "DpathExtractor") {
    refuse_setting(component, "record_expander");
    std::vector<std::string> path = texts_now(need(component, "field_path"), component, workshop);
    return [path](Item body) { return at_path(body, path); };
  }
  if (Rewrite found = find_custom_extractor(name, component, workshop)) return found;
  refuse_component(component, "extractor", {"DpathExtractor"});
}

// Names from one place, values from another, in turn; ends at the first value that is not there.
Records paired(const Records& names, const Records& values) {
  Records out;
  if (names.empty()) return out;
  for (std::size_t at = 0; at + names.size() <= values.size(); at += names.size()) {
    Item record = Item::dict();
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (values[at + i].is_none()) return out;
      record.as_dict().set(names[i], values[at + i]);
    }
    out.push_back(std::move(record));
  }
  return out;
}

// The first records of all in one, then the second ones …
Records merged(const std::vector<Records>& lists) {
  Records out;
  if (lists.empty()) return out;
  std::size_t count = lists[0].size();
  for (const Records& list : lists) count = std::min(count, list.size());
  for (std::size_t i = 0; i < count; ++i) {
    Item record = Item::dict();
    for (const Records& list : lists) {
      if (!list[i].is_dict()) continue;
      list[i].as_dict().each([&](const Item& key, const Item& value) { record.as_dict().set(key, value); });
    }
    out.push_back(std::move(record));
  }
  return out;
}

// The records of all, or of the first that has any. An empty one that is dropped stays as an absent value: it
// counts for the size of a page.
Records combined(const std::vector<Rewrite>& extractors, const Item& body, bool first_match,
                 bool drops_empty) {
  Records out;
  for (const Rewrite& each : extractors) {
    Records records = each(body);
    bool has_any = false;
    for (Item& record : records) {
      if (drops_empty && !record.is_absent() && !jinja::truth(record)) record = Item();
      has_any = has_any || !record.is_absent();
    }
    if (first_match && !has_any) continue;
    out.insert(out.end(), records.begin(), records.end());
    if (first_match) break;
  }
  return out;
}

// Puts into a relation what the answer's `included` part tells of what it names.
void complete_relation(Item relation, const Records& included) {
  if (!relation.is_dict()) return;
  auto part = [](const Item& item, std::string_view name) {
    const Item* found = item.find(name);
    return found ? *found : Item::none();
  };
  const Item type = part(relation, "type"), id = part(relation, "id");
  for (const Item& each : included) {
    if (!jinja::equals(part(each, "type"), type) || !jinja::equals(part(each, "id"), id)) continue;
    if (const Item attributes = part(each, "attributes"); attributes.is_dict()) {
      attributes.as_dict().each(
          [&](const Item& key, const Item& value) { relation.as_dict().set(key, value); });
    }
    if (each.as_dict().find("relationships"))
      relation.as_dict().set("relationships", part(each, "relationships"));
  }
}

Records with_included(const Records& records, const Records& included) {
  for (const Item& record : records) {
    const Item* relations = record.find("relationships");
    if (!relations || !relations->is_dict()) continue;
    relations->as_dict().each([&](const Item&, const Item& relation) {
      const Item* data = relation.find("data");
      if (!data) return;
      if (data->is_dict()) complete_relation(*data, included);
      if (!data->is_list()) return;
      for (const Item& item : data->items()) complete_relation(item, included);
    });
  }
  return records;
}

}  // namespace

Rewrite find_combining_extractor(const std::string& name, const Value& component, const Workshop& workshop) {
  if (name == "KeyValueExtractor") {
    Rewrite keys = extractor_of(need(component, "keys_extractor"), workshop),
            values = extractor_of(need(component, "values_extractor"), workshop);
    return [keys, values](Item body) { return paired(keys(body), values(body)); };
  }
  if (name == "KlaviyoIncluded") {
    std::vector<std::string> path = texts_now(need(component, "records"), component, workshop);
    return [path](Item body) { return with_included(at_path(body, path), at_path(body, {"included"})); };
  }
  if (name != "MergedExtractors" && name != "CombinedExtractor") return {};
  std::vector<Rewrite> extractors;
  for (const Value& each : need(component, "extractors").items())
    extractors.push_back(extractor_of(each, workshop));
  if (name == "CombinedExtractor") {
    bool first_match = plain_text(component, "mode", "union") == "first_match";
    bool drops_empty = plain_flag(component, "skip_empty_records");
    return [=](Item body) { return combined(extractors, body, first_match, drops_empty); };
  }
  return [extractors](Item body) {
    std::vector<Records> lists;
    for (const Rewrite& each : extractors) lists.push_back(each(body));
    return merged(lists);
  };
}

}  // namespace leat::sources::declarative
