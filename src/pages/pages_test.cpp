#include <doctest/doctest.h>

#include "base/error.h"
#include "pages/cell.h"
#include "pages/component.h"
#include "pages/expression.h"
#include "pages/format.h"
#include "pages/html.h"
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
  scope.names["sales"] = sales();
  return scope;
}

std::string evaluated(const std::string& text) {
  return evaluate_cell(text, scope_with_sales(), "p.md:1").text;
}

std::string rendered(const std::string& body) {
  std::map<std::string, TablePtr> tables = {{"sales", sales()}};
  return render_body(parse_page("p", "p.md", body), tables,
                     [](const std::string&) { return std::string("{}"); })
      .html;
}

ErrorCode code_of(const std::string& body, std::string* where = nullptr) {
  try {
    rendered(body);
  } catch (const Error& error) {
    if (where) *where = error.where();
    return error.code();
  }
  return ErrorCode::internal;
}

}  // namespace

TEST_CASE("a page is front matter, queries and a tree that keeps its lines") {
  Page page =
      parse_page("index", "index.md",
                 "---\ntitle: T\n---\n```sql a\nselect 1\n```\n\ntext {x}\n<BigValue data={a} value=n/>\n");
  CHECK(page.title == "T");
  REQUIRE(page.queries.size() == 1);
  CHECK(page.queries[0].sql == "select 1");
  CHECK(page.queries[0].line == 4);
  const PageNode& component = page.body.at(page.body.size() - 2);
  CHECK(component.text == "BigValue");
  CHECK(component.line == 9);
  CHECK(component.find("data")->is_expression);
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
  CHECK_THROWS_AS(evaluated("sales[9].cups"), Error);
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
}

TEST_CASE("no value of the data becomes markup or script") {
  std::string html =
      rendered("{sales[0].drink}\n\n<DataTable data={sales}/>\n\n<BarChart data={sales} x=drink y=cups/>\n");
  CHECK(html.find("</script><b>") == std::string::npos);
  CHECK(html.find("espresso &lt;/script&gt;&lt;b&gt;") != std::string::npos);
  CHECK(to_json(*sales()).find('<') == std::string::npos);
  CHECK(escape("\"'&<>") == "&quot;&#39;&amp;&lt;&gt;");
}

TEST_CASE("an unknown component, property or column is told with its line") {
  std::string where;
  CHECK(code_of("x\n\n<BarChrat data={sales}/>", &where) == ErrorCode::page_component);
  CHECK(where == "p.md:3");
  CHECK(code_of("<BarChart data={sales} xx=drink/>") == ErrorCode::page_component);
  CHECK(code_of("<BarChart data={sales} x=drnik y=cups/>") == ErrorCode::page_component);
  CHECK(code_of("<Grid cols=2>never closed") == ErrorCode::page_syntax);
  CHECK(code_of("{#each sales as row}never closed") == ErrorCode::page_syntax);
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
