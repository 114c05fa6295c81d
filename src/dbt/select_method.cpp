#include "dbt/select_method.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

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

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// A pattern means a node by its name, or a branch of the tree by the dotted parts from its root.
bool matches_parts(const std::string& pattern, const std::vector<std::string>& fqn, bool versioned) {
  if (fqn.empty()) return false;
  std::vector<std::string> wanted = split(pattern, '.');
  bool has_both = versioned && fqn.size() >= 2;
  const std::string& leaf = has_both ? fqn[fqn.size() - 2] : fqn.back();
  if (leaf == pattern) return true;
  if (has_both) {
    std::string last = wanted.size() >= 2 ? wanted[wanted.size() - 2] + "_" + wanted.back() : wanted.back();
    if (leaf + "_" + fqn.back() == last) return true;
  }
  std::vector<std::string> flat;
  for (const std::string& part : fqn) {
    for (std::string& piece : split(part, '.')) flat.push_back(std::move(piece));
  }
  if (flat.size() < wanted.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].find_first_of("*?[]") != std::string::npos)
      return glob(join(wanted, i), join(flat, i)) || (wanted.size() == 1 && glob(pattern, leaf));
    if (wanted[i] != flat[i]) return false;
  }
  return true;
}

bool matches_fqn(const std::string& pattern, const Selectable& item) {
  if (item.kind == "source") return false;
  bool versioned = !item.version.empty();
  return matches_parts(pattern, item.fqn, versioned) ||
         (item.fqn.size() > 1 && matches_parts(pattern, {item.fqn.begin() + 1, item.fqn.end()}, versioned));
}

// source:name, source:name.table, source:package.name.table
bool matches_source(const std::string& pattern, const Selectable& item) {
  if (item.kind != "source" || item.fqn.size() < 2) return false;
  std::vector<std::string> wanted = split(pattern, '.');
  const std::string& source = item.fqn[item.fqn.size() - 2];
  if (wanted.size() == 1) return glob(wanted[0], source);
  if (wanted.size() == 2) return glob(wanted[0], source) && glob(wanted[1], item.name);
  return glob(wanted[0], item.package) && glob(wanted[1], source) && glob(wanted[2], item.name);
}

bool same_letters(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char one, char other) {
           return std::tolower(static_cast<unsigned char>(one)) ==
                  std::tolower(static_cast<unsigned char>(other));
         });
}

// config.materialized:view, config.meta.owner:jane, config.tags:nightly
bool matches_config(std::string_view path, const std::string& pattern, const Selectable& item) {
  if (!item.whole_config || item.kind == "unit_test" ||
      is_one_of(item.kind, {"exposure", "metric", "semantic_model", "saved_query"}))
    return false;
  jinja::Value value = item.whole_config();
  for (const std::string& part : split(path, '.')) {
    const jinja::Value* found = value.is_dict() ? value.as_dict().find(part) : nullptr;
    if (!found) return false;
    value = jinja::Value(*found);
  }
  auto fits = [&](const jinja::Value& each) {
    if (each.kind() == jinja::Kind::boolean)
      return same_letters(pattern, jinja::truth(each) ? "true" : "false");
    if (!each.is_string()) return false;
    return each.as_string() == pattern || (path == "severity" && same_letters(each.as_string(), pattern));
  };
  if (!value.is_list()) return fits(value);
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
  return pattern == "singular" ? item.test_name.empty() : !item.test_name.empty();
}

// A generic test by the last part of its macro's name, a unit test by its own.
bool matches_test_name(const std::string& pattern, const Selectable& item) {
  if (item.kind == "unit_test") return glob(pattern, item.name);
  if (item.kind != "test" || item.test_name.empty()) return false;
  return glob(pattern, item.test_name.substr(item.test_name.rfind('.') + 1));
}

bool matches_group(const std::string& pattern, const Selectable& item) {
  if (is_one_of(item.kind, {"source", "exposure", "unit_test", "semantic_model", "saved_query"}))
    return false;
  const jinja::Value* found = item.config.is_dict() ? item.config.as_dict().find("group") : nullptr;
  return found && found->is_string() && glob(pattern, found->as_string());
}

bool matches_access(const std::string& pattern, const Selectable& item) {
  if (item.kind != "model") return false;
  const jinja::Value* found = item.config.is_dict() ? item.config.as_dict().find("access") : nullptr;
  return found && found->is_string() ? found->as_string() == pattern : pattern == "protected";
}

