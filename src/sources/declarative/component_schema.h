// ComponentSchema: what each type of component of a manifest consists of, as one table.
//
// Guarantees: every component of Airbyte's low-code schema 1.0 has a row, in order of name.
// Threads: immutable.
// Errors: none.
// Source: Airbyte CDK, declarative_component_schema.yaml 1.0.0 (names and kinds of settings).
#pragma once
#include <span>
#include <string_view>
#include <utility>

namespace leat::sources::declarative {

/// One type of component. `fields` are `name=kind` with blanks between, `name*=kind` for what has to be
/// there; they begin with `~` where a component has no `type`, with `?` where it may be left out. A kind is
/// text, int, num, bool, null, any, map, `<a/b>` (one of these words), `[kind]` (a list), `{kind}` (a mapping
/// to), a component's type, or several of them with `|` between.
struct ComponentSchema {
  std::string_view type, fields;
};

std::span<const ComponentSchema> component_schemas();
/// The row of that type, nullptr when there is none.
const ComponentSchema* find_component_schema(std::string_view type);
/// The `type` that a component is written with: two have another one than their name.
std::string_view written_type(std::string_view component);
/// What a kind that begins with `@` stands for; any other kind as it is.
std::string_view resolve_kind(std::string_view kind);

}  // namespace leat::sources::declarative
