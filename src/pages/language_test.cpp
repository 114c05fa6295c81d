#include <doctest/doctest.h>

#include "base/error.h"
#include "pages/expression.h"
#include "pages/page.h"
#include "pages/render.h"

using namespace leat;
using namespace leat::pages;

namespace {

std::string evaluated(const std::string& text) {
  Scope scope;
  Cell day = date_of("2026-03-09T14:05:00");
  scope.names.set("day", day);
  return Expression::parse(text, "p.md:1")->cell(scope).text;
}

std::string no_file(const std::string& path) {
  return path == "components/Box.svelte" ? "" : "{}";
}

// A page of an Evidence project with the component <Box>; every query gives the row n = 1.
Rendered rendered(const std::string& text, const std::string& box = "") {
  Page page = parse_page("p", "p.md", text, no_file);
  Session session(
      page, {},
      [](const std::string& name, const std::string& sql, const std::string& where) {
        if (sql.find("= \n") != std::string::npos || sql.ends_with("= "))
          throw Error(ErrorCode::page_query, "syntax error", where);
        auto table = std::make_shared<Table>();
        table->name = name;
        table->sql = sql;
        table->columns = {"n"};
        table->kinds = {Cell::Kind::number};
        table->rows = {{Cell::of(1.0)}};
        return table;
      },
      "2026-01-07T10:00:00Z");
  RenderOptions options;
  options.is_evidence = true;
  options.read_file = no_file;
  options.own_component = [&](const std::string& name) -> std::shared_ptr<const Page> {
    if (name != "Box") return nullptr;
    return std::make_shared<const Page>(parse_component(name, "components/Box.svelte", box, no_file));
  };
  return render_body(page, session, "2026-01-07T10:00:00Z", options);
}
bool holds(const Rendered& page, const std::string& text) {
  return page.html.find(text) != std::string::npos;
}
std::size_t errors(const Rendered& page) {
  std::size_t count = 0;
  for (const Problem& problem : page.problems) count += problem.is_warning ? 0 : 1;
  return count;
}

}  // namespace

TEST_CASE("Intl and toLocaleString print numbers and dates as American English does") {
  CHECK(evaluated("new Intl.NumberFormat('en-US', {style: 'currency', currency: 'USD'}).format(1234.5)") ==
        "$1,234.50");
  CHECK(evaluated("(1234567).toLocaleString('en-US', {notation: 'compact'})") == "1.2M");
  CHECK(evaluated("(0.256).toLocaleString(undefined, {style: 'percent'})") == "26%");
  CHECK(evaluated("(1234.5).toLocaleString('en-US', {style: 'currency', currency: 'EUR', "
                  "maximumFractionDigits: 0})") == "€1,235");
  CHECK(evaluated("day.toLocaleDateString('en-US', {weekday: 'short', month: 'long', day: 'numeric', year: "
                  "'numeric'})") == "Mon, March 9, 2026");
  CHECK(evaluated("new Intl.DateTimeFormat('en-US', {month: 'short', year: 'numeric'}).format(day)") ==
        "Mar 2026");
  CHECK(evaluated("day.getDay() + ' ' + day.getMonth() + ' ' + day.getMinutes()") == "1 2 5");
}

TEST_CASE("functions have defaults, types are asked for, lists and patterns have more methods") {
  CHECK(evaluated("((a, b = 2) => a + b)(1)") == "3");
  CHECK(evaluated("[1] instanceof Array && !(1 instanceof Array)") == "true");
  CHECK(evaluated("'a' in {a: 1}") == "true");
  CHECK(evaluated("2 ** 3") == "8");
  CHECK(evaluated("1 === '1'") == "false");
  CHECK(evaluated("1 == '1'") == "true");
  CHECK(evaluated("'a1b22'.match(/[0-9]+/g).join('-')") == "1-22");
  CHECK(evaluated("'ab'.replace(/[a-z]/g, c => c.toUpperCase())") == "AB");
  CHECK(evaluated("Object.fromEntries([['a', 1]]).a") == "1");
  CHECK(evaluated("[3, 1].findLast(x => x > 0)") == "1");
  CHECK(evaluated("new Map([['a', 5]]).get('a')") == "5");
}

