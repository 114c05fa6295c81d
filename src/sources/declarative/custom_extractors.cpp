#include "sources/declarative/custom_extractors.h"

namespace leat::sources::declarative {

Rewrite find_custom_extractor(const std::string&, const Value&, const Workshop&) {
  return {};
}

}  // namespace leat::sources::declarative
