#include <fmt/core.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <istream>
#include <map>
#include <streambuf>

#include "base/error.h"
#include "document/value.h"

namespace leat::document {
namespace {

constexpr std::size_t kDepthMax = 200;

// The text for the parser, which reads streams.
class Source final : public std::streambuf {
 public:
  explicit Source(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // it is only read from
    setg(begin, begin, begin + text.size());
  }
};

// The line that begins at `at`, which is moved to the next.
std::string_view line_at(std::string_view text, std::size_t& at) {
  std::size_t from = std::min(at, text.size()), end = std::min(text.find('\n', from), text.size());
  at = end + 1;
  return text.substr(from, end - from);
}

// True for a block (`|`, `>`) that the end of the text cuts off before its last newline: YAML keeps a newline
// that is there, and the parser makes one up.
bool is_cut_off(std::string_view text, const YAML::Mark& mark) {
  if (text.empty() || text.ends_with('\n')) return false;
  std::size_t at = 0;
  for (int line = 0; line < mark.line; ++line) line_at(text, at);
  std::string_view head = line_at(text, at);
  auto column = static_cast<std::size_t>(mark.column);
  if (column >= head.size() || (head[column] != '|' && head[column] != '>')) return false;
  std::size_t indent = std::string_view::npos;
  while (at < text.size()) {
    std::string_view line = line_at(text, at);
    std::size_t blanks = line.find_first_not_of(' ');
    if (blanks == std::string_view::npos) continue;
    if (indent == std::string_view::npos) indent = blanks;
    if (blanks < indent) return false;
  }
  return indent != std::string_view::npos && indent > 0;
}

// Builds Values out of the parser's events.
class Builder final : public YAML::EventHandler {
 public:
  Builder(std::string_view source, const std::string& file, Duplicates duplicates)
      : source_(source), file_(std::make_shared<const std::string>(file)), duplicates_(duplicates) {
    root_.set_mark({file_, 0, 0});
  }

  Value take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& at, YAML::anchor_t anchor) override { put(Value(), at, "?", anchor); }
  void OnScalar(const YAML::Mark& at, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    bool plain = tag == "?" || tag.empty();
    bool ends_early = !plain && text.ends_with('\n') && is_cut_off(source_, at);
    put(plain ? parse_scalar(text) : Value::of(text.substr(0, text.size() - (ends_early ? 1 : 0))), at, tag,
        anchor);
  }
  void OnAlias(const YAML::Mark& at, YAML::anchor_t anchor) override {
    auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw Error(ErrorCode::document_syntax, "An alias stands within what it names", mark(at).text());
    Value copy = found->second;
    finish(std::move(copy), "?");
  }
  void OnSequenceStart(const YAML::Mark& at, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Value::list(), at, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& at, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Value::mapping(), at, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  // A container that is not read to its end.
  struct Open {
    Value value;
    std::string tag;
    YAML::anchor_t anchor = 0;
    bool has_key = false, key_merges = false;
    std::string key;
    Mark key_mark;
    std::vector<Value> merged;  // what `<<` brings in
  };

  Mark mark(const YAML::Mark& at) const {
    return at.is_null() ? Mark{file_, 0, 0} : Mark{file_, at.line + 1, at.column + 1};
  }
  void put(Value value, const YAML::Mark& at, const std::string& tag, YAML::anchor_t anchor) {
    value.set_mark(mark(at));
    if (anchor != 0) anchors_.insert_or_assign(anchor, value);
    finish(std::move(value), tag);
  }
  void open(Value value, const YAML::Mark& at, const std::string& tag, YAML::anchor_t anchor) {
    value.set_mark(mark(at));
    if (open_.size() > kDepthMax)
      throw Error(ErrorCode::document_syntax, "The document is nested too deeply", value.where());
    Open opened;
    opened.value = std::move(value);
    opened.tag = tag;
    opened.anchor = anchor;
    open_.push_back(std::move(opened));
  }
  void close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    // What is merged in stands first, as PyYAML has it; the mapping's own members have the last word.
    if (!closed.merged.empty()) {
      Value own = std::exchange(closed.value, Value::mapping());
      closed.value.set_mark(own.mark());
      for (const Value& each : closed.merged) {
        for (const Value::Member& member : each.members())
          if (!closed.value.find(member.first)) closed.value.members().push_back(member);
      }
      for (Value::Member& member : own.members()) {
        if (Value* merged = closed.value.find(member.first)) {
          *merged = std::move(member.second);
        } else {
          closed.value.members().push_back(std::move(member));
        }
      }
    }
    if (closed.anchor != 0) anchors_.insert_or_assign(closed.anchor, closed.value);
    finish(std::move(closed.value), closed.tag);
  }
  // Puts a whole value where it belongs.
  void finish(Value value, const std::string& tag) {
    if (open_.empty()) {
      root_ = std::move(value);
      return;
    }
    Open& holder = open_.back();
    if (holder.value.is_list()) {
      holder.value.items().push_back(std::move(value));
    } else if (!holder.has_key) {
      holder.has_key = true;
      holder.key = value.raw();
      holder.key_merges = holder.key == "<<" && tag != "!";
      holder.key_mark = value.mark();
    } else {
      holder.has_key = false;
      add(holder, std::move(value));
    }
  }
  void add(Open& holder, Value value) {
    if (holder.key_merges) {
      if (!value.is_list()) return holder.merged.push_back(std::move(value));
      for (Value& each : value.items()) holder.merged.push_back(std::move(each));
      return;
    }
    if (duplicates_ == Duplicates::last_counts) holder.value.erase(holder.key);
    if (holder.value.find(holder.key)) {
      throw Error(ErrorCode::document_syntax,
                  fmt::format("The key `{}` stands twice in one mapping", holder.key),
                  holder.key_mark.text());
    }
    // A value that is left out has no place of its own (the parser names that of what follows); its key's is
    // better.
    if (value.mark().line == 0 || value.is_null()) value.set_mark(holder.key_mark);
    holder.value.members().emplace_back(std::move(holder.key), std::move(value));
  }

  std::string_view source_;
  std::shared_ptr<const std::string> file_;
  Duplicates duplicates_;
  Value root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Value> anchors_;
};

}  // namespace

Value parse_yaml(std::string_view text, const std::string& file, Duplicates duplicates) {
  try {
    Source source(text);
    std::istream stream(&source);
    YAML::Parser parser(stream);
    Builder builder(text, file, duplicates);
    parser.HandleNextDocument(builder);
    return builder.take();
  } catch (const YAML::Exception& error) {
    throw Error(ErrorCode::document_syntax, error.msg,
                fmt::format("{}:{}:{}", file, error.mark.line + 1, error.mark.column + 1));
  }
}

std::string read_file(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) {
    throw Error(errno == ENOENT ? ErrorCode::config_not_found : ErrorCode::file_io, std::strerror(errno),
                path);
  }
  std::string text;
  char chunk[65536];
  while (std::size_t got = std::fread(chunk, 1, sizeof chunk, file.get())) text.append(chunk, got);
  if (std::ferror(file.get())) throw Error(ErrorCode::file_io, std::strerror(errno), path);
  return text;
}

Value load_yaml(const std::string& path) {
  return parse_yaml(read_file(path), path);
}

}  // namespace leat::document
