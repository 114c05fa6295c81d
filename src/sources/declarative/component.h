// Components: how the parts of a manifest are built: each family of components is a table of rows {type,
// make}, one file a family.
//
// Guarantees: a component is made once, when the connector is opened, and is immutable afterwards.
// Threads: made by one thread, used by many.
// Owns: what it is made of; the Workshop's parts must outlive every component.
// Errors: Error(source_unknown_component) and Error(config_invalid) with file:line:column.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "document/value.h"
#include "http/client.h"
#include "sources/declarative/interpolation.h"

namespace leat::sources::declarative {

using document::Value;

struct ConnectorContext;

/// What makers have at hand.
struct Workshop {
  Env& env;
  http::Client& client;
  const Interpolation& interpolation;
  jinja::Value config;
  ConnectorContext& connector;

  /// The setting `name` of a component as a template, empty when it is not there.
  Interpolated text(const Value& component, std::string_view name) const;
  InterpolatedTree tree(const Value& component, std::string_view name) const;
  /// The setting evaluated now, with nothing but config and parameters.
  std::string text_now(const Value& component, std::string_view name) const;
};

/// One type of component of a family. `type` is the component's type, or for Custom* ones its class name.
template <class T>
struct ComponentRow {
  std::string_view type;
  std::unique_ptr<T> (*make)(const Value& component, const Workshop& workshop);
};

/// The name under which a component is looked up: its type, or the class name of a Custom* one.
std::string component_name(const Value& component);
/// Throws Error(source_unknown_component) for a component that no row fits.
[[noreturn]] void refuse_component(const Value& component, std::string_view place,
                                   const std::vector<std::string>& fitting);

/// Makes the component by its row in one of two tables; `classes` are those of known Python classes.
template <class T>
std::unique_ptr<T> make_component(std::span<const ComponentRow<T>> rows, const Value& component,
                                  std::string_view place, const Workshop& workshop,
                                  std::span<const ComponentRow<T>> classes = {}) {
  std::string name = component_name(component);
  for (const ComponentRow<T>& row : classes) {
    if (row.type == name) return row.make(component, workshop);
  }
  std::vector<std::string> fitting;
  for (const ComponentRow<T>& row : rows) {
    if (row.type == name) return row.make(component, workshop);
    fitting.emplace_back(row.type);
  }
  refuse_component(component, place, fitting);
}

/// The setting of that name; Error(config_invalid) when it is missing or null.
const Value& need(const Value& component, std::string_view name);
/// Text of a setting that has to be plain text.
std::string plain_text(const Value& component, std::string_view name, std::string_view fallback = {});
bool plain_flag(const Value& component, std::string_view name, bool fallback = false);
/// Error(config_invalid) when a setting that is not built yet is switched on.
void refuse_setting(const Value& component, std::string_view name);

}  // namespace leat::sources::declarative
