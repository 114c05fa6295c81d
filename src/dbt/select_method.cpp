#include "dbt/select_method.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "jinja/operations.h"

namespace leat::dbt {

namespace {

// [abc], [a-z], [!abc] at the front of `pattern`; 0 when the bracket is not closed, else the length.
std::size_t match_set(std::string_view pattern, char c, bool& found) {
  std::size_t at = 1;
  bool negated = at < pattern.size() && pattern[at] == '!';
  if (negated) ++at;
  found = false;
  for (std::size_t first = at; at < pattern.size() && (pattern[at] != ']' || at == first); ++at) {
    if (at + 2 < pattern.size() && pattern[at + 1] == '-' && pattern[at + 2] != ']') {
      found = found || (c >= pattern[at] && c <= pattern[at + 2]);
      at += 2;
    } else {
      found = found || c == pattern[at];
    }
  }
  if (at >= pattern.size()) return 0;
  found = found != negated;
  return at + 1;
}

}  // namespace

bool glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    bool in_set = false;
    std::size_t set =
        p < pattern.size() && pattern[p] == '[' ? match_set(pattern.substr(p), text[t], in_set) : 0;
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (set > 0 && in_set) {
      p += set;
      ++t;
    } else if (set == 0 && p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

namespace {

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back().push_back(c);
    }
  }
  return parts;
}

std::string join(const std::vector<std::string>& parts, std::size_t from) {
  std::string out;
  for (std::size_t i = from; i < parts.size(); ++i) out += (i > from ? "." : "") + parts[i];
  return out;
}

// A pattern means a node by its name, or a branch of the tree by the dotted parts from its root.
bool matches_parts(const std::string& pattern, const std::vector<std::string>& fqn, bool versioned) {
  if (fqn.empty()) return false;
  std::vector<std::string> wanted = split(pattern, '.');
  if (versioned && fqn.size() >= 2) {
    if (fqn[fqn.size() - 2] == pattern) return true;
    std::string flat = fqn[fqn.size() - 2] + "_" + fqn.back();
    if (flat == pattern || (wanted.size() >= 2 && flat == wanted[wanted.size() - 2] + "_" + wanted.back()))
      return true;
  } else if (fqn.back() == pattern) {
    return true;
  }
  std::vector<std::string> flat;
  for (const std::string& part : fqn) {
    for (std::string& piece : split(part, '.')) flat.push_back(std::move(piece));
  }
  if (flat.size() < wanted.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].find_first_of("*?[") != std::string::npos) return glob(join(wanted, i), join(flat, i));
    if (wanted[i] != flat[i]) return false;
  }
  return true;
}

bool matches_fqn(const std::string& pattern, const Selectable& item) {
  bool versioned = !item.version.empty();
  return matches_parts(pattern, item.fqn, versioned) ||
         (item.fqn.size() > 1 && matches_parts(pattern, {item.fqn.begin() + 1, item.fqn.end()}, versioned));
}

bool in_folder(const std::string& pattern, const std::string& path) {
  std::string folder = pattern.starts_with("./") ? pattern.substr(2) : pattern;
  while (!folder.empty() && folder.back() == '/') folder.pop_back();
  return path == folder || path.starts_with(folder + "/") || glob(folder, path) || glob(folder + "/*", path);
}

// source:name, source:name.table, source:package.name.table
bool matches_source(const std::string& pattern, const Selectable& item) {
  if (item.kind != "source" || item.fqn.size() < 2) return false;
  std::vector<std::string> wanted = split(pattern, '.');
  const std::string& source = item.fqn[item.fqn.size() - 2];
  if (wanted.size() == 1) return glob(wanted[0], source);
  if (wanted.size() == 2) return glob(wanted[0], source) && glob(wanted[1], item.name);
  return wanted.size() == 3 && glob(wanted[0], item.package) && glob(wanted[1], source) &&
         glob(wanted[2], item.name);
}

