#include "pages/render.h"

#include <fmt/core.h>

#include <algorithm>

#include "pages/component.h"
#include "pages/expression_tree.h"
#include "pages/format.h"
#include "pages/html.h"
#include "pages/markup.h"

namespace leat::pages {
namespace {

constexpr std::size_t kPageBytesMax = 64u << 20, kInsideMax = 20;

class Renderer : public PageContext {
 public:
  Renderer(const Page& page, Session& session, const std::string& now, const RenderOptions& options)
      : page_(page), session_(session), now_(now), options_(options) {
    session_.set_offer([this](const PageNode& node, const Scope& scope) { return offer(node, scope); });
  }

  Rendered run() {
    for (const PageNote& note : page_.notes) warn(note.what, note.where);
    result_.html = with_heading_ids(markdown(page_.body, session_.scope()));
    result_.html = thresholds() + result_.html;
    collect_links(result_.html, result_.links);
    result_.html = with_site_links(result_.html, options_.root);
    for (Region& region : result_.regions) {
      for (const std::string& html : region.html) collect_links(html, result_.links);
      for (std::string& html : region.html) html = with_site_links(html, options_.root);
    }
    for (const auto& [query, note] : session_.notes()) warn(note.what, note.where);
    return std::move(result_);
  }

  std::string markdown(const std::vector<PageNode>& nodes, const Scope& scope) override {
    std::string text;
    expand(nodes, scope, text);
    return markup_.html(text);
  }
  std::string read_file(const std::string& path) override { return options_.read_file(path); }
  int next_number() override { return ++count_; }
  std::string link(const std::string& url) override { return site_link(url, options_.root); }
  Session& session() override { return session_; }
  const std::string& now() const override { return now_; }
  void needs_file(std::string_view name) override { result_.files.insert(std::string(name)); }
  bool is_evidence() const override { return options_.is_evidence; }
  void warn(const std::string& what, const std::string& where) override {
    add_problem({what, where, ErrorCode::page_component, true});
  }

  std::string needs_data(const TablePtr& table, const std::vector<std::size_t>& columns) override {
    auto [entry, is_new] = ids_.try_emplace(table);
    if (is_new) {
      std::string id = table->name.empty() ? "data" : table->name;
      entry->second = result_.data.count(id) ? fmt::format("{}.{}", id, result_.data.size() + 1) : id;
      result_.data[entry->second].table = table;
    }
    result_.data[entry->second].columns.insert(columns.begin(), columns.end());
    return entry->second;
  }

 private:
  // What is breached stands at the top of the page.
  std::string thresholds() {
    std::string html;
    for (const Threshold& each : page_.thresholds) {
      std::string wrong = problem_of([&] { result_.thresholds.push_back(look_at(each, session_.scope())); });
      if (!wrong.empty()) {
        html += "<p>" + wrong + "</p>";
        continue;
      }
      const ThresholdState& state = result_.thresholds.back();
      if (!state.is_breached) continue;
      html += fmt::format("<div class=\"alert {}\" role=\"note\"><p>{}</p></div>\n",
                          state.is_error ? "negative" : "warning", escape(state.text));
    }
    return html;
  }

  Choices offer(const PageNode& node, const Scope& scope) {
    const Component* found = component_named(node.text);
    if (!found || !found->choices) return {};
    Choices offered;
    problem_of([&] { offered = found->choices(ComponentUse(node, scope, *this)); });
    return offered;
  }

  // Does something that may fail alone; what is wrong then, as HTML, else "".
  std::string problem_of(const std::function<void()>& doing) {
    try {
      doing();
    } catch (const Error& error) {
      return problem(error);
    }
    return "";
  }

  using Work = std::function<std::string()>;

  void expand(const std::vector<PageNode>& nodes, const Scope& scope, std::string& out,
              std::size_t from = 0) {
    for (std::size_t i = from; i < nodes.size(); ++i) {
      const PageNode& node = nodes[i];
      if (out.size() > kPageBytesMax)
        throw Error(ErrorCode::page_syntax, "The page grows beyond 64 MB", node.where);
      switch (node.kind) {
        case PageNode::Kind::text:
          out += node.text;
          break;
        case PageNode::Kind::expression:
        case PageNode::Kind::html:
          out += value(node, scope);
          break;
        case PageNode::Kind::constant: {
          Scope inner;
          inner.outer = &scope;
          std::string wrong =
              problem_of([&] { bind_name(inner, node.name, node.expression->evaluate(scope)); });
          if (!wrong.empty()) {
            out += markup_.mark({std::move(wrong), "", false});
            inner.names.set(node.name, Value());
          }
          return expand(nodes, inner, out, i + 1);
        }
        case PageNode::Kind::component:
          out += component(node, scope);
          break;
        case PageNode::Kind::each:
        case PageNode::Kind::condition:
          block(node, scope, out);
          break;
      }
    }
  }

