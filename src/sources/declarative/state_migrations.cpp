#include "sources/declarative/state_migrations.h"

#include "base/error.h"
#include "sources/declarative/custom_state_migrations.h"

namespace leat::sources::declarative {
namespace {

// {"<partition>": {"<cursor field>": value}} becomes a list of partitions.
class LegacyToPerPartition final : public StateMigration {
 public:
  // With whole numbers the partitions are these, not texts.
  LegacyToPerPartition(const Value& stream, const Workshop& workshop, bool whole_numbers = false)
      : whole_numbers_(whole_numbers),
        cursor_field_(workshop.text_now(stream["incremental_sync"], "cursor_field")) {
    const Value* router = stream["retriever"].find("partition_router");
    if (router && router->is_list() && router->items().size() == 1) router = &router->items()[0];
    if (router && router->find("partition_field")) {
      field_ = workshop.text_now(*router, "partition_field");
    } else if (router && router->find("parent_stream_configs")) {
      const Value& parents = (*router)["parent_stream_configs"];
      is_single_ = parents.items().size() == 1;
      if (!parents.items().empty()) field_ = workshop.text_now(parents.items()[0], "partition_field");
    }
    if (field_.empty() || cursor_field_.empty()) {
      throw Error(ErrorCode::config_invalid,
                  "LegacyToPerPartitionStateMigration needs a cursor and a router with a parent stream",
                  stream.where());
    }
  }
  bool fits(const Value& state) const override {
    if (!is_single_ || state.members().empty() || state.find("states")) return false;
    for (const auto& [key, cursor] : state.members()) {
      if (cursor.members().size() != 1 || cursor.members()[0].first != cursor_field_) return false;
    }
    return true;
  }
  Value migrate(const Value& state) const override {
    Value out = Value::mapping(), states = Value::list();
    for (const auto& [key, cursor] : state.members()) {
      Value row = Value::mapping(), partition = Value::mapping();
      Value typed = whole_numbers_ ? document::parse_scalar(key) : Value();
      partition.set(field_, typed.kind() == Value::Kind::integer ? typed : Value::of(key));
      if (whole_numbers_) partition.set("parent_slice", Value::mapping());
      row.set("partition", std::move(partition));
      row.set("cursor", cursor);
      states.items().push_back(std::move(row));
    }
    out.set("states", std::move(states));
    return out;
  }

 private:
  bool whole_numbers_;
  std::string field_, cursor_field_;
  bool is_single_ = true;
};

}  // namespace

std::unique_ptr<StateMigration> make_state_migration(const Value& component, const Value& stream,
                                                     const Workshop& workshop) {
  std::string name = component_name(component);
  if (name == "LegacyToPerPartitionStateMigration" || name == "GreenhouseStateMigration")
    return std::make_unique<LegacyToPerPartition>(stream, workshop, name == "GreenhouseStateMigration");
  if (auto known = find_custom_state_migration(name, component, stream, workshop)) return known;
  if (component["type"].raw() == "CustomStateMigration") {
    workshop.env.emit({"state_not_migrated",
                       EventLevel::warning,
                       {{"stream", stream["name"].raw()}, {"class", component["class_name"].raw()}}});
    return nullptr;
  }
  refuse_component(component, "state_migrations", {"LegacyToPerPartitionStateMigration"});
}

}  // namespace leat::sources::declarative
