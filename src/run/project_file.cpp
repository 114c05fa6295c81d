#include "run/project_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/secret.h"
#include "document/texts.h"
#include "lake/destination_kinds.h"
#include "pages/project.h"
#include "run/network.h"
#include "run/pipes.h"

namespace leat::run {

using document::Value;

namespace {

const Spec kProjectSpec{
    "leat.yml",
    "A project.",
    {{"name", FieldKind::text, "The project's name.", "", true},
     {"target", FieldKind::text, "The target that is used when none is named.", "", true},
     {"targets", FieldKind::mapping, "Warehouses by name.", "", true},
     {"stand_in", FieldKind::mapping, "A local stand-in for the source."},
     {"connections", FieldKind::mapping, "Sources by name."},
     {"pipes", FieldKind::mapping, "Places whose new files are loaded, by name."},
     {"schedules", FieldKind::mapping, "When what runs, by name; `leat serve` keeps them."},
     {"partitions", FieldKind::mapping, "What assets are divided into, by name."},
     {"freshness", FieldKind::mapping, "How fresh assets have to be, by name."},
     {"sensors", FieldKind::mapping, "What is watched, and what runs when it changes, by name."},
     {"alerts", FieldKind::mapping, "Of what people are told, and where."},
     {"observe", FieldKind::mapping, "Where traces, lineage and measures of runs go."},
     {"dbt", FieldKind::mapping, "The dbt project."},
     {"pages", FieldKind::mapping, "The reports."},
     {"serve", FieldKind::mapping, "What `leat serve` listens on, and for whom."},
     {"network", FieldKind::mapping, "Which addresses requests may not reach."},
     {"threads", FieldKind::integer, "How many steps run at once.", "4"}}};
const Spec kConnectionSpec{
    "a connection",
    "A source and where it lands.",
    {{"source", FieldKind::mapping, "The source: `type` and its settings.", "", true},
     {"schema", FieldKind::text, "The schema that the streams land in.", "raw"},
     {"destination", FieldKind::text, "A target of type lake or firehose that they go to instead."},
     {"streams", FieldKind::mapping, "Streams by name; all of the source, appended, when left out."},
     {"dead_letters_max", FieldKind::integer, "More rejected records than this fail a stream.", "0"},
     {"metadata_prefix", FieldKind::text, "The prefix of raw_id, extracted_at, meta and generation_id.",
      "_airbyte_"},
     {"metadata", FieldKind::boolean, "Whether these columns are added.", "true"},
     {"parallel_streams", FieldKind::integer, "How many of its streams load at once.", "2"},
     {"queue_bytes", FieldKind::bytes, "Held between reading and writing, a stream.", "32MB"},
     {"commit_interval", FieldKind::duration, "Checkpoints within this time commit together."},
     {"commit_bytes", FieldKind::bytes, "Checkpoints commit together until this much is staged."},
     {"contract", FieldKind::mapping, "What may change: `tables`, `columns`, `data_type`."}}};
const Spec kStreamSpec{
    "a stream",
    "How a stream is loaded.",
    {{"mode",
      FieldKind::text,
      "How rows arrive; when left out, tables of databases that can only be read whole are overwritten.",
      "append",
      false,
      {"append", "overwrite", "append_dedup", "overwrite_dedup", "scd2"}},
     {"table", FieldKind::text, "The table's name; the stream's when left out."},
     {"rename", FieldKind::mapping, "Columns that arrive under another name."},
     {"drop", FieldKind::list, "Columns that don't arrive; `*` and `?` are wildcards."},
     {"flatten", FieldKind::list, "JSON columns whose members become columns; `*` and `?` are wildcards."},
     {"child_tables", FieldKind::list,
      "Columns of JSON lists whose elements become a table that follows the rows."},
     {"names",
      FieldKind::text,
      "How the other columns are named: as they are, or in lower case with `_`.",
      "as_is",
      false,
      {"as_is", "snake_case"}},
     {"primary_key", FieldKind::list, "Overrides the source's."},
     {"cursor_field", FieldKind::text, "Overrides the source's."},
     {"strategy",
      FieldKind::text,
      "How append_dedup meets the rows of a key that is there already.",
      "merge",
      false,
      {"merge", "delete_insert", "insert_only"}},
     {"merge_key", FieldKind::list,
      "With delete_insert: rows of the same values go first; the primary key when left out."},
     {"delete_column", FieldKind::text,
      "Rows whose value here is neither null nor false say that their key was deleted."},
     {"deletes",
      FieldKind::text,
      "Whether deleted rows stay, marked, or leave the table.",
      "soft",
      false,
      {"soft", "hard"}},
     {"contract", FieldKind::mapping, "Overrides the connection's, part by part."}}};
const std::vector<std::string_view> kContractModes = {"evolve", "freeze", "discard_row", "discard_value"};
const Spec kContractSpec{
    "a contract",
    "What happens where a stream does not fit its table any more.",
    {{"tables", FieldKind::text, "A table that is not there yet.", "evolve", false, kContractModes},
     {"columns", FieldKind::text, "A column that the table does not have.", "evolve", false, kContractModes},
     {"data_type", FieldKind::text, "A value that the column's type does not hold.", "evolve", false,
      kContractModes}}};
const Spec kStandInSpec{"stand_in",
                        "A local stand-in for the source.",
                        {{"command", FieldKind::list,
                          "The program and its arguments; it prints `listening on URL` first.", "", true},
                         {"variable", FieldKind::text, "The variable that gets the URL.", "", true}}};
const Spec kDbtSpec{"dbt", "The dbt project.", {{"project", FieldKind::path, "Its folder.", "."}}};
const Spec kPagesSpec{
    "pages",
    "The reports.",
    {{"folder", FieldKind::path, "Where the Markdown stands.", "pages"},
     {"output", FieldKind::path, "Where the site is built.", "site"},
     {"title", FieldKind::text, "The site's title."},
     {"draw", FieldKind::boolean,
      "Whether charts are drawn as the site is built; browsers draw them otherwise.", "true"},
     {"publish", FieldKind::mapping, "Where the built site goes: a folder or S3."},
     {"send", FieldKind::mapping, "Pages that are sent by mail or to a chat, by name."}}};

constexpr std::int64_t kThreadsMax = 64;

// `base` holds what the mapping leaves out.
sync::Contract read_contract(const Value& mapping, sync::Contract base, const Env& env) {
  if (mapping.is_null()) return base;
  document::Settings settings = read_settings(kContractSpec, mapping, env);
  auto read = [&](const char* part, sync::ContractMode& mode) {
    if (mapping.find(part)) mode = *sync::parse_contract_mode(settings.text(part));
  };
  read("tables", base.tables);
  read("columns", base.columns);
  read("data_type", base.data_type);
  return base;
}

sync::StreamSettings read_stream(const std::string& name, const Value& mapping, const Env& env,
                                 const sync::Contract& contract) {
  document::Settings settings = read_settings(kStreamSpec, mapping, env);
  sync::StreamSettings out;
  out.name = name;
  out.mode = *stream::parse_write_mode(settings.text("mode"));
  out.takes_usual_mode = !mapping.find("mode");
  out.table = settings.text("table");
  for (const Value::Member& member : settings.value("rename").members())
    out.rename.emplace_back(member.first, member.second.as_text("rename"));
  out.drop = document::texts(settings, "drop");
  out.child_tables = document::texts(settings, "child_tables");
  out.flatten = document::texts(settings, "flatten");
  if (settings.text("names") == "snake_case") out.names = sync::ColumnNames::snake_case;
  out.primary_key = document::texts(settings, "primary_key");
  out.cursor_field = settings.text("cursor_field");
  out.strategy = *stream::parse_merge_strategy(settings.text("strategy"));
  out.merge_key = document::texts(settings, "merge_key");
  out.delete_column = settings.text("delete_column");
  out.deletes_hard = settings.text("deletes") == "hard";
  out.contract = read_contract(settings.value("contract"), contract, env);
  out.where = mapping.where();
  return out;
}

ConnectionFile read_connection(const std::string& name, const Value& mapping, const Env& env) {
  if (!mapping.is_mapping())
    throw Error(ErrorCode::config_invalid, fmt::format("The connection `{}` has to be a mapping", name),
                mapping.where());
  // The source keeps its variables until it is opened: they may come from the stand-in.
  Value without_source = mapping;
  without_source.set("source", Value::mapping());
  document::Settings settings = read_settings(kConnectionSpec, without_source, env);
  ConnectionFile out;
  out.source = mapping["source"];
  if (!out.source.is_mapping())
    throw Error(ErrorCode::config_invalid, "`source` is missing: the source's `type` and its settings",
                mapping.where());
  out.connection.name = name;
  out.connection.schema = settings.text("schema");
  if (settings.has("destination")) out.destination = settings.text("destination");
  out.connection.dead_letters_max = settings.integer("dead_letters_max");
  out.connection.metadata_prefix = settings.boolean("metadata") ? settings.text("metadata_prefix") : "";
  out.connection.parallel_streams = static_cast<int>(settings.integer("parallel_streams"));
  out.connection.queue_bytes = settings.bytes("queue_bytes");
  out.connection.commit_interval = settings.duration("commit_interval");
  out.connection.commit_bytes = settings.bytes("commit_bytes");
  out.connection.where = mapping.where();
  sync::Contract contract = read_contract(settings.value("contract"), {}, env);
  for (const Value::Member& member : settings.value("streams").members()) {
    if (!member.second.is_null() && !member.second.is_mapping())
      throw Error(ErrorCode::config_invalid, fmt::format("The stream `{}` has to be a mapping", member.first),
                  member.second.where());
    Value stream = member.second.is_null() ? Value::mapping() : member.second;
    stream.set_mark(member.second.mark());
    out.connection.streams.push_back(read_stream(member.first, stream, env, contract));
  }
  return out;
}

// NAME=value lines; quotes around a value are taken off, `#` begins a comment.
void read_env_file(const std::string& path, Env& env) {
  if (!std::filesystem::is_regular_file(path)) return;
  std::string text = document::read_file(path);
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    at = end + 1;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.starts_with("export ")) line.erase(0, 7);
    std::size_t equals = line.find('=');
    if (line.empty() || line[0] == '#' || equals == std::string::npos) continue;
    std::string value = line.substr(equals + 1);
    if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0]) {
      value = value.substr(1, value.size() - 2);
    } else if (std::size_t comment = value.find(" #"); comment != std::string::npos) {
      value.resize(comment);
    }
    if (sounds_secret(line.substr(0, equals))) register_secret(value);
    env.set_variable(line.substr(0, equals), value);
  }
}

}  // namespace

