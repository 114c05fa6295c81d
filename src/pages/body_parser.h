// BodyParser: the tree of a page's body: Markdown, {expressions}, {#each}, {#if}, <Components>.
//
// Guarantees: code, comments and <style> stay as they stand; nesting is bounded.
// Threads: pure.
// Errors: Error(page_syntax) with file:line.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "pages/page.h"

namespace leat::pages {

struct Body {
  std::vector<PageNode> nodes;
  std::vector<std::shared_ptr<const Declaration>> script;
  std::vector<PageNote> notes;
};
/// The text of a file that a page names at `where`; Error(page_syntax) there if it does not exist.
std::string read_named(const FileReader& read_file, const std::string& path, const std::string& where);
/// Parses a body whose first line is line `first_line` of the file `path`.
Body parse_body(std::string_view text, const std::string& path, int first_line, const FileReader& read_file);
/// Takes the SQL blocks out of a text and leaves their lines behind, so that line numbers stay.
std::vector<Query> take_queries(std::string& text, const std::string& path, int first_line);
/// The line break before the line that closes the fence at `open`; npos where none does.
std::size_t closing_fence(std::string_view text, std::size_t open, std::string_view fence);
std::string trimmed(std::string_view text);

}  // namespace leat::pages
