// Pipes and lakes of a project: how `pipes:` and targets without SQL become objects.
//
// Guarantees: variables are filled in when a pipe is opened, not before.
// Threads: any.
// Errors: Error(config_invalid), Error(pipe_unknown), those of lake/.
#pragma once
#include <memory>
#include <string>

#include "lake/pipe/pipe.h"
#include "run/project_file.h"

namespace leat::run {

/// True when a target takes rows and answers no SQL.
bool is_destination_only(const ProjectFile& project, const std::string& target);
/// Opens the destination of such a target.
std::unique_ptr<stream::Destination> open_destination(const ProjectFile& project, const std::string& target,
                                                      Env& env);
/// The settings of a pipe, with its place; Error(pipe_unknown) lists near names.
lake::PipeSettings pipe_settings(const ProjectFile& project, const std::string& name, Env& env);
/// The schema and table of a pipe, as far as they are known without its variables.
std::pair<std::string, std::string> landing_of(const PipeFile& pipe);

}  // namespace leat::run
