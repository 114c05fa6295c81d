#include "pages/body_parser.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "pages/expression_tree.h"

namespace leat::pages {

std::string trimmed(std::string_view text) {
  std::size_t from = text.find_first_not_of(" \t\r\n"), to = text.find_last_not_of(" \t\r\n");
  return from == std::string_view::npos ? "" : std::string(text.substr(from, to - from + 1));
}

namespace {

constexpr int kNestingMax = 60;

bool is_name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}
bool is_upper(char c) {
  return std::isupper(static_cast<unsigned char>(c));
}

class BodyParser {
 public:
  BodyParser(std::string_view text, const std::string& path, int first_line, const FileReader& read_file,
             int depth)
      : text_(text), path_(path), read_file_(read_file), line_(first_line), depth_(depth) {}

  std::vector<PageNode> parse() {
    std::vector<PageNode> nodes = parse_until({});
    if (at_ < text_.size()) fail("This closes nothing");
    return nodes;
  }

  std::vector<std::shared_ptr<const Declaration>>& script() { return script_; }

 private:
  std::string where() const { return fmt::format("{}:{}", path_, line_); }
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::page_syntax, what, where());
  }
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorCode::page_syntax, what, where());
  }
  bool follows(std::string_view text) const { return text_.substr(at_).starts_with(text); }
  // How long the tag is here, which may have blanks before its brace; 0 where it is not here.
  std::size_t tag_length(std::string_view tag) const {
    if (!tag.ends_with('}')) return follows(tag) ? tag.size() : 0;
    tag.remove_suffix(1);
    if (!follows(tag)) return 0;
    std::size_t end = std::min(text_.find_first_not_of(" \t", at_ + tag.size()), text_.size());
    return end < text_.size() && text_[end] == '}' ? end + 1 - at_ : 0;
  }
  char next(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  void advance(std::size_t count) {
    std::size_t end = std::min(at_ + count, text_.size());
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at_ = end;
  }

  std::vector<PageNode> parse_until(const std::vector<std::string>& stops) {
    if (++depth_ > kNestingMax) fail("The page is nested too deeply");
    std::vector<PageNode> nodes;
    while (at_ < text_.size()) {
      if (std::any_of(stops.begin(), stops.end(),
                      [&](const std::string& stop) { return tag_length(stop) > 0; }))
        break;
      if (next() == '{' ? !brace(nodes) : next() == '<' ? !angle(nodes) : false) break;
      if (at_ >= text_.size() || next() == '{' || next() == '<') continue;
      if (follows("```") || follows("~~~")) {
        code(nodes, text_.substr(at_, 3));
      } else if (next() == '`') {
        inline_code(nodes);
      } else {
        std::size_t end = std::min(text_.find_first_of("{<`~", at_ + 1), text_.size());
        add_text(nodes, end - at_);
      }
    }
    --depth_;
    return nodes;
  }

  // What begins with a brace; false where a block ends.
  bool brace(std::vector<PageNode>& nodes) {
    if (follows("{/") || follows("{:")) return false;
    if (follows("{#each")) {
      nodes.push_back(each());
    } else if (follows("{#if")) {
      nodes.push_back(condition());
    } else if (follows("{@html") || follows("{@const")) {
      nodes.push_back(at_tag());
    } else if (follows("{#key")) {
      braces();
      for (PageNode& node : parse_until({"{/key}"})) nodes.push_back(std::move(node));
      close_block("{/key}");
    } else if (follows("{#") || follows("{@debug")) {
      refuse(fmt::format("{}}} is not supported here",
                         text_.substr(at_, text_.find_first_of(" }\n", at_) - at_)));
    } else if (follows("{@partial")) {
      partial(nodes);
    } else {
      PageNode node;
      node.kind = PageNode::Kind::expression;
      node.where = where();
      refuse_directive(nodes);
      node.expression = Expression::parse(trimmed(braces()), node.where);
      nodes.push_back(std::move(node));
    }
    return true;
  }

  // {@html x} and {@const name = x}.
  PageNode at_tag() {
    PageNode node;
    node.where = where();
    bool html = follows("{@html");
    node.kind = html ? PageNode::Kind::html : PageNode::Kind::constant;
    std::string inside = trimmed(std::string_view(braces()).substr(html ? 5 : 6));
    if (!html) {
      std::size_t equals = inside.find('=');
      if (equals == std::string::npos) fail("{@const} is written {@const name = value}");
      node.name = trimmed(inside.substr(0, equals));
      inside = trimmed(inside.substr(equals + 1));
    }
    node.expression = Expression::parse(inside, node.where);
    return node;
  }

  // <button on:click={…}> and its like need JavaScript in the reader's browser.
  void refuse_directive(const std::vector<PageNode>& nodes) const {
    if (nodes.empty() || nodes.back().kind != PageNode::Kind::text) return;
    std::string_view before = nodes.back().text;
    if (!before.ends_with('=')) return;
    std::size_t from = before.find_last_of(" \t\n<") + 1;
    std::string_view name = before.substr(from, before.size() - from - 1);
    for (std::string_view start : {"on:", "bind:", "use:", "class:", "transition:", "in:", "out:"}) {
      if (name.starts_with(start)) refuse(fmt::format("`{}` is Svelte that pages here do not run", name));
    }
  }

  void read_script() {
    int line = line_;
    std::size_t begin = text_.find('>', at_), end = text_.find("</script>", at_);
    if (begin == std::string_view::npos || end == std::string_view::npos || begin > end)
      fail("<script> is not closed");
    line += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                        text_.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
    for (auto& each : parse_script(text_.substr(begin + 1, end - begin - 1), path_, line))
      script_.push_back(std::move(each));
    advance(end + 9 - at_);
  }

  // What begins with an angle bracket; false where a component ends.
  bool angle(std::vector<PageNode>& nodes) {
    if (follows("<!--")) {
      advance(std::min(text_.find("-->", at_), text_.size() - 3) + 3 - at_);
    } else if (next(1) == '/' && is_upper(next(2))) {
      return false;
    } else if (is_upper(next(1))) {
      nodes.push_back(component());
    } else if (follows("<script")) {
      read_script();
    } else if (follows("<svelte:")) {
      refuse("<svelte:…> is Svelte that pages here do not run");
    } else if (follows("<style")) {
      std::size_t end = text_.find("</style>", at_);
      if (end == std::string_view::npos) fail("<style> is not closed");
      add_text(nodes, end + 8 - at_);
    } else if (follows("<pre") || follows("<code")) {
      std::string close = follows("<pre") ? "</pre>" : "</code>";
      std::size_t end = text_.find(close, at_);
      add_text(nodes, end == std::string_view::npos ? 1 : end + close.size() - at_);
    } else {
      add_text(nodes, 1);
    }
    return true;
  }

  void add_text(std::vector<PageNode>& nodes, std::size_t count) {
    if (nodes.empty() || nodes.back().kind != PageNode::Kind::text) {
      nodes.emplace_back();
      nodes.back().where = where();
    }
    for (char c : text_.substr(at_, count)) {
      // Control characters stand for components while Markdown is made.
      if (static_cast<unsigned char>(c) >= 32 || c == '\n' || c == '\t') nodes.back().text.push_back(c);
    }
    advance(count);
  }

  // Code is shown as it stands.
  void code(std::vector<PageNode>& nodes, std::string_view fence) {
    if (at_ > 0 && text_[at_ - 1] != '\n' && text_[at_ - 1] != ' ') return add_text(nodes, 3);
    std::size_t end = closing_fence(text_, at_, fence);
    // Markdown takes an open block to the end.
    if (end == std::string_view::npos) return add_text(nodes, text_.size() - at_);
    add_text(nodes, std::min(text_.find('\n', end + 1), text_.size()) - at_);
  }
  void inline_code(std::vector<PageNode>& nodes) {
    std::size_t end = text_.find_first_of("`\n", at_ + 1);
    add_text(nodes, end == std::string_view::npos || text_[end] == '\n' ? 1 : end + 1 - at_);
  }

  // The text between the brace at at_ and the one that closes it.
  std::string braces() {
    std::size_t close = closing_bracket(text_, at_);
    if (close == std::string_view::npos) fail("A { is not closed");
    std::string inside(text_.substr(at_ + 1, close - at_ - 1));
    advance(close + 1 - at_);
    return inside;
  }

  // A tag that has its line to itself takes the line's end with it, so that a table's rows stay together.
  void end_tag_line(std::size_t tag_start) {
    bool alone = tag_start == 0 || text_[tag_start - 1] == '\n';
    if (alone && next() == '\n') advance(1);
  }

  PageNode each() {
    PageNode node;
    node.kind = PageNode::Kind::each;
    node.where = where();
    std::size_t start = at_;
    std::string inside = trimmed(std::string_view(braces()).substr(5));
    std::size_t as = inside.find(" as ");
    if (as == std::string::npos) fail("{#each} is written {#each query as row}");
    node.expression = Expression::parse(trimmed(inside.substr(0, as)), node.where);
    node.name = trimmed(inside.substr(as + 4));
    if (std::size_t key = node.name.rfind('('); key != std::string::npos)
      node.name = trimmed(node.name.substr(0, key));
    std::size_t parts = node.name.find_first_of("}]");
    if (std::size_t comma = node.name.find(',', parts == std::string::npos ? 0 : parts);
        comma != std::string::npos) {
      node.index = trimmed(node.name.substr(comma + 1));
      node.name = trimmed(node.name.substr(0, comma));
    }
    end_tag_line(start);
    node.children = parse_until({"{/each}", "{:else}"});
    otherwise(node);
    close_block("{/each}");
    return node;
  }

  PageNode condition() {
    PageNode node;
    node.kind = PageNode::Kind::condition;
    node.where = where();
    std::size_t start = at_;
    std::string inside = braces();
    node.expression =
        Expression::parse(trimmed(std::string_view(inside).substr(inside.find("if") + 2)), node.where);
    end_tag_line(start);
    node.children = parse_until({"{/if}", "{:else"});
    if (follows("{:else if")) {
      // An else-if is an if in the else, which shares the closing tag.
      if (++depth_ > kNestingMax) fail("The page is nested too deeply");
      node.otherwise.push_back(condition());
      --depth_;
      return node;
    }
    otherwise(node);
    close_block("{/if}");
    return node;
  }

  void otherwise(PageNode& node) {
    std::size_t length = tag_length("{:else}");
    if (length == 0) return;
    std::size_t start = at_;
    advance(length);
    end_tag_line(start);
    node.otherwise = parse_until({node.kind == PageNode::Kind::each ? "{/each}" : "{/if}"});
  }
  void close_block(std::string_view tag) {
    std::size_t length = tag_length(tag);
    if (length == 0) fail(fmt::format("{} is missing", tag));
    std::size_t start = at_;
    advance(length);
    end_tag_line(start);
  }

  void partial(std::vector<PageNode>& nodes) {
    std::string from = where(), name = trimmed(std::string_view(braces()).substr(8));
    std::erase_if(name, [](char c) { return c == '"' || c == '\''; });
    std::string path = "partials/" + name, text = read_file_(path);
    std::erase(text, '\r');
    take_queries(text, path, 1);
    BodyParser inner(text, path, 1, read_file_, depth_ + 1);
    for (PageNode& node : inner.parse()) nodes.push_back(std::move(node));
    for (auto& each : inner.script()) script_.push_back(std::move(each));
  }

  PageNode component() {
    PageNode node;
    node.kind = PageNode::Kind::component;
    node.where = where();
    advance(1);
    while (is_name_char(next())) {
      node.text.push_back(next());
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
    if (!follows(close))
      throw Error(ErrorCode::page_syntax, fmt::format("<{}> is not closed", node.text), node.where);
    advance(close.size());
    return node;
  }

  void skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(next()))) advance(1);
  }

  void property(PageNode& node) {
    std::string name;
    while (is_name_char(next()) || next() == '-' || next() == ':') {
      name.push_back(next());
      advance(1);
    }
    if (follows("{...")) refuse("Properties from an object, {...object}, are not supported here");
    // {data} is short for data={data}.
    bool is_short = name.empty() && next() == '{';
    if (name.empty() && !is_short) fail(fmt::format("`{}` is no property of <{}>", next(), node.text));
    if (name.find(':') != std::string::npos)
      refuse(fmt::format("`{}` of <{}> is not supported here", name, node.text));
    Property value;
    skip_blanks();
    if (is_short) {
      read_value(value);
      name = value.text;
    } else if (!follows("=")) {
      value.text = "true";
    } else {
      advance(1);
      skip_blanks();
      read_value(value);
    }
    node.properties.emplace_back(std::move(name), std::move(value));
  }

  void read_value(Property& value) {
    std::string at = where();
    char c = next();
    if (c == '{') {
      value.text = trimmed(braces());
      value.expression = Expression::parse(value.text, at);
    } else if (c == '"' || c == '\'') {
      std::size_t end = text_.find(c, at_ + 1);
      if (end == std::string_view::npos) fail("A quoted property is not closed");
      value.text = text_.substr(at_ + 1, end - at_ - 1);
      advance(end + 1 - at_);
      if (value.text.find('{') != std::string::npos)
        value.expression = Expression::parse_template(value.text, at);
    } else {
      while (at_ < text_.size() && !std::isspace(static_cast<unsigned char>(next())) && next() != '>' &&
             !follows("/>")) {
        value.text.push_back(next());
        advance(1);
      }
    }
  }

  std::string_view text_;
  const std::string& path_;
  const FileReader& read_file_;
  std::vector<std::shared_ptr<const Declaration>> script_;
  std::size_t at_ = 0;
  int line_;
  int depth_;
};

}  // namespace

Body parse_body(std::string_view text, const std::string& path, int first_line, const FileReader& read_file) {
  BodyParser parser(text, path, first_line, read_file, 0);
  Body body;
  body.nodes = parser.parse();
  body.script = std::move(parser.script());
  return body;
}

}  // namespace leat::pages
