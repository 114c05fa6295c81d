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

enum class Merging { replace, append, update, update_or_none, grants };

Merging merging_of(std::string_view key) {
  for (std::string_view each : {"tags", "pre_hook", "post_hook", "packages"}) {
    if (key == each) return Merging::append;
  }
  for (std::string_view each : {"meta", "quoting", "column_types", "docs", "contract"}) {
    if (key == each) return Merging::update;
  }
  if (key == "freshness") return Merging::update_or_none;
  if (key == "grants") return Merging::grants;
  return Merging::replace;
}

std::vector<jinja::Value> as_items(const jinja::Value& value) {
  if (value.is_none() || value.is_undefined()) return {};
  if (value.is_list() || value.is_tuple()) return value.items();
  return {value};
}

jinja::Value updated(const jinja::Value* before, const jinja::Value& more) {
  jinja::Value merged = jinja::Value::dict();
  auto take = [&merged](const jinja::Value& k, const jinja::Value& v) { merged.as_dict().set(k, v); };
  if (before && before->is_dict()) before->as_dict().each(take);
  if (more.is_dict()) more.as_dict().each(take);
  return merged;
}

// `+select` adds to those who may, `select` says anew who may.
jinja::Value granted(const jinja::Value* before, const jinja::Value& more) {
  jinja::Value merged = updated(before, jinja::Value::dict());
  if (!more.is_dict()) return merged;
  more.as_dict().each([&](const jinja::Value& key, const jinja::Value& value) {
    std::string privilege = jinja::to_text(key);
    bool adds = privilege.starts_with('+');
    if (adds) privilege.erase(0, 1);
    std::vector<jinja::Value> all;
    if (const jinja::Value* held = adds ? merged.as_dict().find(privilege) : nullptr) all = as_items(*held);
    for (jinja::Value& each : as_items(value)) all.push_back(std::move(each));
    merged.as_dict().set(privilege, jinja::Value::list(std::move(all)));
  });
  return merged;
}

}  // namespace

std::string setting_name(std::string key) {
  if (key.starts_with('+')) key.erase(0, 1);
  while (key.starts_with(' ')) key.erase(0, 1);
  if (key == "pre-hook") return "pre_hook";
  return key == "post-hook" ? "post_hook" : key;
}

void merge_config(jinja::Dict& config, const jinja::Dict& more) {
  more.each([&](const jinja::Value& given, const jinja::Value& value) {
    std::string key = setting_name(jinja::to_text(given));
    const jinja::Value* before = config.find(key);
    switch (merging_of(key)) {
      case Merging::append: {
        std::vector<jinja::Value> items = before ? as_items(*before) : std::vector<jinja::Value>{};
        for (jinja::Value& item : as_items(value)) items.push_back(std::move(item));
        config.set(key, jinja::Value::list(std::move(items)));
        break;
      }
      case Merging::update:
        config.set(key, updated(before, value));
        break;
      case Merging::update_or_none:
        config.set(key, value.is_dict() ? updated(before, value) : value);
        break;
      case Merging::grants:
        config.set(key, granted(before, value));
        break;
      case Merging::replace:
        config.set(key, value);
        break;
    }
  });
}

namespace {

// Text that YAML would read as something else, or as syntax, is quoted.
std::string yaml_text(const std::string& text) {
  bool plain = !text.empty() && document::parse_scalar(text).is_text() &&
               text.find_first_of(":#{}[]&*!|>'\"%@`,\n") == std::string::npos && text.front() != '-' &&
               text.front() != '?' && text.front() != ' ' && text.back() != ' ';
  return plain ? text : document::json_quote(text);
}

void append_yaml(const jinja::Value& value, std::size_t indent, bool sort_keys, std::string& out) {
  std::string margin(indent, ' ');
  if (value.is_dict() && !value.as_dict().empty()) {
    std::vector<std::pair<std::string, jinja::Value>> members;
    value.as_dict().each([&](const jinja::Value& key, const jinja::Value& item) {
      members.emplace_back(jinja::to_text(key), item);
    });
    if (sort_keys)
      std::sort(members.begin(), members.end(),
                [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [key, item] : members) {
      bool nested = (item.is_dict() && !item.as_dict().empty()) || (item.is_list() && !item.items().empty());
      out += margin + yaml_text(key) + (nested ? ":\n" : ": ");
      append_yaml(item, nested && item.is_dict() ? indent + 2 : indent, sort_keys, out);
    }
  } else if ((value.is_list() || value.is_tuple()) && !value.items().empty()) {
    for (const jinja::Value& item : value.items()) {
      std::string below;
      append_yaml(item, indent + 2, sort_keys, below);
      bool nested = below.starts_with(margin + "  ");
      out += margin + "- " + (nested ? below.substr(indent + 2) : below);
    }
  } else if (value.is_string()) {
    out += yaml_text(value.as_string()) + "\n";
  } else {
    out += jinja::to_json(value) + "\n";
  }
}

}  // namespace

std::string to_yaml(const jinja::Value& value, bool sort_keys) {
  std::string out;
  append_yaml(value, 0, sort_keys, out);
  return out;
}

jinja::Value native_value(const std::string& text) {
  if (auto whole = jinja::parse_integer(text)) return jinja::Value(*whole);
  if (auto real = jinja::parse_real(text)) return jinja::Value(*real);
  if (text == "True" || text == "true") return jinja::Value(true);
  if (text == "False" || text == "false") return jinja::Value(false);
  if (text == "None") return jinja::Value::none();
  bool quoted = text.size() >= 2 && (text[0] == '\'' || text[0] == '"') && text.back() == text[0];
  return jinja::Value(quoted ? text.substr(1, text.size() - 2) : text);
}

}  // namespace leat::dbt
