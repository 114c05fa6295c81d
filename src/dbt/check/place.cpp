#include "dbt/check/place.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sql/tokenizer.h"

namespace leat::dbt {
namespace {

// Beyond that many tokens only those around the place are compared: the table grows with the square.
constexpr std::size_t kTokensMax = 3000;

struct Tag {
  std::size_t begin, end;
};

// The template's tags; `code` gets blanks in their place, so that offsets stay.
std::vector<Tag> blank_tags(std::string& code) {
  std::vector<Tag> tags;
  for (std::size_t at = 0; at + 1 < code.size(); ++at) {
    if (code[at] != '{') continue;
    char kind = code[at + 1];
    const char* close = kind == '{' ? "}}" : kind == '%' ? "%}" : kind == '#' ? "#}" : nullptr;
    if (!close) continue;
    std::size_t end = code.find(close, at + 2);
    end = end == std::string::npos ? code.size() : end + 2;
    // Comments and statements give no text of their own.
    if (kind == '{') tags.push_back({at, end});
    for (std::size_t i = at; i < end; ++i) {
      if (code[i] != '\n') code[i] = ' ';
    }
    at = end - 1;
  }
  return tags;
}

// For each token of `compiled` the token of `code` that it is, or npos: a longest common subsequence.
std::vector<std::size_t> aligned(const std::vector<sql::Token>& compiled,
                                 const std::vector<sql::Token>& code) {
  std::size_t n = compiled.size(), m = code.size();
  std::vector<std::uint16_t> best((n + 1) * (m + 1));
  auto at = [&](std::size_t i, std::size_t j) -> std::uint16_t& { return best[i * (m + 1) + j]; };
  auto same = [&](std::size_t i, std::size_t j) {
    return compiled[i].kind == code[j].kind && compiled[i].text == code[j].text;
  };
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t j = m; j-- > 0;) {
      at(i, j) = same(i, j) ? static_cast<std::uint16_t>(at(i + 1, j + 1) + 1)
                            : std::max(at(i + 1, j), at(i, j + 1));
    }
  }
  std::vector<std::size_t> out(n, std::string::npos);
  for (std::size_t i = 0, j = 0; i < n && j < m;) {
    if (same(i, j) && at(i, j) == at(i + 1, j + 1) + 1) {
      out[i++] = j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      ++i;
    } else {
      ++j;
    }
  }
  return out;
}

// The tokens around `wanted`, at most `most`.
void keep_around(std::vector<sql::Token>& tokens, std::size_t& wanted, std::size_t most) {
  if (tokens.size() <= most) return;
  std::size_t begin = std::min(wanted > most / 2 ? wanted - most / 2 : 0, tokens.size() - most);
  auto from = tokens.begin() + static_cast<std::ptrdiff_t>(begin);
  tokens = std::vector<sql::Token>(from, from + static_cast<std::ptrdiff_t>(most));
  wanted -= begin;
}

}  // namespace

Place place_of(std::string_view text, std::size_t offset, std::size_t first_line) {
  offset = std::min(offset, text.size());
  std::size_t before = text.substr(0, offset).rfind('\n');
  std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  std::size_t end = std::min(text.find('\n', begin), text.size());
  auto lines = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n');
  return {first_line + static_cast<std::size_t>(lines), offset - begin + 1,
          std::string(text.substr(begin, end - begin))};
}

Place place_in_template(std::string_view code, std::size_t first_line, std::string_view compiled,
                        std::size_t offset) {
  std::string blank(code);
  std::vector<Tag> tags = blank_tags(blank);
  std::vector<sql::Token> from = sql::tokenize(compiled), to = sql::tokenize(blank);
  if (from.empty() || to.empty()) return place_of(code, tags.empty() ? 0 : tags[0].begin, first_line);
  auto after = std::upper_bound(from.begin(), from.end(), offset,
                                [](std::size_t at, const sql::Token& token) { return at < token.offset; });
  std::size_t wanted = after == from.begin() ? 0 : static_cast<std::size_t>(after - from.begin()) - 1;
  std::size_t guess = wanted * to.size() / from.size();
  keep_around(from, wanted, kTokensMax);
  keep_around(to, guess, kTokensMax);
  std::vector<std::size_t> twins = aligned(from, to);
  if (twins[wanted] != std::string::npos) return place_of(code, to[twins[wanted]].offset, first_line);
  // Given by an expression: the one between the neighbours that the template holds itself.
  std::size_t low = 0, high = code.size();
  for (std::size_t i = wanted; i-- > 0;) {
    if (twins[i] == std::string::npos) continue;
    low = to[twins[i]].offset;
    break;
  }
  for (std::size_t i = wanted + 1; i < from.size(); ++i) {
    if (twins[i] == std::string::npos) continue;
    high = to[twins[i]].offset;
    break;
  }
  for (const Tag& tag : tags) {
    if (tag.begin >= low && tag.begin < high) return place_of(code, tag.begin, first_line);
  }
  return place_of(code, low, first_line);
}

}  // namespace leat::dbt
