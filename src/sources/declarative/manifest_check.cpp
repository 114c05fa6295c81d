#include "sources/declarative/manifest_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/spec.h"
#include "jinja/template.h"
#include "sources/declarative/component_schema.h"
#include "sources/declarative/known_classes.h"
#include "sources/declarative/manifest.h"

namespace leat::sources::declarative {
namespace {

using document::Value;

constexpr std::size_t kProblemsMax = 200;

// The first of several things that `separator` parts, outside of brackets; the rest stays in `text`.
std::string_view take_part(std::string_view& text, char separator) {
  int depth = 0;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    char c = text[at];
    if (c == '[' || c == '{' || c == '<') ++depth;
    if (c == ']' || c == '}' || c == '>') --depth;
    if (c == separator && depth == 0) break;
  }
  std::string_view part = text.substr(0, at);
  text = at < text.size() ? text.substr(at + 1) : std::string_view();
  return part;
}

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  while (!text.empty()) out.push_back(take_part(text, separator));
  return out;
}

std::string words_of(const std::vector<std::string_view>& kinds) {
  std::string out;
  for (std::string_view kind : kinds) {
    std::string word(kind);
    if (kind == "int") word = "a whole number";
    if (kind == "num") word = "a number";
    if (kind == "bool") word = "true or false";
    if (kind == "map" || kind[0] == '{') word = "a mapping";
    if (kind[0] == '[') word = "a list";
    if (kind[0] == '<') word = "one of " + std::string(kind.substr(1, kind.size() - 2));
    out += (out.empty() ? "" : " or ") + word;
  }
  return out;
}

bool is_component_kind(std::string_view kind) {
  return kind[0] >= 'A' && kind[0] <= 'Z';
}

class Checker {
 public:
  void component(const Value& node, std::string_view type) {
    const ComponentSchema* schema = find_component_schema(type);
    if (!schema || problems.size() >= kProblemsMax) return;
    std::string_view fields = schema->fields;
    if (!fields.empty() && (fields[0] == '~' || fields[0] == '?')) fields.remove_prefix(1);
    std::vector<std::string> known{"type", "$parameters", "class_name"};
    for (std::string_view field : parts_of(fields, ' ')) {
      std::size_t equals = field.find('=');
      std::string_view name = field.substr(0, equals), kind = field.substr(equals + 1);
      bool required = name.back() == '*';
      if (required) name.remove_suffix(1);
      known.emplace_back(name);
      const Value* value = node.find(name);
      if (value) {
        check(*value, kind, std::string(type) + "." + std::string(name));
      } else if (required) {
        complain(node, fmt::format("`{}` is missing in {}", name, type));
      }
    }
    name_strangers(node, type, known);
  }

  void check(const Value& value, std::string_view kind, const std::string& place) {
    std::vector<std::string_view> kinds = parts_of(resolve_kind(kind), '|');
    std::vector<std::string_view> components;
    for (std::string_view each : kinds) {
      if (is_component_kind(each)) components.push_back(each);
    }
    if (value.is_mapping() && !components.empty()) {
      bool may_be_map = components.size() < kinds.size() &&
                        std::find_if(kinds.begin(), kinds.end(),
                                     [](auto k) { return k == "map" || k[0] == '{'; }) != kinds.end();
      if (!may_be_map || value.find("type")) return check_component_at(value, components, place);
    }
    for (std::string_view each : kinds) {
      if (fits(value, each, place)) return;
    }
    complain(value, fmt::format("`{}` has to be {}", place, words_of(kinds)));
  }

  void complain(const Value& at, std::string what, bool is_warning = false) {
    // A part that several places refer to is complained of once.
    std::string where = at.where();
    if (problems.size() >= kProblemsMax || !told_.insert(where + '\n' + what).second) return;
    problems.push_back({std::move(where), std::move(what), is_warning});
  }

  std::vector<ManifestProblem> problems;

 private:
  std::set<std::string> told_;
  void check_component_at(const Value& value, const std::vector<std::string_view>& fitting,
                          const std::string& place) {
    const Value& type = value["type"];
    if (type.is_text()) {
      for (std::string_view each : fitting) {
        if (written_type(each) == type.raw()) return component(value, each);
      }
    }
    for (std::string_view each : fitting) {
      const ComponentSchema* schema = find_component_schema(each);
      bool typeless = schema && (schema->fields.substr(0, 1) == "~" ||
                                 (schema->fields.substr(0, 1) == "?" && !type.is_text()));
      if (typeless) return component(value, each);
    }
    if (!type.is_text()) {
      return complain(
          value, fmt::format("The component at `{}` has no `type`: {} fits there", place, words_of(fitting)));
    }
    std::vector<std::string> names;
    for (const ComponentSchema& each : component_schemas()) names.emplace_back(each.type);
    bool exists = find_component_schema(type.raw()) != nullptr;
    std::string near = exists ? "" : nearest(type.raw(), names);
    std::string what = fmt::format(
        "{} `{}` at `{}`", exists ? "There can't stand a" : "There is no component", type.raw(), place);
    what += near.empty() ? fmt::format(": {} fits there", words_of(fitting))
                         : fmt::format("; did you mean `{}`?", near);
    complain(type.mark().line > 0 ? type : value, std::move(what));
  }

