// Maps of points, bubbles and areas over outlines that come with the site or from a GeoJSON file; no tile
// server, no network.
#include <fmt/core.h>

#include "base/error.h"
#include "document/value.h"
#include "pages/components/all.h"
#include "pages/components/chart.h"
#include "pages/components/chart_fields.h"
#include "pages/format.h"

namespace leat::pages {
namespace {

using F = FieldKind;

const Fields kLayerFields = {
    {"data", F::text, "The query.", "", true},
    {"value", F::text, "Column that chooses the colors."},
    {"valueFmt", F::text, "Its format."},
    {"pointName", F::text, "Column named under the pointer."},
    {"colorPalette", F::list, "Colors from the least to the most, or of the categories."},
    {"min", F::integer, "Value of the first color."},
    {"max", F::integer, "Value of the last color."},
    {"link", F::text, "Column with each mark's address."},
    {"name", F::text, "Name under `inputs`; a chosen mark is not handed on."},
    {"color", F::text, "Color of all marks."},
    {"borderWidth", F::integer, "Width of the outline.", "0.75"},
    {"borderColor", F::text, "Color of the outline."},
    {"opacity", F::integer, "0 to 1.", "0.8"},
    {"selectedColor", F::text, "Color of a chosen mark."},
    {"selectedBorderWidth", F::integer, "Its outline."},
    {"selectedBorderColor", F::text, "Color of that."},
    {"selectedOpacity", F::integer, "0 to 1."},
    {"showTooltip", F::boolean, "Shows values under the pointer.", "true"},
    {"tooltipType", F::text, "When.", "hover", false, {"hover", "click"}},
    {"tooltipClass", F::text, "Ignored."},
    {"tooltip", F::list, "What it shows: objects with id, title, fmt, showColumnName."},
    {"ignoreZoom", F::boolean, "Does not count for the part that is shown.", "false"},
    {"legend", F::boolean, "Shows the legend.", "true"},
    {"showLegend", F::boolean, "The same.", "true"},
    {"legendType", F::text, "Kind of the legend.", "", false, {"categorical", "scalar"}},
    {"legendPosition", F::text, "Its corner.", "bottomLeft"},
    {"paneType", F::text, "Ignored."},
    {"z", F::integer, "Order of the layers."},
    {"emptySet", F::text, "What a query without rows does.", "error", false, {"error", "warn", "pass"}},
    {"emptyMessage", F::text, "What is said then.", "No records"}};
const Fields kMapFields = {
    {"basemap", F::text, "Address of tiles; ignored, since a page asks no other host."},
    {"attribution", F::text, "Who made the map."},
    {"title", F::text, "Title."},
    {"subtitle", F::text, "Line below the title."},
    {"startingLat", F::integer, "Latitude of the middle."},
    {"startingLong", F::integer, "Longitude of the middle."},
    {"startingZoom", F::integer, "1 to 18."},
    {"height", F::integer, "Height in pixels.", "300"},
    {"outline", F::text, "GeoJSON file of the project, drawn below the marks."}};
const Fields kPlaceFields = {{"lat", F::text, "Column of latitudes.", "", true},
                             {"long", F::text, "Column of longitudes.", "", true}};
const Fields kPointSize = {{"size", F::integer, "Diameter in pixels.", "5"},
                           {"geoJsonUrl", F::text, "The same as outline."}};
const Fields kBubbleSize = {{"size", F::text, "Column of the sizes.", "", true},
                            {"sizeFmt", F::text, "Its format."},
                            {"maxSize", F::integer, "Radius of the largest.", "20"}};
const Fields kAreaFieldsOwn = {
    {"geoJsonUrl", F::text, "GeoJSON with the areas: a file of the project."},
    {"areaCol", F::text, "Column that names the areas.", "", true},
    {"geoId", F::text, "Property of the GeoJSON that names them."},
    {"geometry", F::text, "Instead of geoJsonUrl and geoId: the column with each area's GeoJSON geometry."},
    {"labelCol", F::text, "Column named under the pointer."}};

const Spec kPointSpec{"PointMap", "Points on a map.",
                      joined({kPlaceFields, kPointSize, kLayerFields, kMapFields})};
const Spec kBubbleSpec{"BubbleMap", "Points with sizes on a map.",
                       joined({kPlaceFields, kBubbleSize, kLayerFields, kMapFields})};
const Spec kAreaSpec{"AreaMap", "Areas of a map in colors.",
                     joined({kAreaFieldsOwn, kLayerFields, kMapFields})};
const Spec kBaseSpec{"BaseMap", "A map of several layers: <Points>, <Bubbles>, <Areas>.", kMapFields};
const Spec kPointsSpec{"Points", "Points of a BaseMap.", joined({kPlaceFields, kPointSize, kLayerFields})};
const Spec kBubblesSpec{"Bubbles", "Bubbles of a BaseMap.",
                        joined({kPlaceFields, kBubbleSize, kLayerFields})};
const Spec kAreasSpec{"Areas", "Areas of a BaseMap.", joined({kAreaFieldsOwn, kLayerFields})};
const Spec kUsMapSpec{"USMap", "The states of the USA in colors.",
                      joined({{{"data", F::text, "The query.", "", true},
                               {"state", F::text, "Column of the states.", "", true},
                               {"value", F::text, "Column of the amounts.", "", true},
                               {"abbreviations", F::boolean, "States are written as two letters.", "false"},
                               {"colorScale", F::list, "Colors from the least to the most.", "info"},
                               {"colorPalette", F::list, "The same."},
                               {"min", F::integer, "Value of the first color."},
                               {"max", F::integer, "Value of the last color."},
                               {"link", F::text, "Column with each state's address."},
                               {"fmt", F::text, "Format of the amounts."},
                               {"filter", F::boolean, "Lets the reader narrow the range.", "false"},
                               {"tooltip", F::list, "Ignored."}},
                              kEmptyFields,
                              kFigureFields,
                              kEchartsFields})};

// The areas out of the query itself: each row is one, named by areaCol, where it has an outline.
std::string geometry_of_rows(const ComponentUse& use, const Table& table) {
  std::size_t area = use.required_column("areaCol", table), shape = use.required_column("geometry", table);
  std::string features;
  for (const auto& row : table.rows) {
    if (row[shape].kind == Cell::Kind::null || row[area].kind == Cell::Kind::null) continue;
    document::parse_json(row[shape].text, use.text("geometry"));
    JsonObject properties, feature;
    properties.text("name", row[area].text);
    feature.text("type", "Feature");
    feature.raw("properties", properties.done());
    feature.raw("geometry", row[shape].text);
    features += (features.empty() ? "" : ",") + feature.done();
  }
  return fmt::format(R"({{"type":"FeatureCollection","features":[{}]}})", features);
}

// The GeoJSON of a layer: a file of the project, or the query's own outlines; "" where it has none.
std::string layer_outline(const ComponentUse& use, const Table& table, JsonObject& json) {
  // What Evidence asks another host for where nothing is named: California's zip codes.
  const std::string zip_codes = "geo-json/ca_california_zip_codes_geo_1.min.json";
  bool by_default = use.page().is_evidence() && use.has("areaCol") && use.has("geoId") &&
                    !use.has("geoJsonUrl") && !use.has("geometry");
  bool is_complete = use.has("geometry") || (use.has("geoJsonUrl") && use.has("geoId")) || by_default;
  if (use.has("areaCol") && !is_complete) use.fail("Areas need `geoJsonUrl` and `geoId`, or `geometry`");
  if (use.has("geometry") && !table.columns.empty()) {
    json.text("geoId", "name");
    return geometry_of_rows(use, table);
  }
  std::string outline = use.has("geoJsonUrl") ? use.text("geoJsonUrl") : by_default ? "/" + zip_codes : "";
  if (outline.empty()) return "";
  bool is_far = outline.starts_with("http://") || outline.starts_with("https://");
  if (is_far && outline.find("countries", outline.rfind('/')) != std::string::npos) {
    // The countries of the world are here already.
    use.page().warn("a page asks no other host; the map is drawn over the countries that come with the site",
                    use.where());
    json.raw("world", "true");
    use.page().needs_file("world.js");
    return "";
  }
  std::string text = use.page().read_file(outline);
  document::parse_json(text, outline);  // told here, not in the reader's browser
  return text;
}

std::string layer_json(const ComponentUse& use, const char* kind, std::string& geo) {
  TablePtr table = use.table();
  JsonObject json, codes, names;
  std::vector<std::size_t> columns;
  std::vector<std::string_view> done = {"data",        "title",        "subtitle",   "height",
                                        "outline",     "valueFmt",     "sizeFmt",    "basemap",
                                        "attribution", "tooltipClass", "geoJsonUrl", "geometry"};
  json.text("kind", kind);
  bool is_bubble = std::string_view(kind) == "bubbles";
  for (const char* property : {"lat", "long", "value", "pointName", "areaCol", "labelCol", "link", "size"}) {
    if (std::string_view(property) == "size" && !is_bubble) continue;
    bool declared = use.has(property);
    if (!declared || table->columns.empty()) continue;
    std::size_t column = use.required_column(property, *table);
    columns.push_back(column);
    json.text(property, table->columns[column]);
    done.push_back(property);
    std::string_view by = std::string_view(property) == "value"  ? "valueFmt"
                          : std::string_view(property) == "size" ? "sizeFmt"
                                                                 : "";
    codes.text(table->columns[column], use.code(!by.empty() && use.has(by) ? by : "", *table, column));
  }
  Value tooltip = use.value("tooltip");
  if (const ListPtr* list = tooltip.list()) {
    for (const Value& each : **list) {
      const ObjectPtr* object = each.object();
      if (!object) continue;
      for (const auto& [key, value] : **object) {
        if (key != "id") continue;
        if (auto column = table->find(text_of(value))) columns.push_back(*column);
      }
    }
  }
  for (std::size_t column : columns) names.text(table->columns[column], title_of(table->columns[column]));
  json.text("data", use.page().needs_data(table, columns));
  json.raw("codes", codes.done());
  json.raw("names", names.done());
  use.add_json(json, done);
  std::string text = layer_outline(use, *table, json);
  if (!text.empty()) {
    std::string id = fmt::format("geo-{}", use.page().next_number());
    json.text("geo", id);
    geo += fmt::format("<script type=\"application/json\" id=\"{}\">{}</script>", id, script_safe(text));
  }
  return json.done();
}

std::string map_figure(const ComponentUse& use, const std::string& layers, std::string geo,
                       const std::string& what) {
  JsonObject json;
  json.text("kind", "map");
  json.raw("layers", "[" + layers + "]");
  for (const char* name : {"startingLat", "startingLong", "startingZoom"}) {
    if (use.has(name)) json.raw(name, Cell::of(use.number(name, 0)).text);
  }
  if (use.has("attribution")) json.text("attribution", use.text("attribution"));
  if (use.has("outline")) {
    std::string text = use.page().read_file(use.text("outline"));
    document::parse_json(text, use.text("outline"));
    geo += fmt::format("<script type=\"application/json\" id=\"outline-{}\">{}</script>",
                       use.page().next_number(), script_safe(text));
    std::size_t from = geo.rfind("id=\"outline-") + 4;
    json.text("outline", geo.substr(from, geo.find('"', from) - from));
  } else if (geo.empty()) {
    json.raw("world", "true");
    use.page().needs_file("world.js");
  }
  std::string title = use.has("title") ? use.text("title") : what;
  std::string figure = chart_figure(use, json.done(), use.number("height", 300), "Map: " + title, "");
  figure.replace(figure.find("class=\"chart\""), 13, "class=\"chart map\"");
  std::size_t close = figure.rfind("</figure>");
  return figure.substr(0, close) + geo + "</figure>";
}

std::string layer_map(const ComponentUse& use, const char* kind) {
  TablePtr table = use.table();
  if (table->rows.empty())
    return fmt::format("<figure class=\"chart map\">{}{}</figure>", use.caption(), use.empty());
  std::string geo, layer = layer_json(use, kind, geo);
  return map_figure(use, layer, geo, fmt::format("{} places", table->rows.size()));
}
std::string render_points(const ComponentUse& use) {
  return layer_map(use, "points");
}
std::string render_bubbles(const ComponentUse& use) {
  return layer_map(use, "bubbles");
}
std::string render_areas(const ComponentUse& use) {
  return layer_map(use, "areas");
}
std::string render_base(const ComponentUse& use) {
  std::string layers, geo;
  use.each_child({"Points", "Bubbles", "Areas"}, [&](const ComponentUse& layer) {
    const char* kind = layer.name() == "Points" ? "points" : layer.name() == "Bubbles" ? "bubbles" : "areas";
    layers += (layers.empty() ? "" : ",") + layer_json(layer, kind, geo);
  });
  return map_figure(use, layers, geo, "layers");
}

std::string render_us(const ComponentUse& use) {
  TablePtr table = use.table();
  if (table->rows.empty())
    return fmt::format("<figure class=\"chart map\">{}{}</figure>", use.caption(), use.empty());
  std::size_t state = use.required_column("state", *table), value = use.required_column("value", *table);
  std::vector<std::size_t> columns = {state, value};
  JsonObject json, codes;
  json.text("kind", "usmap");
  json.text("state", table->columns[state]);
  json.text("value", table->columns[value]);
  if (auto link = use.column("link", *table)) {
    columns.push_back(*link);
    json.text("link", table->columns[*link]);
  }
  codes.text(table->columns[value], use.code("fmt", *table, value));
  json.text("data", use.page().needs_data(table, columns));
  json.raw("codes", codes.done());
  use.add_json(json, {"data", "state", "value", "link", "fmt", "title", "subtitle", "chartAreaHeight",
                      "description", "tooltip"});
  use.page().needs_file("usa.js");
  std::string title = use.has("title") ? use.text("title") : title_of(table->columns[value]);
  return chart_figure(use, json.done(), use.number("chartAreaHeight", 380), "Map of states: " + title,
                      data_details(*table, columns));
}

}  // namespace

const Component kPointMap{&kPointSpec, Component::Place::block, render_points};
const Component kBubbleMap{&kBubbleSpec, Component::Place::block, render_bubbles};
const Component kAreaMap{&kAreaSpec, Component::Place::block, render_areas};
const Component kBaseMap{&kBaseSpec, Component::Place::block, render_base};
const Component kPoints{&kPointsSpec, Component::Place::part, nullptr};
const Component kBubbles{&kBubblesSpec, Component::Place::part, nullptr};
const Component kAreas{&kAreasSpec, Component::Place::part, nullptr};
const Component kUsMap{&kUsMapSpec, Component::Place::block, render_us};

}  // namespace leat::pages
