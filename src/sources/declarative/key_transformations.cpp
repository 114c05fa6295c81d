#include "sources/declarative/key_transformations.h"

#include <algorithm>

#include "base/error.h"
#include "jinja/operations.h"
#include "sources/declarative/record_path_values.h"

namespace leat::sources::declarative {
namespace {

// Gives the keys of a dict other names; of dicts below it too if `deep`.
template <class Rename>
void rename_keys(jinja::Value& record, bool deep, const Rename& rename) {
  std::vector<jinja::Dict::Entry> entries = record.as_dict().entries();
  record.as_dict().clear();
  for (jinja::Dict::Entry& entry : entries) {
    if (entry.key.is_absent()) continue;
    if (deep && entry.value.is_dict()) rename_keys(entry.value, deep, rename);
    record.as_dict().set(rename(jinja::to_text(entry.key)), std::move(entry.value));
  }
}

class KeysToLower final : public Transformation {
 public:
  KeysToLower(const Value&, const Workshop&) {}
  void apply(jinja::Value& record, Scope&) const override {
    rename_keys(record, false, [](std::string key) {
      std::transform(key.begin(), key.end(), key.begin(),
                     [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
      return key;
    });
  }
};

class KeysToSnakeCase final : public Transformation {
 public:
  KeysToSnakeCase(const Value&, const Workshop&) {}
  void apply(jinja::Value& record, Scope&) const override { rename_keys(record, true, snake_case_key); }
};

class KeysReplace final : public Transformation {
 public:
  KeysReplace(const Value& component, const Workshop& workshop)
      : old_(workshop.text(component, "old")), new_(workshop.text(component, "new")) {
    need(component, "old");
    need(component, "new");
  }
  void apply(jinja::Value& record, Scope& scope) const override {
    std::string old = old_.text(scope), fresh = new_.text(scope);
    if (old.empty()) return;
    rename_keys(record, true, [&](std::string key) {
      for (std::size_t at = key.find(old); at != std::string::npos; at = key.find(old, at + fresh.size()))
        key.replace(at, old.size(), fresh);
      return key;
    });
  }

 private:
  Interpolated old_, new_;
};

// Every leaf becomes a field of the record. Containers are taken from a stack: what was pushed last comes
// first.
class FlattenFields final : public Transformation {
 public:
  FlattenFields(const Value& component, const Workshop&)
      : flatten_lists_(plain_flag(component, "flatten_lists", true)) {}
  void apply(jinja::Value& record, Scope&) const override {
    std::vector<std::pair<jinja::Value, std::string>> stack{{copy_of(record), "_"}};
    record.as_dict().clear();
    bool with_parent = false;
    while (!stack.empty()) {
      auto [value, name] = std::move(stack.back());
      stack.pop_back();
      if (value.is_dict()) {
        value.as_dict().each([&, &parent = name](const jinja::Value& key, const jinja::Value& member) {
          std::string own = jinja::to_text(key);
          bool longer = with_parent || record.as_dict().find(own) != nullptr;
          stack.emplace_back(member, longer ? parent + "." + own : own);
        });
      } else if (value.is_list() && flatten_lists_) {
        for (std::size_t i = 0; i < value.items().size(); ++i) {
          with_parent = true;
          stack.emplace_back(value.items()[i], name + "." + std::to_string(i));
        }
      } else {
        record.as_dict().set(name, value);
      }
    }
  }

 private:
  static jinja::Value copy_of(const jinja::Value& record) {
    jinja::Value out = jinja::Value::dict();
    record.as_dict().each(
        [&](const jinja::Value& key, const jinja::Value& value) { out.as_dict().set(key, value); });
    return out;
  }
  bool flatten_lists_;
};

class DpathFlattenFields final : public Transformation {
 public:
  DpathFlattenFields(const Value& component, const Workshop& workshop)
      : path_(texts_now(need(component, "field_path"), component, workshop)),
        deletes_(plain_flag(component, "delete_origin_value")),
        replaces_(plain_flag(component, "replace_record")),
        prefix_(workshop.text_now(component["key_transformation"], "prefix")),
        suffix_(workshop.text_now(component["key_transformation"], "suffix")) {}
  void apply(jinja::Value& record, Scope&) const override {
    std::optional<jinja::Value> found = value_at(record, path_);
    if (!found || !found->is_dict()) return;
    std::vector<std::pair<std::string, jinja::Value>> fields;
    found->as_dict().each([&](const jinja::Value& key, const jinja::Value& value) {
      fields.emplace_back(prefix_ + jinja::to_text(key) + suffix_, value);
    });
    if (replaces_ && !fields.empty()) {
      record.as_dict().clear();
    } else {
      bool conflict = std::any_of(fields.begin(), fields.end(),
                                  [&](const auto& field) { return record.as_dict().find(field.first); });
      if (conflict) return;
      if (deletes_) erase(record);
    }
    for (auto& [name, value] : fields) record.as_dict().set(name, std::move(value));
  }

 private:
  void erase(const jinja::Value& record) const {
    std::vector<std::string> parent(path_.begin(), path_.end() - 1);
    std::optional<jinja::Value> holder = parent.empty() ? record : value_at(record, parent);
    if (!holder || !holder->is_dict()) return;
    std::vector<jinja::Value> doomed;
    holder->as_dict().each([&](const jinja::Value& key, const jinja::Value&) {
      if (glob_matches(path_.back(), jinja::to_text(key))) doomed.push_back(key);
    });
    for (const jinja::Value& key : doomed) holder->as_dict().erase(key);
  }
  std::vector<std::string> path_;
  bool deletes_, replaces_;
  std::string prefix_, suffix_;
};

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Letters with marks as the plain letter, as far as Latin goes; anything else counts as a blank.
std::string plain_letters(const std::string& key) {
  static constexpr std::pair<std::string_view, std::string_view> kPlain[] = {
      {"àáâãäåāă", "a"}, {"èéêëēėę", "e"}, {"ìíîïī", "i"}, {"òóôõöøō", "o"}, {"ùúûüū", "u"}, {"ýÿ", "y"},
      {"çćč", "c"},      {"ñń", "n"},      {"śš", "s"},    {"žźż", "z"},     {"ł", "l"},     {"ß", "ss"},
      {"ÀÁÂÃÄÅĀĂ", "A"}, {"ÈÉÊËĒĖĘ", "E"}, {"ÌÍÎÏĪ", "I"}, {"ÒÓÔÕÖØŌ", "O"}, {"ÙÚÛÜŪ", "U"}, {"ÝŸ", "Y"},
      {"ÇĆČ", "C"},      {"ÑŃ", "N"},      {"ŚŠ", "S"},    {"ŽŹŻ", "Z"},     {"Ł", "L"}};
  std::string out;
  for (std::size_t at = 0; at < key.size();) {
    std::size_t size = 1;
    while (at + size < key.size() && (static_cast<unsigned char>(key[at + size]) & 0xC0) == 0x80) ++size;
    std::string_view letter = std::string_view(key).substr(at, size);
    at += size;
    if (size == 1) {
      out += letter;
      continue;
    }
    std::string_view plain = " ";
    for (const auto& [letters, one] : kPlain) {
      if (letters.find(letter) != std::string_view::npos) plain = one;
    }
    out += plain;
  }
  return out;
}

template <class T>
std::unique_ptr<Transformation> make(const Value& component, const Workshop& workshop) {
  return std::make_unique<T>(component, workshop);
}

}  // namespace

std::string snake_case_key(const std::string& raw) {
  std::string key = plain_letters(raw);
  std::vector<std::string> tokens;
  for (std::size_t at = 0; at < key.size();) {
    std::size_t from = at;
    bool is_token = true;
    if (is_upper(key[at])) {
      while (at < key.size() && is_upper(key[at])) ++at;
      while (at < key.size() && is_lower(key[at])) ++at;
    } else if (is_lower(key[at])) {
      while (at < key.size() && is_lower(key[at])) ++at;
    } else if (is_digit(key[at])) {
      while (at < key.size() && is_digit(key[at])) ++at;
    } else {
      is_token = false;
      while (at < key.size() && !is_upper(key[at]) && !is_lower(key[at]) && !is_digit(key[at])) ++at;
    }
    tokens.push_back(is_token ? key.substr(from, at - from) : std::string());
  }
  if (tokens.size() >= 3) {
    tokens.erase(std::remove(tokens.begin() + 1, tokens.end() - 1, std::string()), tokens.end() - 1);
  }
  std::string out;
  if (!tokens.empty() && !tokens[0].empty() && is_digit(tokens[0][0])) out = "_";
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0) out += '_';
    for (char c : tokens[i]) out += static_cast<char>(is_upper(c) ? c - 'A' + 'a' : c);
  }
  return out;
}

std::unique_ptr<Transformation> make_keys_to_lower(const Value& component, const Workshop& workshop) {
  return make<KeysToLower>(component, workshop);
}
std::unique_ptr<Transformation> make_keys_to_snake_case(const Value& component, const Workshop& workshop) {
  return make<KeysToSnakeCase>(component, workshop);
}
std::unique_ptr<Transformation> make_keys_replace(const Value& component, const Workshop& workshop) {
  return make<KeysReplace>(component, workshop);
}
std::unique_ptr<Transformation> make_flatten(const Value& component, const Workshop& workshop) {
  return make<FlattenFields>(component, workshop);
}
std::unique_ptr<Transformation> make_dpath_flatten(const Value& component, const Workshop& workshop) {
  return make<DpathFlattenFields>(component, workshop);
}

}  // namespace leat::sources::declarative
