#include "dbt/values.h"

#include <algorithm>

#include "jinja/operations.h"

namespace leat::dbt {

using document::Value;

jinja::Value to_jinja(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return jinja::Value::none();
    case Value::Kind::boolean:
      return jinja::Value(value.boolean());
    case Value::Kind::integer:
      return jinja::Value(value.integer());
    case Value::Kind::real:
      return jinja::Value(value.real());
    case Value::Kind::text:
      return jinja::Value(value.raw());
    case Value::Kind::list: {
      std::vector<jinja::Value> items;
      for (const Value& item : value.items()) items.push_back(to_jinja(item));
      return jinja::Value::list(std::move(items));
    }
    case Value::Kind::mapping: {
      jinja::Value dict = jinja::Value::dict();
      for (const Value::Member& member : value.members())
        dict.as_dict().set(member.first, to_jinja(member.second));
      return dict;
    }
  }
  return jinja::Value::none();
}

Value to_document(const jinja::Value& value) {
  switch (value.kind()) {
    case jinja::Kind::undefined:
    case jinja::Kind::none:
      return Value();
    case jinja::Kind::boolean:
      return Value::of(value.as_bool());
    case jinja::Kind::integer:
      return Value::of(value.as_integer());
    case jinja::Kind::real:
      return Value::of(value.as_real());
    case jinja::Kind::list:
    case jinja::Kind::tuple: {
      Value list = Value::list();
      for (const jinja::Value& item : value.items()) list.items().push_back(to_document(item));
      return list;
    }
    case jinja::Kind::dict: {
      Value mapping = Value::mapping();
      value.as_dict().each([&](const jinja::Value& key, const jinja::Value& item) {
        mapping.set(jinja::to_text(key), to_document(item));
      });
      return mapping;
    }
    default:
      return Value::of(jinja::to_text(value));
  }
}

namespace {

enum class Merging { replace, append, update };

Merging merging_of(std::string_view key) {
  for (std::string_view each : {"tags", "pre_hook", "post_hook", "packages"}) {
    if (key == each) return Merging::append;
  }
  for (std::string_view each : {"meta", "quoting", "column_types", "docs", "contract", "grants"}) {
    if (key == each) return Merging::update;
  }
  return Merging::replace;
}

std::vector<jinja::Value> as_items(const jinja::Value& value) {
  if (value.is_none() || value.is_undefined()) return {};
  if (value.is_list() || value.is_tuple()) return value.items();
  return {value};
}

}  // namespace

void merge_config(jinja::Dict& config, const jinja::Dict& more) {
  more.each([&](const jinja::Value& given, const jinja::Value& value) {
    std::string key = jinja::to_text(given);
    if (key.starts_with('+')) key.erase(0, 1);
    if (key == "pre-hook") key = "pre_hook";
    if (key == "post-hook") key = "post_hook";
    const jinja::Value* before = config.find(key);
    switch (merging_of(key)) {
      case Merging::append: {
        std::vector<jinja::Value> items = before ? as_items(*before) : std::vector<jinja::Value>{};
        for (jinja::Value& item : as_items(value)) items.push_back(std::move(item));
        config.set(key, jinja::Value::list(std::move(items)));
        break;
      }
      case Merging::update: {
        jinja::Value merged = jinja::Value::dict();
        if (before && before->is_dict())
          before->as_dict().each(
              [&](const jinja::Value& k, const jinja::Value& v) { merged.as_dict().set(k, v); });
        if (value.is_dict())
          value.as_dict().each(
              [&](const jinja::Value& k, const jinja::Value& v) { merged.as_dict().set(k, v); });
        config.set(key, merged);
        break;
      }
      case Merging::replace:
        config.set(key, value);
        break;
    }
  });
}

}  // namespace leat::dbt
