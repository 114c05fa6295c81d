#include "sources/declarative/record_path_values.h"

#include <algorithm>

#include "jinja/operations.h"

namespace leat::sources::declarative {
namespace {

void collect(const jinja::Value& value, const std::vector<std::string>& path, std::size_t depth,
             std::vector<jinja::Value>& out) {
  if (depth == path.size()) return out.push_back(value);
  const std::string& segment = path[depth];
  if (value.is_dict()) {
    if (const jinja::Value* exact = value.as_dict().find(std::string_view(segment)))
      return collect(*exact, path, depth + 1, out);
    value.as_dict().each([&](const jinja::Value& key, const jinja::Value& member) {
      if (glob_matches(segment, jinja::to_text(key))) collect(member, path, depth + 1, out);
    });
  } else if (value.is_list()) {
    for (std::size_t i = 0; i < value.items().size(); ++i) {
      if (glob_matches(segment, std::to_string(i))) collect(value.items()[i], path, depth + 1, out);
    }
  }
}

}  // namespace

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

std::vector<jinja::Value> values_at(const jinja::Value& value, const std::vector<std::string>& path) {
  std::vector<jinja::Value> out;
  collect(value, path, 0, out);
  return out;
}

std::optional<jinja::Value> value_at(const jinja::Value& value, const std::vector<std::string>& path) {
  std::vector<jinja::Value> found = values_at(value, path);
  if (found.empty()) return std::nullopt;
  return found[0];
}

void set_at(jinja::Value& value, const std::vector<std::string>& path, jinja::Value leaf) {
  if (path.empty() || !value.is_dict()) return;
  jinja::Value at = value;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    jinja::Value* next = at.as_dict().find(std::string_view(path[i]));
    if (!next || (!next->is_dict() && !next->is_list())) {
      at.as_dict().set(std::string_view(path[i]), jinja::Value::dict());
      next = at.as_dict().find(std::string_view(path[i]));
    }
    if (!next->is_dict()) return;
    jinja::Value inner = *next;
    at = inner;
  }
  at.as_dict().set(std::string_view(path.back()), std::move(leaf));
}

std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> out;
  std::size_t from = 0;
  while (from <= path.size()) {
    std::size_t slash = std::min(path.find('/', from), path.size());
    if (slash > from) out.push_back(path.substr(from, slash - from));
    from = slash + 1;
  }
  return out;
}

std::vector<std::string> texts_now(const Value& list, const Value& component, const Workshop& workshop) {
  std::vector<std::string> out;
  for (const Value& item : list.items()) {
    out.push_back(
        Interpolated(item, component["$parameters"], workshop.interpolation, workshop.config).text(Scope()));
  }
  return out;
}

}  // namespace leat::sources::declarative
