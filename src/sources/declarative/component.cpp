#include "sources/declarative/component.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/spec.h"
#include "sources/declarative/component_schema.h"

namespace leat::sources::declarative {

Interpolated Workshop::text(const Value& component, std::string_view name) const {
  const Value* setting = component.find(name);
  if (!setting || setting->is_null()) return {};
  return Interpolated(*setting, component["$parameters"], interpolation, config);
}

InterpolatedTree Workshop::tree(const Value& component, std::string_view name) const {
  return InterpolatedTree(component[name], component["$parameters"], interpolation, config);
}

std::string Workshop::text_now(const Value& component, std::string_view name) const {
  return text(component, name).text(Scope());
}

std::string component_name(const Value& component) {
  const std::string& type = component["type"].raw();
  if (type.rfind("Custom", 0) == 0) return need(component, "class_name").raw();
  return type;
}

void refuse_component(const Value& component, std::string_view place,
                      const std::vector<std::string>& fitting) {
  if (!component.is_mapping()) {
    throw Error(ErrorCode::config_invalid, fmt::format("`{}` has to be a component", place),
                component.where());
  }
  const Value& type = component["type"];
  if (!type.is_text()) {
    throw Error(ErrorCode::config_invalid, fmt::format("The component at `{}` has no `type`", place),
                component.where());
  }
  std::string name = component_name(component);
  // The place of a type that was filled in is its component's.
  std::string where = (type.mark().line > 0 ? type : component).where();
  if (name != type.raw()) {
    throw Error(ErrorCode::source_custom_code,
                fmt::format("`{}` at `{}` is a class of Python code, which is not run", name, place), where)
        .fix("Streams that do not take it are read; `leat connector lint` tells which do.");
  }
  std::string all;
  for (const std::string& each : fitting) {
    if (each.rfind("leat.", 0) != 0) all += (all.empty() ? "" : ", ") + each;
  }
  if (find_component_schema(name)) {
    bool fits_elsewhere = std::find(fitting.begin(), fitting.end(), name) != fitting.end();
    throw Error(
        ErrorCode::source_unknown_component,
        fmt::format("`{}` {} at `{}`", name, fits_elsewhere ? "can't stand" : "is not supported", place),
        where)
        .fix("Supported there: " + all + ".");
  }
  std::vector<std::string> names;
  for (const ComponentSchema& each : component_schemas()) names.emplace_back(each.type);
  std::string near = nearest(name, fitting);
  if (near.empty()) near = nearest(name, names);
  throw Error(ErrorCode::source_unknown_component,
              fmt::format("There is no component `{}`{}", name,
                          near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
              where)
      .fix("Supported at `" + std::string(place) + "`: " + all + ".");
}

const Value& need(const Value& component, std::string_view name) {
  const Value* setting = component.find(name);
  if (!setting || setting->is_null()) {
    throw Error(ErrorCode::config_invalid,
                fmt::format("`{}` is missing in {}", name,
                            component["type"].is_text() ? component["type"].raw() : "this part"),
                component.where());
  }
  return *setting;
}

std::string plain_text(const Value& component, std::string_view name, std::string_view fallback) {
  const Value* setting = component.find(name);
  if (!setting || setting->is_null()) return std::string(fallback);
  return setting->as_text(name);
}

bool plain_flag(const Value& component, std::string_view name, bool fallback) {
  const Value* setting = component.find(name);
  if (!setting || setting->is_null()) return fallback;
  return setting->as_boolean(name);
}

void refuse_setting(const Value& component, std::string_view name) {
  const Value* setting = component.find(name);
  bool off =
      !setting || setting->is_null() || (setting->kind() == Value::Kind::boolean && !setting->boolean());
  if (off) return;
  throw Error(ErrorCode::source_unknown_component,
              fmt::format("`{}` of {} is not supported", name, component["type"].raw()), setting->where());
}

}  // namespace leat::sources::declarative
