// PageCursor: where a page's text is being read, and its line.
//
// Guarantees: line() is that of the character at the cursor.
// Threads: one thread.
// Owns: nothing; the text outlives it.
// Errors: fail() throws Error(page_syntax) with file:line.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>

#include "base/error.h"
#include "pages/page.h"

namespace leat::pages {

class PageCursor {
 public:
  PageCursor(std::string_view text, const std::string& path, int first_line)
      : text_(text), path_(path), line_(first_line) {}

  std::string where() const;
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::page_syntax, what, where());
  }
  /// Keeps what does not stop the page.
  void note(const std::string& what) { notes_.push_back({what, where()}); }
  bool at_end() const { return at_ >= text_.size(); }
  bool follows(std::string_view text) const { return text_.substr(at_).starts_with(text); }
  char next(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  void advance(std::size_t count);
  void skip_blanks();
  /// Takes `{…}` and returns what is between the braces.
  std::string braces();
  /// Takes a component's tag from its `<` to its `>`; true where it closes itself.
  bool read_tag(PageNode& node);

 protected:
  std::string_view text_;
  const std::string& path_;
  std::vector<PageNote> notes_;
  std::size_t at_ = 0;
  int line_;

 private:
  void property(PageNode& node);
  void read_value(Property& value);
};

}  // namespace leat::pages
