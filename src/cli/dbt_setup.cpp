// leat dbt deps, clean, debug, init: what stands around a project.
#include <fmt/core.h>

#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "cli/dbt_arguments.h"
#include "cli/exit_codes.h"
#include "cli/terminal.h"
#include "run/packages/packages.h"

namespace leat::cli {

namespace fs = std::filesystem;

int dbt_deps(const std::string& project_folder, const DbtArguments& arguments, Env& env) {
  run::PackageOptions options{project_folder, arguments.upgrade, arguments.lock};
  std::vector<run::InstalledPackage> installed = run::install_packages(options, env);
  for (const run::InstalledPackage& each : installed)
    Terminal::line(
        fmt::format("{} {}", each.name, each.version.empty() ? "(" + each.source + ")" : each.version));
  Terminal::line(fmt::format("{} package{} {}", installed.size(), installed.size() == 1 ? "" : "s",
                             arguments.lock ? "locked" : "installed"));
  return kExitOk;
}

int dbt_clean(const std::string& project_folder) {
  document::Value file = document::load_yaml(project_folder + "/dbt_project.yml");
  std::vector<std::string> targets;
  for (const document::Value& each : file["clean-targets"].items())
    targets.push_back(each.as_text("clean-targets"));
  if (targets.empty()) targets = {"target"};
  std::string root = fs::absolute(project_folder).lexically_normal().string();
  while (root.ends_with('/')) root.pop_back();
  for (const std::string& each : targets) {
    fs::path path = (fs::path(root) / each).lexically_normal();
    // Only what stands inside the project, as dbt has it.
    if (!path.string().starts_with(root + "/")) continue;
    fs::remove_all(path);
    Terminal::line(fmt::format("Cleaned {}", path.string()));
  }
  return kExitOk;
}

int dbt_debug(const Globals& globals, const DbtArguments& arguments, Env& env) {
  bool well = true;
  auto check = [&well](const char* what, auto&& look) {
    try {
      Terminal::line(fmt::format("{} {}: {}", Terminal::ink(Ink::green, "✓"), what, look()));
    } catch (const Error& error) {
      Terminal::line(fmt::format("{} {}: {}", Terminal::ink(Ink::red, "✗"), what, error.what()));
      well = false;
    }
  };
  std::string folder = dbt::find_dbt_project(arguments.project_dir.empty() ? "." : arguments.project_dir);
  document::Value vars =
      arguments.vars.empty() ? document::Value() : document::parse_yaml(arguments.vars, "--vars");
  std::optional<run::ProjectFile> project;
  check("dbt_project.yml", [&] {
    if (folder.empty())
      throw Error(ErrorCode::config_not_found, "There is no dbt_project.yml here or above", ".");
    document::load_yaml(folder + "/dbt_project.yml");
    return folder + "/dbt_project.yml";
  });
  check("profile", [&] {
    project =
        run::dbt_project({folder, arguments.profiles_dir, arguments.profile, globals.target, vars}, env);
    return fmt::format("{}, target {}", project->profile, project->default_target);
  });
  check("connection", [&] {
    if (!project) throw Error(ErrorCode::dbt_project, "There is no profile to connect by", folder);
    run::WorkspaceOptions options;
    options.target = globals.target;
    options.stand_in = false;
    run::Workspace workspace(*project, options, env);
    workspace.warehouse().adapter()->query("select 1 as id", 1);
    return std::string("the warehouse answers");
  });
  Terminal::line(well ? "All checks passed!" : "1 check failed");
  return well ? kExitOk : kExitStepsFailed;
}

namespace {

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(path.c_str(), "wb"), std::fclose);
  if (!out || std::fwrite(text.data(), 1, text.size(), out.get()) != text.size())
    throw Error(ErrorCode::file_io, "The file can't be written", path.string());
}

}  // namespace

int dbt_init(const DbtArguments& arguments) {
  if (arguments.name.empty())
    throw Error(ErrorCode::cli_usage, "The project has no name", "leat dbt init").fix("leat dbt init NAME");
  fs::path folder = arguments.name;
  if (fs::exists(folder) && !fs::is_empty(folder))
    throw Error(ErrorCode::cli_usage, "The folder exists and is not empty", arguments.name)
        .fix("Choose another name.");
  std::string name = folder.filename().string();
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  write(folder / "dbt_project.yml",
        fmt::format("name: {0}\nversion: '1.0.0'\nprofile: {0}\n\nmodels:\n  {0}:\n    +materialized: view\n",
                    name));
  write(folder / "profiles.yml",
        fmt::format(
            "{0}:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n      path: {0}.duckdb\n      "
            "threads: 4\n",
            name));
  write(folder / "models/first.sql", "select 1 as id\nunion all\nselect 2\n");
  write(folder / "models/second.sql", "select id from {{ ref('first') }} where id = 1\n");
  write(
      folder / "models/models.yml",
      "models:\n  - name: first\n    description: A model to start from\n    columns:\n      - name: id\n    "
      "    "
      "data_tests: [unique, not_null]\n  - name: second\n    columns:\n      - name: id\n        data_tests: "
      "[unique, not_null]\n");
  for (const char* each : {"macros", "seeds", "snapshots", "tests", "analyses"})
    fs::create_directories(folder / each);
  write(folder / ".gitignore", "target/\ndbt_packages/\nlogs/\n*.duckdb\n");
  Terminal::line(fmt::format("{0} is ready. Next:\n  cd {0}\n  dbt build", arguments.name));
  return kExitOk;
}

}  // namespace leat::cli
