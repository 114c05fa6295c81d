// DestinationKind: a kind of target that takes rows and answers no SQL: a lake, a delivery stream.
//
// Guarantees: the list is constant.
// Threads: any.
// Errors: open() throws what its settings have wrong.
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/spec.h"
#include "document/settings.h"
#include "stream/destination.h"

namespace leat::lake {

struct DestinationKind {
  std::string_view name;  ///< as in `type:` of a target
  const Spec* spec;
  std::unique_ptr<stream::Destination> (*open)(const document::Settings& settings, Env& env);
};

/// Every kind, in alphabetical order.
const std::vector<const DestinationKind*>& destination_kinds();
/// The kind of that name, or nullptr.
const DestinationKind* find_destination_kind(std::string_view name);

}  // namespace leat::lake
