#include <doctest/doctest.h>

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/error.h"
#include "document/value.h"
#include "pages/cell.h"
#include "pages/component.h"
#include "pages/expression.h"
#include "pages/format.h"
#include "pages/html.h"
#include "pages/markup.h"
#include "pages/page.h"
#include "pages/render.h"

using namespace leat;
using namespace leat::pages;

namespace {

TablePtr sales() {
  auto table = std::make_shared<Table>();
  table->name = "sales";
  table->columns = {"drink", "cups", "day"};
  table->kinds = {Cell::Kind::text, Cell::Kind::number, Cell::Kind::date};
  auto row = [&](const char* drink, double cups, const char* day) {
    Cell date = Cell::of(std::string(day));
    date.kind = Cell::Kind::date;
    table->rows.push_back({Cell::of(std::string(drink)), Cell::of(cups), date});
  };
  row("espresso </script><b>", 1234, "2026-01-05");
  row("filter", 20, "2026-01-06");
  return table;
}

Scope scope_with_sales() {
  Scope scope;
  scope.names.set("sales", sales());
  return scope;
}

std::string evaluated(const std::string& text) {
  return Expression::parse(text, "p.md:1")->cell(scope_with_sales()).text;
}

std::string no_file(const std::string&) {
  return "{}";
}

// Renders a page whose queries are answered by the table of sales.
Rendered rendered_page(const std::string& body) {
  Page page = parse_page("p", "p.md", "```sql sales\nselect * from sales\n```\n" + body, no_file);
  Session session(
      page, {},
      [](const std::string&, const std::string& sql, const std::string&) {
        auto table = std::make_shared<Table>(*sales());
        table->sql = sql;
        return table;
      },
      "2026-01-07T10:00:00Z");
  RenderOptions options;
  options.read_file = no_file;
  return render_body(page, session, "2026-01-07T10:00:00Z", options);
}

std::string rendered(const std::string& body) {
  return rendered_page(body).html;
}

ErrorCode code_of(const std::string& body, std::string* where = nullptr) {
  try {
    Rendered result = rendered_page(body);
    for (const Problem& problem : result.problems) {
      if (where) *where = problem.where;
      return problem.code;
    }
  } catch (const Error& error) {
    if (where) *where = error.where();
    return error.code();
  }
  return ErrorCode::internal;
}

}  // namespace

TEST_CASE("a page is front matter, queries and a tree that keeps its lines") {
  Page page = parse_page(
      "index", "index.md",
      "---\ntitle: T\n---\n```sql a\nselect 1\n```\n\ntext {x}\n<BigValue data={a} value=n/>\n", no_file);
  CHECK(page.title == "T");
  REQUIRE(page.queries.size() == 1);
  CHECK(page.queries[0].sql == "select 1");
  CHECK(page.queries[0].where == "index.md:4");
  const PageNode& component = page.body.at(page.body.size() - 2);
  CHECK(component.text == "BigValue");
  CHECK(component.where == "index.md:9");
  CHECK(component.find("data")->expression);
}

TEST_CASE("expressions read rows, compare, count and format") {
  CHECK(evaluated("sales[1].drink") == "filter");
  CHECK(evaluated("sales.length") == "2");
  CHECK(evaluated("sales[0].cups > 1000 && sales[1].cups == 20 ? 'yes' : 'no'") == "yes");
  CHECK(evaluated("fmt(sales[0].cups * 2, 'num0')") == "2,468");
  CHECK(evaluated("1 + 2 * 3 - 4 / 2") == "5");
  CHECK(evaluated("'a' + 'b'") == "ab");
  CHECK(evaluated("!false") == "true");
}

TEST_CASE("a wrong name in an expression is told with its place and the nearest one") {
  try {
    evaluated("sales[0].cusp");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.where() == "p.md:1");
    CHECK(error.what_failed().find("did you mean `cups`?") != std::string::npos);
  }
  CHECK_THROWS_AS(evaluated("sale"), Error);
  CHECK(evaluated("sales[9].cups").empty());
  CHECK_THROWS_AS(evaluated("(1"), Error);
  CHECK_THROWS_AS(evaluated(std::string(5000, '(')), Error);
}

