#include "sources/declarative/custom_extractors.h"

#include <algorithm>

#include "jinja/operations.h"
#include "sources/declarative/combining_extractors.h"
#include "sources/declarative/custom_dates.h"
#include "sources/declarative/linkedin_records.h"

namespace leat::sources::declarative {
namespace {

using Item = jinja::Value;
using Records = std::vector<Item>;

const Records& items_of(const Item& value) {
  static const Records kEmpty;
  return value.is_list() ? value.items() : kEmpty;
}

// A dict of its own with the members of both; the right one's count.
Item merged(const Item& left, const Item& right) {
  Item out = Item::dict();
  for (const Item* side : {&left, &right}) {
    if (!side->is_dict()) continue;
    side->as_dict().each([&](const Item& key, const Item& value) { out.as_dict().set(key, value); });
  }
  return out;
}

Records values_of(const Item& dict) {
  Records out;
  dict.as_dict().each([&](const Item&, const Item& value) { out.push_back(value); });
  return out;
}

// -- extractors with a path of their own: what they make of each match

// An object whose members are all objects stands for these, with their keys in a field.
Records object_members(const Item& match, const std::string& key_field) {
  if (!match.is_dict()) return {match};
  bool all = true;
  match.as_dict().each([&](const Item&, const Item& value) { all = all && value.is_dict(); });
  if (!all) return {match};
  if (key_field.empty()) return values_of(match);
  Records out;
  match.as_dict().each([&](const Item& key, const Item& value) {
    out.push_back(merged(Item::dict({{key_field, key}}), value));
  });
  return out;
}

Records email_activity(const Item& match) {
  Records out;
  if (!match.is_dict()) return out;
  Item own = merged(match, Item::none());
  own.as_dict().erase(Item("activity"));
  for (const Item& item : items_of(match.member("activity"))) out.push_back(merged(own, item));
  return out;
}

// -- extractors of whole bodies

// JSON API: attributes, id, and the ids of what a record relates to.
Records outreach(const Item& body) {
  Records out;
  for (const Item& element : items_of(body.member("data"))) {
    Item record = merged(element.member("attributes"), Item::none());
    record.as_dict().set("id", element.member("id"));
    const Item& relationships = element.member("relationships");
    if (relationships.is_dict()) {
      relationships.as_dict().each([&](const Item& name, const Item& relation) {
        const Item& data = relation.member("data");
        if (!jinja::truth(data)) return;
        Records ids;
        if (data.is_dict()) ids.push_back(data.member("id"));
        for (const Item& each : items_of(data)) ids.push_back(each.member("id"));
        record.as_dict().set(name, Item::list(std::move(ids)));
      });
    }
    out.push_back(std::move(record));
  }
  return out;
}

Records qualaroo(Item record) {
  if (record.is_dict() && record.member("answered_questions").is_dict()) {
    Item answers = Item::list(values_of(record.member("answered_questions")));
    record.as_dict().set("answered_questions", std::move(answers));
  }
  return {std::move(record)};
}

Records pocket(const Item& body, const std::string& field) {
  const Item& found = body.member(field);
  return found.is_dict() ? values_of(found) : items_of(found);
}

Records bans(const Item& body) {
  Records out = items_of(body.member("ip_address"));
  const Records& visitors = items_of(body.member("visitor"));
  out.insert(out.end(), visitors.begin(), visitors.end());
  auto time = [](const Item& ban) {
    const Item& created = ban.member("created_at");
    return created.is_string() ? created.as_string() : std::string();  // ISO 8601: its order is that of time
  };
  std::stable_sort(out.begin(), out.end(),
                   [&](const Item& left, const Item& right) { return time(left) < time(right); });
  return out;
}

// The comments among the events of tickets.
Records ticket_comments(const Item& body) {
  Records out;
  for (const Item& ticket : items_of(body.member("ticket_events"))) {
    for (const Item& event : items_of(ticket.member("child_events"))) {
      const Item& type = event.member("event_type");
      if (!type.is_string() || type.as_string() != "Comment") continue;
      for (std::string_view name : {"via_reference_id", "ticket_id", "timestamp"})
        event.as_dict().set(name, ticket.member(name));
      if (!event.member("via").is_dict()) event.as_dict().set("via", Item::none());
      out.push_back(event);
    }
  }
  return out;
}

Records attribute_definitions(const Item& body) {
  Records out;
  for (std::string_view kind : {"all", "any"}) {
    for (const Item& each : items_of(body.member("definitions").member("conditions_" + std::string(kind))))
      out.push_back(merged(each, Item::dict({{"condition", Item(kind)}})));
  }
  return out;
}

// Menus of phone trees, or with `deep` their routes.
Records phone_menus(const Item& body, bool deep) {
  Records out;
  for (const Item& tree : items_of(body.member("ivrs"))) {
    Item root = Item::dict({{"ivr_id", tree.member("id")}});
    for (const Item& menu : items_of(tree.member("menus"))) {
      if (!deep) {
        out.push_back(merged(root, menu));
        continue;
      }
      Item above = merged(root, Item::dict({{"ivr_menu_id", menu.member("id")}}));
      for (const Item& route : items_of(menu.member("routes"))) out.push_back(merged(above, route));
    }
  }
  return out;
}

Records session_lengths(const Item& body) {
  Records out;
  const Item& data = body.member("data");
  const Records& series = items_of(data.member("series"));
  if (series.empty()) return out;
  const Records &dates = items_of(data.member("xValues")), &lengths = items_of(series[0]);
  for (std::size_t i = 0; i < std::min(dates.size(), lengths.size()); ++i)
    out.push_back(Item::dict({{"date", dates[i]}, {"length", lengths[i]}}));
  return out;
}

// One record a date, with what each series says of it.
Records active_users(const Item& body) {
  Records out;
  const Item& data = body.member("data");
  const Records &dates = items_of(data.member("xValues")), &labels = items_of(data.member("seriesLabels"));
  const Records& series = items_of(data.member("series"));
  std::size_t count = series.empty() ? 0 : dates.size();
  for (const Item& each : series) count = std::min(count, items_of(each).size());
  for (std::size_t i = 0; i < count; ++i) {
    Item statistics = Item::dict();
    for (std::size_t k = 0; k < std::min(labels.size(), series.size()); ++k)
      statistics.as_dict().set(labels[k], items_of(series[k])[i]);
    out.push_back(Item::dict({{"date", dates[i]}, {"statistics", statistics}}));
  }
  return out;
}

Records ad_accounts(const Item& body) {
  const Item* items = body.find("items");
  return items ? items_of(*items) : Records{body};
}

Rewrite labelled(std::string name) {
  return [name](Item match) { return Records{Item::dict({{name, std::move(match)}})}; };
}

struct BodyExtractor {
  std::string_view name;
  Records (*extract)(Item body);
};

constexpr BodyExtractor kBodyExtractors[] = {
    {"ActiveUsersRecordExtractor", [](Item body) { return active_users(body); }},
    {"AdAccountRecordExtractor", [](Item body) { return ad_accounts(body); }},
    {"AverageSessionLengthRecordExtractor", [](Item body) { return session_lengths(body); }},
    {"ExportDatesExtractor",
     [](Item body) {
       return Records{Item::dict({{"dates", body.member("dates")}})};
     }},
    {"IVRMenusRecordExtractor", [](Item body) { return phone_menus(body, false); }},
    {"IVRRoutesRecordExtractor", [](Item body) { return phone_menus(body, true); }},
    {"LinkedInAdsRecordExtractor", [](Item body) { return linkedin_records(body); }},
    {"MailChimpRecordExtractorEmailActivity", [](Item match) { return email_activity(match); }},
    {"OutreachExtractor", [](Item body) { return outreach(body); }},
    {"QualarooExtractor", [](Item record) { return qualaroo(std::move(record)); }},
    {"XeroExtractor", [](Item match) { return Records{with_net_dates(std::move(match))}; }},
    {"ZendeskChatBansRecordExtractor", [](Item body) { return bans(body); }},
    {"ZendeskSupportAttributeDefinitionsExtractor", [](Item body) { return attribute_definitions(body); }},
    {"ZendeskSupportExtractorEvents", [](Item body) { return ticket_comments(body); }},
};

}  // namespace

Rewrite find_custom_extractor(const std::string& name, const document::Value& component,
                              const Workshop& workshop) {
  for (const BodyExtractor& each : kBodyExtractors) {
    if (each.name == name) return each.extract;
  }
  if (name == "LabelsRecordExtractor") return labelled("label");
  if (name == "WrappingDpathExtractor") return labelled("data");
  if (name == "NullCheckedDpathExtractor") {
    std::string field = workshop.text_now(component, "nullable_nested_field");
    return [field](Item match) {
      Item inner = match.member(field);
      return Records{jinja::truth(inner) ? inner : match};
    };
  }
  if (name == "ObjectDpathExtractor") {
    std::string field = workshop.text_now(component, "inject_key_as_field");
    return [field](Item match) { return object_members(match, field); };
  }
  if (name == "PocketExtractor") {
    std::string field = plain_text(component, "field_path", "list");
    return [field](Item body) { return pocket(body, field); };
  }
  return find_combining_extractor(name, component, workshop);
}

}  // namespace leat::sources::declarative
