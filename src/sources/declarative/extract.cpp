#include "sources/declarative/extract.h"

#include <algorithm>
#include <charconv>

namespace leat::sources::declarative {

struct RecordPath::Walk {
  const RecordPath& path;
  const char* text;
  JsonAt end;
  const Visit& visit;
  std::size_t count = 0;
  bool failed = false;

  JsonAt yield(JsonAt at) {
    ++count;
    JsonAt after = visit(text, at, end);
    if (!after) failed = true;
    return after;
  }

  // Calls `each(key, value)` for the members or items of a container; it returns the position behind the
  // value.
  template <class Each>
  JsonAt children(JsonAt at, Each&& each) {
    bool object = text[*at] == '{';
    char close = object ? '}' : ']';
    ++at;
    if (at < end && text[*at] == close) return at + 1;
    for (std::size_t number = 0;; ++number) {
      std::string_view key;
      if (object) {
        if (!read_key(text, at, end, key)) return fail();
        at += 2;
      }
      if (at >= end) return fail();
      at = each(key, number, at);
      if (!at || at >= end) return fail();
      char next = text[*at++];
      if (next == close) return at;
      if (next != ',') return fail();
    }
  }
  JsonAt fail() {
    failed = true;
    return nullptr;
  }

  // What the path leads to: a list yields its items, an object itself.
  JsonAt found(JsonAt at) {
    if (path.has_star_) return yield(at);
    if (text[*at] == '[') {
      return children(at, [&](std::string_view, std::size_t, JsonAt item) { return yield(item); });
    }
    if (text[*at] == '{' && !(at + 1 < end && text[at[1]] == '}')) return yield(at);
    return skip_value(text, at, end);
  }

  JsonAt descend(JsonAt at, std::size_t depth) {
    if (at >= end) return fail();
    if (depth == path.segments_.size()) return found(at);
    char c = text[*at];
    if (c != '{' && c != '[') return skip_value(text, at, end);
    const std::string& wanted = path.segments_[depth];
    return children(at, [&](std::string_view key, std::size_t number, JsonAt value) {
      bool match = wanted == "*" || (c == '{' ? same_key(key, wanted) : wanted == std::to_string(number));
      return match ? descend(value, depth + 1) : skip_value(text, value, end);
    });
  }

  static bool same_key(std::string_view key, const std::string& wanted) {
    if (key == wanted) return true;
    if (key.find('\\') == std::string_view::npos) return false;
    std::string plain;
    return unescape(key, plain) && plain == wanted;
  }
};

RecordPath::RecordPath(std::vector<std::string> segments) : segments_(std::move(segments)) {
  has_star_ = std::find(segments_.begin(), segments_.end(), "*") != segments_.end();
}

bool RecordPath::visit(const JsonIndex& index, const Visit& visit, std::size_t& count) const {
  Walk walk{*this, index.text(), index.end(), visit};
  JsonAt at = index.begin();
  if (at == index.end()) return false;
  JsonAt after;
  if (index.text()[*at] == '[' && !segments_.empty()) {
    after =
        walk.children(at, [&](std::string_view, std::size_t, JsonAt body) { return walk.descend(body, 0); });
  } else {
    after = walk.descend(at, 0);
  }
  count = walk.count;
  return after == index.end() && !walk.failed;
}

}  // namespace leat::sources::declarative