  std::string value(const PageNode& node, const Scope& scope) {
    std::string plain;
    auto work = [&]() -> std::string {
      std::string html;
      std::string wrong = problem_of([&] {
        if (node.kind == PageNode::Kind::html) {
          html = sanitized(node.expression->cell(scope).text);
          return;
        }
        Part part = expression(node, scope);
        plain = part.plain;
        html = part.html;
      });
      return wrong.empty() ? html : wrong;
    };
    std::string html = region(work, "span");
    return markup_.mark({html, plain, false});
  }

  std::string component(const PageNode& node, const Scope& scope) {
    const Component* found = component_named(node.text);
    bool is_box = found && found->place == Component::Place::box;
    bool is_inline = found && found->place == Component::Place::word;
    auto work = [&]() -> std::string {
      std::string html;
      std::string wrong = problem_of([&] { html = shown(node, scope); });
      return wrong.empty() ? html : wrong;
    };
    std::string html = is_box ? work() : region(work, is_inline ? "span" : "div");
    return markup_.mark({html, without_tags(html), !is_inline});
  }

  std::string shown(const PageNode& node, const Scope& scope) {
    if (node.text == "slot") return slot(node, scope);
    if (!component_named(node.text) && options_.own_component) {
      if (auto own = options_.own_component(node.text)) return own_component(*own, node, scope);
    }
    ComponentUse use(node, scope, *this);
    if (use.component().place == Component::Place::part) use.fail("can't stand alone");
    if (use.component().choices) {
      std::string name = use.text("name");
      if (session_.has_input(name)) result_.inputs[name] = session_.selected(name);
    }
    return use.component().render(use);
  }

  // components/Name.svelte: what it shows, with its script's declarations and the properties that it is
  // given.
  std::string own_component(const Page& own, const PageNode& node, const Scope& scope) {
    if (own.broken) throw Error(*own.broken);
    if (inside_.size() >= kInsideMax)
      throw Error(ErrorCode::page_syntax, "Components are nested too deeply", node.where);
    if (told_.insert(own.path).second) {
      for (const PageNote& note : own.notes) warn(note.what, note.where);
    }
    // Its names are its own; what it is given comes as properties.
    Scope inner;
    inner.names = session_.scope().names;
    inner.names.set("$inputs", *inner.names.find("inputs"));
    inner.ask = session_.scope().ask;
    for (const auto& [key, property] : node.properties)
      inner.names.set(
          key, property.expression ? property.expression->evaluate(scope) : Value(Cell::of(property.text)));
    for (const auto& declaration : own.script) {
      if (declaration->is_property && node.find(declaration->name)) continue;
      inner.names.slot(declaration->name);
      if (!declaration->value) continue;
      try {
        Value value =
            Evaluation(declaration->name, declaration->where, inner).evaluate(*declaration->value, inner);
        inner.names.set(declaration->name, std::move(value));
      } catch (const Error& error) {
        warn(error.what_failed(), error.where());
      }
    }
    inside_.push_back({&node, &scope});
    std::string text, html;
    try {
      expand(own.body, inner, text);
      html = markup_.fill(text);
    } catch (...) {
      inside_.pop_back();
      throw;
    }
    inside_.pop_back();
    return html;
  }

  // <slot/>: what stands inside of the component where it is used, or what the slot itself holds.
  std::string slot(const PageNode& node, const Scope& scope) {
    if (inside_.empty()) return "";
    auto [user, outer] = inside_.back();
    bool named = node.find("name") != nullptr;
    if (named || user->children.empty()) return markdown(node.children, scope);
    inside_.pop_back();
    std::string html = markdown(user->children, *outer);
    inside_.push_back({user, outer});
    return html;
  }

