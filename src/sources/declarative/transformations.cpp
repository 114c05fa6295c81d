#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "jinja/operations.h"
#include "sources/declarative/custom_transformations.h"
#include "sources/declarative/file_download.h"
#include "sources/declarative/key_transformations.h"
#include "sources/declarative/record_path_values.h"
#include "sources/declarative/record_selector.h"

namespace leat::sources::declarative {
namespace {

class AddFields final : public Transformation {
 public:
  AddFields(const Value& component, const Workshop& workshop)
      : condition_(workshop.text(component, "condition")) {
    for (const Value& field : need(component, "fields").items()) {
      Definition definition;
      for (const Value& segment : need(field, "path").items()) {
        definition.path.emplace_back(segment, field["$parameters"], workshop.interpolation, workshop.config);
      }
      if (definition.path.empty()) throw Error(ErrorCode::config_invalid, "`path` is empty", field.where());
      need(field, "value");
      definition.value = workshop.text(field, "value");
      definition.type = plain_text(field, "value_type");
      fields_.push_back(std::move(definition));
    }
  }
  void apply(jinja::Value& record, Scope& scope) const override {
    for (const Definition& field : fields_) {
      jinja::Value value = typed(field, scope);
      if (!condition_.empty()) {
        Scope inner = scope.copy();
        inner.set("value", value);
        if (!condition_.truth(inner)) continue;
      }
      jinja::Value at = record;
      for (std::size_t i = 0; i + 1 < field.path.size(); ++i) {
        std::string key = field.path[i].text(scope);
        jinja::Value* next = at.as_dict().find(std::string_view(key));
        if (!next || !next->is_dict()) {
          at.as_dict().set(std::string_view(key), jinja::Value::dict());
          next = at.as_dict().find(std::string_view(key));
        }
        jinja::Value inner = *next;
        at = inner;
      }
      at.as_dict().set(std::string_view(field.path.back().text(scope)), std::move(value));
    }
  }

 private:
  struct Definition {
    std::vector<Interpolated> path;
    Interpolated value;
    std::string type;
  };
  // A value_type keeps the literal only if it has that type; else the text stands.
  static jinja::Value typed(const Definition& field, const Scope& scope) {
    jinja::Value value = field.value.evaluate(scope);
    bool fits = field.type.empty() || (field.type == "string" && value.is_string()) ||
                (field.type == "integer" && value.is(jinja::Kind::integer)) ||
                (field.type == "number" && value.is(jinja::Kind::real)) ||
                (field.type == "boolean" && value.is(jinja::Kind::boolean));
    if (fits) return value;
    // As it was written: "1,2" is a place and no pair of numbers.
    return jinja::Value(jinja::to_text(field.value.evaluate(scope, Literals::text_and_lists)));
  }
  std::vector<Definition> fields_;
  Interpolated condition_;
};

class RemoveFields final : public Transformation {
 public:
  RemoveFields(const Value& component, const Workshop& workshop)
      : condition_(workshop.text(component, "condition")) {
    for (const Value& pointer : need(component, "field_pointers").items()) {
      std::vector<std::string> path;
      for (const Value& segment : pointer.items()) path.push_back(segment.raw());
      if (!path.empty()) pointers_.push_back(std::move(path));
    }
  }
  void apply(jinja::Value& record, Scope& scope) const override {
    for (const auto& pointer : pointers_) remove(record, pointer, 0, scope);
  }

 private:
  void remove(const jinja::Value& at, const std::vector<std::string>& path, std::size_t depth,
              const Scope& scope) const {
    if (path[depth] == "**") return remove_below(at, path, depth, scope);
    auto matches = [&](const std::string& key) { return glob_matches(path[depth], key); };
    if (at.is_list()) {
      auto& items = at.as_list().items;
      for (std::size_t i = items.size(); i-- > 0;) {
        if (!matches(std::to_string(i))) continue;
        if (depth + 1 < path.size()) {
          remove(items[i], path, depth + 1, scope);
        } else if (wanted(items[i], scope)) {
          // Taking an item out would move those behind it, so its place stays.
          items[i] = jinja::Value::none();
        }
      }
    }
    if (!at.is_dict()) return;
    if (path[depth].find_first_of("*?[") == std::string::npos) {
      // No pattern: one key.
      const jinja::Value* found = at.as_dict().find(path[depth]);
      if (!found) return;
      if (depth + 1 < path.size()) return remove(*found, path, depth + 1, scope);
      if (wanted(*found, scope)) at.as_dict().erase(jinja::Value(path[depth]));
      return;
    }
    std::vector<jinja::Value> doomed;
    at.as_dict().each([&](const jinja::Value& key, const jinja::Value& value) {
      if (!matches(jinja::to_text(key))) return;
      if (depth + 1 < path.size()) {
        remove(value, path, depth + 1, scope);
      } else if (wanted(value, scope)) {
        doomed.push_back(key);
      }
    });
    for (const jinja::Value& key : doomed) at.as_dict().erase(key);
  }
  // "**" stands for any number of segments; at the end of a path for everything below.
  void remove_below(const jinja::Value& at, const std::vector<std::string>& path, std::size_t depth,
                    const Scope& scope) const {
    if (depth + 1 < path.size()) {
      remove(at, path, depth + 1, scope);
    } else {
      static const std::vector<std::string> kAll{"*"};
      remove(at, kAll, 0, scope);
    }
    if (at.is_dict()) {
      at.as_dict().each(
          [&](const jinja::Value&, const jinja::Value& value) { remove_below(value, path, depth, scope); });
    } else if (at.is_list()) {
      for (const jinja::Value& item : at.as_list().items) remove_below(item, path, depth, scope);
    }
  }
  bool wanted(const jinja::Value& value, const Scope& scope) const {
    if (condition_.empty()) return true;
    Scope inner = scope.copy();
    inner.set("property", value);
    return condition_.truth(inner);
  }
  std::vector<std::vector<std::string>> pointers_;
  Interpolated condition_;
};

template <class T>
std::unique_ptr<Transformation> make(const Value& component, const Workshop& workshop) {
  return std::make_unique<T>(component, workshop);
}

constexpr ComponentRow<Transformation> kTransformations[] = {
    {"AddFields", make<AddFields>},
    {"DpathFlattenFields", make_dpath_flatten},
    {"FileUploader", make_file_download},
    {"FlattenFields", make_flatten},
    {"KeysReplace", make_keys_replace},
    {"KeysToLower", make_keys_to_lower},
    {"KeysToSnakeCase", make_keys_to_snake_case},
    {"RemoveFields", make<RemoveFields>},
};

}  // namespace

std::unique_ptr<Transformation> make_transformation(const Value& component, const Workshop& workshop) {
  return make_component<Transformation>(kTransformations, component, "transformations", workshop,
                                        custom_transformations());
}

}  // namespace leat::sources::declarative
