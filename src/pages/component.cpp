#include "pages/component.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "base/error.h"
#include "document/value.h"
#include "pages/format.h"

namespace leat::pages {
namespace {

std::string suggestion(const std::string& word, const std::vector<std::string>& names) {
  std::string near = nearest(word, names);
  return near.empty() ? "" : fmt::format("; did you mean `{}`?", near);
}

// The node, or in `own` a copy that has the members of {...object} as properties of its own.
const PageNode& with_members(const PageNode& node, const Scope& scope, PageNode& own) {
  if (!node.find("...")) return node;
  own = node;
  own.properties.clear();
  auto set = [&](const std::string& key, Property property) {
    std::erase_if(own.properties, [&](const auto& other) { return other.first == key; });
    own.properties.emplace_back(key, std::move(property));
  };
  for (const auto& [key, property] : node.properties) {
    if (key != "...") {
      set(key, property);
      continue;
    }
    Value members = property.expression->evaluate(scope);
    if (const ObjectPtr* object = members.object()) {
      for (const auto& [name, value] : **object)
        set(name, {text_of(value), Expression::of(value, node.where)});
    }
  }
  return own;
}

}  // namespace

const Component* component_named(std::string_view name) {
  static const auto all = [] {
    std::unordered_map<std::string_view, const Component*> made;
    for (const Component* each : components()) made.emplace(each->spec->name, each);
    return made;
  }();
  auto found = all.find(name);
  return found == all.end() ? nullptr : found->second;
}

const Component& find_component(const std::string& name, const std::string& where) {
  if (const Component* found = component_named(name)) return *found;
  std::vector<std::string> names;
  for (const Component* each : components()) names.emplace_back(each->spec->name);
  throw Error(ErrorCode::page_component,
              fmt::format("There is no component <{}>{}", name, suggestion(name, names)), where)
      .fix(
          "`components/` of a project is Svelte, which pages here do not run; docs/guide/pages.md lists what "
          "there is.");
}

ComponentUse::ComponentUse(const PageNode& node, const Scope& scope, PageContext& page)
    : node_(with_members(node, scope, own_)),
      scope_(scope),
      page_(page),
      component_(find_component(node.text, node.where)) {
  check_names();
}

void ComponentUse::check_names() const {
  const auto& fields = component_.spec->fields;
  for (const auto& [key, value] : node_.properties) {
    auto is_it = [&, name = std::string_view(key)](const SpecField& field) { return field.name == name; };
    if (std::any_of(fields.begin(), fields.end(), is_it)) continue;
    std::vector<std::string> names;
    for (const SpecField& field : fields) names.emplace_back(field.name);
    std::string what = fmt::format("<{}> has no property `{}`{}", node_.text, key, suggestion(key, names));
    if (!page_.is_evidence()) throw Error(ErrorCode::page_component, what, node_.where);
    page_.warn(what, node_.where);
  }
}

void ComponentUse::fail(const std::string& what) const {
  throw Error(ErrorCode::page_component, fmt::format("<{}> {}", node_.text, what), node_.where);
}

const SpecField& ComponentUse::field(std::string_view property) const {
  for (const SpecField& each : component_.spec->fields) {
    if (each.name == property) return each;
  }
  throw Error(ErrorCode::internal, fmt::format("<{}> does not declare `{}`", node_.text, property),
              node_.where);
}

std::string ComponentUse::text(std::string_view property, std::string_view fallback) const {
  const Property* found = node_.find(property);
  if (!found) return std::string(fallback);
  std::string text = found->expression ? found->expression->cell(scope_).text : found->text;
  const SpecField& declared = field(property);
  if (text.empty() && found->expression) return std::string(fallback);
  if (declared.choices.empty() || text.empty()) return text;
  std::vector<std::string> choices(declared.choices.begin(), declared.choices.end());
  if (std::find(choices.begin(), choices.end(), text) != choices.end()) return text;
  std::string listed;
  for (const std::string& each : choices) listed += (listed.empty() ? "" : ", ") + each;
  page_.warn(fmt::format("<{}> takes {} as `{}`, not `{}`{}", node_.text, listed, property, text,
                         suggestion(text, choices)),
             node_.where);
  return std::string(fallback);
}

bool ComponentUse::flag(std::string_view property, bool fallback) const {
  const Property* found = node_.find(property);
  if (!found) return fallback;
  if (found->expression) return found->expression->evaluate(scope_).truth();
  if (found->text != "true" && found->text != "false" && !found->text.empty())
    fail(fmt::format("takes true or false as `{}`, not `{}`", property, found->text));
  return found->text != "false";
}

double ComponentUse::number(std::string_view property, double fallback) const {
  const Property* found = node_.find(property);
  if (!found) return fallback;
  Cell cell = found->expression ? found->expression->cell(scope_) : parse_number(found->text);
  if (found->expression && cell.kind == Cell::Kind::null) return fallback;
  if (cell.kind == Cell::Kind::text) {
    std::string plain = cell.text;
    if (plain.ends_with("px")) plain.resize(plain.size() - 2);
    cell = parse_number(plain);
  } else if (!found->expression && found->text.ends_with("px")) {
    cell = parse_number(found->text.substr(0, found->text.size() - 2));
  }
  if (cell.kind != Cell::Kind::number)
    fail(fmt::format("takes a number as `{}`, not `{}`", property, found->text));
  return cell.number;
}

Value ComponentUse::value(std::string_view property) const {
  const Property* found = node_.find(property);
  if (!found) return Value();
  return found->expression ? found->expression->evaluate(scope_) : Value(Cell::of(found->text));
}

std::optional<std::string> ComponentUse::json(const SpecField& declared) const {
  if (!has(declared.name)) return std::nullopt;
  switch (declared.kind) {
    case FieldKind::boolean:
      return flag(declared.name) ? "true" : "false";
    case FieldKind::integer:
      return Cell::of(number(declared.name, 0)).text;
    case FieldKind::list:
    case FieldKind::mapping: {
      Value given = value(declared.name);
      // Booleans and numbers written without braces stay what they mean.
      if (const Cell* cell = given.cell(); cell && cell->kind == Cell::Kind::text) {
        if (cell->text == "true" || cell->text == "false") return cell->text;
        if (Cell spelt = parse_number(cell->text); spelt.kind == Cell::Kind::number) return spelt.text;
      }
      return to_json(given);
    }
    default:
      return document::json_quote(text(declared.name));
  }
}

void ComponentUse::add_json(JsonObject& object, const std::vector<std::string_view>& but) const {
  for (const SpecField& each : component_.spec->fields) {
    if (std::find(but.begin(), but.end(), each.name) != but.end()) continue;
    if (auto json = this->json(each)) object.raw(each.name, *json);
  }
}

std::string ComponentUse::caption() const {
  std::string title = has("title") ? text("title") : "", subtitle = has("subtitle") ? text("subtitle") : "";
  if (title.empty() && subtitle.empty()) return "";
  return "<figcaption>" + escape(title) +
         (subtitle.empty() ? "" : "<small>" + escape(subtitle) + "</small>") + "</figcaption>";
}

std::string ComponentUse::empty() const {
  std::string message = has("emptyMessage") ? text("emptyMessage") : "No records",
              set = has("emptySet") ? text("emptySet") : "";
  return fmt::format("<p class=\"empty{}\">{}</p>", set == "error" ? " problem" : "", escape(message));
}

std::string ComponentUse::color(std::string_view property) const {
  std::string text = this->text(property);
  auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("#(),.% -/").find(c) != std::string_view::npos;
  };
  if (!std::all_of(text.begin(), text.end(), fits))
    fail(fmt::format("takes a color as `{}`, not `{}`", property, text));
  // Names of the theme, as they are in Evidence.
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"base-content", "text"}, {"base-content-muted", "soft"},
      {"base-heading", "text"}, {"base-100", "ground"},
      {"base-200", "raised"},   {"base-300", "line"},
      {"primary", "accent"},    {"accent", "accent"},
      {"info", "accent"},       {"positive", "good"},
      {"negative", "bad"},      {"warning", "warn"}};
  for (const auto& [name, token] : kNames) {
    if (text == name) return fmt::format("var(--{})", token);
  }
  return text;
}

