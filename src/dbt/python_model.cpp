#include "dbt/python_model.h"

#include <algorithm>
#include <cctype>

namespace leat::dbt {

namespace {

// Where the string literal or comment that begins at `at` ends; `at` itself where none begins.
std::size_t skipped(std::string_view code, std::size_t at) {
  if (code[at] == '#') return std::min(code.find('\n', at), code.size());
  if (code[at] != '\'' && code[at] != '"') return at;
  std::string_view quote = code.substr(at, 1);
  if (std::string_view three = code.substr(at, 3); three == "\"\"\"" || three == "'''") quote = three;
  for (std::size_t i = at + quote.size(); i < code.size(); ++i) {
    if (code[i] == '\\') {
      ++i;
    } else if (code.substr(i, quote.size()) == quote) {
      return i + quote.size();
    }
  }
  return code.size();
}

// The end of what is in brackets, beginning behind the opening one.
std::size_t closing(std::string_view code, std::size_t at) {
  int depth = 1;
  while (at < code.size()) {
    if (std::size_t behind = skipped(code, at); behind != at) {
      at = behind;
      continue;
    }
    if (code[at] == '(' || code[at] == '[' || code[at] == '{') ++depth;
    if (code[at] == ')' || code[at] == ']' || code[at] == '}') --depth;
    if (depth == 0) return at;
    ++at;
  }
  return at;
}

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.';
}

}  // namespace

bool is_python(std::string_view path) {
  return path.ends_with(".py");
}

std::string template_of_calls(std::string_view code) {
  std::string calls;
  for (std::size_t at = 0; at < code.size();) {
    if (std::size_t behind = skipped(code, at); behind != at) {
      calls.append(
          static_cast<std::size_t>(std::count(code.begin() + static_cast<std::ptrdiff_t>(at),
                                              code.begin() + static_cast<std::ptrdiff_t>(behind), '\n')),
          '\n');
      at = behind;
      continue;
    }
    if (code[at] == '\n') calls += '\n';
    bool found = false;
    for (std::string_view name : {"dbt.ref(", "dbt.source(", "dbt.config("}) {
      if (!code.substr(at).starts_with(name) || (at > 0 && is_name_character(code[at - 1]))) continue;
      std::size_t end = closing(code, at + name.size());
      calls += "{{ ";
      calls += code.substr(at + 4, end - at - 4);
      calls += ") }}";
      at = end;
      found = true;
      break;
    }
    if (!found) ++at;
  }
  return calls;
}

}  // namespace leat::dbt
