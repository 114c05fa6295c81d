#include "dbt/selector_file.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/spec.h"
#include "dbt/selection_tree.h"

namespace leat::dbt {

using document::Value;

namespace {

using Kind = SelectionTree::Kind;

class Definitions {
 public:
  Definitions(const Value& file, IndirectSelection indirect) : file_(file), indirect_(indirect) {}

  SelectionTree named(const std::string& name, const std::string& where) {
    std::vector<std::string> names;
    for (const Value& each : file_["selectors"].items()) {
      names.push_back(each["name"].raw());
      if (names.back() != name) continue;
      if (std::find(open_.begin(), open_.end(), name) != open_.end())
        throw Error(ErrorCode::dbt_selector, fmt::format("The selector `{}` means itself", name),
                    each.where());
      open_.push_back(name);
      SelectionTree tree = any(each["definition"]);
      open_.pop_back();
      return tree;
    }
    std::string near = nearest(name, names);
    throw Error(ErrorCode::dbt_selector,
                fmt::format("There is no selector `{}`{}", name,
                            near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                where);
  }

 private:
  // A text of the selection language: unions and intersections of it mean what they mean on a command line.
  SelectionTree words(const Value& definition) const {
    SelectionTree all;
    const std::string& text = definition.raw();
    for (std::size_t at = 0; at < text.size();) {
      std::size_t space = std::min(text.find(' ', at), text.size());
      SelectionTree both;
      both.kind = Kind::all_of;
      for (std::size_t from = at; from < space;) {
        std::size_t comma = std::min(text.find(',', from), space);
        both.parts.push_back(term(text.substr(from, comma - from), indirect_, definition.where()));
        from = comma + 1;
      }
      at = space + 1;
      if (!both.parts.empty()) all.parts.push_back(std::move(both));
    }
    return all;
  }

  static SelectionTree term(const std::string& text, IndirectSelection indirect, const std::string& where) {
    SelectionTree tree;
    tree.kind = Kind::term;
    try {
      tree.term = parse_selection_term(text, indirect);
    } catch (const Error& error) {
      throw Error(error.code(), error.what_failed(), where).fix(error.fix());
    }
    return tree;
  }

  SelectionTree any(const Value& definition) {
    if (++depth_ > kDepthMax)
      throw Error(ErrorCode::dbt_selector, "A definition is nested too deep", definition.where());
    SelectionTree tree = any_of_its_forms(definition);
    --depth_;
    return tree;
  }

  SelectionTree any_of_its_forms(const Value& definition) {
    if (definition.is_text()) return words(definition);
    if (!definition.is_mapping())
      throw Error(ErrorCode::dbt_selector, "A definition is a text or a mapping", definition.where());
    if (const Value* parts = definition.find("union")) return combined(*parts, Kind::any_of);
    if (const Value* parts = definition.find("intersection")) return combined(*parts, Kind::all_of);
    return criterion(definition);
  }

  static SelectionTree without(SelectionTree tree, SelectionTree left_out) {
    if (left_out.parts.empty()) return tree;
    SelectionTree both;
    both.kind = Kind::without;
    both.parts.push_back(std::move(tree));
    both.parts.push_back(std::move(left_out));
    return both;
  }

  SelectionTree combined(const Value& parts, Kind kind) {
    if (!parts.is_list())
      throw Error(ErrorCode::dbt_selector, "A union, an intersection and an exclude are lists",
                  parts.where());
    SelectionTree tree, left_out;
    tree.kind = kind;
    for (const Value& part : parts.items()) {
      if (const Value* excluded = part.find("exclude"); excluded && part.members().size() == 1) {
        left_out.parts.push_back(combined(*excluded, Kind::any_of));
      } else {
        tree.parts.push_back(any(part));
      }
    }
    return without(std::move(tree), std::move(left_out));
  }

  // {method: tag, value: nightly, parents: true, children_depth: 2}, or {tag: nightly}
  SelectionTree criterion(const Value& definition) {
    std::string method = definition["method"].raw(), value = definition["value"].raw();
    if (method.empty() && definition.members().size() == 1) {
      method = definition.members()[0].first;
      value = definition.members()[0].second.raw();
    }
    if (method.empty() || value.empty())
      throw Error(ErrorCode::dbt_selector, "A criterion has a `method` and a `value`", definition.where());
    SelectionTree tree;
    if (method == "selector") {
      tree = named(value, definition.where());
    } else {
      tree.kind = Kind::term;
      tree.term.text = method + ":" + value;
      tree.term.method = method;
      tree.term.pattern = value;
      tree.term.indirect = indirect(definition["indirect_selection"]);
      tree.term.at = definition["childrens_parents"].boolean();
      tree.term.up = definition["parents"].boolean();
      tree.term.down = definition["children"].boolean();
      tree.term.up_depth = depth(definition["parents_depth"]);
      tree.term.down_depth = depth(definition["children_depth"]);
      if (tree.term.at && tree.term.down)
        throw Error(ErrorCode::dbt_selector, "A criterion has either `childrens_parents` or `children`",
                    definition.where());
    }
    SelectionTree left_out;
    if (const Value* excluded = definition.find("exclude"))
      left_out.parts.push_back(combined(*excluded, Kind::any_of));
    return without(std::move(tree), std::move(left_out));
  }

  IndirectSelection indirect(const Value& given) const {
    if (given.is_null()) return indirect_;
    if (std::optional<IndirectSelection> known = indirect_selection(given.raw())) return *known;
    throw Error(ErrorCode::dbt_selector, fmt::format("`{}` is no way of selecting tests", given.raw()),
                given.where())
        .fix("There are eager, cautious, buildable, empty.");
  }

  // None, and none at all, are the whole graph.
  static std::optional<int> depth(const Value& given) {
    constexpr std::int64_t kDeepest = 1 << 20;
    if (given.integer() <= 0) return std::nullopt;
    return static_cast<int>(std::min(given.integer(), kDeepest));
  }

  static constexpr int kDepthMax = 100;
  const Value& file_;
  const IndirectSelection indirect_;
  std::vector<std::string> open_;
  int depth_ = 0;
};

}  // namespace

std::optional<IndirectSelection> indirect_selection(std::string_view word) {
  if (word == "eager") return IndirectSelection::eager;
  if (word == "cautious") return IndirectSelection::cautious;
  if (word == "buildable") return IndirectSelection::buildable;
  if (word == "empty") return IndirectSelection::empty;
  return std::nullopt;
}

std::vector<bool> select_named(const std::vector<Selectable>& items, const Value& file,
                               const std::string& name, IndirectSelection indirect) {
  return SelectionGraph(items).select(Definitions(file, indirect).named(name, "selectors.yml"), nullptr);
}

std::string default_selector(const Value& file) {
  for (const Value& each : file["selectors"].items()) {
    if (each["default"].boolean()) return each["name"].raw();
  }
  return "";
}

}  // namespace leat::dbt
