// The components, a file for each family; registry.cpp puts them in the list.
//
// Guarantees: constants.
// Threads: any.
#pragma once
#include "pages/component.h"

namespace leat::pages {

// chart.cpp
extern const Component kBarChart, kLineChart, kAreaChart, kScatterPlot, kBubbleChart, kHistogram, kChart;
extern const Component kBarPart, kLinePart, kAreaPart, kScatterPart, kBubblePart, kHistPart;
// annotations.cpp
extern const Component kReferenceLine, kReferenceArea, kReferencePoint, kCallout;
// figures.cpp
extern const Component kFunnelChart, kSankeyDiagram, kHeatmap, kCalendarHeatmap, kBoxPlot, kSparkline,
    kEcharts;
// value.cpp
extern const Component kValue, kBigValue, kDelta;
// data_table.cpp
extern const Component kDataTable, kColumn;
// inputs.cpp, choice_inputs.cpp, date_inputs.cpp
extern const Component kDropdown, kDropdownOption, kButtonGroup, kButtonGroupItem;
extern const Component kSlider, kTextInput, kCheckbox, kDimensionGrid, kDateRange, kDateInput;
// maps.cpp
extern const Component kPointMap, kBubbleMap, kAreaMap, kBaseMap, kPoints, kBubbles, kAreas, kUsMap;
// layout.cpp
extern const Component kGrid, kGroup, kHoverCard, kDetails, kTabs, kTab, kAccordion, kAccordionItem, kModal,
    kPrintGroup, kFullscreen;
// texts.cpp
extern const Component kAlert, kNote, kInfo, kImage, kEmbed, kLink, kLinkButton, kBigLink, kDownloadData,
    kLastRefreshed;
extern const Component kLineBreak, kPageBreak, kCodeBlock, kButton;

}  // namespace leat::pages