// Versions are compared as numbers where both are.
bool is_before(const std::string& one, const std::string& other) {
  auto a = jinja::parse_real(one), b = jinja::parse_real(other);
  return a && b ? *a < *b : one < other;
}

bool matches_version(const std::string& pattern, const Selectable& item) {
  if (item.kind != "model") return false;
  if (pattern == "none") return item.version.empty();
  if (item.version.empty()) return false;
  if (pattern == "latest") return item.version == item.latest_version;
  return pattern == "old" ? is_before(item.version, item.latest_version)
                          : is_before(item.latest_version, item.version);
}

bool matches_file(const std::string& pattern, const Selectable& item) {
  std::size_t slash = item.path.rfind('/');
  std::string file = slash == std::string::npos ? item.path : item.path.substr(slash + 1);
  std::size_t dot = file.rfind('.');
  return glob(pattern, file) || (dot != 0 && glob(pattern, file.substr(0, dot)));
}

// What is no node of dbt: it goes by its name.
bool is_ours(const Selectable& item) {
  return is_one_of(item.kind, {"stream", "pipe", "page", "delivery"});
}

// `wanted` and `parts` from the given parts on: `**` is any number of folders.
bool matches_folders(const std::vector<std::string>& wanted, std::size_t w,
                     const std::vector<std::string>& parts, std::size_t p) {
  for (; w < wanted.size(); ++w, ++p) {
    if (wanted[w] == "**") {
      for (std::size_t skipped = p; skipped <= parts.size(); ++skipped) {
        if (matches_folders(wanted, w + 1, parts, skipped)) return true;
      }
      return false;
    }
    if (p >= parts.size() || !glob(wanted[w], parts[p])) return false;
  }
  return p == parts.size();
}

// A pattern with many `**` is slow to fail; more than these are one.
constexpr std::size_t kAnyFolders = 4;

std::vector<std::string> folders_of(std::string_view pattern) {
  std::vector<std::string> parts;
  std::size_t any = 0;
  for (std::string& part : split(pattern, '/')) {
    if (part.empty() || part == ".") continue;
    bool is_any = part == "**";
    if (is_any && ((!parts.empty() && parts.back() == "**") || ++any > kAnyFolders)) continue;
    parts.push_back(std::move(part));
  }
  return parts;
}

constexpr std::array kMethods = {
    "",        "fqn",       "tag",       "path",           "file",        "source",
    "package", "test_name", "test_type", "resource_type",  "group",       "access",
    "state",   "result",    "version",   "source_status",  "exposure",    "metric",
    "model",   "seed",      "unit_test", "semantic_model", "saved_query", "stream",
    "pipe",    "page",      "delivery"};

[[noreturn]] void refuse_value(const std::string& method, const std::string& pattern, const char* known) {
  throw Error(ErrorCode::dbt_selector, fmt::format("`{}` is no value of `{}:`", pattern, method), "selection")
      .fix(fmt::format("There are {}.", known));
}

}  // namespace

SelectMethod::SelectMethod(std::string method, std::string pattern, const std::vector<Selectable>& items)
    : method_(std::move(method)), pattern_(std::move(pattern)), bare_(method_.empty()) {
  if (bare_) {
    std::string lower = pattern_;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    bool file = lower.ends_with(".sql") || lower.ends_with(".csv") || lower.ends_with(".py");
    method_ = pattern_.find('/') != std::string::npos ? "path" : file ? "file" : "fqn";
  }
  check(items);
  if (method_ == "path") collect_paths(items);
}

