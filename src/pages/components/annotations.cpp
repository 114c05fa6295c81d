// What is drawn over a chart: lines, areas, points and notes, written in place or as rows of a query.
#include <algorithm>

#include "document/value.h"
#include "pages/components/all.h"
#include "pages/components/chart.h"
#include "pages/components/chart_fields.h"

namespace leat::pages {
namespace {

using F = FieldKind;

const Fields kLookFields = {
    {"data", F::text, "A query whose rows are drawn one by one."},
    {"label", F::text, "Its text, or the column with it."},
    {"color", F::text, "Color of line and label."},
    {"labelColor", F::text, "Color of the label."},
    {"labelPosition", F::text, "Where the label stands."},
    {"labelPadding", F::integer, "Space around the label."},
    {"labelBorderWidth", F::integer, "Border of the label."},
    {"labelBorderRadius", F::integer, "Its corners."},
    {"labelBorderColor", F::text, "Its color."},
    {"labelBorderType", F::text, "Its dashes."},
    {"labelTextOutline", F::boolean, "Ignored."},
    {"fontSize", F::integer, "Size of the label's text."},
    {"align", F::text, "left, center or right."},
    {"bold", F::boolean, "Bold text.", "false"},
    {"italic", F::boolean, "Italic text.", "false"},
    {"emptySet", F::text, "What a query without rows does.", "error", false, {"error", "warn", "pass"}},
    {"emptyMessage", F::text, "What is said then.", "No records"}};

const Spec kLineSpec{
    "ReferenceLine", "A line across a chart.",
    joined({{{"x", F::text, "Where it stands on x: a value, or a column of data."},
             {"y", F::text, "Where it stands on y."},
             {"x2", F::text, "Where it ends on x."},
             {"y2", F::text, "Where it ends on y."},
             {"hideValue", F::boolean, "Leaves the value out of the label.", "false"},
             {"lineColor", F::text, "Color of the line."},
             {"lineType", F::text, "Its dashes.", "dashed", false, {"solid", "dashed", "dotted"}},
             {"lineWidth", F::integer, "Its width.", "1.3"},
             {"symbolStart", F::text, "Mark at its start."},
             {"symbolStartSize", F::integer, "Size of that.", "8"},
             {"symbolEnd", F::text, "Mark at its end."},
             {"symbolEndSize", F::integer, "Size of that.", "8"},
             {"labelBackground", F::list, "A ground behind the label.", "true"}},
            kLookFields})};
const Spec kAreaSpec{"ReferenceArea", "A range of a chart.",
                     joined({{{"xMin", F::text, "Its start on x: a value, or a column of data."},
                              {"xMax", F::text, "Its end on x."},
                              {"yMin", F::text, "Its start on y."},
                              {"yMax", F::text, "Its end on y."},
                              {"areaColor", F::text, "Color of the area."},
                              {"opacity", F::integer, "0 to 1."},
                              {"border", F::boolean, "Draws its border.", "false"},
                              {"borderColor", F::text, "Color of the border."},
                              {"borderType", F::text, "Its dashes.", "dashed"},
                              {"borderWidth", F::integer, "Its width."},
                              {"labelBackgroundColor", F::text, "Ground of the label."}},
                             kLookFields})};
const Fields kPointLook =
    joined({{{"x", F::text, "Where it stands on x: a value, or a column of data."},
             {"y", F::text, "Where it stands on y."},
             {"labelWidth", F::text, "fit, or pixels at which the text breaks.", "fit"},
             {"labelBackgroundColor", F::text, "Ground of the label."},
             {"symbol", F::text, "Shape of the mark.", "circle"},
             {"symbolColor", F::text, "Its color."},
             {"symbolSize", F::integer, "Its size.", "8"},
             {"symbolOpacity", F::integer, "0 to 1."},
             {"symbolBorderWidth", F::integer, "Its border."},
             {"symbolBorderColor", F::text, "Color of that."},
             {"preserveWhitespace", F::boolean, "Keeps line breaks of the label.", "false"}},
            kLookFields});
const Spec kPointSpec{"ReferencePoint", "A point of a chart with its name.", kPointLook};
const Spec kCalloutSpec{"Callout", "A note beside a point of a chart.", kPointLook};

const std::vector<std::string_view> kPlaces = {"x", "y", "x2", "y2", "xMin", "xMax", "yMin", "yMax", "label"};

bool declares(const ComponentUse& use, std::string_view property) {
  const Fields& fields = use.component().spec->fields;
  return std::any_of(fields.begin(), fields.end(),
                     [&](const SpecField& each) { return each.name == property; });
}

std::string one(const ComponentUse& use, const TablePtr& table, std::size_t row) {
  JsonObject json;
  json.text("mark", use.name());
  std::vector<std::string_view> done = {"data", "emptySet", "emptyMessage"};
  for (std::string_view place : kPlaces) {
    if (!declares(use, place) || !use.has(place)) continue;
    done.push_back(place);
    Value given = use.value(place);
    std::string text = text_of(given);
    auto column = table ? table->find(text) : std::nullopt;
    Value value = column ? Value(table->rows[row][*column]) : given;
    if (const Cell* cell = value.cell(); cell && cell->kind == Cell::Kind::text && place != "label") {
      if (Cell number = parse_number(cell->text); number.kind == Cell::Kind::number) value = number;
    }
    json.raw(place, to_json(value));
  }
  use.add_json(json, done);
  return json.done();
}

}  // namespace

std::string annotations_json(const ComponentUse& use) {
  std::string out;
  auto add = [&](const std::string& json) { out += (out.empty() ? "" : ",") + json; };
  use.each_child({"ReferenceLine", "ReferenceArea", "ReferencePoint", "Callout", "Bar", "Line", "Area",
                  "Scatter", "Bubble", "Hist"},
                 [&](const ComponentUse& mark) {
                   if (!declares(mark, "label")) return;
                   if (!mark.has("data")) return add(one(mark, nullptr, 0));
                   TablePtr table = mark.table();
                   for (std::size_t row = 0; row < std::min<std::size_t>(table->rows.size(), 500); ++row)
                     add(one(mark, table, row));
                 });
  return "[" + out + "]";
}

const Component kReferenceLine{&kLineSpec, Component::Place::part, nullptr};
const Component kReferenceArea{&kAreaSpec, Component::Place::part, nullptr};
const Component kReferencePoint{&kPointSpec, Component::Place::part, nullptr};
const Component kCallout{&kCalloutSpec, Component::Place::part, nullptr};

}  // namespace leat::pages
