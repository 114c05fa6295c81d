#include "pages/components/all.h"

namespace leat::pages {

const std::vector<const Component*>& components() {
  static const std::vector<const Component*> all = {
      &kAccordion,       &kAccordionItem,  &kAlert,         &kAreaChart,   &kAreaMap,
      &kAreaPart,        &kAreas,          &kBarChart,      &kBarPart,     &kBaseMap,
      &kBigLink,         &kBigValue,       &kBoxPlot,       &kBubbleChart, &kBubbleMap,
      &kBubblePart,      &kBubbles,        &kButton,        &kButtonGroup, &kButtonGroupItem,
      &kCalendarHeatmap, &kCallout,        &kChart,         &kCheckbox,    &kCodeBlock,
      &kColumn,          &kDataTable,      &kDateInput,     &kDateRange,   &kDelta,
      &kDetails,         &kDimensionGrid,  &kDownloadData,  &kDropdown,    &kDropdownOption,
      &kEcharts,         &kEmbed,          &kFullscreen,    &kFunnelChart, &kGrid,
      &kGroup,           &kHoverCard,      &kHeatmap,       &kHistPart,    &kHistogram,
      &kImage,           &kInfo,           &kLastRefreshed, &kLineBreak,   &kLineChart,
      &kLinePart,        &kLink,           &kLinkButton,    &kModal,       &kNote,
      &kPageBreak,       &kPointMap,       &kPoints,        &kPrintGroup,  &kReferenceArea,
      &kReferenceLine,   &kReferencePoint, &kSankeyDiagram, &kScatterPart, &kScatterPlot,
      &kSlider,          &kSparkline,      &kTab,           &kTabs,        &kTextInput,
      &kUsMap,           &kValue};
  return all;
}

}  // namespace leat::pages