TablePtr ComponentUse::table() const {
  const Property* data = node_.find("data");
  if (!data) fail("needs data={query}");
  if (data->expression) return data->expression->table(scope_);
  // data=query, as Evidence allows it too; another name is a table of the warehouse.
  auto found = scope_.find(data->text);
  if (!found && scope_.root().ask) return scope_.root().ask(data->text, "SELECT * FROM " + data->text);
  if (!found || !found->table()) fail(fmt::format("finds no query `{}`", data->text));
  return *found->table();
}

std::vector<std::size_t> ComponentUse::columns(std::string_view property, const Table& table) const {
  const Property* found = node_.find(property);
  std::vector<std::string> names;
  if (!found) return {};
  Value given = value(property);
  if (const ListPtr* list = given.list()) {
    for (const Value& each : **list) {
      if (!each.cell()) fail(fmt::format("takes names of columns as `{}`", property));
      names.push_back(each.cell()->text);
    }
  } else {
    std::string text = given.cell() ? given.cell()->text : "", name;
    // A column may have a comma in its name; else commas stand between names.
    bool whole = table.find(text).has_value();
    for (char c : text + ",") {
      if (c != ',' || (whole && name.size() < text.size())) {
        if (c != ' ' || !name.empty()) name.push_back(c);
      } else if (!name.empty()) {
        names.push_back(std::exchange(name, {}));
      }
    }
  }
  std::vector<std::size_t> out;
  for (const std::string& name : names) {
    auto column = table.find(name);
    // A query without rows may have lost its columns (a filtered list).
    if (!column && table.columns.empty()) continue;
    if (!column)
      throw Error(
          ErrorCode::page_component,
          fmt::format("The query {} has no column `{}`{}", table.name, name, suggestion(name, table.columns)),
          node_.where);
    out.push_back(*column);
  }
  return out;
}