  // {#each} and {#if}: their parts are Markdown where they stand; where inputs decide, they are a region.
  void block(const PageNode& node, const Scope& scope, std::string& out) {
    bool is_each = node.kind == PageNode::Kind::each, truth = false;
    std::set<std::string> inputs;
    std::string wrong = problem_of(
        [&] { inputs = session_.tracked([&] { truth = node.expression->evaluate(scope).truth(); }); });
    if (!wrong.empty()) {
      out += markup_.mark({std::move(wrong), "", true});
      return;
    }
    auto unrolled = [&](std::string& text) {
      try {
        if (!is_each)
          return expand(node.expression->evaluate(scope).truth() ? node.children : node.otherwise, scope,
                        text);
        bool any =
            for_each_item(node, scope, [&](const Scope& inner) { expand(node.children, inner, text); });
        if (!any) expand(node.otherwise, scope, text);
      } catch (const Error& error) {
        if (text.size() > kPageBytesMax) throw;
        text += markup_.mark({problem(error), "", true});
      }
    };
    if (inputs.empty() || in_region_) return unrolled(out);
    bool is_block = false;
    for (const PageNode& child : node.children) {
      is_block =
          is_block || child.kind == PageNode::Kind::component || child.text.find('\n') != std::string::npos;
    }
    auto work = [&]() -> std::string {
      std::string text;
      unrolled(text);
      std::string html = markup_.html(text);
      if (!is_block && html.starts_with("<p>") && html.ends_with("</p>\n"))
        html = html.substr(3, html.size() - 8);
      return html;
    };
    std::string html = region(work, is_block ? "div" : "span");
    out += markup_.mark({html, without_tags(html), is_block});
  }

  // A part of the page: where inputs decide what it shows, it is rendered in each of their states.
  std::string region(const Work& work, std::string_view element) {
    if (in_region_) return work();
    std::string html;
    in_region_ = true;
    std::set<std::string> inputs = session_.tracked([&] { html = work(); });
    if (!inputs.empty()) {
      std::size_t number = result_.regions.size();
      result_.regions.emplace_back();
      Region region = variants(work, std::move(inputs));
      result_.regions[number] = std::move(region);
      html = fmt::format("<{0} data-region=\"{1}\">{2}</{0}>", element, number, html);
    }
    in_region_ = false;
    return html;
  }

  Region variants(const Work& work, std::set<std::string> inputs) {
    Region region;
    // What an input decides may bring in another one.
    for (int round = 0; round < 8; ++round) {
      region = Region();
      region.inputs = ordered(inputs);
      std::size_t states = 1, before = inputs.size();
      for (const std::string& input : region.inputs) {
        const Choices& offered = session_.choices(input);
        region.is_whole = region.is_whole && !offered.is_open;
        states = std::min(states * std::max<std::size_t>(offered.all.size(), 1), options_.variants_max * 100);
      }
      std::map<std::string, std::size_t> known;
      if (used_ + states <= options_.variants_max) {
        walk(region, known, work, 0, inputs);
      } else {
        one_at_a_time(region, known, work, inputs);
      }
      if (inputs.size() == before) break;
    }
    used_ += region.variants.size();
    return region;
  }

  // Inputs that decide what others offer stand before them.
  std::vector<std::string> ordered(const std::set<std::string>& inputs) {
    std::vector<std::pair<std::size_t, std::string>> ranked;
    for (const std::string& input : inputs) {
      std::set<std::string> above = session_.tracked([&] { session_.choices(input); });
      ranked.emplace_back(above.size(), input);
    }
    std::sort(ranked.begin(), ranked.end());
    std::vector<std::string> names;
    for (const auto& [rank, name] : ranked) names.push_back(name);
    return names;
  }

  void add_variant(Region& region, std::map<std::string, std::size_t>& known, const Work& work,
                   std::set<std::string>& inputs) {
    if (bytes_ > options_.variant_bytes_max) {
      region.is_whole = false;
      return;
    }
    std::string html, key;
    std::set<std::string> needed = session_.tracked([&] { html = work(); });
    inputs.insert(needed.begin(), needed.end());
    for (const std::string& input : region.inputs)
      key += (key.empty() && &input == &region.inputs[0] ? "" : "\x1e") + session_.selected(input);
    auto [entry, is_new] = known.try_emplace(html, region.html.size());
    if (is_new) {
      bytes_ += html.size();
      region.html.push_back(html);
    }
    region.variants[key] = entry->second;
  }

  std::vector<std::string> keys_of(const std::string& input) {
    std::vector<std::string> keys;
    for (const Choice& choice : session_.choices(input).all) keys.push_back(choice.key);
    if (keys.empty()) keys.emplace_back();
    return keys;
  }

