#include "sources/declarative/partition_routers.h"

#include <fmt/core.h>

#include "base/error.h"
#include "jinja/operations.h"

namespace leat::sources::declarative {
namespace {

constexpr std::size_t kPartitionsMax = 1'000'000;

class ListPartitionRouter final : public PartitionRouter {
 public:
  ListPartitionRouter(const Value& component, const Workshop& workshop)
      : field_((need(component, "cursor_field"), workshop.text_now(component, "cursor_field"))),
        option_(make_option(component, "request_option", workshop)) {
    const Value& values = need(component, "values");
    if (values.is_list()) {
      for (const Value& item : values.items()) {
        values_.push_back(
            Interpolated(item, component["$parameters"], workshop.interpolation, workshop.config)
                .evaluate(Scope()));
      }
    } else {
      jinja::Value all = workshop.text(component, "values").evaluate(Scope());
      if (!all.is_list() && !all.is_tuple()) {
        throw Error(ErrorCode::config_invalid, "`values` of ListPartitionRouter has to be a list",
                    values.where());
      }
      values_ = all.items();
    }
  }
  std::vector<jinja::Value> partitions() const override {
    std::vector<jinja::Value> out;
    for (const jinja::Value& value : values_) out.push_back(jinja::Value::dict({{field_, value}}));
    return out;
  }
  void contribute(RequestParts& parts, const Scope& scope, const jinja::Value& slice) const override {
    const jinja::Value* value = slice.is_dict() ? slice.as_dict().find(std::string_view(field_)) : nullptr;
    if (option_ && value) option_->inject(parts, *value, scope);
  }

 private:
  std::string field_;
  std::unique_ptr<RequestOption> option_;
  std::vector<jinja::Value> values_;
};

class ProductRouter final : public PartitionRouter {
 public:
  ProductRouter(const Value& routers, const Workshop& workshop) {
    for (const Value& each : routers.items()) routers_.push_back(make_partition_router(each, workshop));
  }
  std::vector<jinja::Value> partitions() const override {
    std::vector<jinja::Value> out{jinja::Value::dict()};
    for (const auto& router : routers_) {
      std::vector<jinja::Value> wider, parts = router->partitions();
      if (out.size() * parts.size() > kPartitionsMax) {
        throw Error(ErrorCode::config_invalid, "The partition routers' product is too large");
      }
      for (const jinja::Value& left : out) {
        for (const jinja::Value& right : parts) wider.push_back(joined(left, right));
      }
      out = std::move(wider);
    }
    return out;
  }
  void contribute(RequestParts& parts, const Scope& scope, const jinja::Value& slice) const override {
    for (const auto& router : routers_) router->contribute(parts, scope, slice);
  }

 private:
  // Of a key in both, the first router's value counts.
  static jinja::Value joined(const jinja::Value& left, const jinja::Value& right) {
    auto out = jinja::make_ref<jinja::Dict>();
    for (const jinja::Value* side : {&right, &left}) {
      side->as_dict().each([&](const jinja::Value& key, const jinja::Value& value) { out->set(key, value); });
    }
    return out;
  }
  std::vector<std::unique_ptr<PartitionRouter>> routers_;
};

constexpr ComponentRow<PartitionRouter> kRouters[] = {
    {"ListPartitionRouter",
     [](const Value& component, const Workshop& workshop) -> std::unique_ptr<PartitionRouter> {
       return std::make_unique<ListPartitionRouter>(component, workshop);
     }},
};

}  // namespace

std::unique_ptr<PartitionRouter> make_partition_router(const Value& component, const Workshop& workshop) {
  if (component.is_list()) return std::make_unique<ProductRouter>(component, workshop);
  return make_component<PartitionRouter>(kRouters, component, "partition_router", workshop);
}

}  // namespace leat::sources::declarative