  bool fits(const Value& value, std::string_view kind, const std::string& place) {
    using Kind = Value::Kind;
    if (kind == "any") return true;
    if (kind == "text") return value.is_text() && check_template(value);
    if (kind == "int") {
      return value.kind() == Kind::integer ||
             (value.kind() == Kind::real && value.real() == static_cast<double>(value.integer()));
    }
    if (kind == "num") return value.kind() == Kind::integer || value.kind() == Kind::real;
    if (kind == "bool") return value.kind() == Kind::boolean;
    if (kind == "null") return value.is_null();
    if (kind == "map") return value.is_mapping() && check_templates(value);
    std::string_view inner = kind.size() > 2 ? kind.substr(1, kind.size() - 2) : std::string_view();
    if (kind[0] == '<') {
      std::vector<std::string_view> words = parts_of(inner, '/');
      return value.is_text() && std::find(words.begin(), words.end(), value.raw()) != words.end();
    }
    if (kind[0] == '[') {
      if (!value.is_list()) return false;
      for (const Value& item : value.items()) check(item, inner, place);
      return true;
    }
    if (kind[0] == '{') {
      if (!value.is_mapping()) return false;
      for (const auto& [name, member] : value.members()) {
        if (name != "$parameters") check(member, inner, place + "." + name);
      }
      return true;
    }
    return false;
  }

  bool check_template(const Value& value) {
    const std::string& text = value.raw();
    if (text.find("{{") == std::string::npos && text.find("{%") == std::string::npos) return true;
    try {
      jinja::ParseOptions options;
      options.first_line = static_cast<std::size_t>(std::max(1, value.mark().line));
      jinja::Template::parse(text, value.mark().file ? *value.mark().file : "<template>", options);
    } catch (const Error& error) {
      complain(value, "A template can't be parsed: " + error.what_failed(), true);
    }
    return true;
  }

  bool check_templates(const Value& value) {
    for (const auto& [name, member] : value.members()) {
      if (member.is_text()) check_template(member);
    }
    return true;
  }

  void name_strangers(const Value& node, std::string_view type, const std::vector<std::string>& known) {
    const Value& parameters = node["$parameters"];
    for (const auto& [name, member] : node.members()) {
      if (std::find(known.begin(), known.end(), name) != known.end() || parameters.find(name)) continue;
      if (type == "DeclarativeSource") {
        complain(member, fmt::format("A manifest has no `{}`", name));
      } else if (std::string near = nearest(name, known); !near.empty() && type.substr(0, 6) != "Custom") {
        complain(member, fmt::format("{} has no `{}`; did you mean `{}`?", type, name, near), true);
      }
    }
  }
};

// The classes of Python code that nobody here knows, with the streams that take them.
class UnknownClasses {
 public:
  explicit UnknownClasses(const Value& manifest) : addresses_(addresses_of(manifest)) {
    for (const Value& stream : manifest["streams"].items()) {
      // Conditional streams hold others.
      if (stream.find("streams")) {
        for (const Value& inner : stream["streams"].items()) gather(inner, inner["name"].raw());
      } else {
        gather(stream, stream["name"].raw());
      }
    }
    for (const Value& each : manifest["dynamic_streams"].items())
      gather(each, each["name"].raw().empty() ? "of its dynamic definitions" : each["name"].raw());
    gather(manifest["spec"], "");
  }

  void complain(Checker& checker) const {
    for (const auto& [name, use] : uses_) {
      if (use.at["type"].raw() == "CustomValidationStrategy") continue;
      const Value& at = use.at["class_name"].mark().line > 0 ? use.at["class_name"] : use.at;
      bool is_migration = use.at["type"].raw() == "CustomStateMigration";
      std::string effect =
          is_migration ? "states of earlier versions are not understood by " : "Leat can't read ";
      effect += use.streams.empty() ? "this connector" : words_of_streams(use.streams);
      checker.complain(at, fmt::format("`{}` is a class of Python code that is not known: {}", name, effect),
                       true);
    }
  }

 private:
  struct Use {
    Value at;
    std::vector<std::string> streams;
  };
  void gather(const Value& node, const std::string& stream) {
    const Value& name = node["class_name"];
    if (node["type"].raw().starts_with("Custom") && name.is_text() &&
        !is_known_class(name.raw(), addresses_)) {
      auto [found, is_new] = uses_.try_emplace(name.raw());
      if (is_new) found->second.at = node;
      std::vector<std::string>& streams = found->second.streams;
      if (!stream.empty() && (streams.empty() || streams.back() != stream)) streams.push_back(stream);
    }
    for (const Value& item : node.items()) gather(item, stream);
    for (const auto& [key, member] : node.members()) gather(member, stream);
  }
  static std::string words_of_streams(const std::vector<std::string>& streams) {
    constexpr std::size_t kNamed = 6;
    std::string out = streams.size() == 1 ? "the stream " : "the streams ";
    for (std::size_t i = 0; i < std::min(kNamed, streams.size()); ++i)
      out += (i == 0 ? "" : ", ") + streams[i];
    if (streams.size() > kNamed) out += fmt::format(" and {} others", streams.size() - kNamed);
    return out;
  }
  std::string addresses_;
  std::map<std::string, Use> uses_;
};

ManifestProblem problem_of(const Error& error) {
  return {error.where(), error.what_failed(), false};
}

}  // namespace

std::vector<ManifestProblem> check_manifest_text(std::string_view text, const std::string& file) {
  try {
    Value manifest = parse_manifest(text, file);
    Checker checker;
    checker.component(manifest, "DeclarativeSource");
    UnknownClasses(manifest).complain(checker);
    return std::move(checker.problems);
  } catch (const Error& error) {
    return {problem_of(error)};
  }
}

std::vector<ManifestProblem> check_manifest(const std::string& path) {
  try {
    return check_manifest_text(document::read_file(path), path);
  } catch (const Error& error) {
    return {problem_of(error)};
  }
}

}  // namespace leat::sources::declarative