  void walk(Region& region, std::map<std::string, std::size_t>& known, const Work& work, std::size_t at,
            std::set<std::string>& inputs) {
    if (at == region.inputs.size()) return add_variant(region, known, work, inputs);
    for (const std::string& key : keys_of(region.inputs[at])) {
      session_.select(region.inputs[at], key);
      walk(region, known, work, at + 1, inputs);
    }
    session_.select(region.inputs[at], "");
  }

  void one_at_a_time(Region& region, std::map<std::string, std::size_t>& known, const Work& work,
                     std::set<std::string>& inputs) {
    region.is_whole = false;
    add_variant(region, known, work, inputs);
    for (const std::string& input : region.inputs) {
      std::size_t added = 0;
      for (const std::string& key : keys_of(input)) {
        if (++added > 200) break;
        session_.select(input, key);
        add_variant(region, known, work, inputs);
      }
      session_.select(input, "");
    }
  }

  Part expression(const PageNode& node, const Scope& scope) {
    Traced traced = node.expression->traced(scope);
    if (!traced.table)
      return {fmt::format("<span class=\"value\" data-value=\"{}\">{}</span>", escape(traced.cell.text),
                          traced.cell.kind == Cell::Kind::null ? "" : escape(format_cell(traced.cell, ""))),
              traced.cell.text, false};
    const std::string& column = traced.table->columns[traced.column];
    std::string_view format = column == "id" || column == "year" ? "id" : format_tag(column);
    std::string code = resolve_format(format, traced.cell.kind, &summarize_once(traced.table, traced.column));
    std::string origin;
    if (!traced.table->sql.empty())
      origin = fmt::format(" data-query=\"{}\" data-column=\"{}\" data-row=\"{}\"",
                           escape(needs_data(traced.table, {traced.column})), escape(column), traced.row);
    return {fmt::format("<span class=\"value\"{} data-value=\"{}\">{}</span>", origin,
                        escape(traced.cell.text), escape(format_code(traced.cell, code))),
            traced.cell.text, false};
  }

  const ColumnSummary& summarize_once(const TablePtr& table, std::size_t column) {
    auto [entry, is_new] = summaries_.try_emplace({table, column});
    if (is_new) entry->second = summarize(*table, column);
    return entry->second;
  }

  void add_problem(Problem problem) {
    for (const Problem& each : result_.problems) {
      if (each.what == problem.what && each.where == problem.where) return;
    }
    result_.problems.push_back(std::move(problem));
  }

  // A part that failed says so where it stands; the page goes on.
  std::string problem(const Error& error) {
    add_problem({error.what_failed(), error.where(), error.code()});
    return fmt::format("<span class=\"problem\" role=\"alert\"><b>{}</b> {}</span>", escape(error.where()),
                       escape(error.what_failed()));
  }

  // md4c writes headings without attributes, so that "<h2>" is always one of Markdown's.
  std::string with_heading_ids(const std::string& html) {
    std::string out;
    std::map<std::string, int> used;
    std::size_t at = 0;
    for (std::size_t next = html.find("<h"); next != std::string::npos; next = html.find("<h", next + 1)) {
      if (next + 3 >= html.size() || html[next + 2] < '1' || html[next + 2] > '6' || html[next + 3] != '>')
        continue;
      std::size_t end = html.find(fmt::format("</h{}>", html[next + 2]), next);
      if (end == std::string::npos) break;
      std::string inside = without_tags(html.substr(next + 4, end - next - 4)), id = slug_of(inside);
      if (int times = used[id]++; times > 0) id += fmt::format("-{}", times + 1);
      out.append(html, at, next + 3 - at);
      out += fmt::format(" id=\"{}\"", escape(id));
      at = next + 3;
      result_.headings.push_back({html[next + 2] - '0', id, inside});
    }
    return out + html.substr(at);
  }

  const Page& page_;
  Session& session_;
  const std::string& now_;
  const RenderOptions& options_;
  Rendered result_;
  Markup markup_;
  std::map<TablePtr, std::string> ids_;
  std::map<std::pair<TablePtr, std::size_t>, ColumnSummary> summaries_;
  std::vector<std::pair<const PageNode*, const Scope*>> inside_;  // of which components of the project's own
  std::set<std::string> told_;                                    // whose notes are told
  bool in_region_ = false;
  std::size_t used_ = 0, bytes_ = 0;
  int count_ = 0;
};

}  // namespace

Rendered render_body(const Page& page, Session& session, const std::string& now,
                     const RenderOptions& options) {
  return Renderer(page, session, now, options).run();
}

}  // namespace leat::pages
