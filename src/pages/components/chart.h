// What charts share: annotations, formats of labels, the table that stands in for a chart.
//
// Guarantees: pure functions of a component's use.
// Threads: any.
// Errors: Error(page_component).
#pragma once
#include <string>
#include <vector>

#include "pages/component.h"

namespace leat::pages {

/// ReferenceLine, ReferenceArea, ReferencePoint and Callout inside a chart, as a JSON list; rows of their
/// data one by one.
std::string annotations_json(const ComponentUse& use);
/// The codes of labelFmt and its like.
void add_label_codes(const ComponentUse& use, JsonObject& json, const Table& table, std::size_t column);
/// The first rows as a table that folds out.
std::string data_details(const Table& table, const std::vector<std::size_t>& columns);
/// Room for one bar a row.
double bars_height(const Table& table);

}  // namespace leat::pages
