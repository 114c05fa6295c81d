#include "sources/declarative/stream_groups.h"

#include <fmt/core.h>

#include <set>

#include "base/error.h"
#include "sources/declarative/shared_parts.h"

namespace leat::sources::declarative {
namespace {

using document::Value;

constexpr std::chrono::milliseconds kStep(100);

// The streams that a stream is made from, and those that they are.
void collect_parents(const Value& component, std::set<std::string>& names) {
  for (const Value& parent : component["parent_stream_configs"].items()) {
    const Value& stream = parent["stream"];
    if (!stream["name"].raw().empty()) names.insert(stream["name"].raw());
    collect_parents(stream["retriever"], names);
  }
  for (const auto& [name, member] : component.members()) {
    if (name != "parent_stream_configs") collect_parents(member, names);
  }
  for (const Value& item : component.items()) collect_parents(item, names);
}

}  // namespace

StreamGroups::StreamGroups(const Value& manifest, const std::string& identity, Env& env) {
  std::map<std::string, std::string> group_of;
  for (const auto& [group, members] : manifest["stream_groups"].members()) {
    auto place = shared<std::mutex>(env, "group " + group + "\n" + identity,
                                    [] { return std::make_shared<std::mutex>(); });
    for (const Value& stream : members["streams"].items()) {
      places_[stream["name"].raw()] = place;
      group_of[stream["name"].raw()] = group;
    }
  }
  if (places_.empty()) return;
  for (const Value& stream : manifest["streams"].items()) {
    const std::string& name = stream["name"].raw();
    if (!group_of.count(name)) continue;
    std::set<std::string> parents;
    collect_parents(stream["retriever"], parents);
    for (const std::string& parent : parents) {
      auto found = group_of.find(parent);
      if (found == group_of.end() || found->second != group_of[name]) continue;
      throw Error(
          ErrorCode::config_invalid,
          fmt::format("Stream `{}` and its parent `{}` are both in group `{}`", name, parent, found->second),
          stream.where())
          .fix("A stream that waits for its parent must not share a group with it.");
    }
  }
}

StreamGroups::Turn StreamGroups::wait_for_turn(const std::string& stream, Env& env) const {
  auto found = places_.find(stream);
  if (found == places_.end()) return {};
  Turn turn(*found->second, std::try_to_lock);
  while (!turn.owns_lock()) {
    env.wait(kStep);
    turn.try_lock();
  }
  return turn;
}

}  // namespace leat::sources::declarative
