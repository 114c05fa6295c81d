// The pipes of a project as assets: each loads what is new, and the models above its table follow.
#include <fmt/core.h>

#include "base/units.h"
#include "run/lock.h"
#include "run/pipes.h"
#include "run/versions.h"
#include "run/workspace.h"

namespace leat::run {

void Workspace::add_pipes(std::vector<Asset>& assets) {
  for (const PipeFile& pipe : project_.pipes) {
    Asset asset;
    asset.what.id = "pipe." + pipe.name;
    asset.what.name = pipe.name;
    asset.what.kind = "pipe";
    asset.what.package = "pipe:" + pipe.name;
    asset.what.path = "leat.yml";
    asset.what.fqn = {"pipes", pipe.name};
    // A pipe that follows a lake of this project comes after the stream that fills it.
    if (pipe.mapping.find("lake")) asset.what.upstream.push_back("stream." + pipe.mapping["stream"].raw());
    asset.work = [this, &pipe](sql::Adapter& adapter) { return load_pipe(pipe, adapter); };
    assets.push_back(std::move(asset));
  }
}

Outcome Workspace::load_pipe(const PipeFile& pipe, sql::Adapter& adapter) {
  ProjectLock lock(project_.folder, "pipe-" + pipe.name);
  auto destination = warehouse().destination();
  lake::Pipe loading(pipe_settings(project_, pipe.name, env_), *destination, env_);
  lake::PipeResult result = loading.drain();
  Outcome outcome;
  outcome.rows = result.rows_changed;
  outcome.rows_read = result.rows;
  outcome.message =
      result.files == 0
          ? "nothing new"
          : fmt::format("{} {}, {} rows{}", format_count(result.files), result.files == 1 ? "file" : "files",
                        format_count(result.rows),
                        result.refused.empty()
                            ? ""
                            : fmt::format(", {} refused",
                                          format_count(static_cast<std::int64_t>(result.refused.size()))));
  if (!result.refused.empty()) outcome.status = Status::warning;
  outcome.version = Versions::of_connection(adapter, loading.bookkeeping_name());
  return outcome;
}

}  // namespace leat::run
