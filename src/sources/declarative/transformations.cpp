#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "jinja/operations.h"
#include "sources/declarative/record_selector.h"

namespace leat::sources::declarative {
namespace {

// Shell patterns over one key: * ? and [a-z].
bool glob_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, star_text = 0;
  auto one = [&](std::size_t& at) {
    if (pattern[at] == '?') return ++at, true;
    std::size_t close = pattern[at] == '[' ? pattern.find(']', at + 2) : std::string_view::npos;
    if (close == std::string_view::npos) return pattern[at++] == text[t];
    bool negated = pattern[at + 1] == '!', found = false;
    for (std::size_t i = at + (negated ? 2 : 1); i < close; ++i) {
      bool is_range = i + 2 < close && pattern[i + 1] == '-';
      found =
          found || (is_range ? pattern[i] <= text[t] && text[t] <= pattern[i + 2] : pattern[i] == text[t]);
      if (is_range) i += 2;
    }
    at = close + 1;
    return found != negated;
  };
  while (t < text.size()) {
    std::size_t next = p;
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && one(next)) {
      p = next;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

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
    return fits ? value : jinja::Value(jinja::to_text(value));
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
  bool wanted(const jinja::Value& value, const Scope& scope) const {
    if (condition_.empty()) return true;
    Scope inner = scope.copy();
    inner.set("property", value);
    return condition_.truth(inner);
  }
  std::vector<std::vector<std::string>> pointers_;
  Interpolated condition_;
};

class KeysToLower final : public Transformation {
 public:
  KeysToLower(const Value&, const Workshop&) {}
  void apply(jinja::Value& record, Scope&) const override {
    std::vector<jinja::Dict::Entry> entries = record.as_dict().entries();
    record.as_dict().clear();
    for (jinja::Dict::Entry& entry : entries) {
      if (entry.key.is_absent()) continue;
      std::string key = jinja::to_text(entry.key);
      std::transform(key.begin(), key.end(), key.begin(),
                     [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
      record.as_dict().set(std::string_view(key), std::move(entry.value));
    }
  }
};

template <class T>
std::unique_ptr<Transformation> make(const Value& component, const Workshop& workshop) {
  return std::make_unique<T>(component, workshop);
}

constexpr ComponentRow<Transformation> kTransformations[] = {
    {"AddFields", make<AddFields>},
    {"KeysToLower", make<KeysToLower>},
    {"RemoveFields", make<RemoveFields>},
};

}  // namespace

std::unique_ptr<Transformation> make_transformation(const Value& component, const Workshop& workshop) {
  return make_component<Transformation>(kTransformations, component, "transformations", workshop);
}

}  // namespace leat::sources::declarative