const ConnectionFile& ProjectFile::connection(const std::string& wanted) const {
  std::vector<std::string> names;
  for (const ConnectionFile& each : connections) {
    if (each.connection.name == wanted) return each;
    names.push_back(each.connection.name);
  }
  std::string near = nearest(wanted, names), all;
  for (const std::string& each : names) all += (all.empty() ? "" : ", ") + each;
  throw Error(ErrorCode::config_invalid,
              fmt::format("There is no connection `{}`{}", wanted,
                          near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
              folder + "/leat.yml")
      .fix(fmt::format("The project's connections: {}.", all));
}

namespace {

// "" when there is none.
std::string folder_of_project(const std::string& start) {
  std::filesystem::path folder = std::filesystem::absolute(start).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();  // "." ends with a slash otherwise
  for (;; folder = folder.parent_path()) {
    if (std::filesystem::exists(folder / "leat.yml")) return folder.string();
    if (folder == folder.parent_path()) return "";
  }
}

}  // namespace

bool has_project(const std::string& start) {
  return !folder_of_project(start).empty();
}

std::string find_project(const std::string& start) {
  std::string folder = folder_of_project(start);
  if (!folder.empty()) return folder;
  throw Error(ErrorCode::config_not_found, "There is no leat.yml in this folder or above it",
              std::filesystem::absolute(start).string());
}

namespace {

// Collects what is wrong in several places of a file, to tell all of it at once.
class Problems {
 public:
  /// Runs `read`; an error of it is kept for later.
  template <class Read>
  void in(Read&& read) {
    try {
      read();
    } catch (const Error& error) {
      if (!first_) {
        first_ = error;
      } else {
        rest_ += fmt::format("\n  {}: {}", error.where(), error.what_failed());
      }
    }
  }
  void tell() const {
    if (!first_) return;
    if (rest_.empty()) throw *first_;
    throw Error(first_->code(), first_->what_failed() + rest_, first_->where());
  }

 private:
  std::optional<Error> first_;
  std::string rest_;
};

void check_targets(const ProjectFile& project, Problems& problems) {
  for (const Value::Member& member : project.targets.members()) {
    problems.in([&] {
      if (!member.second.find("type"))
        throw Error(ErrorCode::config_invalid, fmt::format("The target `{}` has no `type`", member.first),
                    member.second.where());
      if (lake::find_destination_kind(member.second["type"].raw())) return;
      warehouses::find_warehouse_kind(member.second["type"].as_text("type"), member.second["type"].where());
    });
  }
  if (project.targets.find(project.default_target)) return;
  problems.in([&] {
    throw Error(ErrorCode::config_invalid, fmt::format("There is no target `{}`", project.default_target),
                project.targets.where());
  });
}

// Two streams that land in one table would replace each other.
void check_tables(const ProjectFile& project, Problems& problems) {
  std::map<std::string, std::string> landed;
  for (const ConnectionFile& file : project.connections) {
    for (const sync::StreamSettings& stream : file.connection.streams) {
      std::string table = file.connection.schema + "." + stream.table_name();
      auto landing = landed.emplace(table, file.connection.name + "." + stream.name);
      if (landing.second) continue;
      problems.in([&] {
        throw Error(ErrorCode::config_invalid,
                    fmt::format("The streams {} and {}.{} would both land in {}", landing.first->second,
                                file.connection.name, stream.name, table),
                    stream.where)
            .fix("Give one of them a `table`, or its connection another `schema`.");
      });
    }
  }
}

void read_pipes(const Value& all, ProjectFile& project, Problems& problems) {
  for (const Value::Member& member : all.members()) {
    problems.in([&] {
      if (!member.second.is_mapping())
        throw Error(ErrorCode::config_invalid, fmt::format("The pipe `{}` has to be a mapping", member.first),
                    member.second.where());
      project.pipes.push_back({member.first, member.second});
    });
  }
  for (const ConnectionFile& file : project.connections) {
    if (file.destination.empty() || is_destination_only(project, file.destination)) continue;
    problems.in([&] {
      throw Error(ErrorCode::config_invalid,
                  fmt::format("The `destination` {} of connection {} is no target of type lake or firehose",
                              file.destination, file.connection.name),
                  file.connection.where);
    });
  }
}

void read_connections(const Value& all, ProjectFile& project, Env& env, Problems& problems) {
  for (const Value::Member& member : all.members()) {
    problems.in([&] { project.connections.push_back(read_connection(member.first, member.second, env)); });
  }
  for (const ConnectionFile& file : project.connections) {
    problems.in([&] { sources::find_source_kind(file.source["type"].as_text("type"), file.source.where()); });
  }
}

void read_parts(const document::Settings& settings, ProjectFile& project, Env& env, Problems& problems) {
  auto absolute = [&](const std::string& relative) {
    return (std::filesystem::path(project.folder) / relative).lexically_normal().string();
  };
  problems.in([&] {
    if (!settings.has("stand_in")) return;
    document::Settings stand_in = read_settings(kStandInSpec, settings.value("stand_in"), env);
    project.stand_in = StandIn{document::texts(stand_in, "command"), stand_in.text("variable")};
    if (project.stand_in->command.empty())
      throw Error(ErrorCode::config_invalid, "`command` names no program",
                  settings.value("stand_in").where());
  });
  problems.in([&] { project.schedules = read_schedules(settings.value("schedules"), env); });
  problems.in([&] { project.partitions = read_partition_sets(settings.value("partitions"), env); });
  problems.in([&] { project.freshness = read_freshness(settings.value("freshness"), env); });
  problems.in([&] {
    if (!settings.has("dbt")) return;
    project.dbt_folder = absolute(read_settings(kDbtSpec, settings.value("dbt"), env).text("project"));
  });
  problems.in([&] {
    if (!settings.has("pages")) return;
    document::Settings pages = read_settings(kPagesSpec, settings.value("pages"), env);
    project.pages_folder = absolute(pages.text("folder"));
    project.site_folder = absolute(pages.text("output"));
    project.title = pages.has("title") ? pages.text("title") : project.name;
    project.draws_charts = pages.boolean("draw");
    project.publish = settings.value("pages")["publish"];
    project.sendings = read_sendings(settings.value("pages")["send"]);
  });
}

}  // namespace

ProjectFile load_project(const std::string& folder, Env& env) {
  ProjectFile project;
  project.folder = folder;
  read_env_file(folder + "/.env", env);
  std::string path = folder + "/leat.yml";
  Value root = document::load_yaml(path);
  if (!root.is_mapping()) throw Error(ErrorCode::config_invalid, "leat.yml has to be a mapping", path);
  // Targets and sources keep their variables until they are opened.
  Value shallow = root;
  for (const char* deferred : {"targets", "connections", "pipes", "serve", "sensors", "alerts", "observe"}) {
    if (shallow.find(deferred) && shallow[deferred].is_mapping()) shallow.set(deferred, Value::mapping());
  }
  Problems problems;
  problems.in([&] {
    document::Settings settings = read_settings(kProjectSpec, shallow, env);
    project.name = settings.text("name");
    project.default_target = settings.text("target");
    project.threads = static_cast<int>(std::clamp<std::int64_t>(settings.integer("threads"), 1, kThreadsMax));
    project.targets = root["targets"];
    project.serve = root["serve"];
    set_network(settings.value("network"), env);
    project.sensors = root["sensors"];
    project.alerts = root["alerts"];
    project.observe = root["observe"];
    read_parts(settings, project, env, problems);
    check_targets(project, problems);
  });
  read_connections(root["connections"], project, env, problems);
  read_pipes(root["pipes"], project, problems);
  check_tables(project, problems);
  problems.tell();
  return project;
}

ProjectFile dbt_project(const dbt::ProfileOptions& options, Env& env) {
  read_env_file(options.project_folder + "/.env", env);
  dbt::Profile profile = dbt::read_profile(options, env);
  ProjectFile project;
  project.folder = project.dbt_folder = options.project_folder;
  project.name = profile.name;
  project.profile = profile.name;
  project.default_target = profile.target;
  project.targets = Value::mapping({{profile.target, profile.settings}});
  project.threads = profile.threads;
  return project;
}

ProjectFile pages_project(const std::string& folder) {
  std::filesystem::path root = std::filesystem::absolute(folder).lexically_normal();
  if (!root.has_filename()) root = root.parent_path();
  ProjectFile project;
  project.folder = root.string();
  project.name = project.title = root.filename().string();
  project.default_target = "pages";
  Value target = Value::mapping();
  target.set("type", Value::of("duckdb"));
  target.set("path", Value::of(project.folder + "/.leat/pages.duckdb"));
  project.targets = Value::mapping({{project.default_target, target}});
  project.pages_folder = pages::Project::evidence_pages(project.folder);
  project.site_folder = project.folder + "/build";
  std::error_code made;
  std::filesystem::create_directories(project.folder + "/.leat", made);
  return project;
}

std::string choose_target(const ProjectFile& project, const std::string& wanted, const Env& env) {
  std::string target = !wanted.empty() ? wanted : env.variable("LEAT_TARGET").value_or("");
  if (target.empty()) target = project.default_target;
  if (is_destination_only(project, target))
    throw Error(
        ErrorCode::config_invalid,
        fmt::format("The target `{}` holds files and answers no SQL, so nothing can run on it", target),
        project.targets[target].where())
        .fix("Run on a warehouse, and name this target as the `destination` of a connection.");
  if (project.targets.find(target)) return target;
  std::vector<std::string> names;
  for (const Value::Member& member : project.targets.members()) names.push_back(member.first);
  std::string near = nearest(target, names);
  throw Error(ErrorCode::config_invalid,
              fmt::format("There is no target `{}`{}", target,
                          near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
              project.targets.where());
}

std::unique_ptr<warehouses::Warehouse> open_warehouse(const ProjectFile& project, const std::string& target,
                                                      Env& env) {
  const Value& mapping = project.targets[target];
  const warehouses::WarehouseKind& kind =
      warehouses::find_warehouse_kind(mapping["type"].as_text("type"), mapping.where());
  return kind.open(read_settings(*kind.spec, mapping, env), env);
}

std::unique_ptr<stream::Source> open_source(const ConnectionFile& connection, Env& env) {
  const sources::SourceKind& kind =
      sources::find_source_kind(connection.source["type"].as_text("type"), connection.source.where());
  return kind.open(read_settings(*kind.spec, connection.source, env), env);
}

}  // namespace leat::run
