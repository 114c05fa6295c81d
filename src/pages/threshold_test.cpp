#include "pages/threshold.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "pages/drawing.h"
#include "pages/format.h"
#include "pages/html.h"
#include "pages/page.h"
#include "pages/site.h"
#include "pages/still.h"

using namespace leat;
using namespace leat::pages;

namespace {

std::vector<Threshold> thresholds(const std::string& front_matter) {
  return parse_page("p", "p.md", "---\n" + front_matter + "---\ntext\n",
                    [](const std::string&) { return ""; })
      .thresholds;
}

Scope with_share(double share) {
  auto table = std::make_shared<Table>();
  table->name = "errors";
  table->columns = {"share"};
  table->kinds = {Cell::Kind::number};
  table->rows = {{Cell::of(share)}};
  Scope scope;
  scope.names.set("errors", TablePtr(table));
  return scope;
}

std::string refused(const std::string& front_matter) {
  try {
    thresholds(front_matter);
    return "";
  } catch (const Error& error) {
    return error.where() + ": " + error.what_failed();
  }
}

}  // namespace

TEST_CASE("a threshold in one line says when it is breached and whom to tell") {
  auto all = thresholds("title: x\nalert: when errors[0].share > 0.05 then ops, finance\n");
  REQUIRE(all.size() == 1);
  CHECK(all[0].then == std::vector<std::string>{"ops", "finance"});
  CHECK(all[0].where == "p.md:3");
  CHECK(look_at(all[0], with_share(0.06)).is_breached);
  CHECK(look_at(all[0], with_share(0.06)).text == "errors[0].share > 0.05");
  CHECK(!look_at(all[0], with_share(0.05)).is_breached);
}

TEST_CASE("a threshold may have words, a name and a severity of its own") {
  auto all = thresholds(
      "alerts:\n- when: errors[0].share > 0.05\n  then: [ops]\n  name: errors\n  severity: error\n"
      "  say: \"{fmt(errors[0].share, 'pct1')} of the calls fail\"\n- when errors.length == 0\n");
  REQUIRE(all.size() == 2);
  ThresholdState state = look_at(all[0], with_share(0.061));
  CHECK(state.text == "6.1% of the calls fail");
  CHECK(state.name == "errors");
  CHECK(state.is_error);
  CHECK(all[1].then.empty());
}

TEST_CASE("a threshold that can't be read is told with its line") {
  CHECK(refused("alert: errors[0].share > 1\n") == "p.md:2: An alert begins with `when`");
  CHECK(refused("title: x\nalert: {when: a, than: ops}\n") ==
        "p.md:3: An alert has no `than`; did you mean `then`?");
  CHECK(refused("alert: {when: a, severity: bad}\n") ==
        "p.md:2: The severity of an alert is warning or error, not `bad`");
}

TEST_CASE("formats of a project's own go by their names, on numbers, dates and columns") {
  CustomFormats formats = read_custom_formats(
      R"({"version":"1.0","customFormats":[{"formatTag":"Beers","formatCode":"#,##0.0 \"l\"","valueType":"number"},
          {"formatTag":"week","formatCode":"yyyy-\"W\"","valueType":"date"}]})",
      "custom-formatting.json");
  CHECK(format_cell(Cell::of(1234.56), "beers") == "beers");
  FormatsInForce in_force(formats);
  CHECK(format_cell(Cell::of(1234.56), "beers") == "1,234.6 l");
  CHECK(format_cell(date_of("2026-03-01"), "week") == "2026-W");
  CHECK(format_tag("stock_beers") == "beers");
  CHECK(title_of("stock_beers") == "Stock");
}

TEST_CASE(
    "a page for mail has no script, no button and only the rows that are shown, and its colors are values") {
  Page page;
  page.title = "Sales";
  Rendered body;
  body.html =
      "<p style=\"color:var(--good)\">up <a href=\"../shop/ada.html\">Ada</a> <button>x</button></p>"
      "<script type=\"application/json\">1</script><details "
      "class=\"chart-data\"><table><tbody><tr></tr></tbody>"
      "</table></details><table class=\"data\" data-rows=\"2\"><thead><tr><th>n</th></tr></thead><tbody>"
      "<tr><td>1</td></tr><tr><td>2</td></tr><tr><td>3</td></tr></tbody></table>";
  std::string html =
      still_html(page, "reports/sales", body, SiteLook(), {"https://x.test/", "2026-01-02T03:04:05Z"});
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("<button") == std::string::npos);
  CHECK(html.find("var(--") == std::string::npos);
  CHECK(html.find("color:#1d7a4f") != std::string::npos);
  CHECK(html.find("<a href=\"https://x.test/shop/ada.html\">Ada</a>") != std::string::npos);
  CHECK(html.find("<td>2</td>") != std::string::npos);
  CHECK(html.find("<td>3</td>") == std::string::npos);
  CHECK(html.find("2 of 3 rows") != std::string::npos);
}

TEST_CASE("charts are drawn without a browser, the same each time") {
  if (!can_draw()) {
    MESSAGE("leat-script is not here");
    return;
  }
  auto table = std::make_shared<Table>();
  table->columns = {"drink", "cups"};
  table->kinds = {Cell::Kind::text, Cell::Kind::number};
  table->rows = {{Cell::of(std::string("espresso")), Cell::of(7.0)},
                 {Cell::of(std::string("<b>filter")), Cell::of(3.0)}};
  auto drawn = [&](const std::string& options) {
    Rendered body;
    body.data["d"] = {table, {0, 1}};
    body.html = "<figure><div class=\"plot\" style=\"height:200px\" data-chart=\"" + escape(options) +
                "\"></div></figure>";
    DrawingOptions drawing;
    drawing.theme = light_theme(SiteLook());
    bool all = draw_charts(body, drawing);
    return std::pair(all, body.html);
  };
  const char* bars = R"({"kind":"bar","data":"d","x":"drink","y":["cups"],"y2":[],"codes":{},"names":{}})";
  auto [all, html] = drawn(bars);
  CHECK(all);
  CHECK(html.find("<svg class=\"still wide\" width=\"976\" height=\"200\"") != std::string::npos);
  CHECK(html.find("<svg class=\"still slim\" width=\"350\"") != std::string::npos);
  CHECK(html.find(">espresso</text>") != std::string::npos);
  CHECK(html.find("<b>filter") == std::string::npos);
  CHECK(html.find("fill=\"var(--c1)\"") != std::string::npos);
  CHECK(drawn(bars).second == html);
  // An author's function that throws leaves the chart to the browser.
  auto [none, plain] = drawn(
      R"({"kind":"echarts","config":{"series":[{"type":"bar","data":{"$function":"x => nothing.here"}}],)"
      R"("xAxis":{"axisLabel":{"formatter":{"$function":"v => nothing.here"}},"data":["a"]},"yAxis":{}}})");
  CHECK(!none);
  CHECK(plain.find("<svg") == std::string::npos);
}
