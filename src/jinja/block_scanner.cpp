#include "jinja/block_scanner.h"

#include <optional>

#include "jinja/lexer.h"

namespace leat::jinja {
namespace {

constexpr std::string_view kTypes[] = {"macro", "test", "data_test", "materialization", "snapshot", "docs"};

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80);
}

class Scanner {
 public:
  Scanner(std::string_view source, std::string_view file) : source_(source), file_(file) {}

  std::vector<SourceBlock> scan() {
    while (next_delimiter()) {
      if (source_[at_ + 1] == '#') {
        skip_to("#}", "comment");
      } else if (source_[at_ + 1] == '%') {
        tag();
      } else {
        at_ += 2;  // outputs may hold anything, even a }} in a string that ends early
      }
    }
    if (open_) fail(fmt::format("The {} '{}' is not closed", open_->type, open_->name), open_->offset);
    return std::move(blocks_);
  }

 private:
  [[noreturn]] void fail(std::string message, std::size_t at) const {
    raise_syntax(std::move(message), source_, at, file_, 1);
  }
  bool next_delimiter() {
    for (at_ = source_.find('{', at_); at_ != std::string_view::npos; at_ = source_.find('{', at_ + 1)) {
      const char next = at_ + 1 < source_.size() ? source_[at_ + 1] : '\0';
      if (next == '%' || next == '#' || next == '{') return true;
    }
    return false;
  }
  void skip_to(std::string_view end, std::string_view what) {
    const std::size_t found = source_.find(end, at_ + 2);
    if (found == std::string_view::npos) fail(fmt::format("The {} is not closed", what), at_);
    at_ = found + end.size();
  }
  std::string_view word(std::size_t& at) const {
    while (at < source_.size() && is_space(source_[at])) ++at;
    const std::size_t begin = at;
    while (at < source_.size() && is_word(source_[at])) ++at;
    return source_.substr(begin, at - begin);
  }
  // The end of the tag that begins at `at`, behind its %}; quotes hide what stands in them.
  std::size_t tag_end(std::size_t begin) const {
    char quote = '\0';
    for (std::size_t at = begin + 2; at < source_.size(); ++at) {
      const char c = source_[at];
      if (quote) {
        if (c == '\\')
          ++at;
        else if (c == quote)
          quote = '\0';
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '%' && at + 1 < source_.size() && source_[at + 1] == '}') {
        return at + 2;
      }
    }
    // A lone apostrophe in a tag that is no block: take the plain end.
    const std::size_t plain = source_.find("%}", begin);
    return plain == std::string_view::npos ? plain : plain + 2;
  }

  void tag() {
    const std::size_t begin = at_;
    std::size_t at = at_ + 2;
    if (at < source_.size() && (source_[at] == '-' || source_[at] == '+')) ++at;
    const std::string_view name = word(at);
    if (name == "raw") return skip_raw(begin);
    if (open_) {
      if (name.starts_with("end") && name.substr(3) == open_type_)
        close(begin);
      else
        step(begin);
      return;
    }
    for (std::string_view type : kTypes)
      if (name == type) return open(begin, at, type);
    step(begin);
  }
  void step(std::size_t begin) {
    const std::size_t end = tag_end(begin);
    at_ = end == std::string_view::npos ? begin + 2 : end;
  }
  void skip_raw(std::size_t begin) {
    for (std::size_t tag = source_.find("{%", begin + 2); tag != std::string_view::npos;
         tag = source_.find("{%", tag + 2)) {
      std::size_t at = tag + 2;
      if (at < source_.size() && (source_[at] == '-' || source_[at] == '+')) ++at;
      if (word(at) == "endraw") return step(tag);
    }
    step(begin);
  }
  void open(std::size_t begin, std::size_t after_type, std::string_view type) {
    const std::size_t end = tag_end(begin);
    std::size_t at = after_type;
    const std::string_view name = word(at);
    if (end == std::string_view::npos || name.empty())
      fail(fmt::format("The {} has no name or its tag is not closed", type), begin);
    SourceBlock block;
    block.type = type == "data_test" ? "test" : type;
    block.name = name;
    block.offset = begin;
    line_ += static_cast<std::size_t>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                                 source_.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
    counted_ = begin;
    block.line = line_;
    open_ = block;
    open_type_ = type;
    contents_ = end;
    at_ = end;
  }
  void close(std::size_t begin) {
    const std::size_t end = source_.find("%}", begin);
    if (end == std::string_view::npos) fail("The tag is not closed by '%}'", begin);
    open_->contents = source_.substr(contents_, begin - contents_);
    open_->text = source_.substr(open_->offset, end + 2 - open_->offset);
    blocks_.push_back(*open_);
    open_.reset();
    at_ = end + 2;
  }

  std::string_view source_, file_, open_type_;
  std::size_t at_ = 0, contents_ = 0, counted_ = 0, line_ = 1;
  std::optional<SourceBlock> open_;
  std::vector<SourceBlock> blocks_;
};

}  // namespace

std::vector<SourceBlock> scan_blocks(std::string_view source, std::string_view file) {
  return Scanner(source, file).scan();
}

}  // namespace leat::jinja
