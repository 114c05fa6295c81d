#include "pages/body_parser.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "pages/expression_tree.h"
#include "pages/page_cursor.h"

namespace leat::pages {

std::string trimmed(std::string_view text) {
  std::size_t from = text.find_first_not_of(" \t\r\n"), to = text.find_last_not_of(" \t\r\n");
  return from == std::string_view::npos ? "" : std::string(text.substr(from, to - from + 1));
}

namespace {

constexpr int kNestingMax = 60;
// What begins an attribute that only Svelte's runtime understands.
constexpr std::string_view kDirectives[] = {
    "on:", "bind:", "use:", "class:", "style:", "transition:", "in:", "out:", "animate:", "let:"};

bool is_upper(char c) {
  return std::isupper(static_cast<unsigned char>(c));
}

class BodyParser : public PageCursor {
 public:
  BodyParser(std::string_view text, const std::string& path, int first_line, const FileReader& read_file,
             int depth)
      : PageCursor(text, path, first_line), read_file_(read_file), depth_(depth) {}

  std::vector<PageNode> parse() {
    std::vector<PageNode> nodes = parse_until({});
    if (at_ < text_.size()) fail("This closes nothing");
    return nodes;
  }

  std::vector<std::shared_ptr<const Declaration>>& script() { return script_; }
  std::vector<PageNote>& notes() { return notes_; }

 private:
  // How long the tag is here, which may have blanks before its brace; 0 where it is not here.
  std::size_t tag_length(std::string_view tag) const {
    if (!tag.ends_with('}')) return follows(tag) ? tag.size() : 0;
    tag.remove_suffix(1);
    if (!follows(tag)) return 0;
    std::size_t end = std::min(text_.find_first_not_of(" \t", at_ + tag.size()), text_.size());
    return end < text_.size() && text_[end] == '}' ? end + 1 - at_ : 0;
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
    if (follows("{/") && !follows("{/*")) return false;
    if (follows("{:")) return false;
    if (in_tag_ && attribute(nodes)) return true;
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
    } else if (follows("{#await")) {
      nodes.push_back(await());
    } else if (follows("{@debug") || follows("{/*")) {
      braces();
    } else if (follows("{#")) {
      fail(fmt::format("{}}} is not supported here",
                       text_.substr(at_, text_.find_first_of(" }\n", at_) - at_)));
    } else if (follows("{@partial")) {
      partial(nodes);
    } else {
      expression(nodes);
    }
    return true;
  }

  void expression(std::vector<PageNode>& nodes) {
    PageNode node;
    node.kind = PageNode::Kind::expression;
    node.where = where();
    node.expression = Expression::parse_late(trimmed(braces()), node.where);
    nodes.push_back(std::move(node));
  }

  // A brace inside of an HTML tag: Svelte's directives are left out, {name} is short for name={name}. False
  // where it is an expression like another.
  bool attribute(std::vector<PageNode>& nodes) {
    if (nodes.empty() || nodes.back().kind != PageNode::Kind::text) return false;
    std::string& before = nodes.back().text;
    if (before.ends_with('=')) {
      std::size_t from = before.find_last_of(" \t\n<") + 1;
      std::string name = before.substr(from, before.size() - from - 1);
      if (name == "bind:value") {
        before.replace(from, name.size(), "value");
        return false;
      }
      bool directive = std::any_of(std::begin(kDirectives), std::end(kDirectives),
                                   [&](std::string_view start) { return name.starts_with(start); });
      if (!directive) return false;
      note(fmt::format("`{}` needs JavaScript that pages here don't run; it does nothing", name));
      before.resize(from);
      braces();
      return true;
    }
    bool spread = follows("{...");
    if (quote_ || !(before.ends_with(' ') || before.ends_with('\n') || before.ends_with('\t'))) return false;
    std::size_t close = closing_bracket(text_, at_);
    std::string name = close == std::string_view::npos ? "" : trimmed(text_.substr(at_ + 1, close - at_ - 1));
    if (spread) {
      note(fmt::format("{{{}}} of an HTML element does nothing", name));
      braces();
      return true;
    }
    before += name + "=";
    return false;
  }

  // {#await x}…{:then y}…{:catch z}…{/await}: what is awaited is there when the page is built.
  PageNode await() {
    PageNode node, held;
    node.kind = PageNode::Kind::condition;
    held.kind = PageNode::Kind::constant;
    node.where = held.where = where();
    std::string inside = trimmed(std::string_view(braces()).substr(6));
    std::size_t then = inside.find(" then ");
    if (then != std::string::npos) {
      held.name = trimmed(inside.substr(then + 6));
      inside = trimmed(inside.substr(0, then));
    } else {
      parse_until({"{:then", "{/await}"});
      if (follows("{:then")) held.name = trimmed(std::string_view(braces()).substr(5));
    }
    held.expression = Expression::parse_late(inside, node.where);
    node.expression = Expression::parse("true", node.where);
    if (held.name.empty()) held.name = "_awaited";
    node.children = parse_until({"{:catch", "{/await}"});
    node.children.insert(node.children.begin(), std::move(held));
    if (follows("{:catch")) {
      braces();
      parse_until({"{/await}"});
    }
    close_block("{/await}");
    return node;
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
    node.expression = Expression::parse_late(inside, node.where);
    return node;
  }

  void read_script() {
    int line = line_;
    std::size_t begin = text_.find('>', at_), end = text_.find("</script>", at_);
    if (begin == std::string_view::npos || end == std::string_view::npos || begin > end)
      fail("<script> is not closed");
    line += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                        text_.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
    for (auto& each : parse_script(text_.substr(begin + 1, end - begin - 1), path_, line, notes_))
      script_.push_back(std::move(each));
    advance(end + 9 - at_);
  }

