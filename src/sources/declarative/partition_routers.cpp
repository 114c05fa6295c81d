#include "sources/declarative/partition_routers.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "jinja/operations.h"
#include "sources/declarative/custom_routers.h"

namespace leat::sources::declarative {
namespace {

constexpr std::size_t kPartitionsMax = 1'000'000;

// Parts that are all there.
class ListRun final : public PartitionRun {
 public:
  explicit ListRun(std::vector<Partition> parts) : parts_(std::move(parts)) {}
  std::optional<Partition> next() override {
    if (at_ == parts_.size()) return std::nullopt;
    return parts_[at_++];
  }

 private:
  std::vector<Partition> parts_;
  std::size_t at_ = 0;
};

class ListPartitionRouter final : public PartitionRouter {
 public:
  ListPartitionRouter(const Value& component, const Workshop& workshop)
      : field_((need(component, "cursor_field"), workshop.text_now(component, "cursor_field"))),
        option_(make_option(component, "request_option", workshop)) {
    const Value& values = need(component, "values");
    if (values.is_list()) {
      for (const Value& item : values.items()) {
        // Text stays text, also where it looks like a number: it names the partition in states.
        const bool is_plain = item.is_text() && item.raw().find('{') == std::string::npos;
        values_.push_back(
            is_plain ? jinja::Value(item.raw())
                     : Interpolated(item, component["$parameters"], workshop.interpolation, workshop.config)
                           .evaluate(Scope()));
      }
      return;
    }
    jinja::Value all = workshop.text(component, "values").evaluate(Scope());
    if (!all.is_list() && !all.is_tuple()) {
      throw Error(ErrorCode::config_invalid, "`values` of ListPartitionRouter has to be a list",
                  values.where());
    }
    values_ = all.items();
  }
  std::unique_ptr<PartitionRun> start(const Value&) const override {
    std::vector<Partition> out;
    for (const jinja::Value& value : values_) out.push_back({jinja::Value::dict({{field_, value}})});
    return std::make_unique<ListRun>(std::move(out));
  }
  std::vector<std::string> fields() const override { return {field_}; }
  void contribute(RequestParts& parts, const Scope& scope, const jinja::Value& slice) const override {
    const jinja::Value* value = slice.find(field_);
    if (option_ && value && jinja::truth(*value)) option_->inject(parts, *value, scope);
  }

 private:
  std::string field_;
  std::unique_ptr<RequestOption> option_;
  std::vector<jinja::Value> values_;
};

// Of a key in both, the first router's value counts.
jinja::Value joined(const jinja::Value& left, const jinja::Value& right) {
  auto out = jinja::make_ref<jinja::Dict>();
  for (const jinja::Value* side : {&left, &right}) {
    side->as_dict().each([&](const jinja::Value& key, const jinja::Value& value) {
      if (!out->find(key)) out->set(key, value);
    });
  }
  return out;
}

class ProductRun final : public PartitionRun {
 public:
  // The parts of all but the first router are kept; the first is walked once.
  ProductRun(const std::vector<std::unique_ptr<PartitionRouter>>& routers, const Value& state) {
    for (std::size_t i = 0; i < routers.size(); ++i) {
      std::unique_ptr<PartitionRun> run = routers[i]->start(state);
      if (i == 0) {
        first_ = std::move(run);
        continue;
      }
      std::vector<Partition> wider, parts;
      while (auto part = run->next()) parts.push_back(std::move(*part));
      if (rest_.size() * parts.size() > kPartitionsMax) {
        throw Error(ErrorCode::config_invalid, "The partition routers' product is too large");
      }
      for (const Partition& left : rest_) {
        for (const Partition& right : parts)
          wider.push_back({joined(left.keys, right.keys), joined(left.extra, right.extra)});
      }
      rest_ = std::move(wider);
    }
    at_ = rest_.size();
  }
  std::optional<Partition> next() override {
    if (rest_.empty()) return std::nullopt;
    if (at_ == rest_.size()) {
      outer_ = first_->next();
      at_ = 0;
    }
    if (!outer_) return std::nullopt;
    const Partition& inner = rest_[at_++];
    return Partition{joined(outer_->keys, inner.keys), joined(outer_->extra, inner.extra)};
  }