TEST_CASE("what can't be read or run fails alone, and the page goes on") {
  Rendered page = rendered("before {a b c}\n\n{#if 1 +}x{/if}\n\n<Value data={q q}/>\n\nafter");
  CHECK(errors(page) == 3);
  CHECK(holds(page, "before"));
  CHECK(holds(page, "after"));
  page = rendered("```sql q\nselect 1\n```\n<DataTable data={q} tilte=x/>");
  CHECK(errors(page) == 0);
  REQUIRE(page.problems.size() == 1);
  CHECK(page.problems[0].what.find("did you mean `title`?") != std::string::npos);
}

TEST_CASE("headings have ids, as links to them are written") {
  CHECK(holds(rendered("## When do crimes happen?"), "<h2 id=\"when-do-crimes-happen\">"));
  CHECK(holds(rendered("## bulk_load"), "<h2 id=\"bulk_load\">"));
  CHECK(holds(rendered("## Twice\n\n## Twice"), "<h2 id=\"twice-2\">"));
}

TEST_CASE("{#await} shows what it waited for; {name} and {...all} bring properties") {
  CHECK(holds(rendered("{#await 5}wait{:then x}got {x}{:catch e}no{/await}"), ">5<"));
  CHECK(holds(rendered("{#await 6 then x}{x}{/await}"), ">6<"));
  CHECK(holds(rendered("<script>const all = {status: 'warning'}</script>\n<Alert {...all}>x</Alert>"),
              "warning"));
  CHECK(holds(rendered("<script>const id = 'here'</script>\n<div {id}>x</div>"), "id=\"here\""));
  CHECK(holds(rendered("{#each {length: 2} as _, i}({i}){/each}"), ">1</span>)"));
}

TEST_CASE("scripts take values apart and name them anew; what they do otherwise is told") {
  Rendered page = rendered(
      "<script>\nconst { a, b: c = 3 } = { a: 1 };\nconst [d] = [4];\nlet e;\n$: e, (e = a + d);\n"
      "onMount(() => { later(); });\n$: if (a) {\n  console.log(a)\n}\n</script>\n{a}{c}{d}{e}");
  CHECK(holds(page, ">1<"));
  CHECK(holds(page, ">3<"));
  CHECK(holds(page, ">4<"));
  CHECK(holds(page, ">5<"));
  CHECK(errors(page) == 0);
  CHECK(page.problems.size() == 2);
}

TEST_CASE("a component of the project's own has properties with defaults, a script and a slot") {
  Rendered page =
      rendered("<Box size={2}>\n\ninside **bold**\n\n</Box>",
               "<script>\nexport let size;\nexport let title = 'none';\n$: twice = size * 2;\n</script>\n"
               "<section data-size=\"{twice}\">\n\n  <h2>{title}</h2>\n  <slot/>\n</section>\n<style>x { "
               "@apply y; }</style>");
  CHECK(errors(page) == 0);
  CHECK(holds(page, "data-size=\"4\""));
  CHECK(holds(page, "none"));
  CHECK(holds(page, "<strong>bold</strong>"));
  CHECK_FALSE(holds(page, "@apply"));
}

TEST_CASE("a query waits for an input that holds nothing or that the page does not have") {
  Rendered page =
      rendered("```sql q\nselect ${inputs.nowhere.value}\n```\n<DataTable data={q} emptySet=pass/>");
  CHECK(errors(page) == 0);
  REQUIRE(page.problems.size() == 1);
  CHECK(page.problems[0].what.find("waits for the input `nowhere`") != std::string::npos);
  page = rendered(
      "```sql q\nselect 1\n```\n<Dropdown name=d data={q} value=n noDefault/>\n\n"
      "<DataTable data={q.where(`n = ${inputs.d.value}`)} emptySet=pass/>");
  CHECK(errors(page) == 0);
}

TEST_CASE("a column that an input names is left out while nothing is chosen") {
  Rendered page = rendered(
      "```sql q\nselect 1\n```\n<ButtonGroup name=d><ButtonGroupItem value=n valueLabel=n/></ButtonGroup>\n\n"
      "<DataTable data={q}><Column id=n/><Column id={inputs.d}/></DataTable>");
  CHECK(errors(page) == 0);
}

TEST_CASE("a quoted property may be a query or hold quotes in its braces; fences may be indented") {
  Rendered page = rendered(" ```sql q\n select 1\n ```\n<Value data=\"{q}\"/> <Alert>{q[0].n}</Alert>");
  CHECK(errors(page) == 0);
  CHECK(holds(rendered("<Details title=\"a &rarr; b\">x</Details>"), "a → b"));
  CHECK(holds(rendered("<Details title=\"a {1 > 0 ? \"b\" : 'c'}\">x</Details>"), "a b"));
}