void SelectMethod::check(const std::vector<Selectable>& items) const {
  if (!method_.starts_with("config.") &&
      std::find(kMethods.begin(), kMethods.end(), method_) == kMethods.end())
    throw Error(ErrorCode::dbt_selector, fmt::format("`{}:` is no way to select", method_), "selection")
        .fix(
            "There are fqn:, tag:, path:, file:, source:, resource_type:, package:, config.KEY:, test_name:, "
            "test_type:, group:, access:, version:, state:, result:, source_status:, exposure:, metric:, "
            "semantic_model:, saved_query:, unit_test:, stream:, pipe:, page:.");
  auto dots = std::count(pattern_.begin(), pattern_.end(), '.');
  if (method_ == "source" && dots > 2)
    refuse_value(method_, pattern_, "source, source.table and package.source.table");
  if (is_one_of(method_, {"exposure", "metric", "semantic_model", "saved_query", "unit_test"}) && dots > 1)
    refuse_value(method_, pattern_, "name and package.name");
  if (method_ == "test_type" && !is_one_of(pattern_, {"generic", "schema", "singular", "data", "unit"}))
    refuse_value(method_, pattern_, "generic, singular, data, unit");
  if (method_ == "version" && !is_one_of(pattern_, {"latest", "prerelease", "old", "none"}))
    refuse_value(method_, pattern_, "latest, prerelease, old, none");
  if (method_ == "resource_type" &&
      !is_one_of(pattern_,
                 {"model",    "seed",     "snapshot",       "test",        "source", "analysis",  "unit_test",
                  "exposure", "metric",   "semantic_model", "saved_query", "group",  "operation", "macro",
                  "doc",      "function", "stream",         "pipe",        "page",   "delivery"}))
    refuse_value(
        method_, pattern_,
        "model, seed, snapshot, test, source, analysis, unit_test, exposure, metric, semantic_model, "
        "saved_query");
  if (method_ != "state") return;
  if (!is_one_of(pattern_, {"new", "old", "modified", "unmodified", "modified.body", "modified.configs",
                            "modified.persisted_descriptions", "modified.relation", "modified.macros",
                            "modified.contract"}))
    refuse_value(method_, pattern_,
                 "new, old, unmodified, modified, modified.body, modified.configs, modified.relation, "
                 "modified.macros, "
                 "modified.contract, modified.persisted_descriptions");
  if (std::all_of(items.begin(), items.end(), [](const Selectable& each) { return each.state.empty(); }))
    throw Error(ErrorCode::dbt_selector, "`state:` needs a state to compare with", "selection")
        .fix("Name the folder of an earlier run's artifacts: --state path/to/target.");
}

// Files and folders of the project itself: a package's files lie elsewhere, and are meant by the same names.
void SelectMethod::collect_paths(const std::vector<Selectable>& items) {
  std::vector<std::string> wanted = folders_of(pattern_);
  std::set<std::string> seen;
  auto add = [&](std::string path) {
    while (!path.empty() && seen.insert(path).second) {
      if (matches_folders(wanted, 0, split(path, '/'), 0)) paths_.insert(path);
      std::size_t slash = path.rfind('/');
      path.resize(slash == std::string::npos ? 0 : slash);
    }
  };
  for (const Selectable& item : items) {
    if (!item.is_root) continue;
    add(item.path);
    add(item.patch);
  }
}

bool SelectMethod::fits_path(const Selectable& item) const {
  if (!item.patch.empty() && paths_.count(item.patch)) return true;
  for (std::size_t end = item.path.size(); end != std::string::npos && end > 0;
       end = item.path.rfind('/', end - 1)) {
    if (paths_.count(item.path.substr(0, end))) return true;
  }
  return false;
}

bool SelectMethod::names_something() const {
  return bare_ || is_one_of(method_, {"fqn", "path", "file", "source", "stream", "pipe", "page", "delivery",
                                      "model", "seed"});
}

bool SelectMethod::fits(const Selectable& item) const {
  if (bare_ &&
      (item.id == pattern_ || (is_ours(item) && (glob(pattern_, item.name) || glob(pattern_, item.id)))))
    return true;
  if (method_ == "fqn") return matches_fqn(pattern_, item);
  if (method_ == "tag")
    return std::any_of(item.tags.begin(), item.tags.end(),
                       [&](const std::string& tag) { return glob(pattern_, tag); });
  if (method_ == "path") return fits_path(item);
  if (method_ == "file") return matches_file(pattern_, item);
  if (method_ == "source") return matches_source(pattern_, item);
  if (method_ == "resource_type") return item.kind == pattern_;
  if (method_ == "package") return pattern_ == "this" ? item.is_root : glob(pattern_, item.package);
  if (method_ == "test_name") return matches_test_name(pattern_, item);
  if (is_one_of(method_, {"exposure", "metric", "semantic_model", "saved_query", "unit_test"}))
    return item.kind == method_ && matches_declared(pattern_, item);
  if (method_ == "test_type") return matches_test_type(pattern_, item);
  if (method_ == "group") return matches_group(pattern_, item);
  if (method_ == "access") return matches_access(pattern_, item);
  if (method_ == "state")
    return std::find(item.state.begin(), item.state.end(), pattern_) != item.state.end();
  if (method_ == "result") return item.result == pattern_;
  if (method_ == "source_status") return !item.source_status.empty() && item.source_status == pattern_;
  if (method_ == "version") return matches_version(pattern_, item);
  if (method_.starts_with("config."))
    return matches_config(std::string_view(method_).substr(7), pattern_, item);
  return item.kind == method_ && (glob(pattern_, item.name) || item.id == pattern_);
}

}  // namespace leat::dbt