std::optional<std::size_t> ComponentUse::column(std::string_view property, const Table& table) const {
  std::vector<std::size_t> found = columns(property, table);
  if (found.empty()) return std::nullopt;
  return found[0];
}

std::size_t ComponentUse::required_column(std::string_view property, const Table& table) const {
  auto found = column(property, table);
  if (!found) fail(fmt::format("needs {}=column", property));
  return *found;
}

std::string ComponentUse::code(std::string_view format, const Table& table, std::size_t column,
                               std::string_view fallback) const {
  std::string wanted = format.empty() ? "" : text(format);
  if (wanted.empty()) wanted = format_tag(table.columns[column]);
  if (wanted.empty() && table.kinds[column] == Cell::Kind::number) {
    const std::string& name = table.columns[column];
    wanted = name == "id" || name == "year" ? "id" : std::string(fallback);
  }
  ColumnSummary summary = summarize(table, column);
  return resolve_format(wanted, table.kinds[column], &summary);
}

void ComponentUse::each_child(const std::vector<std::string_view>& names,
                              const std::function<void(const ComponentUse&)>& take) const {
  walk(node_.children, scope_, names, take);
}

void ComponentUse::walk(const std::vector<PageNode>& nodes, const Scope& scope,
                        const std::vector<std::string_view>& names,
                        const std::function<void(const ComponentUse&)>& take) const {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const PageNode& node = nodes[i];
    switch (node.kind) {
      case PageNode::Kind::constant: {
        // What follows sees the name.
        Scope inner;
        inner.outer = &scope;
        bind_name(inner, node.name, node.expression->evaluate(scope));
        return walk({nodes.begin() + static_cast<std::ptrdiff_t>(i) + 1, nodes.end()}, inner, names, take);
      }
      case PageNode::Kind::component: {
        ComponentUse use(node, scope, page_);
        if (std::find(names.begin(), names.end(), node.text) == names.end())
          throw Error(ErrorCode::page_component,
                      fmt::format("<{}> can't stand inside <{}>", node.text, this->node_.text), node.where);
        take(use);
        break;
      }
      case PageNode::Kind::condition:
        walk(node.expression->evaluate(scope).truth() ? node.children : node.otherwise, scope, names, take);
        break;
      case PageNode::Kind::each:
        for_each_item(node, scope, [&](const Scope& inner) { walk(node.children, inner, names, take); });
        break;
      default:
        break;
    }
  }
}

std::string chart_figure(const ComponentUse& use, const std::string& options, double height,
                         const std::string& label, const std::string& inside) {
  return fmt::format(
      "<figure class=\"chart\">{}<div class=\"plot\" role=\"img\" tabindex=\"0\" aria-label=\"{}\" "
      "style=\"height:{}px\" "
      "data-chart=\"{}\"></div>{}</figure>",
      use.caption(), escape(label), static_cast<int>(height), escape(options), inside);
}

}  // namespace leat::pages
