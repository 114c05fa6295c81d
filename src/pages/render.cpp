#include "pages/render.h"

#include <fmt/core.h>
#include <md4c-html.h>

#include "base/error.h"
#include "pages/component.h"
#include "pages/format.h"
#include "pages/html.h"

namespace leat::pages {
namespace {

std::string markdown(const std::string& text) {
  std::string html;
  auto take = [](const MD_CHAR* bytes, MD_SIZE count, void* out) {
    static_cast<std::string*>(out)->append(bytes, count);
  };
  md_html(text.data(), static_cast<MD_SIZE>(text.size()), take, &html, MD_DIALECT_GITHUB, 0);
  return html;
}

class Renderer {
 public:
  Renderer(const Page& page, const std::map<std::string, TablePtr>& tables,
           const std::function<std::string(const std::string&)>& read_file)
      : page_(page), read_file_(read_file) {
    for (const auto& [name, table] : tables) scope_.names[name] = table;
  }

  Rendered run() {
    result_.html = render(page_.body, scope_);
    return std::move(result_);
  }

 private:
  std::string where(int line) const { return fmt::format("{}:{}", page_.path, line); }

  // Components leave a mark in the Markdown; after it became HTML the mark becomes the component.
  std::string render(const std::vector<PageNode>& nodes, const Scope& scope) {
    std::string text;
    expand(nodes, scope, text);
    return fill(markdown(text));
  }

  void expand(const std::vector<PageNode>& nodes, const Scope& scope, std::string& out) {
    for (const PageNode& node : nodes) {
      switch (node.kind) {
        case PageNode::Kind::text:
          out += node.text;
          break;
        case PageNode::Kind::expression:
          out += mark(expression(node, scope), true);
          break;
        case PageNode::Kind::component:
          component(node, scope, out);
          break;
        case PageNode::Kind::each:
          each(node, scope, out);
          break;
        case PageNode::Kind::condition:
          expand(evaluate_cell(node.text, scope, where(node.line)).truth() ? node.children : node.otherwise,
                 scope, out);
          break;
      }
    }
  }

  std::string mark(std::string html, bool is_inline) {
    parts_.push_back(std::move(html));
    std::string id = fmt::format("leat-{}", parts_.size() - 1);
    // A block of HTML ends at an empty line (CommonMark 4.6, condition 6).
    return is_inline ? fmt::format("<i {}></i>", id) : fmt::format("\n\n<div {}></div>\n\n", id);
  }

  std::string fill(const std::string& html) {
    std::string out;
    std::size_t at = 0;
    for (;;) {
      std::size_t block = html.find("<div leat-", at), word = html.find("<i leat-", at);
      std::size_t next = std::min(block, word);
      if (next == std::string::npos) break;
      out.append(html, at, next - at);
      std::size_t dash = html.find('-', next), close = html.find('>', next);
      out += parts_[static_cast<std::size_t>(std::stoul(html.substr(dash + 1, close - dash - 1)))];
      at = close + 1 + (next == block ? 6 : 4);
    }
    return out + html.substr(at);
  }

  std::string expression(const PageNode& node, const Scope& scope) {
    Cell cell = evaluate_cell(node.text, scope, where(node.line));
    return fmt::format("<span class=\"value\" data-expression=\"{}\" data-value=\"{}\">{}</span>",
                       escape(node.text), escape(cell.text), escape(format_cell(cell, "")));
  }

  void component(const PageNode& node, const Scope& scope, std::string& out) {
    const Component& found = find_component(node, where(node.line));
    ComponentUse use{node,
                     scope,
                     where(node.line),
                     ++count_,
                     [&](const std::vector<PageNode>& children) { return render(children, scope); },
                     read_file_,
                     [this](const TablePtr& table) { result_.tables[table->name] = table; }};
    std::string html = found.render(use);
    out += mark(std::move(html), found.is_inline);
  }

  void each(const PageNode& node, const Scope& scope, std::string& out) {
    TablePtr table = evaluate_table(node.text, scope, where(node.line));
    if (table->rows.empty()) expand(node.otherwise, scope, out);
    for (std::size_t row = 0; row < table->rows.size(); ++row) {
      Scope inner;
      inner.outer = &scope;
      inner.names[node.name] = RowRef{table, row};
      expand(node.children, inner, out);
    }
  }

  const Page& page_;
  const std::function<std::string(const std::string&)>& read_file_;
  Scope scope_;
  Rendered result_;
  std::vector<std::string> parts_;
  int count_ = 0;
};

}  // namespace

Rendered render_body(const Page& page, const std::map<std::string, TablePtr>& tables,
                     const std::function<std::string(const std::string&)>& read_file) {
  return Renderer(page, tables, read_file).run();
}

}  // namespace leat::pages
