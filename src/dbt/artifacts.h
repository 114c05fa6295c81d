// Artifacts: what other tools read of a project and a run: target/manifest.json and
// target/run_results.json.
//
// Guarantees: the keys, ids and words of dbt's manifest version 12 and run results version 6, as far as the
//   project has what they tell of. Files are written beside and renamed.
// Threads: pure functions but for the files.
// Owns: nothing.
// Errors: Error(file_io) for a folder that can't be written.
// Source: https://schemas.getdbt.com/dbt/manifest/v12.json, https://schemas.getdbt.com/dbt/run-
//   results/v6.json
#pragma once
#include <string>
#include <vector>

#include "dbt/build.h"
#include "dbt/project.h"

namespace leat::dbt {

/// The manifest's text.
std::string manifest_json(const Project& project, Env& env);
class JsonWriter;
/// The members that the metadata of every artifact begins with: schema, versions, time, invocation,
/// environment.
void write_metadata(JsonWriter& out, std::string_view schema, const Project& project, Env& env);
/// Opens an artifact's object and writes its metadata, where these members are all of it.
void begin_artifact(JsonWriter& out, std::string_view schema, const Project& project, Env& env);
/// Writes a text beside and renames it into target/NAME.
void write_artifact(const Project& project, const char* name, const std::string& text);
/// What the manifest begins with: its metadata, up to the nodes.
std::string manifest_front(const Project& project, Env& env);
/// Writes target/manifest.json; where it is the one of the same parsed project only its metadata.
void write_manifest(const Project& project, Env& env);
/// The text of the results of a run that took `seconds`.
std::string run_results_json(const Project& project, const std::vector<FinishedNode>& results, double seconds,
                             Env& env);
/// Writes target/run_results.json.
void write_run_results(const Project& project, const std::vector<FinishedNode>& results, double seconds,
                       Env& env);

}  // namespace leat::dbt
