#include "sources/declarative/parent_cache.h"

#include <set>
#include <string>

namespace leat::sources::declarative {
namespace {

using document::Value;

void switch_on(Value& stream) {
  for (const char* inner : {"full_refresh_stream", "incremental_stream"}) {
    if (Value* part = stream.find(inner)) switch_on(*part);
  }
  Value* retriever = stream.find("retriever");
  Value* requester = retriever ? retriever->find("requester") : nullptr;
  if (requester && requester->is_mapping()) requester->set("use_cache", Value::of(true));
}

// Parents, wherever they stand; collects their names.
void visit(Value& node, std::set<std::string>& names) {
  for (auto& [name, member] : node.members()) {
    if (name == "parent_stream_configs") {
      for (Value& config : member.items()) {
        Value* stream = config.find("stream");
        if (!stream || !stream->is_mapping()) continue;
        names.insert((*stream)["name"].raw());
        switch_on(*stream);
      }
    }
    if (name != "schema" && name != "definitions" && name != "schemas" && name != "spec")
      visit(member, names);
  }
  for (Value& item : node.items()) visit(item, names);
}

}  // namespace

Value with_parent_cache(const Value& manifest) {
  Value out = manifest;
  std::set<std::string> names;
  visit(out, names);
  names.erase("");
  if (Value* streams = out.find("streams")) {
    for (Value& stream : streams->items()) {
      if (names.count(stream["name"].raw())) switch_on(stream);
    }
  }
  return out;
}

}  // namespace leat::sources::declarative
