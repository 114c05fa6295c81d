#include "sources/declarative/custom_state_migrations.h"

#include <algorithm>
#include <functional>

#include "jinja/operations.h"
#include "sources/declarative/datetime_format.h"

namespace leat::sources::declarative {
namespace {

using Fits = std::function<bool(const Value& state)>;
using Migrate = std::function<Value(const Value& state)>;

class Known final : public StateMigration {
 public:
  Known(Fits fits, Migrate migrate) : fits_(std::move(fits)), migrate_(std::move(migrate)) {}
  bool fits(const Value& state) const override { return fits_(state); }
  Value migrate(const Value& state) const override { return migrate_(state); }

 private:
  Fits fits_;
  Migrate migrate_;
};

Value states_of(std::vector<Value> rows) {
  return Value::mapping({{"states", Value::list(std::move(rows))}});
}

Value row_of(Value partition, Value cursor) {
  return Value::mapping({{"partition", std::move(partition)}, {"cursor", std::move(cursor)}});
}

Value text(std::string value) {
  return Value::of(std::move(value));
}

// A partition that does not say which part of its parent it belongs to.
bool lacks_parent_slice(const Value& state) {
  const auto& rows = state["states"].items();
  return std::any_of(rows.begin(), rows.end(),
                     [](const Value& row) { return !row["partition"].find("parent_slice"); });
}

Value with_parent_slices(const Value& state) {
  Value out = state;
  std::vector<Value> rows;
  for (Value row : state["states"].items()) {
    Value partition = row["partition"];
    partition.set("parent_slice", Value::mapping());
    row.set("partition", std::move(partition));
    rows.push_back(std::move(row));
  }
  out.set("states", Value::list(std::move(rows)));
  return out;
}

// Partitions made anew out of one of their members.
Migrate by_member(std::string name, std::function<Value(const std::string& value)> parent_slice) {
  return [name, parent_slice](const Value& state) {
    std::vector<Value> rows;
    for (const Value& row : state["states"].items()) {
      const Value& value = row["partition"][name];
      if (value.is_null()) continue;
      Value cursor = row.find("cursor") ? row["cursor"] : Value::mapping();
      rows.push_back(
          row_of(Value::mapping({{name, value}, {"parent_slice", parent_slice(value.raw())}}), cursor));
    }
    return states_of(std::move(rows));
  };
}

// ".../Messages/SM1/Media.json" belongs to ".../Messages.json".
Value messages_of_media(const std::string& uri) {
  std::string messages = uri.substr(0, uri.find("Messages")) + "Messages.json";
  return Value::mapping({{"subresource_uri", text(messages)}, {"parent_slice", Value::mapping()}});
}

// One cursor for what is archived, one for what is not.
std::unique_ptr<StateMigration> archived(const Value& stream, const Workshop& workshop, bool with_type) {
  std::string field = workshop.text_now(stream["incremental_sync"], "cursor_field");
  jinja::Value* start = workshop.config.as_dict().find("start_date");
  std::string first = start && start->is_string() ? start->as_string() : "2012-01-01T00:00:00Z";
  return std::make_unique<Known>(
      [](const Value& state) { return !state.find("states") && !state.members().empty(); },
      [field, first, with_type](const Value& state) {
        auto row = [&](const char* is_archived, const Value& at) {
          Value partition = Value::mapping({{"archived", text(is_archived)}});
          if (with_type) partition.set("campaign_type", text("email"));
          Value cursor = Value::mapping({{field, at.find(field) ? at[field] : text(first)}});
          return row_of(std::move(partition), std::move(cursor));
        };
        return states_of({row("true", state["archived"]), row("false", state)});
      });
}

// The least cursor of all partitions is that of the stream.
std::unique_ptr<StateMigration> single(const Value& stream, const Workshop& workshop) {
  std::string field = workshop.text_now(stream["incremental_sync"], "cursor_field");
  return std::make_unique<Known>([](const Value& state) { return !state["states"].items().empty(); },
                                 [field](const Value& state) {
                                   const auto& rows = state["states"].items();
                                   auto least = std::min_element(
                                       rows.begin(), rows.end(), [&](const Value& left, const Value& right) {
                                         return left["cursor"][field].raw() < right["cursor"][field].raw();
                                       });
                                   return (*least)["cursor"];
                                 });
}

// {site: {type: cursor}} becomes partitions; the date beside them was that of the last one only.
Value nested(const Value& state) {
  std::vector<Value> rows;
  for (const auto& [site, types] : state.members()) {
    if (site == "date") continue;
    for (const auto& [type, cursor] : types.members())
      rows.push_back(row_of(Value::mapping({{"site_url", text(site)}, {"search_type", text(type)}}), cursor));
  }
  Value out = Value::mapping({{"use_global_cursor", Value::of(false)}});
  out.set("states", Value::list(std::move(rows)));
  return out;
}

// What parents had read stood beside the stream's own cursor.
Value with_parent_state(const Value& state) {
  Value parents = Value::mapping(), out = state;
  for (const char* name : {"conversations", "companies"}) {
    if (!state[name].members().empty()) parents.set(name, state[name]);
  }
  out.set("parent_state", std::move(parents));
  return out;
}

// A cursor that is "" begins at the start of the config.
std::unique_ptr<StateMigration> empty_cursor(const Value& component, const Workshop& workshop) {
  std::string field = workshop.text_now(component, "cursor_field"),
              format = plain_text(component, "cursor_format");
  jinja::Value* given = workshop.config.as_dict().find("start_date");
  std::string start = given && given->is_string() ? given->as_string() : "2006-06-01T00:00:00.000Z";
  std::optional<Timestamp> at = parse_iso_timestamp(start);
  if (!format.empty() && at) start = format_datetime(*at, format);
  return std::make_unique<Known>(
      [field](const Value& state) { return state[field].is_text() && state[field].raw().empty(); },
      [field, start](const Value&) {
        return Value::mapping({{field, text(start)}});
      });
}

// Threads are looked for in messages from some days before the newest one on.
std::unique_ptr<StateMigration> threads(const Workshop& workshop) {
  const jinja::Dict& config = workshop.config.as_dict();
  auto start = config.find("start_date") ? parse_iso_timestamp(jinja::to_text(*config.find("start_date")))
                                         : std::nullopt;
  double first = start ? static_cast<double>(start->time_since_epoch().count()) / 1e6 : 0;
  const jinja::Value* window = config.find("lookback_window");
  double lookback = (window && window->is_number() ? window->as_real() : 0) * 86400;
  auto seconds = [](const Value& value) { return jinja::parse_real(value.raw()).value_or(0); };
  return std::make_unique<Known>(
      [](const Value& state) { return !state.members().empty(); },
      [first, lookback, seconds](const Value& state) {
        double newest = first;
        for (const Value& row : state["states"].items())
          newest = std::max(newest, seconds(row["cursor"]["float_ts"]));
        newest = std::max(newest, seconds(state["float_ts"]));
        double from = static_cast<double>(static_cast<std::int64_t>(newest)) - lookback;
        Value out = state;
        out.set("parent_state",
                Value::mapping({{"channel_messages", Value::mapping({{"float_ts", Value::of(from)}})}}));
        return out;
      });
}

}  // namespace

std::unique_ptr<StateMigration> find_custom_state_migration(const std::string& name, const Value& component,
                                                            const Value& stream, const Workshop& workshop) {
  auto known = [](Fits fits, Migrate migrate) {
    return std::make_unique<Known>(std::move(fits), std::move(migrate));
  };
  if (name == "TwilioStateMigration") return known(lacks_parent_slice, with_parent_slices);
  if (name == "TwilioUsageRecordsStateMigration")
    return known(lacks_parent_slice,
                 by_member("account_sid", [](const std::string&) { return Value::mapping(); }));
  if (name == "TwilioMessageMediaStateMigration")
    return known(lacks_parent_slice, by_member("subresource_uri", messages_of_media));
  if (name == "TwilioAlertsStateMigration") {
    return known(
        [](const Value& state) {
          const auto& rows = state["states"].items();
          return !rows.empty() && rows[0]["cursor"].find("date_generated");
        },
        [](const Value& state) { return state["states"].items()[0]["cursor"]; });
  }
  if (name == "ArchivedToPerPartitionStateMigration") return archived(stream, workshop, false);
  if (name == "CampaignsStateMigration") return archived(stream, workshop, true);
  if (name == "PerPartitionToSingleStateMigration") return single(stream, workshop);
  if (name == "NestedSubstreamStateMigration")
    return known([](const Value& state) { return !state.members().empty() && !state.find("states"); },
                 nested);
  if (name == "SubstreamStateMigration") {
    return known(
        [](const Value& state) {
          return !state.find("parent_state") && (state.find("conversations") || state.find("companies"));
        },
        with_parent_state);
  }
  if (name == "MigrateEmptyStringState") return empty_cursor(component, workshop);
  if (name == "ThreadsStateMigration") return threads(workshop);
  if (name == "MondayStateMigration") {
    return known([](const Value& state) { return state.find("activity_logs") != nullptr; },
                 [](const Value& state) {
                   Value out = state;
                   out.erase("activity_logs");
                   return out;
                 });
  }
  return nullptr;
}

}  // namespace leat::sources::declarative
