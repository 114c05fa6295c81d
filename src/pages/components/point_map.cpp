// PointMap: points of a query over outlines drawn from a GeoJSON file of the project; no tile server, no
// network.
#include <fmt/core.h>

#include "base/error.h"
#include "document/value.h"
#include "pages/components/all.h"
#include "pages/html.h"

namespace leat::pages {
namespace {

using F = FieldKind;
const Spec kSpec{"PointMap",
                 "Points on a map.",
                 {{"data", F::text, "The query.", "", true},
                  {"lat", F::text, "Column of latitudes.", "", true},
                  {"long", F::text, "Column of longitudes.", "", true},
                  {"value", F::text, "Column that colors the points."},
                  {"valueFmt", F::text, "Its format."},
                  {"pointName", F::text, "Column named in the tooltip."},
                  {"size", F::text, "Diameter in pixels.", "4"},
                  {"opacity", F::text, "0 to 1.", "0.5"},
                  {"outline", F::text, "GeoJSON file below the pages' folder."},
                  {"geoJsonUrl", F::text, "The same, by Evidence's name."},
                  {"height", F::text, "Height in pixels.", "420"},
                  {"title", F::text, "Title."},
                  {"subtitle", F::text, "Line below."},
                  {"color", F::text, "Color of the points."}}};

std::string render(const ComponentUse& use) {
  TablePtr table = use.table();
  std::vector<std::string> lat = use.column_names("lat", *table), lon = use.column_names("long", *table);
  if (lat.empty() || lon.empty())
    throw Error(ErrorCode::page_component, "<PointMap> needs lat=column and long=column", use.where);
  use.needs_data(table);
  std::string options =
      fmt::format("{{\"kind\":\"map\",\"data\":{},\"lat\":{},\"long\":{},\"size\":{},\"opacity\":{}",
                  document::json_quote(table->name), document::json_quote(lat[0]),
                  document::json_quote(lon[0]), use.number_of("size", 4), use.number_of("opacity", 0.5));
  for (const char* name : {"value", "pointName"}) {
    std::vector<std::string> column = use.column_names(name, *table);
    if (!column.empty()) options += fmt::format(",\"{}\":{}", name, document::json_quote(column[0]));
  }
  for (const char* name : {"valueFmt", "color"}) {
    if (use.has(name)) options += fmt::format(",\"{}\":{}", name, document::json_quote(use.text(name)));
  }
  std::string outline = use.text("outline", use.text("geoJsonUrl")), geo;
  if (!outline.empty()) {
    std::string text = use.read_file(outline);
    document::parse_json(text, outline);  // a broken file is told here, not in the reader's browser
    options += fmt::format(",\"outline\":\"geo-{}\"", use.number);
    geo = fmt::format("<script type=\"application/json\" id=\"geo-{}\">{}</script>", use.number,
                      script_safe(text));
  }
  options += "}";
  std::string title = use.text("title");
  std::string caption =
      title.empty() ? ""
                    : "<figcaption>" + escape(title) +
                          (use.has("subtitle") ? "<small>" + escape(use.text("subtitle")) + "</small>" : "") +
                          "</figcaption>";
  return fmt::format(
      "<figure class=\"chart map\">{}{}<div class=\"plot\" role=\"img\" aria-label=\"{}\" "
      "style=\"height:{}px\" data-chart=\"{}\"></div></figure>",
      caption, geo,
      escape(fmt::format("Map of {} points{}", table->rows.size(), title.empty() ? "" : ": " + title)),
      static_cast<int>(use.number_of("height", 420)), escape(options));
}

}  // namespace

const Component kPointMap{&kSpec, false, render};

}  // namespace leat::pages
