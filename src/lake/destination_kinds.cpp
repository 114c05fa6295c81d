// The list of targets without SQL: one line each.
#include "lake/destination_kinds.h"

#include "lake/firehose.h"
#include "lake/lake.h"

namespace leat::lake {
namespace {

const DestinationKind kFirehose{
    "firehose", &kFirehoseSpec,
    [](const document::Settings& settings, Env& env) -> std::unique_ptr<stream::Destination> {
      return std::make_unique<FirehoseDestination>(settings, env);
    }};

const DestinationKind kLake{
    "lake", &kLakeSpec,
    [](const document::Settings& settings, Env& env) -> std::unique_ptr<stream::Destination> {
      return std::make_unique<LakeDestination>(read_lake_settings(settings), env);
    }};

}  // namespace

const std::vector<const DestinationKind*>& destination_kinds() {
  static const std::vector<const DestinationKind*> kinds = {&kFirehose, &kLake};
  return kinds;
}

const DestinationKind* find_destination_kind(std::string_view name) {
  for (const DestinationKind* kind : destination_kinds()) {
    if (kind->name == name) return kind;
  }
  return nullptr;
}

}  // namespace leat::lake
