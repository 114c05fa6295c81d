#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "pages/page.h"

namespace leat::pages {

const Property* PageNode::find(std::string_view property) const {
  for (const auto& [key, value] : properties) {
    if (key == property) return &value;
  }
  return nullptr;
}

namespace {

bool is_name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

std::string trimmed(std::string_view text) {
  std::size_t from = text.find_first_not_of(" \t\r\n"), to = text.find_last_not_of(" \t\r\n");
  return from == std::string_view::npos ? "" : std::string(text.substr(from, to - from + 1));
}

class BodyParser {
 public:
  BodyParser(std::string_view text, const std::string& path, int first_line)
      : text_(text), path_(path), line_(first_line) {}

  std::vector<PageNode> parse() {
    std::vector<PageNode> nodes = parse_until({});
    if (at_ < text_.size()) fail("This closes nothing");
    return nodes;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::page_syntax, what, fmt::format("{}:{}", path_, line_));
  }
  bool follows(std::string_view text) const { return text_.substr(at_).starts_with(text); }
  void advance(std::size_t count) {
    line_ += static_cast<int>(
        std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                   text_.begin() + static_cast<std::ptrdiff_t>(std::min(at_ + count, text_.size())), '\n'));
    at_ += count;
  }

  bool ends(const std::vector<std::string>& stops) const {
    return std::any_of(stops.begin(), stops.end(), [&](const std::string& stop) { return follows(stop); });
  }

  std::vector<PageNode> parse_until(const std::vector<std::string>& stops) {
    if (++depth_ > 60) fail("The page is nested too deeply");
    std::vector<PageNode> nodes;
    while (at_ < text_.size() && !ends(stops)) {
      if (follows("```")) {
        code(nodes);
      } else if (follows("`")) {
        inline_code(nodes);
      } else if (follows("<!--")) {
        advance(std::min(text_.find("-->", at_), text_.size() - 3) + 3 - at_);
      } else if (follows("{#each")) {
        nodes.push_back(each());
      } else if (follows("{#if")) {
        nodes.push_back(condition());
      } else if (follows("{/") || follows("{:")) {
        break;
      } else if (follows("{")) {
        nodes.push_back(expression());
      } else if (follows("</") && at_ + 2 < text_.size() &&
                 std::isupper(static_cast<unsigned char>(text_[at_ + 2]))) {
        break;
      } else if (follows("<") && at_ + 1 < text_.size() &&
                 std::isupper(static_cast<unsigned char>(text_[at_ + 1]))) {
        nodes.push_back(component());
      } else {
        add_text(nodes, text_.substr(at_, 1));
        advance(1);
      }
    }
    --depth_;
    return nodes;
  }

  void add_text(std::vector<PageNode>& nodes, std::string_view text) {
    if (nodes.empty() || nodes.back().kind != PageNode::Kind::text) {
      nodes.emplace_back();
      nodes.back().line = line_;
    }
    nodes.back().text += text;
  }

  // Code is shown as it stands.
  void code(std::vector<PageNode>& nodes) {
    std::size_t end = text_.find("\n```", at_ + 3);
    if (end == std::string_view::npos) fail("A block of code is not closed with ```");
    end = std::min(text_.find('\n', end + 1), text_.size());
    add_text(nodes, text_.substr(at_, end - at_));
    advance(end - at_);
  }
  void inline_code(std::vector<PageNode>& nodes) {
    std::size_t end = text_.find_first_of("`\n", at_ + 1);
    std::size_t count = end == std::string_view::npos || text_[end] == '\n' ? 1 : end + 1 - at_;
    add_text(nodes, text_.substr(at_, count));
    advance(count);
  }

  // The text between the brace at at_ and the one that closes it.
  std::string braces() {
    int depth = 0;
    char quote = 0;
    for (std::size_t i = at_; i < text_.size(); ++i) {
      char c = text_[i];
      if (quote) {
        if (c == quote) quote = 0;
      } else if (c == '\'' || c == '"' || c == '`') {
        quote = c;
      } else if (c == '{') {
        ++depth;
      } else if (c == '}' && --depth == 0) {
        std::string inside(text_.substr(at_ + 1, i - at_ - 1));
        advance(i + 1 - at_);
        return inside;
      }
    }
    fail("A { is not closed");
  }

  PageNode expression() {
    PageNode node;
    node.kind = PageNode::Kind::expression;
    node.line = line_;
    node.text = trimmed(braces());
    return node;
  }

  PageNode each() {
    PageNode node;
    node.kind = PageNode::Kind::each;
    node.line = line_;
    std::string inside = trimmed(std::string_view(braces()).substr(5));
    std::size_t as = inside.find(" as ");
    if (as == std::string::npos) fail("{#each} is written {#each query as row}");
    node.text = trimmed(inside.substr(0, as));
    node.name = trimmed(inside.substr(as + 4));
    if (std::size_t comma = node.name.find(','); comma != std::string::npos)
      node.name = trimmed(node.name.substr(0, comma));
    node.children = parse_until({"{/each}", "{:else}"});
    if (follows("{:else}")) {
      advance(7);
      node.otherwise = parse_until({"{/each}"});
    }
    if (!follows("{/each}")) fail("{#each} is not closed with {/each}");
    advance(7);
    return node;
  }

