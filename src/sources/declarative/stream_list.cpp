#include "sources/declarative/stream_list.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/spec.h"
#include "sources/declarative/dynamic_streams.h"
#include "sources/declarative/parent_cache.h"

namespace leat::sources::declarative {
namespace {

// Python code that is not there, and templates, which the reference runtime reads only when they are used.
bool concerns_one_stream(ErrorCode code) {
  switch (code) {
    case ErrorCode::source_custom_code:
    case ErrorCode::jinja_syntax:
    case ErrorCode::jinja_undefined:
    case ErrorCode::jinja_type:
    case ErrorCode::jinja_limit:
      return true;
    default:
      return false;
  }
}

}  // namespace

StreamList::StreamList(const Value& manifest, const Workshop& workshop)
    : manifest_(manifest), workshop_(workshop) {
  for (const Value& component : manifest["streams"].items()) {
    if (component["type"].raw() != "ConditionalStreams") {
      add(component, "");
      continue;
    }
    need(component, "condition");
    if (!workshop_.text(component, "condition").truth(Scope())) continue;
    for (const Value& each : need(component, "streams").items()) add(each, "");
  }
}

void StreamList::add(const Value& component, const std::string& definition) {
  Entry entry;
  entry.name = workshop_.text_now(component, "name");
  entry.definition = definition;
  try {
    entry.stream = make_stream(component, workshop_);
  } catch (const Error& error) {
    if (!concerns_one_stream(error.code())) throw;
    entry.reason = error;
    workshop_.env.emit({"stream_unavailable",
                        EventLevel::warning,
                        {{"stream", entry.name}, {"reason", std::string(error.what())}}});
  }
  entries_.push_back(std::move(entry));
}

void StreamList::add_dynamic() {
  if (std::exchange(has_dynamic_, true)) return;
  const Value& definitions = manifest_["dynamic_streams"];
  for (std::size_t i = 0; i < definitions.items().size(); ++i) {
    DynamicStreams made = make_dynamic_streams(definitions.items()[i], i, workshop_);
    for (const Value& component : made.components) add(with_parent_cache(component), made.name);
  }
}

const std::vector<StreamList::Entry>& StreamList::all() {
  add_dynamic();
  return entries_;
}

ManifestStream& StreamList::find(const std::string& name, const std::string& where) {
  auto found = [&]() -> Entry* {
    for (Entry& each : entries_) {
      if (each.name == name) return &each;
    }
    return nullptr;
  };
  Entry* entry = found();
  if (!entry) {
    add_dynamic();
    entry = found();
  }
  if (entry && entry->stream) return *entry->stream;
  if (entry) throw *entry->reason;
  std::vector<std::string> names;
  for (const Entry& each : entries_) names.push_back(each.name);
  std::string near = nearest(name, names);
  throw Error(ErrorCode::source_stream_unknown,
              fmt::format("There is no stream `{}`{}", name,
                          near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
              where);
}

// The first `count` streams that one definition has made, or all definitions together.
void StreamList::try_first(const std::string& definition, std::int64_t count, const std::string& where) {
  std::int64_t tried = 0;
  bool known = definition.empty();
  for (const Entry& each : all()) {
    if (each.definition.empty() || (!definition.empty() && each.definition != definition)) continue;
    known = true;
    if (tried++ >= count) continue;
    if (!each.stream) throw *each.reason;
    each.stream->try_out();
  }
  if (!known) {
    throw Error(ErrorCode::source_stream_unknown, fmt::format("There is no dynamic stream `{}`", definition),
                where);
  }
}

void StreamList::check(const Value& strategy) {
  if (all().empty()) {
    throw Error(ErrorCode::source_stream_unknown, "The connector has no streams", strategy.where())
        .fix("Check what its dynamic streams are made of.");
  }
  std::string kind = component_name(strategy);
  if (kind == "CheckDynamicStream") {
    std::int64_t count = need(strategy, "stream_count").as_integer("stream_count");
    if (!plain_flag(strategy, "use_check_availability", true)) {
      all();
      return;
    }
    // Of all streams, those that the manifest names included.
    for (const Entry& each : all()) {
      if (count-- <= 0) return;
      if (!each.stream) throw *each.reason;
      each.stream->try_out();
    }
    return;
  }
  if (kind != "CheckStream") refuse_component(strategy, "check", {"CheckStream", "CheckDynamicStream"});
  for (const Value& name : strategy["stream_names"].items()) find(name.raw(), name.where()).try_out();
  for (const Value& each : strategy["dynamic_streams_check_configs"].items()) {
    const Value& name = need(each, "dynamic_stream_name");
    try_first(name.raw(), each.find("stream_count") ? each["stream_count"].integer() : 1, name.where());
  }
}

}  // namespace leat::sources::declarative