TEST_CASE("values are formatted by Evidence's names and Excel's codes") {
  auto number = [](double value, const char* format) { return format_cell(Cell::of(value), format); };
  CHECK(number(1234567.891, "num2") == "1,234,567.89");
  CHECK(number(0.1234, "pct1") == "12.3%");
  CHECK(number(-5, "usd") == "-$5");
  CHECK(number(1234.5, "#,##0.0") == "1,234.5");
  CHECK(number(0.5, "0%") == "50%");
  CHECK(number(-0.001, "num0") == "0");
  CHECK(format_cell(Cell(), "num0") == "–");
  Cell day = Cell::of(std::string("2026-01-05"));
  day.kind = Cell::Kind::date;
  CHECK(format_cell(day, "longdate") == "January 5, 2026");
  CHECK(format_cell(day, "mmm yyyy") == "Jan 2026");
  CHECK(format_cell(day, "dddd") == "Monday");
}

TEST_CASE("loops and conditions are unrolled, Markdown around them stays Markdown") {
  std::string html =
      rendered("| drink | cups |\n|---|---|\n{#each sales as row}| {row.drink} | {row.cups} |\n{/each}\n");
  CHECK(html.find("<table>") != std::string::npos);
  CHECK(html.find(">1,234</span></td>") != std::string::npos);
  CHECK(rendered("{#if sales.length > 5}many{:else}few{/if}").find("few") != std::string::npos);
  CHECK(rendered("{#if false}a{:else if true}b{:else}c{/if}").find("b") != std::string::npos);
  CHECK(rendered("{#if false }\nmany\n{:else }\nfew\n{/if }").find("few") != std::string::npos);
  CHECK(rendered("{#if 1 > 2 | 3 > 2}either{/if}").find("either") != std::string::npos);
  CHECK(rendered("{6 & 3 | 8}").find("10") != std::string::npos);
  CHECK(rendered("[{sales[1].drink}](/d/{sales[1].drink}?of={sales[1].cups})")
            .find("href=\"d/filter.html?of=20\"") != std::string::npos);
  CHECK(rendered("{false || 4}").find("4") != std::string::npos);
}

TEST_CASE("no value of the data becomes markup or script") {
  std::string html =
      rendered("{sales[0].drink}\n\n<DataTable data={sales}/>\n\n<BarChart data={sales} x=drink y=cups/>\n");
  CHECK(html.find("</script><b>") == std::string::npos);
  CHECK(html.find("espresso &lt;/script&gt;&lt;b&gt;") != std::string::npos);
  CHECK(to_json(PageData{sales(), {0, 1, 2}}).find('<') == std::string::npos);
  CHECK(escape("\"'&<>") == "&quot;&#39;&amp;&lt;&gt;");
}

TEST_CASE("an unknown component, property or column is told with its line") {
  std::string where;
  CHECK(code_of("x\n\n<BarChrat data={sales}/>", &where) == ErrorCode::page_component);
  CHECK(where == "p.md:6");
  CHECK(code_of("<BarChart data={sales} xx=drink/>") == ErrorCode::page_component);
  CHECK(code_of("<BarChart data={sales} x=drnik y=cups/>") == ErrorCode::page_component);
  CHECK(code_of("<Grid cols=2>never closed") == ErrorCode::page_syntax);
  CHECK(code_of("{#each sales as row}never closed") == ErrorCode::page_syntax);
}

TEST_CASE("areas of a map take their outlines from a file or from the query") {
  CHECK(code_of("<AreaMap data={sales} areaCol=drink value=cups/>") == ErrorCode::page_component);
  std::string html = rendered("<AreaMap data={sales} areaCol=day geometry=cups value=cups/>");
  CHECK(html.find(R"("properties":{"name":"2026-01-05"},"geometry":1234)") != std::string::npos);
}

TEST_CASE("code is shown as it stands") {
  CHECK(rendered("`{sales}`").find("{sales}") != std::string::npos);
  CHECK(rendered("```js\nlet a = {b: 1}\n```\n").find("{b: 1}") != std::string::npos);
}

TEST_CASE("every component says what each of its properties does") {
  for (const Component* component : components()) {
    CHECK_FALSE(component->spec->doc.empty());
    for (const SpecField& field : component->spec->fields) CHECK_FALSE(field.doc.empty());
  }
}

