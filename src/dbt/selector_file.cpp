#include "dbt/selector_file.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/spec.h"

namespace leat::dbt {

using document::Value;

namespace {

class Definitions {
 public:
  Definitions(const std::vector<Selectable>& items, const Value& file, IndirectSelection indirect)
      : items_(items), file_(file), indirect_(indirect) {}

  std::vector<bool> named(const std::string& name, const std::string& where) {
    std::vector<std::string> names;
    for (const Value& each : file_["selectors"].items()) {
      names.push_back(each["name"].raw());
      if (names.back() != name) continue;
      if (std::find(open_.begin(), open_.end(), name) != open_.end())
        throw Error(ErrorCode::dbt_selector, fmt::format("The selector `{}` means itself", name),
                    each.where());
      open_.push_back(name);
      std::vector<bool> chosen = any(each["definition"]);
      open_.pop_back();
      return chosen;
    }
    std::string near = nearest(name, names);
    throw Error(ErrorCode::dbt_selector,
                fmt::format("There is no selector `{}`{}", name,
                            near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                where);
  }

 private:
  std::vector<bool> text(const std::string& words, const std::string& indirect,
                         const std::string& where) const {
    IndirectSelection how = indirect.empty()          ? indirect_
                            : indirect == "cautious"  ? IndirectSelection::cautious
                            : indirect == "buildable" ? IndirectSelection::buildable
                            : indirect == "empty"     ? IndirectSelection::empty
                                                      : IndirectSelection::eager;
    try {
      return select(items_, Selection{{words}, {}, how});
    } catch (const Error& error) {
      // A criterion of a file may fit nothing just now.
      if (error.code() == ErrorCode::cli_selection) return std::vector<bool>(items_.size());
      throw Error(error.code(), error.what_failed(), where).fix(error.fix());
    }
  }

  std::vector<bool> any(const Value& definition) {
    if (definition.is_text()) return text(definition.raw(), "", definition.where());
    if (!definition.is_mapping())
      throw Error(ErrorCode::dbt_selector, "A definition is a text or a mapping", definition.where());
    if (const Value* parts = definition.find("union")) return combined(*parts, true);
    if (const Value* parts = definition.find("intersection")) return combined(*parts, false);
    return criterion(definition);
  }

  std::vector<bool> combined(const Value& parts, bool is_union) {
    std::vector<bool> total, left_out(items_.size());
    for (const Value& part : parts.items()) {
      if (const Value* excluded = part.find("exclude"); excluded && part.members().size() == 1) {
        add(left_out, combined(*excluded, true));
        continue;
      }
      std::vector<bool> one = any(part);
      if (total.empty()) {
        total = std::move(one);
        continue;
      }
      for (std::size_t i = 0; i < total.size(); ++i)
        total[i] = is_union ? total[i] || one[i] : total[i] && one[i];
    }
    if (total.empty()) total.resize(items_.size());
    return without(std::move(total), left_out);
  }

  // {method: tag, value: nightly, parents: true, children_depth: 2}, or {tag: nightly}
  std::vector<bool> criterion(const Value& definition) {
    std::string method = definition["method"].raw(), value = definition["value"].raw();
    if (method.empty() && definition.members().size() == 1) {
      method = definition.members()[0].first;
      value = definition.members()[0].second.raw();
    }
    if (method.empty() || value.empty())
      throw Error(ErrorCode::dbt_selector, "A criterion has a `method` and a `value`", definition.where());
    std::vector<bool> chosen;
    if (method == "selector") {
      chosen = named(value, definition.where());
    } else {
      std::string words = method + ":" + value;
      if (definition["parents"].boolean()) words = definition["parents_depth"].raw() + "+" + words;
      if (definition["children"].boolean()) words += "+" + definition["children_depth"].raw();
      if (definition["childrens_parents"].boolean()) words = "@" + words;
      chosen = text(words, definition["indirect_selection"].raw(), definition.where());
    }
    if (const Value* excluded = definition.find("exclude"))
      chosen = without(std::move(chosen), combined(*excluded, true));
    return chosen;
  }

  static void add(std::vector<bool>& all, const std::vector<bool>& more) {
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = all[i] || more[i];
  }
  static std::vector<bool> without(std::vector<bool> all, const std::vector<bool>& less) {
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = all[i] && !less[i];
    return all;
  }

  const std::vector<Selectable>& items_;
  const Value& file_;
  const IndirectSelection indirect_;
  std::vector<std::string> open_;
};

}  // namespace

std::vector<bool> select_named(const std::vector<Selectable>& items, const Value& file,
                               const std::string& name, IndirectSelection indirect) {
  return Definitions(items, file, indirect).named(name, "selectors.yml");
}

std::string default_selector(const Value& file) {
  for (const Value& each : file["selectors"].items()) {
    if (each["default"].boolean()) return each["name"].raw();
  }
  return "";
}

}  // namespace leat::dbt