TEST_CASE("a query file has its own name and the one that Evidence gives it") {
  Page page = parse_page("p", "p.md", "---\nqueries:\n  - reports/Top.sql\n---\n{Top} {reports_top}",
                         [](const std::string&) { return "select 1"; });
  REQUIRE(page.queries.size() == 2);
  CHECK(page.queries[0].name == "Top");
  CHECK(page.queries[1].name == "reports_top");
}

TEST_CASE("a file that is not there, or has no name for a query, is told where the page names it") {
  auto absent = [](const std::string& path) -> std::string {
    throw leat::Error(leat::ErrorCode::config_not_found, "The file does not exist", path);
  };
  auto told = [&](const std::string& text) {
    try {
      parse_page("p", "p.md", text, absent);
    } catch (const leat::Error& error) {
      return error.where() + " " + error.what_failed();
    }
    return std::string();
  };
  CHECK(told("---\nqueries:\n  - top.sql\n---\n") == "p.md:3:5 There is no file queries/top.sql");
  CHECK(told("---\nqueries:\n  - the top.sql\n---\n") == "p.md:3:5 `the top` is no name for a query");
  CHECK(told("Text\n\n{@partial \"end.md\"}\n") == "p.md:3 There is no file partials/end.md");
}

TEST_CASE("a query of the page that reads its own name reads the file's") {
  auto file = [](const std::string& path) {
    return path == "queries/all.sql" ? std::string("select 7 as n") : std::string();
  };
  Page page =
      parse_page("p", "p.md",
                 "---\nqueries:\n  - teams: all.sql\n---\n```sql teams\nselect * from ${teams}\n```\n", file);
  std::string asked;
  Session session(
      page, {},
      [&](const std::string& name, const std::string& sql, const std::string&) {
        asked = sql;
        auto table = std::make_shared<Table>();
        table->name = name;
        return table;
      },
      "2026-01-07T10:00:00Z");
  session.table("teams");
  CHECK(asked == "select * from (select 7 as n)");
}

TEST_CASE("inside of a box of components {@const} names what follows") {
  Rendered page = rendered(
      "<Accordion>\n{#each [1, 2] as n}\n{@const label = 'No ' + n}\n<AccordionItem "
      "title={label}>x</AccordionItem>\n"
      "{/each}\n</Accordion>");
  CHECK(errors(page) == 0);
  CHECK(holds(page, "No 2"));
}

TEST_CASE("what stays the same in a function is computed once, and means the same as computed each time") {
  Scope scope;
  auto table = std::make_shared<Table>();
  table->name = "games";
  table->columns = {"home", "points"};
  table->kinds = {Cell::Kind::text, Cell::Kind::number};
  for (int i = 0; i < 300; ++i)
    table->rows.push_back({Cell::of(std::string(i % 3 ? "A" : "B")), Cell::of(static_cast<double>(i))});
  scope.names.set("games", TablePtr(table));
  scope.names.set("wanted", Cell::of(std::string("7")));
  auto of = [&](const std::string& text) { return Expression::parse(text, "p.md:1")->cell(scope).text; };
  CHECK(of("games.filter(g => g.points === parseInt(wanted, 10)).length") == "1");
  CHECK(of("games.filter(g => games.some(o => o.points == g.points + 1 && o.home == 'B')).length") == "99");
  CHECK(of("games.filter((g, i) => i < 2 && g.points >= 0).length") == "2");
  CHECK(of("games.map(g => games.filter(o => o.home == g.home).length)[1]") == "200");
  CHECK(of("games.find(g => g.points > 10 || g.home == 'C').points") == "11");
  CHECK(of("games.every(g => g.points < 300)") == "true");
  // Names of an inner function hide those outside.
  CHECK(of("[1, 2].map(wanted => [10].map(x => x + wanted)[0]).join()") == "11,12");
  CHECK(of("games.filter(g => g.home == 'A' ? g.points < 3 : false).length") == "2");
  CHECK(of("games.filter(({home}) => home == 'B').length") == "100");
}

TEST_CASE("stores of Svelte hold what they began with") {
  Rendered page = rendered("<script>\nlet open = writable('yes');\n</script>\n\n{$open}\n");
  CHECK(page.problems.empty());
  CHECK(page.html.find(">yes</span>") != std::string::npos);
}
