#include "run/pipes.h"

#include <fmt/core.h>

#include "base/error.h"
#include "lake/destination_kinds.h"
#include "lake/settings.h"

namespace leat::run {

using document::Value;

namespace {

// A relative place is the project's.
Value with_place(const Value& mapping, const char* field, const std::string& folder) {
  Value out = mapping;
  if (!mapping.find(field)) return out;
  std::string text = mapping[field].raw();
  bool is_relative =
      !text.starts_with('/') && text.find("://") == std::string::npos && !text.starts_with("${");
  if (is_relative) {
    Value place = Value::of(folder + "/" + text);
    place.set_mark(mapping[field].mark());
    out.set(field, std::move(place));
  }
  return out;
}

document::Settings lake_settings(const ProjectFile& project, const std::string& target,
                                 const std::string& where, const Env& env) {
  const Value* mapping = project.targets.find(target);
  if (!mapping || (*mapping)["type"].raw() != "lake")
    throw Error(ErrorCode::config_invalid, fmt::format("There is no target `{}` of type lake", target),
                where);
  return read_settings(lake::kLakeSpec, with_place(*mapping, "url", project.folder), env);
}

}  // namespace

bool is_destination_only(const ProjectFile& project, const std::string& target) {
  const Value* mapping = project.targets.find(target);
  return mapping && lake::find_destination_kind((*mapping)["type"].raw());
}

std::unique_ptr<stream::Destination> open_destination(const ProjectFile& project, const std::string& target,
                                                      Env& env) {
  const Value& mapping = project.targets[target];
  const lake::DestinationKind* kind = lake::find_destination_kind(mapping["type"].raw());
  LEAT_ASSERT(kind);
  return kind->open(read_settings(*kind->spec, with_place(mapping, "url", project.folder), env), env);
}

lake::PipeSettings pipe_settings(const ProjectFile& project, const std::string& name, Env& env) {
  std::vector<std::string> names;
  for (const PipeFile& pipe : project.pipes) {
    names.push_back(pipe.name);
    if (pipe.name != name) continue;
    document::Settings settings =
        read_settings(lake::kPipeSpec, with_place(pipe.mapping, "from", project.folder), env);
    lake::PipeSettings out = lake::read_pipe_settings(name, settings);
    if (settings.has("from") == settings.has("lake"))
      throw Error(ErrorCode::config_invalid, fmt::format("The pipe {} has either `from` or `lake`", name),
                  out.where);
    if (settings.has("from")) {
      out.location = files::parse_location(settings.text("from")).folder();
      return out;
    }
    lake::LakeSettings of_lake =
        lake::read_lake_settings(lake_settings(project, settings.text("lake"), out.where, env));
    out.location = of_lake.location;
    out.store = of_lake.store;
    std::string stream = settings.has("stream") ? settings.text("stream") : "";
    std::size_t dot = stream.find('.');
    if (dot == std::string::npos)
      throw Error(ErrorCode::config_invalid, "With `lake`, `stream` names its CONNECTION.STREAM", out.where);
    out.lake_connection = stream.substr(0, dot);
    out.lake_stream = stream.substr(dot + 1);
    return out;
  }
  std::string near = nearest(name, names), all;
  for (const std::string& each : names) all += (all.empty() ? "" : ", ") + each;
  throw Error(ErrorCode::pipe_unknown,
              fmt::format("There is no pipe `{}`{}", name,
                          near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
              project.folder + "/leat.yml")
      .fix(all.empty() ? "Declare it under `pipes:` of leat.yml."
                       : fmt::format("The project's pipes: {}.", all));
}

std::pair<std::string, std::string> landing_of(const PipeFile& pipe) {
  const Value* schema = pipe.mapping.find("schema");
  const Value* table = pipe.mapping.find("table");
  return {schema ? schema->raw() : "raw", table ? table->raw() : pipe.name};
}

}  // namespace leat::run