  // What begins with an angle bracket; false where a component ends.
  bool angle(std::vector<PageNode>& nodes) {
    if (follows("<!--")) {
      advance(std::min(text_.find("-->", at_), text_.size() - 3) + 3 - at_);
    } else if (next(1) == '/' && (is_upper(next(2)) || follows("</slot>"))) {
      return false;
    } else if (is_upper(next(1)) || follows("<slot>") || follows("<slot ") || follows("<slot/")) {
      nodes.push_back(component());
    } else if (follows("<script")) {
      read_script();
    } else if (follows("<svelte:head")) {
      note("<svelte:head> does nothing; write title, description and og in the front matter");
      advance(std::min(text_.find("</svelte:head>", at_), text_.size() - 14) + 14 - at_);
    } else if (follows("<svelte:") || follows("</svelte:")) {
      if (follows("<")) note("<svelte:…> is Svelte that pages here don't run; what stands in it is shown");
      advance(std::min(text_.find('>', at_), text_.size() - 1) + 1 - at_);
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

  void add_text(std::vector<PageNode>& nodes, std::size_t count, bool is_code = false) {
    if (nodes.empty() || nodes.back().kind != PageNode::Kind::text) {
      nodes.emplace_back();
      nodes.back().where = where();
    }
    for (char c : text_.substr(at_, count)) {
      // Control characters stand for components while Markdown is made.
      if (static_cast<unsigned char>(c) >= 32 || c == '\n' || c == '\t') nodes.back().text.push_back(c);
    }
    if (!is_code) follow_tags(text_.substr(at_, count));
    advance(count);
  }

  // Whether the cursor will stand inside of an HTML tag, and in which quotes.
  void follow_tags(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      char c = text[i], after = i + 1 < text.size() ? text[i + 1] : next(text.size());
      if (!in_tag_) {
        in_tag_ = c == '<' && std::isalpha(static_cast<unsigned char>(after));
        quote_ = 0;
      } else if (quote_) {
        if (c == quote_) quote_ = 0;
      } else if (c == '>' || c == '<') {
        in_tag_ = false;
      } else if (c == '"' || c == '\'') {
        quote_ = c;
      }
    }
  }

  // Code is shown as it stands.
  void code(std::vector<PageNode>& nodes, std::string_view fence) {
    if (at_ > 0 && text_[at_ - 1] != '\n' && text_[at_ - 1] != ' ') return add_text(nodes, 3, true);
    std::size_t end = closing_fence(text_, at_, fence);
    // Markdown takes an open block to the end.
    if (end == std::string_view::npos) return add_text(nodes, text_.size() - at_, true);
    add_text(nodes, std::min(text_.find('\n', end + 1), text_.size()) - at_, true);
  }
  // As many backticks as open it close it, within the paragraph.
  void inline_code(std::vector<PageNode>& nodes) {
    std::size_t width = std::min(text_.find_first_not_of('`', at_), text_.size()) - at_;
    std::size_t paragraph = std::min(text_.find("\n\n", at_), text_.size());
    for (std::size_t at = at_ + width; at < paragraph;) {
      std::size_t from = text_.find('`', at);
      if (from >= paragraph) break;
      std::size_t to = std::min(text_.find_first_not_of('`', from), text_.size());
      if (to - from == width) return add_text(nodes, to - at_, true);
      at = to;
    }
    add_text(nodes, width, true);
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
    node.expression = Expression::parse_late(trimmed(inside.substr(0, as)), node.where);
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
        Expression::parse_late(trimmed(std::string_view(inside).substr(inside.find("if") + 2)), node.where);
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
    std::string path = "partials/" + name, text = read_named(read_file_, path, from);
    std::erase(text, '\r');
    take_queries(text, path, 1);
    BodyParser inner(text, path, 1, read_file_, depth_ + 1);
    for (PageNode& node : inner.parse()) nodes.push_back(std::move(node));
    for (auto& each : inner.script()) script_.push_back(std::move(each));
    for (auto& each : inner.notes()) notes_.push_back(std::move(each));
  }

  PageNode component() {
    PageNode node;
    node.kind = PageNode::Kind::component;
    node.where = where();
    if (read_tag(node)) return node;
    std::string close = "</" + node.text + ">";
    node.children = parse_until({close});
    if (!follows(close))
      throw Error(ErrorCode::page_syntax, fmt::format("<{}> is not closed", node.text), node.where);
    advance(close.size());
    return node;
  }

  const FileReader& read_file_;
  std::vector<std::shared_ptr<const Declaration>> script_;
  int depth_;
  bool in_tag_ = false;  // of HTML that is text
  char quote_ = 0;       // of the attribute there
};

}  // namespace

std::string read_named(const FileReader& read_file, const std::string& path, const std::string& where) {
  try {
    return read_file(path);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::config_not_found) throw;
    throw Error(ErrorCode::page_syntax, fmt::format("There is no file {}", path), where)
        .fix("Write the file's name as it is in that folder of the project, or make the file.");
  }
}

Body parse_body(std::string_view text, const std::string& path, int first_line, const FileReader& read_file) {
  BodyParser parser(text, path, first_line, read_file, 0);
  Body body;
  body.nodes = parser.parse();
  body.script = std::move(parser.script());
  body.notes = std::move(parser.notes());
  return body;
}

}  // namespace leat::pages
