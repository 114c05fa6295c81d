#include "dbt/profile.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/secret.h"
#include "base/spec.h"
#include "dbt/basics.h"
#include "dbt/environments.h"
#include "dbt/package.h"
#include "dbt/values.h"
#include "jinja/environment.h"

namespace leat::dbt {

namespace fs = std::filesystem;
using document::Value;

namespace {

// A setting of an adapter and what it is called in leat.yml; "" for what makes no difference here.
struct Setting {
  std::string_view name, here;
};
struct Adapter {
  std::string_view type;
  std::vector<Setting> settings;
};

const std::vector<Adapter>& adapters() {
  static const std::vector<Adapter> all = {{"duckdb",
                                            {{"path", "path"},
                                             {"schema", "schema"},
                                             {"memory_limit", "memory_limit"},
                                             {"database", ""},
                                             {"extensions", ""},
                                             {"settings", ""},
                                             {"secrets", ""},
                                             {"retries", ""},
                                             {"keep_open", ""},
                                             {"use_credential_provider", ""},
                                             {"external_root", ""},
                                             {"module_paths", ""},
                                             {"disable_transactions", ""}}},
                                           {"postgres",
                                            {{"host", "host"},
                                             {"port", "port"},
                                             {"user", "user"},
                                             {"pass", "password"},
                                             {"password", "password"},
                                             {"dbname", "database"},
                                             {"database", "database"},
                                             {"schema", "schema"},
                                             {"sslmode", "sslmode"},
                                             {"keepalives_idle", ""},
                                             {"connect_timeout", ""},
                                             {"retries", ""},
                                             {"search_path", ""},
                                             {"role", ""},
                                             {"application_name", ""}}},
                                           {"snowflake",
                                            {{"account", "account"},
                                             {"user", "user"},
                                             {"password", "password"},
                                             {"token", "token"},
                                             {"private_key", "private_key"},
                                             {"private_key_path", "private_key_path"},
                                             {"private_key_passphrase", "private_key_passphrase"},
                                             {"role", "role"},
                                             {"warehouse", "warehouse"},
                                             {"database", "database"},
                                             {"schema", "schema"},
                                             {"query_tag", "query_tag"},
                                             {"client_session_keep_alive", ""},
                                             {"connect_retries", ""},
                                             {"connect_timeout", ""},
                                             {"retry_on_database_errors", ""},
                                             {"retry_all", ""},
                                             {"reuse_connections", ""}}}};
  return all;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::vector<std::string> keys(const Value& mapping) {
  std::vector<std::string> out;
  for (const auto& [key, value] : mapping.members()) out.push_back(key);
  return out;
}

class Reader {
 public:
  Reader(const ProfileOptions& options, Env& env)
      : options_(options), env_(env), environment_(make_environment(jinja::UndefinedPolicy::lenient, env)) {
    add_native_filters(*environment_);
    add_function("env_var",
                 [this](jinja::CallArguments& arguments) { return env_variable(arguments, env_); });
    add_function("var", [this](jinja::CallArguments& arguments) {
      std::string name = arguments.text(0, "name");
      if (const Value* given = options_.vars.find(name)) return to_jinja(*given);
      if (const jinja::Value* fallback = arguments.find(1, "default")) return *fallback;
      throw Error(ErrorCode::dbt_project, fmt::format("The variable `{}` is not set", name))
          .fix("Use --vars.");
    });
    context_.set("target", jinja::Value::dict());
  }

  Profile read() {
    Value project = document::load_yaml(options_.project_folder + "/dbt_project.yml");
    Profile profile;
    profile.name = !options_.profile.empty() ? options_.profile : text(project["profile"]);
    if (profile.name.empty())
      throw Error(ErrorCode::dbt_project, "The project names no profile",
                  options_.project_folder + "/dbt_project.yml")
          .fix("Write `profile: NAME`, or say --profile NAME.");
    std::string path = find_file();
    Value all = document::load_yaml(path);
    const Value& found = choose(all, profile.name, "profile", path);
    profile.target = !options_.target.empty() ? options_.target : text(found["target"]);
    if (profile.target.empty()) profile.target = "default";
    const Value& output = choose(found["outputs"], profile.target, "target", path);
    Value settings = rendered(output);
    if (const Value* threads = settings.find("threads"))
      profile.threads = static_cast<int>(std::clamp<std::int64_t>(threads->as_integer("threads"), 1, 64));
    profile.settings = translated(settings, output);
    return profile;
  }

 private:
  template <class Function>
  void add_function(const char* name, Function function) {
    environment_->add_function(name, std::move(function));
  }

  std::string find_file() const {
    std::vector<std::string> places;
    if (!options_.profiles_folder.empty()) {
      places.push_back(options_.profiles_folder);
    } else if (auto given = env_.variable("DBT_PROFILES_DIR")) {
      places.push_back(*given);
    } else {
      places = {fs::current_path().string(), options_.project_folder};
      if (auto home = env_.variable("HOME")) places.push_back(*home + "/.dbt");
    }
    for (const std::string& place : places)
      if (fs::exists(place + "/profiles.yml")) return place + "/profiles.yml";
    throw Error(ErrorCode::dbt_project, "There is no profiles.yml", listed(places))
        .fix("Say where it is with --profiles-dir, or give the project a leat.yml.");
  }

  const Value& choose(const Value& among, const std::string& name, const char* what,
                      const std::string& path) const {
    if (const Value* found = among.find(name); found && found->is_mapping()) return *found;
    std::string near = nearest(name, keys(among));
    throw Error(ErrorCode::dbt_project,
                fmt::format("There is no {} `{}`{}", what, name,
                            near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                path)
        .fix(fmt::format("There are: {}.", listed(keys(among))));
  }

  Value rendered(const Value& value) const {
    if (value.is_text() && value.raw().find("{{") != std::string::npos) {
      auto parsed = jinja::Template::parse(value.raw(), value.where());
      Value out = to_document(environment_->render_native(*parsed, context_));
      out.set_mark(value.mark());
      return out;
    }
    Value out = value;
    for (Value& item : out.items()) item = rendered(item);
    for (auto& [key, item] : out.members()) item = rendered(item);
    return out;
  }
  std::string text(const Value& value) const { return rendered(value).raw(); }

  Value translated(const Value& settings, const Value& output) const {
    std::string type = settings["type"].as_text("type");
    std::vector<std::string> types;
    for (const Adapter& adapter : adapters()) {
      types.emplace_back(adapter.type);
      if (adapter.type != type) continue;
      Value out = Value::mapping({{"type", Value::of(type)}});
      out.set_mark(output.mark());
      for (const auto& [name, value] : settings.members()) {
        if (name == "type" || name == "threads" || value.is_null()) continue;
        out = with_setting(std::move(out), adapter, name, value);
      }
      if (type == "duckdb") settle_path(out);
      return out;
    }
    throw Error(ErrorCode::dbt_project, fmt::format("The adapter `{}` is not known here", type),
                settings.where())
        .fix(fmt::format("There are: {}.", listed(types)));
  }

  static Value with_setting(Value out, const Adapter& adapter, const std::string& name, const Value& value) {
    for (const Setting& setting : adapter.settings) {
      if (setting.name != name) continue;
      if (!setting.here.empty()) out.set(setting.here, value);
      return out;
    }
    throw Error(ErrorCode::dbt_project,
                fmt::format("The setting `{}` of {} is not known here", name, adapter.type), value.where())
        .fix("Take it out, or say in an issue what it is needed for.");
  }

  // dbt reads the path against the folder that it is run in.
  static void settle_path(Value& settings) {
    std::string path = settings.find("path") ? settings["path"].raw() : ":memory:";
    if (path != ":memory:") path = fs::absolute(path).lexically_normal().string();
    settings.set("path", Value::of(path));
  }

  const ProfileOptions& options_;
  Env& env_;
  std::unique_ptr<jinja::Environment> environment_;
  jinja::Context context_;
};

}  // namespace

Profile read_profile(const ProfileOptions& options, Env& env) {
  return Reader(options, env).read();
}

std::string find_dbt_project(const std::string& start) {
  std::error_code failed;
  for (fs::path folder = fs::absolute(start).lexically_normal();; folder = folder.parent_path()) {
    if (fs::exists(folder / "dbt_project.yml", failed)) {
      std::string found = folder.string();
      while (found.size() > 1 && found.ends_with('/')) found.pop_back();
      return found;
    }
    if (folder == folder.parent_path()) return "";
  }
}

}  // namespace leat::dbt