  PageNode condition() {
    PageNode node;
    node.kind = PageNode::Kind::condition;
    node.line = line_;
    std::string inside = braces();
    node.text = trimmed(std::string_view(inside).substr(inside.find("if") + 2));
    node.children = parse_until({"{/if}", "{:else"});
    if (follows("{:else if")) {
      // An else-if is an if in the else, which shares the closing tag.
      PageNode inner;
      inner = condition_after_else();
      node.otherwise.push_back(std::move(inner));
      return node;
    }
    if (follows("{:else}")) {
      advance(7);
      node.otherwise = parse_until({"{/if}"});
    }
    if (!follows("{/if}")) fail("{#if} is not closed with {/if}");
    advance(5);
    return node;
  }
  PageNode condition_after_else() { return condition(); }

  PageNode component() {
    PageNode node;
    node.kind = PageNode::Kind::component;
    node.line = line_;
    advance(1);
    while (at_ < text_.size() && is_name_char(text_[at_])) {
      node.text.push_back(text_[at_]);
      advance(1);
    }
    for (;;) {
      skip_blanks();
      if (at_ >= text_.size()) fail(fmt::format("<{}> is not closed", node.text));
      if (follows("/>")) {
        advance(2);
        return node;
      }
      if (follows(">")) {
        advance(1);
        break;
      }
      property(node);
    }
    std::string close = "</" + node.text + ">";
    node.children = parse_until({close});
    if (!follows(close)) fail(fmt::format("<{}> is not closed", node.text));
    advance(close.size());
    return node;
  }

  void skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) advance(1);
  }

  void property(PageNode& node) {
    std::string name;
    while (at_ < text_.size() && (is_name_char(text_[at_]) || text_[at_] == '-' || text_[at_] == ':')) {
      name.push_back(text_[at_]);
      advance(1);
    }
    if (name.empty()) fail(fmt::format("`{}` is no property of <{}>", text_[at_], node.text));
    Property value;
    value.line = line_;
    skip_blanks();
    if (!follows("=")) {
      value.text = "true";
    } else {
      advance(1);
      skip_blanks();
      read_value(value);
    }
    node.properties.emplace_back(std::move(name), std::move(value));
  }

  void read_value(Property& value) {
    char c = at_ < text_.size() ? text_[at_] : 0;
    if (c == '{') {
      value.text = trimmed(braces());
      value.is_expression = true;
      // A quoted text or a bare word in braces is a literal.
      if (value.text.size() >= 2 && (value.text[0] == '"' || value.text[0] == '\'') &&
          value.text.find(value.text[0], 1) == value.text.size() - 1) {
        value.text = value.text.substr(1, value.text.size() - 2);
        value.is_expression = false;
      }
    } else if (c == '"' || c == '\'') {
      std::size_t end = text_.find(c, at_ + 1);
      if (end == std::string_view::npos) fail("A quoted property is not closed");
      value.text = text_.substr(at_ + 1, end - at_ - 1);
      advance(end + 1 - at_);
    } else {
      while (at_ < text_.size() && !std::isspace(static_cast<unsigned char>(text_[at_])) &&
             text_[at_] != '>' && !follows("/>")) {
        value.text.push_back(text_[at_]);
        advance(1);
      }
    }
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t at_ = 0;
  int line_;
  int depth_ = 0;
};

// Takes the front matter off; returns how many lines it had.
int take_front_matter(Page& page, std::string& body) {
  if (!body.starts_with("---\n")) return 0;
  std::size_t end = body.find("\n---", 3);
  if (end == std::string::npos)
    throw Error(ErrorCode::page_syntax, "The front matter is not closed with ---", page.path + ":1");
  page.front_matter = document::parse_yaml(body.substr(4, end - 3), page.path);
  end = std::min(body.find('\n', end + 1), body.size() - 1) + 1;
  int lines =
      static_cast<int>(std::count(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
  body.erase(0, end);
  return lines;
}

// Takes the ```sql blocks out of the body; they leave their lines behind, so that line numbers stay.
void take_queries(Page& page, std::string& body, int first_line) {
  std::size_t at = 0;
  while ((at = body.find("```sql", at)) != std::string::npos) {
    if (at > 0 && body[at - 1] != '\n') {
      ++at;
      continue;
    }
    std::size_t line_end = body.find('\n', at);
    std::size_t close = line_end == std::string::npos ? line_end : body.find("\n```", line_end - 1);
    int line = first_line + static_cast<int>(std::count(
                                body.begin(), body.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    if (close == std::string::npos)
      throw Error(ErrorCode::page_syntax, "A query is not closed with ```",
                  fmt::format("{}:{}", page.path, line));
    Query query{trimmed(body.substr(at + 6, line_end - at - 6)),
                trimmed(body.substr(line_end, close - line_end)), line};
    if (query.name.empty())
      throw Error(ErrorCode::page_syntax, "A query needs a name: ```sql name",
                  fmt::format("{}:{}", page.path, line));
    page.queries.push_back(std::move(query));
    std::size_t end = std::min(body.find('\n', close + 1), body.size());
    std::string lines(
        static_cast<std::size_t>(std::count(body.begin() + static_cast<std::ptrdiff_t>(at),
                                            body.begin() + static_cast<std::ptrdiff_t>(end), '\n')),
        '\n');
    body.replace(at, end - at, lines);
    at += lines.size();
  }
}

}  // namespace

Page parse_page(std::string id, std::string path, std::string text) {
  Page page;
  page.id = std::move(id);
  page.path = std::move(path);
  std::erase(text, '\r');
  page.text = text;
  int line = 1 + take_front_matter(page, text);
  take_queries(page, text, line);
  page.body = BodyParser(text, page.path, line).parse();
  page.title = page.front_matter["title"].raw();
  return page;
}

}  // namespace leat::pages
