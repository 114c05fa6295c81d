// The properties that charts share, in groups: a chart's Spec is its own fields and some of these.
//
// Guarantees: constants; names and meanings are Evidence's. Inline, so that they are made before the Specs
// that use them. Threads: any. Errors: none.
#pragma once
#include <initializer_list>
#include <vector>

#include "base/spec.h"

namespace leat::pages {

using Fields = std::vector<SpecField>;

/// Joins groups of fields into one list.
inline Fields joined(std::initializer_list<Fields> groups) {
  Fields all;
  for (const Fields& group : groups) all.insert(all.end(), group.begin(), group.end());
  return all;
}

inline const Fields kEmptyFields = {{"emptySet",
                                     FieldKind::text,
                                     "What a query without rows does.",
                                     "error",
                                     false,
                                     {"error", "warn", "pass"}},
                                    {"emptyMessage", FieldKind::text, "What is said then.", "No records"}};

inline const Fields kDataFields = {
    {"data", FieldKind::text, "The query.", "", true},
    {"x", FieldKind::text, "Column of the categories or times; the first one when left out."},
    {"y", FieldKind::list, "Column or columns of the values; all numbers when left out."},
    {"series", FieldKind::text, "Column that splits the values into series."},
    {"sort", FieldKind::boolean, "Sorts by value, times by time; false keeps the query's order.", "true"},
    {"xFmt", FieldKind::text, "Format of x."},
    {"yFmt", FieldKind::text, "Format of y."},
    {"seriesLabelFmt", FieldKind::text, "Format of the series' names."},
    {"emptySet",
     FieldKind::text,
     "What a query without rows does.",
     "error",
     false,
     {"error", "warn", "pass"}},
    {"emptyMessage", FieldKind::text, "What is said then.", "No records"}};

inline const Fields kSecondAxisFields = {
    {"y2", FieldKind::list, "Column or columns on a second axis."},
    {"y2SeriesType", FieldKind::text, "How y2 is drawn.", "", false, {"bar", "line", "scatter"}},
    {"y2Fmt", FieldKind::text, "Format of y2."},
    {"yLabelFmt", FieldKind::text, "Format of the labels of y."},
    {"y2LabelFmt", FieldKind::text, "Format of the labels of y2."},
    {"y2AxisTitle", FieldKind::list, "Title of the second axis; true takes the column's name.", "false"},
    {"y2Gridlines", FieldKind::boolean, "Lines of the second axis.", "true"},
    {"y2AxisLabels", FieldKind::boolean, "Labels of the second axis.", "true"},
    {"y2Baseline", FieldKind::boolean, "The second axis' line.", "false"},
    {"y2TickMarks", FieldKind::boolean, "Ticks of the second axis.", "false"},
    {"y2Min", FieldKind::integer, "Start of the second axis."},
    {"y2Max", FieldKind::integer, "End of the second axis."},
    {"y2Scale", FieldKind::boolean, "Fits the second axis to the values instead of starting at 0.", "false"},
    {"yAxisColor", FieldKind::list, "Colors the axis like its marks; a color or true."},
    {"y2AxisColor", FieldKind::list, "The same of the second axis."}};

inline const Fields kColorFields = {
    {"colorPalette", FieldKind::list, "Colors of the series: a list, or the name of a palette."},
    {"seriesColors", FieldKind::mapping, "Colors by the series' names."},
    {"seriesOrder", FieldKind::list, "The series' names in the order wanted."},
    {"leftPadding", FieldKind::integer, "Pixels left of the plot."},
    {"rightPadding", FieldKind::integer, "Pixels right of the plot."},
    {"xLabelWrap", FieldKind::boolean, "Breaks long labels of x.", "false"},
    {"handleNulls", FieldKind::text, "The old name of handleMissing."}};

inline const Fields kLabelFields = {
    {"labels", FieldKind::boolean, "Writes values beside the marks.", "false"},
    {"labelSize", FieldKind::integer, "Size of the labels' text.", "11"},
    {"labelPosition", FieldKind::text, "Where they stand: above, middle, below; outside or inside of bars."},
    {"labelColor", FieldKind::text, "Their color."},
    {"labelFmt", FieldKind::text, "Their format."},
    {"showAllLabels", FieldKind::boolean, "Shows labels that overlap, too.", "false"},
    {"seriesLabels", FieldKind::boolean, "Labels of each part of a stack.", "true"},
    {"stackTotalLabel", FieldKind::boolean, "The sum above a stack.", "true"}};

inline const Fields kAxisFields = {
    {"swapXY", FieldKind::boolean, "Lays bars down.", "false"},
    {"yLog", FieldKind::boolean, "A logarithmic axis.", "false"},
    {"yLogBase", FieldKind::integer, "Its base.", "10"},
    {"xAxisTitle", FieldKind::list, "Title of the x axis; true takes the column's name.", "false"},
    {"yAxisTitle", FieldKind::list, "Title of the y axis; true takes the column's name.", "false"},
    {"xGridlines", FieldKind::boolean, "Lines across x.", "false"},
    {"yGridlines", FieldKind::boolean, "Lines across y.", "true"},
    {"xAxisLabels", FieldKind::boolean, "Labels of x.", "true"},
    {"yAxisLabels", FieldKind::boolean, "Labels of y.", "true"},
    {"xBaseline", FieldKind::boolean, "The line of the x axis.", "true"},
    {"yBaseline", FieldKind::boolean, "The line of the y axis.", "false"},
    {"xTickMarks", FieldKind::boolean, "Ticks on x.", "false"},
    {"yTickMarks", FieldKind::boolean, "Ticks on y.", "false"},
    {"xMin", FieldKind::integer, "Start of the x axis."},
    {"xMax", FieldKind::integer, "End of the x axis."},
    {"yMin", FieldKind::integer, "Start of the y axis."},
    {"yMax", FieldKind::integer, "End of the y axis."},
    {"yScale", FieldKind::boolean, "Fits the y axis to the values instead of starting at 0.", "false"},
    {"xType", FieldKind::text, "value, category or time; chosen by the column when left out."}};

inline const Fields kFigureFields = {
    {"title", FieldKind::text, "Title."},
    {"subtitle", FieldKind::text, "Line below the title."},
    {"legend", FieldKind::boolean, "Shows the legend; only with several series when left out."},
    {"chartAreaHeight", FieldKind::integer, "Height of the plot in pixels.", "180"},
    {"renderer", FieldKind::text, "How it is drawn.", "svg", false, {"canvas", "svg"}},
    {"downloadableData", FieldKind::boolean, "Offers the data as CSV.", "true"},
    {"downloadableImage", FieldKind::boolean, "Offers the chart as an image.", "true"},
    {"description", FieldKind::text, "What the chart shows, for those who can't see it."}};

inline const Fields kEchartsFields = {
    {"echartsOptions", FieldKind::mapping, "Laid over the options that ECharts gets."},
    {"seriesOptions", FieldKind::mapping, "Laid over the options of each series."},
    {"printEchartsConfig", FieldKind::boolean, "Shows ECharts' options below the chart.", "false"},
    {"connectGroup", FieldKind::text, "Charts of one group show their tooltips together."}};

inline const Fields kBarFields = {{"type",
                                   FieldKind::text,
                                   "How series stand together.",
                                   "stacked",
                                   false,
                                   {"stacked", "grouped", "stacked100"}},
                                  {"stackName", FieldKind::text, "Names the stack that a series belongs to."},
                                  {"fillColor", FieldKind::text, "Color of the bars."},
                                  {"fillOpacity", FieldKind::integer, "0 to 1.", "1"},
                                  {"outlineWidth", FieldKind::integer, "Width of the outline.", "0"},
                                  {"outlineColor", FieldKind::text, "Color of the outline."},
                                  {"handleMissing", FieldKind::text, "Ignored: a bar is there or not."}};

inline const Fields kLineFields = {
    {"handleMissing",
     FieldKind::text,
     "What stands where a value is missing.",
     "gap",
     false,
     {"gap", "connect", "zero"}},
    {"step", FieldKind::boolean, "Draws steps.", "false"},
    {"stepPosition", FieldKind::text, "Where a step changes.", "end", false, {"start", "middle", "end"}},
    {"lineColor", FieldKind::text, "Color of the line."},
    {"lineOpacity", FieldKind::integer, "0 to 1.", "1"},
    {"lineType", FieldKind::text, "Its dashes.", "solid", false, {"solid", "dashed", "dotted"}},
    {"lineWidth", FieldKind::integer, "Its width.", "2"},
    {"markers", FieldKind::boolean, "Points on the line.", "false"},
    {"markerShape", FieldKind::text, "Their shape.", "circle"},
    {"markerSize", FieldKind::integer, "Their size.", "8"}};

inline const Fields kAreaFields = {
    {"type", FieldKind::text, "How series stand together.", "stacked", false, {"stacked", "stacked100"}},
    {"handleMissing",
     FieldKind::text,
     "What stands where a value is missing.",
     "",
     false,
     {"gap", "connect", "zero"}},
    {"step", FieldKind::boolean, "Draws steps.", "false"},
    {"stepPosition", FieldKind::text, "Where a step changes.", "end", false, {"start", "middle", "end"}},
    {"fillColor", FieldKind::text, "Color of the area."},
    {"fillOpacity", FieldKind::integer, "0 to 1.", "0.7"},
    {"lineColor", FieldKind::text, "Color of its line."},
    {"line", FieldKind::boolean, "Draws the line on top.", "true"}};

inline const Fields kPointFields = {
    {"shape", FieldKind::text, "circle, emptyCircle, rect, triangle or diamond.", "circle"},
    {"opacity", FieldKind::integer, "0 to 1.", "0.7"},
    {"fillColor", FieldKind::text, "Color of the points."},
    {"outlineWidth", FieldKind::integer, "Width of the outline.", "0"},
    {"outlineColor", FieldKind::text, "Color of the outline."},
    {"tooltipTitle", FieldKind::text, "Column that names a point."},
    {"pointSize", FieldKind::integer, "Diameter in pixels.", "10"}};

}  // namespace leat::pages
