// The components, one file each; registry.cpp puts them in the list.
//
// Guarantees: constants.
// Threads: any.
#pragma once
#include "pages/component.h"

namespace leat::pages {

extern const Component kBarChart, kLineChart, kAreaChart, kScatterPlot;       // chart.cpp
extern const Component kValue, kBigValue;                                     // value.cpp
extern const Component kDataTable, kColumn;                                   // data_table.cpp
extern const Component kPointMap;                                             // point_map.cpp
extern const Component kGrid, kDetails, kAlert, kLinkButton, kLastRefreshed;  // layout.cpp

}  // namespace leat::pages
