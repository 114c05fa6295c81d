// The pages of a project as assets.
#include "run/workspace.h"

namespace leat::run {

void Workspace::add_pages(std::vector<Asset>&) {}

}  // namespace leat::run