// config.materialized:view, config.meta.owner:jane, config.tags:nightly
bool matches_config(std::string_view path, const std::string& pattern, const Selectable& item) {
  if (path == "materialized") return glob(pattern, item.materialized);
  jinja::Value value = item.config;
  for (const std::string& part : split(path, '.')) {
    const jinja::Value* found = value.is_dict() ? value.as_dict().find(part) : nullptr;
    if (!found) return false;
    value = jinja::Value(*found);
  }
  auto fits = [&](const jinja::Value& each) {
    std::string text = jinja::to_text(each), lower = text;
    if (each.kind() == jinja::Kind::boolean) lower[0] = static_cast<char>(std::tolower(lower[0]));
    return glob(pattern, text) || glob(pattern, lower);
  };
  if (!value.is_list()) {
    const jinja::Value* found = value.is_dict() ? value.as_dict().find(pattern) : nullptr;
    return value.is_dict() ? found != nullptr : fits(value);
  }
  return std::any_of(value.items().begin(), value.items().end(), fits);
}

// exposure:name, exposure:package.name, and the like
bool matches_declared(const std::string& pattern, const Selectable& item) {
  std::size_t dot = pattern.find('.');
  if (dot == std::string::npos) return glob(pattern, item.name);
  return glob(pattern.substr(0, dot), item.package) && glob(pattern.substr(dot + 1), item.name);
}

bool matches_test_type(const std::string& pattern, const Selectable& item) {
  if (pattern == "unit") return item.kind == "unit_test";
  if (item.kind != "test") return false;
  if (pattern == "data") return true;
  return pattern == "generic" ? !item.test_name.empty() : pattern == "singular" && item.test_name.empty();
}

bool matches_file(const std::string& pattern, const Selectable& item) {
  std::size_t slash = item.path.rfind('/');
  std::string file = slash == std::string::npos ? item.path : item.path.substr(slash + 1);
  return glob(pattern, file) || glob(pattern, file.substr(0, file.rfind('.')));
}

bool matches_bare(const std::string& pattern, const Selectable& item) {
  if (pattern.find('/') != std::string::npos) return in_folder(pattern, item.path);
  bool file = pattern.ends_with(".sql") || pattern.ends_with(".csv") || pattern.ends_with(".py");
  if (file && matches_file(pattern, item)) return true;
  bool own = item.kind == "stream" || item.kind == "pipe" || item.kind == "page";
  return item.id == pattern || (own && (glob(pattern, item.name) || glob(pattern, item.id))) ||
         matches_fqn(pattern, item);
}

}  // namespace

bool names_something(std::string_view method) {
  for (std::string_view each :
       {"", "fqn", "path", "file", "source", "stream", "pipe", "page", "model", "seed"}) {
    if (method == each) return true;
  }
  return false;
}

bool matches(std::string_view method, const std::string& pattern, const Selectable& item) {
  if (method.empty()) return matches_bare(pattern, item);
  if (method == "fqn") return matches_fqn(pattern, item);
  if (method == "tag")
    return std::any_of(item.tags.begin(), item.tags.end(),
                       [&](const std::string& tag) { return glob(pattern, tag); });
  if (method == "path") return in_folder(pattern, item.path);
  if (method == "file") return matches_file(pattern, item);
  if (method == "source") return matches_source(pattern, item);
  if (method == "resource_type") return item.kind == pattern;
  if (method == "package")
    return pattern == "this" ? item.path.find("dbt_packages/") != 0 : glob(pattern, item.package);
  if (method == "test_name")
    return item.kind.ends_with("test") && glob(pattern, item.test_name.empty() ? item.name : item.test_name);
  for (std::string_view kind : {"exposure", "metric", "semantic_model", "saved_query", "unit_test"})
    if (method == kind) return item.kind == kind && matches_declared(pattern, item);
  if (method == "test_type") return matches_test_type(pattern, item);
  if (method == "group" || method == "access") return matches_config(method, pattern, item);
  if (method == "state") return std::find(item.state.begin(), item.state.end(), pattern) != item.state.end();
  if (method == "result") return item.result == pattern;
  if (method == "version") return glob(pattern, item.version.empty() ? "none" : item.version);
  if (method.starts_with("config.")) return matches_config(method.substr(7), pattern, item);
  if (method == "stream" || method == "pipe" || method == "page" || method == "model" || method == "seed")
    return item.kind == method && (glob(pattern, item.name) || item.id == pattern);
  throw Error(ErrorCode::dbt_selector, fmt::format("`{}:` is no way to select", method), "selection")
      .fix(
          "There are fqn:, tag:, path:, file:, source:, resource_type:, package:, config.KEY:, test_name:, "
          "test_type:, group:, access:, version:, state:, result:, exposure:, metric:, semantic_model:, "
          "saved_query:, "
          "unit_test:, "
          "stream:, pipe:, page:.");
}

}  // namespace leat::dbt
