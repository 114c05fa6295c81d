// Html: escaping, so that no value of the data ever becomes markup or script; JSON objects in attributes.
//
// Guarantees: escape() is safe in text and in double-quoted attributes; script_safe() inside <script>; a
//   safe_url() runs no script.
// Threads: pure functions.
// Source: HTML Living Standard, 13.2.5.4 (script data) and 13.1.2.3 (attributes)
#pragma once
#include <string>
#include <string_view>

namespace leat::pages {

std::string escape(std::string_view text);
/// Makes JSON safe inside a script element: every "<" is written as its JSON escape.
std::string script_safe(std::string_view json);
/// The address, or "#" where it has a scheme other than http, https, mailto and tel.
std::string safe_url(std::string_view url);
/// A heading's text as an id: "When do crimes happen?" is "when-do-crimes-happen"; underscores stay, as on
/// GitHub.
std::string slug_of(std::string_view text);
/// The text of HTML without its tags; entities stay.
std::string without_tags(std::string_view html);

/// HTML that comes from data: elements and attributes that only show, none that run or load; the rest is
/// escaped.
std::string sanitized(std::string_view html);

/// A JSON object, built member by member.
class JsonObject {
 public:
  void text(std::string_view key, std::string_view value);
  /// Adds a value that is JSON already.
  void raw(std::string_view key, std::string_view json);
  std::string done() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

}  // namespace leat::pages
