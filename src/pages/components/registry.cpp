#include "pages/components/all.h"

namespace leat::pages {

const std::vector<const Component*>& components() {
  static const std::vector<const Component*> all = {
      &kAlert, &kAreaChart,     &kBarChart,  &kBigValue,   &kColumn,   &kDataTable,   &kDetails,
      &kGrid,  &kLastRefreshed, &kLineChart, &kLinkButton, &kPointMap, &kScatterPlot, &kValue};
  return all;
}

}  // namespace leat::pages