 private:
  std::unique_ptr<PartitionRun> first_;
  std::vector<Partition> rest_{Partition{}};
  std::optional<Partition> outer_;
  std::size_t at_ = 0;
};

class ProductRouter final : public PartitionRouter {
 public:
  ProductRouter(const Value& routers, const Workshop& workshop) {
    for (const Value& each : routers.items()) routers_.push_back(make_partition_router(each, workshop));
  }
  std::unique_ptr<PartitionRun> start(const Value& state) const override {
    // A single one in a list keeps the state of its parents.
    if (routers_.size() == 1) return routers_[0]->start(state);
    return std::make_unique<ProductRun>(routers_, Value());
  }
  std::vector<std::string> fields() const override {
    std::vector<std::string> out;
    for (const auto& router : routers_) {
      for (std::string& name : router->fields()) out.push_back(std::move(name));
    }
    return out;
  }
  void contribute(RequestParts& parts, const Scope& scope, const jinja::Value& slice) const override {
    for (const auto& router : routers_) router->contribute(parts, scope, slice);
  }

 private:
  std::vector<std::unique_ptr<PartitionRouter>> routers_;
};

// GroupingPartitionRouter: several parts of another router as one, with lists for values.
class GroupingRun final : public PartitionRun {
 public:
  GroupingRun(std::unique_ptr<PartitionRun> inner, std::size_t size, bool deduplicate)
      : inner_(std::move(inner)), size_(size), deduplicate_(deduplicate), state_(Value::mapping()) {}

  std::optional<Partition> next() override {
    std::vector<Partition> group;
    while (group.size() < size_) {
      std::optional<Partition> part = inner_->next();
      if (!part) break;
      if (deduplicate_ && !seen_.insert(jinja::to_repr(value_of(*part))).second) continue;
      group.push_back(std::move(*part));
    }
    state_ = inner_->parent_state();
    if (group.empty()) return std::nullopt;
    return Partition{lists_of(group, &Partition::keys), lists_of(group, &Partition::extra)};
  }
  Value parent_state() const override { return state_; }

 private:
  static jinja::Value value_of(const Partition& part) {
    std::vector<jinja::Value> values;
    part.keys.as_dict().each([&](const jinja::Value& key, const jinja::Value& value) {
      if (jinja::to_text(key) != "parent_slice") values.push_back(value);
    });
    if (values.size() != 1) {
      throw Error(ErrorCode::config_invalid, "GroupingPartitionRouter needs parts with a single key");
    }
    return values[0];
  }
  static jinja::Value lists_of(const std::vector<Partition>& group, jinja::Value Partition::*side) {
    auto out = jinja::make_ref<jinja::Dict>();
    for (const Partition& first : group) {
      (first.*side).as_dict().each([&](const jinja::Value& key, const jinja::Value&) {
        if (out->find(key)) return;
        std::vector<jinja::Value> values;
        for (const Partition& part : group) {
          const jinja::Value* value = (part.*side).as_dict().find(key);
          values.push_back(value ? *value : jinja::Value::none());
        }
        out->set(key, jinja::Value::list(std::move(values)));
      });
    }
    return out;
  }

  std::unique_ptr<PartitionRun> inner_;
  std::size_t size_;
  bool deduplicate_;
  std::set<std::string> seen_;
  Value state_;
};

class GroupingPartitionRouter final : public PartitionRouter {
 public:
  GroupingPartitionRouter(const Value& component, const Workshop& workshop)
      : inner_(make_partition_router(need(component, "underlying_partition_router"), workshop)),
        deduplicate_(plain_flag(component, "deduplicate", true)) {
    std::int64_t size = need(component, "group_size").as_integer("group_size");
    if (size < 1) {
      throw Error(ErrorCode::config_invalid, "`group_size` has to be above 0",
                  component["group_size"].where());
    }
    size_ = static_cast<std::size_t>(size);
  }
  std::unique_ptr<PartitionRun> start(const Value& state) const override {
    return std::make_unique<GroupingRun>(inner_->start(state), size_, deduplicate_);
  }
  std::vector<std::string> fields() const override { return inner_->fields(); }
  void contribute(RequestParts&, const Scope&, const jinja::Value&) const override {}

