#include <fmt/core.h>

#include "base/error.h"
#include "jinja/operations.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/partition_routers.h"
#include "sources/declarative/record_path_values.h"
#include "sources/declarative/streams.h"

namespace leat::sources::declarative {
namespace {

// One ParentStreamConfig.
struct Parent {
  std::unique_ptr<ManifestStream> stream;
  std::vector<std::string> key;
  std::string field;
  std::vector<std::vector<std::string>> extra_fields;
  std::vector<std::string> lazy_path;
  std::unique_ptr<RequestOption> option;
  bool is_incremental = false, with_parent_slice = true;

  Parent(const Value& component, const Workshop& workshop)
      : stream(make_stream(need(component, "stream"), workshop)),
        key(split_path((need(component, "parent_key"), workshop.text_now(component, "parent_key")))),
        field((need(component, "partition_field"), workshop.text_now(component, "partition_field"))),
        option(make_option(component, "request_option", workshop)),
        is_incremental(plain_flag(component, "incremental_dependency")) {
    for (const Value& path : component["extra_fields"].items())
      extra_fields.push_back(texts_now(path, component, workshop));
    lazy_path = texts_now(component["lazy_read_pointer"], component, workshop);
    for (const std::string& segment : lazy_path) {
      if (segment == "*") {
        throw Error(ErrorCode::config_invalid, "`lazy_read_pointer` can't hold `*`",
                    component["lazy_read_pointer"].where());
      }
    }
  }

  /// The state that the parent goes on from, by the state of the stream below it.
  Value state_from(const Value& child) const {
    if (!is_incremental || child.members().empty() || child.find("__ab_no_cursor_state_message")) return {};
    if (const Value* own = child["parent_state"].find(stream->name())) return *own;
    if (child.find("parent_state") && !child.find("state")) return {};
    if (const Value* global = child.find("state")) return *global;
    // A state of an older form holds one cursor for all: it is taken for the parent's, too.
    if (child.members().size() != 1 || stream->cursor_field().empty()) return {};
    Value out = Value::mapping();
    out.set(stream->cursor_field(), child.members()[0].second);
    return out;
  }

  Partition partition_of(const ParentRecord& parent, const jinja::Value& value) const {
    Partition out;
    out.keys.as_dict().set(std::string_view(field), value);
    if (with_parent_slice) out.keys.as_dict().set("parent_slice", parent.partition);
    if (!lazy_path.empty()) {
      std::optional<jinja::Value> answer = value_at(parent.record, lazy_path);
      out.extra.as_dict().set("child_response", answer ? *answer : jinja::Value::list());
    }
    for (const auto& path : extra_fields) {
      std::string name;
      for (const std::string& segment : path) name += (name.empty() ? "" : ".") + segment;
      std::optional<jinja::Value> found = value_at(parent.record, path);
      out.extra.as_dict().set(std::string_view(name), found ? *found : jinja::Value::none());
    }
    return out;
  }
};

// Reads one parent after the other; a record is handed out once it is known whether its slice ends with it.
class SubstreamRun final : public PartitionRun {
 public:
  SubstreamRun(const std::vector<std::unique_ptr<Parent>>& parents, const Value& state) : parents_(parents) {
    for (const auto& parent : parents) begins_.push_back(parent->state_from(state));
    states_.resize(parents.size());
    for (std::size_t i = 0; i < parents.size(); ++i) states_[i] = begins_[i];
  }

  std::optional<Partition> next() override {
    while (at_ < parents_.size()) {
      const Parent& parent = *parents_[at_];
      if (!run_) run_ = parent.stream->records(begins_[at_], parent.is_incremental);
      std::optional<ParentRecord> record = run_->next();
      states_[at_] = run_->state();
      if (!record) {
        run_.reset();
        ++at_;
        continue;
      }
      std::optional<jinja::Value> value = value_at(record->record, parent.key);
      if (value) return parent.partition_of(*record, *value);
    }
    return std::nullopt;
  }

  Value parent_state() const override {
    Value out = Value::mapping();
    for (std::size_t i = 0; i < parents_.size(); ++i) {
      if (parents_[i]->is_incremental)
        out.set(parents_[i]->stream->name(), states_[i].is_null() ? Value::mapping() : states_[i]);
    }
    return out;
  }

 private:
  const std::vector<std::unique_ptr<Parent>>& parents_;
  std::vector<Value> begins_, states_;
  std::size_t at_ = 0;
  std::unique_ptr<RecordRun> run_;
};

class SubstreamPartitionRouter final : public PartitionRouter {
 public:
  SubstreamPartitionRouter(const Value& component, const Workshop& workshop) {
    for (const Value& each : need(component, "parent_stream_configs").items()) {
      parents_.push_back(std::make_unique<Parent>(each, workshop));
      // Some classes of connectors name their parts without where these come from.
      parents_.back()->with_parent_slice = plain_flag(component, "with_parent_slice", true);
    }
    if (parents_.empty()) {
      throw Error(ErrorCode::config_invalid, "SubstreamPartitionRouter needs a parent stream",
                  component.where());
    }
  }
  std::unique_ptr<PartitionRun> start(const Value& state) const override {
    return std::make_unique<SubstreamRun>(parents_, state);
  }
  std::vector<std::string> fields() const override {
    std::vector<std::string> out;
    for (const auto& parent : parents_) out.push_back(parent->field);
    return out;
  }
  void contribute(RequestParts& parts, const Scope& scope, const jinja::Value& slice) const override {
    for (const auto& parent : parents_) {
      const jinja::Value* value = slice.find(parent->field);
      if (parent->option && value && jinja::truth(*value)) parent->option->inject(parts, *value, scope);
    }
  }

 private:
  std::vector<std::unique_ptr<Parent>> parents_;
};

}  // namespace

std::unique_ptr<PartitionRouter> make_substream_router(const Value& component, const Workshop& workshop) {
  return std::make_unique<SubstreamPartitionRouter>(component, workshop);
}

}  // namespace leat::sources::declarative