TEST_CASE("expressions call methods of lists and texts, and make lists and objects") {
  CHECK(evaluated("sales.filter(d => d.cups > 100).length") == "1");
  CHECK(evaluated("sales.map(d => d.drink.toUpperCase())[1]") == "FILTER");
  CHECK(evaluated("sales.find(d => d.cups === 20)?.drink") == "filter");
  CHECK(evaluated("`${sales[1].drink}: ${sales[1].cups}`") == "filter: 20");
  CHECK(evaluated("'a-b-c'.replace(/-/g, ' ')") == "a b c");
  CHECK(evaluated("Math.max(...sales.map(d => d.cups))") == "1234");
  CHECK(evaluated("(x => { const y = x * 2; if (y > 5) { return 'big' } return 'small' })(3)") == "big");
  CHECK(evaluated("[...new Set(['a', 'b', 'a'])].join('')") == "ab");
  CHECK(evaluated("Object.entries({a: 1, b: 2}).map(([k, v]) => k + v).join()") == "a1,b2");
  CHECK(evaluated("typeof nothing") == "undefined");
  CHECK(evaluated("(0.1 + 0.2).toFixed(1)") == "0.3");
}

TEST_CASE("a part that depends on inputs is rendered in each of their states") {
  Rendered page = rendered_page(
      "<Dropdown name=drink data={sales} value=drink/>\n\n<Checkbox name=bold/>\n\n{inputs.drink.label} "
      "{inputs.bold}\n\n"
      "```sql chosen\nselect '${inputs.drink.value}'\n```\n");
  REQUIRE(page.regions.size() == 2);
  CHECK(page.regions[0].inputs == std::vector<std::string>{"drink"});
  CHECK(page.regions[0].variants.size() == 2);
  CHECK(page.regions[0].is_whole);
  CHECK(page.regions[1].variants.size() == 2);
  CHECK(page.inputs.at("drink") == "=espresso </script><b>");
  CHECK(page.html.find("data-region=\"0\"") != std::string::npos);
}

TEST_CASE("scripts declare names, and what else they do is told with its line") {
  CHECK(rendered("<script>\nconst rate = 0.5\n$: half = rate * 2\n</script>\n{half}").find(">1<") !=
        std::string::npos);
  std::string where;
  CHECK(code_of("<script>\nimport x from 'y'\nwindow.open('z')\n</script>", &where) ==
        ErrorCode::page_component);
  CHECK(where == "p.md:6");
  CHECK(code_of("<script>\nimport x from 'y'\n</script>\n{x}", &where) == ErrorCode::page_syntax);
  CHECK(where == "p.md:5");
  Rendered page = rendered_page("<button on:click={() => go(1 > 0)} class=\"a\">x</button>");
  CHECK(page.html.find("<button  class=\"a\">x</button>") != std::string::npos);
  REQUIRE(page.problems.size() == 1);
  CHECK(page.problems[0].is_warning);
}

TEST_CASE("links lead to the files of pages, whatever their names hold") {
  CHECK(site_link("/", "../") == "../index.html");
  CHECK(site_link("/report.pdf?x#y", "") == "report.pdf?x#y");
  CHECK(site_link("/releases/1.2/", "") == "releases/1.2.html");
  CHECK(site_link("/people/Dr. No", "") == "people/Dr. No.html");
  CHECK(site_link("https://example.org/", "") == "https://example.org/");
  std::set<std::string> links;
  collect_links("<a href=\"/shops/A&amp;T?x=1\">A</a> <a href=\"/shops/&quot;B&quot;#c\">B</a>", links);
  CHECK(links == std::set<std::string>{"/shops/\"B\"", "/shops/A&T"});
}

TEST_CASE("HTML of the data shows and does not run") {
  CHECK(sanitized("<b onclick=alert(1)>x</b><script>y</script><img src=javascript:z>") ==
        "<b>x</b>&lt;script>y&lt;/script><img src=\"#\">");
  CHECK(rendered("{@html sales[0].drink}").find("<script") == std::string::npos);
}

TEST_CASE("docs/guide/page-components.md lists every component with its properties") {
  std::string printed =
      "# Components of pages\n\nPrinted from the components' own declarations; a page that uses another "
      "property fails with "
      "its line and the nearest name. What a component does is in [pages.md](pages.md).\n";
  for (const Component* component : components())
    printed += fmt::format("\n## {}\n{}\n\n{}", component->spec->name, component->spec->doc,
                           markdown(*component->spec));
  const char* source = std::getenv("LEAT_SOURCE_DIR");
  std::string path = std::string(source ? source : ".") + "/docs/guide/page-components.md";
  if (std::getenv("LEAT_WRITE_DOCS")) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(path.c_str(), "wb"), std::fclose);
    REQUIRE(out);
    std::fwrite(printed.data(), 1, printed.size(), out.get());
    return;
  }
  // LEAT_WRITE_DOCS=1 build/release/bin/pages_test writes it anew.
  CHECK(document::read_file(path) == printed);
}