 private:
  std::unique_ptr<PartitionRouter> inner_;
  std::size_t size_ = 1;
  bool deduplicate_;
};

// UnionPartitionRouter: the parts of several routers that share a key, each value once.
class UnionRun final : public PartitionRun {
 public:
  UnionRun(const std::vector<std::unique_ptr<PartitionRouter>>& routers, std::string field,
           const Value& state)
      : field_(std::move(field)) {
    for (const auto& router : routers) runs_.push_back(router->start(state));
  }
  std::optional<Partition> next() override {
    while (at_ < runs_.size()) {
      std::optional<Partition> part = runs_[at_]->next();
      if (!part) {
        ++at_;
        continue;
      }
      const jinja::Value* value = part->keys.as_dict().find(std::string_view(field_));
      if (!value) {
        throw Error(ErrorCode::config_invalid,
                    fmt::format("A router of UnionPartitionRouter yields no `{}`", field_));
      }
      if (!seen_.insert(jinja::to_repr(*value)).second) continue;
      jinja::Value keys = jinja::Value::dict({{field_, *value}}), extra = jinja::Value::dict();
      part->keys.as_dict().each([&](const jinja::Value& key, const jinja::Value& other) {
        if (jinja::to_text(key) != field_) extra.as_dict().set(key, other);
      });
      return Partition{std::move(keys), joined(extra, part->extra)};
    }
    return std::nullopt;
  }
  Value parent_state() const override {
    Value out = Value::mapping();
    for (const auto& run : runs_) {
      Value one = run->parent_state();
      for (const auto& [name, state] : one.members()) out.set(name, state);
    }
    return out;
  }

 private:
  std::string field_;
  std::vector<std::unique_ptr<PartitionRun>> runs_;
  std::size_t at_ = 0;
  std::set<std::string> seen_;
};

class UnionPartitionRouter final : public PartitionRouter {
 public:
  UnionPartitionRouter(const Value& component, const Workshop& workshop)
      : field_((need(component, "partition_field"), workshop.text_now(component, "partition_field"))) {
    for (const Value& each : need(component, "partition_routers").items())
      routers_.push_back(make_partition_router(each, workshop));
  }
  std::unique_ptr<PartitionRun> start(const Value& state) const override {
    return std::make_unique<UnionRun>(routers_, field_, state);
  }
  std::vector<std::string> fields() const override { return {field_}; }
  void contribute(RequestParts&, const Scope&, const jinja::Value&) const override {}

 private:
  std::string field_;
  std::vector<std::unique_ptr<PartitionRouter>> routers_;
};

template <class T>
std::unique_ptr<PartitionRouter> make(const Value& component, const Workshop& workshop) {
  return std::make_unique<T>(component, workshop);
}

constexpr ComponentRow<PartitionRouter> kRouters[] = {
    {"GroupingPartitionRouter", make<GroupingPartitionRouter>},
    {"ListPartitionRouter", make<ListPartitionRouter>},
    {"SubstreamPartitionRouter", make_substream_router},
    {"UnionPartitionRouter", make<UnionPartitionRouter>},
};

}  // namespace

std::unique_ptr<PartitionRouter> make_partition_router(const Value& component, const Workshop& workshop) {
  if (component.is_list()) return std::make_unique<ProductRouter>(component, workshop);
  return make_component<PartitionRouter>(kRouters, component, "partition_router", workshop, custom_routers());
}

}  // namespace leat::sources::declarative
