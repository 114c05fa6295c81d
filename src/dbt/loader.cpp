// Project::load: the stages that make a Project of a folder, in their order: project file, macros, files,
// properties, configuration, names, references.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/embedded.h"
#include "base/error.h"
#include "base/spec.h"
#include "dbt/project.h"
#include "dbt/properties.h"
#include "dbt/renderer.h"
#include "dbt/values.h"
#include "jinja/operations.h"

namespace leat {
LEAT_EMBEDDED(dbt_macros);
}

namespace leat::dbt {

namespace fs = std::filesystem;
using document::Value;

class ProjectLoader {
 public:
  ProjectLoader(const ProjectOptions& options, Env& env) : project_(new Project), env_(env) {
    project_->options_ = options;
  }

  std::unique_ptr<Project> load() {
    read_project_file();
    read_macros();
    project_->renderer_ = std::make_unique<Renderer>(*project_, env_);
    read_files();
    read_properties();
    configure();
    index();
    name_relations();
    resolve();
    return std::move(project_);
  }

 private:
  const std::string& folder() const { return project_->options_.folder; }

  std::vector<std::string> paths(const char* key, const char* fallback) const {
    std::vector<std::string> out;
    const Value& given = project_->file_[key];
    for (const Value& item : given.items()) out.push_back(item.as_text(key));
    if (given.is_null()) out.emplace_back(fallback);
    return out;
  }

  void read_project_file() {
    std::string path = folder() + "/dbt_project.yml";
    project_->file_ = document::load_yaml(path);
    const Value* name = project_->file_.find("name");
    if (!name) throw Error(ErrorCode::dbt_project, "`name` is missing", path + ":1:1");
    project_->name_ = name->as_text("name");
    project_->macros_.set_root(project_->name_);
    for (const char* key : {"on-run-start", "on-run-end"}) {
      std::vector<std::string>& hooks = key[7] == 's' ? project_->on_run_start_ : project_->on_run_end_;
      const Value& given = project_->file_[key];
      if (given.is_text()) hooks.push_back(given.raw());
      for (const Value& item : given.items()) hooks.push_back(item.as_text(key));
    }
  }

  // Files of a folder with one of the endings, in the order of their paths, relative to the project.
  std::vector<std::string> files(const std::string& below, std::initializer_list<const char*> endings) const {
    std::vector<std::string> found;
    fs::path root = fs::path(folder()) / below;
    if (!fs::exists(root)) return found;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
      if (!entry.is_regular_file()) continue;
      std::string extension = entry.path().extension().string();
      if (std::find(endings.begin(), endings.end(), extension) == endings.end()) continue;
      found.push_back(fs::relative(entry.path(), folder()).string());
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  void read_macros() {
    for (const EmbeddedFile& file : embedded_dbt_macros()) {
      project_->macros_.add_file(kOwnPackage, "dbt/" + std::string(file.path), std::string(file.contents));
    }
    fs::path packages = fs::path(folder()) / "dbt_packages";
    if (fs::exists(packages)) {
      for (const fs::directory_entry& package : fs::directory_iterator(packages)) {
        if (!fs::exists(package.path() / "dbt_project.yml")) continue;
        Value file = document::load_yaml((package.path() / "dbt_project.yml").string());
        for (const std::string& path :
             files(fs::relative(package.path() / "macros", folder()).string(), {".sql"})) {
          project_->macros_.add_file(file["name"].as_text("name"), path,
                                     document::read_file(folder() + "/" + path));
        }
      }
    }
    for (const std::string& below : paths("macro-paths", "macros")) {
      for (const std::string& path : files(below, {".sql"})) add_macros(path);
    }
    // Generic tests may stand in tests/generic as well.
    for (const std::string& below : paths("test-paths", "tests")) {
      for (const std::string& path : files(below + "/generic", {".sql"})) add_macros(path);
    }
  }
  void add_macros(const std::string& path) {
    project_->macros_.add_file(project_->name_, path, document::read_file(folder() + "/" + path));
  }

  void read_files() {
    for (const std::string& below : paths("model-paths", "models")) {
      for (const std::string& path : files(below, {".sql", ".py"})) {
        if (path.ends_with(".py")) {
          throw Error(ErrorCode::dbt_unsupported, "Python models are not run", path)
              .fix("Write the model in SQL, or set it aside.");
        }
        add_file(ResourceType::model, below, path);
      }
    }
    for (const std::string& below : paths("seed-paths", "seeds")) {
      for (const std::string& path : files(below, {".csv"})) add_file(ResourceType::seed, below, path);
    }
    for (const std::string& below : paths("analysis-paths", "analyses")) {
      for (const std::string& path : files(below, {".sql"})) add_file(ResourceType::analysis, below, path);
    }
    for (const std::string& below : paths("test-paths", "tests")) {
      for (const std::string& path : files(below, {".sql"})) {
        if (!path.starts_with(below + "/generic/")) add_file(ResourceType::test, below, path);
      }
    }
  }

  void add_file(ResourceType type, const std::string& below, const std::string& path) {
    Node node;
    node.type = type;
    node.name = fs::path(path).stem().string();
    node.package = project_->name_;
    node.path = path;
    node.file = folder() + "/" + path;
    node.where = path;
    node.unique_id = fmt::format("{}.{}.{}", dbt::name(type), node.package, node.name);
    node.fqn.push_back(node.package);
    fs::path parent = fs::path(path).lexically_relative(below).parent_path();
    for (const fs::path& part : parent) node.fqn.push_back(part.string());
    node.fqn.push_back(node.name);
    node.config = jinja::Value::dict();
    node.raw_code = document::read_file(node.file);
    project_->nodes_.push_back(std::move(node));
  }

  void read_properties() {
    Properties properties(*project_, project_->nodes_, env_);
    for (const char* key : {"model-paths", "seed-paths", "test-paths"}) {
      const char* fallback = key[0] == 'm' ? "models" : key[0] == 's' ? "seeds" : "tests";
      for (const std::string& below : paths(key, fallback)) {
        for (const std::string& path : files(below, {".yml", ".yaml"})) properties.add_file(path);
      }
    }
    properties.add_tests(tests_);
    properties_ = properties.configs();
  }

  // dbt_project.yml from its root to the node's folder, then properties, then config() in the file.
  void configure() {
    for (Node& node : project_->nodes_) {
      jinja::Value merged = jinja::Value::dict();
      const char* tree = node.type == ResourceType::model    ? "models"
                         : node.type == ResourceType::seed   ? "seeds"
                         : node.type == ResourceType::source ? "sources"
                         : node.type == ResourceType::test   ? "data_tests"
                                                             : "analyses";
      merge_tree(project_->file_[tree], node, merged);
      if (node.type == ResourceType::test) merge_tree(project_->file_["tests"], node, merged);
      if (auto found = properties_.find(node.unique_id); found != properties_.end())
        merge_config(merged.as_dict(), found->second.as_dict());
      merge_config(merged.as_dict(), node.config.as_dict());
      node.config = merged;
      if (!has_code(node)) continue;
      Rendering rendering = parsing(node);
      project_->renderer_->render(*project_->renderer_->parsed(node), rendering);
      merge_config(node.config.as_dict(), rendering.config.as_dict());
      references_[node.unique_id] = {rendering.refs, rendering.sources};
    }
    std::erase_if(project_->nodes_, [](const Node& node) { return !node.enabled(); });
    for (Node& test : tests_) project_->nodes_.push_back(std::move(test));
  }

  static bool has_code(const Node& node) {
    return node.type == ResourceType::model || node.type == ResourceType::analysis ||
           (node.type == ResourceType::test && node.test.macro.empty());
  }

  Rendering parsing(const Node& node) const {
    Rendering rendering;
    rendering.project = project_.get();
    rendering.node = &node;
    rendering.env = &env_;
    return rendering;
  }

  // One level of a config tree: settings here, and the branch that the node's path takes.
  void merge_tree(const Value& tree, const Node& node, jinja::Value& merged, std::size_t depth = 0) {
    if (!tree.is_mapping()) return;
    jinja::Value here = jinja::Value::dict();
    const Value* branch = nullptr;
    for (const auto& [key, value] : tree.members()) {
      if (depth < node.fqn.size() && key == node.fqn[depth]) {
        branch = &value;
      } else if (key.starts_with('+') || !value.is_mapping()) {
        here.as_dict().set(key, render_setting(key, value, node));
      }
    }
    merge_config(merged.as_dict(), here.as_dict());
    if (branch) merge_tree(*branch, node, merged, depth + 1);
  }

  jinja::Value render_setting(const std::string& key, const Value& value, const Node& node) {
    if (key.find("hook") != std::string::npos) return to_jinja(value);  // hooks are rendered when they run
    Rendering rendering = parsing(node);
    return project_->renderer_->render_document(value, rendering);
  }

  void index() {
    for (std::size_t i = 0; i < project_->nodes_.size(); ++i) {
      const Node& node = project_->nodes_[i];
      auto [other, fresh] = project_->index_.emplace(node.unique_id, i);
      if (fresh) continue;
      throw Error(ErrorCode::dbt_project, fmt::format("There are two of the name `{}`", node.name),
                  node.where)
          .fix(fmt::format("Rename one; the other is {}.", project_->nodes_[other->second].where));
    }
  }

  void name_relations() {
    const TargetInfo& target = project_->options_.target;
    for (Node& node : project_->nodes_) {
      if (node.type == ResourceType::source) {
        if (node.relation.database.empty()) node.relation.database = target.database;
        continue;
      }
      node.relation.database = target.database;
      node.relation.schema = target.schema;
      node.relation.identifier = node.name;
      if (node.type == ResourceType::test || node.type == ResourceType::analysis) continue;
      node.relation.schema = named("generate_schema_name", node, "schema", "custom_schema_name");
      node.relation.database = named("generate_database_name", node, "database", "custom_database_name");
      node.relation.identifier = named("generate_alias_name", node, "alias", "custom_alias_name");
      node.relation.kind = node.materialized() == "view" ? sql::RelationKind::view : sql::RelationKind::table;
    }
  }

  std::string named(const char* macro, const Node& node, const char* setting, const char* parameter) {
    const jinja::Value* custom = node.config.as_dict().find(setting);
    Rendering rendering = parsing(node);
    std::optional<jinja::Value> found = project_->macros_.find(macro);
    LEAT_ASSERT(found);
    jinja::Value result = project_->renderer_->call(*found,
                                                    {{parameter, custom ? *custom : jinja::Value::none()},
                                                     {"node", project_->renderer_->node_value(node)}},
                                                    rendering);
    std::string text = result.is_none() ? "" : jinja::to_text(result);
    std::size_t from = text.find_first_not_of(" \t\r\n"), to = text.find_last_not_of(" \t\r\n");
    return from == std::string::npos ? "" : text.substr(from, to - from + 1);
  }

  void resolve() {
    for (Node& node : project_->nodes_) {
      if (!node.test.macro.empty()) {
        resolve_generic_test(node);
        continue;
      }
      auto found = references_.find(node.unique_id);
      if (found == references_.end()) continue;
      for (const auto& [package, name] : found->second.refs) depend(node, find_ref(package, name, node));
      for (const auto& [source, table] : found->second.sources)
        depend(node, find_source(source, table, node));
    }
  }

  void resolve_generic_test(Node& node) {
    if (const Node* tested = project_->find(node.test.attached_to)) depend(node, tested);
    Rendering rendering = parsing(node);
    project_->renderer_->render_document(node.test.arguments, rendering);
    for (const auto& [package, name] : rendering.refs) depend(node, find_ref(package, name, node));
    for (const auto& [source, table] : rendering.sources) depend(node, find_source(source, table, node));
  }

  static void depend(Node& node, const Node* on) {
    if (std::find(node.depends_on.begin(), node.depends_on.end(), on->unique_id) == node.depends_on.end())
      node.depends_on.push_back(on->unique_id);
  }

  const Node* find_ref(const std::string& package, const std::string& name, const Node& from) const {
    if (const Node* found = project_->find_ref(package, name)) return found;
    std::vector<std::string> names;
    for (const Node& node : project_->nodes_) {
      if (node.type == ResourceType::model || node.type == ResourceType::seed) names.push_back(node.name);
    }
    std::string near = nearest(name, names);
    throw Error(ErrorCode::dbt_unresolved,
                fmt::format("ref('{}') names nothing{}", name,
                            near.empty() ? "" : fmt::format("; did you mean '{}'?", near)),
                place_of(from, name));
  }

  const Node* find_source(const std::string& source, const std::string& table, const Node& from) const {
    if (const Node* found = project_->find_source(source, table)) return found;
    std::vector<std::string> names;
    for (const Node& node : project_->nodes_) {
      if (node.type == ResourceType::source) names.push_back(node.name);
    }
    std::string near = nearest(table, names);
    throw Error(ErrorCode::dbt_unresolved,
                fmt::format("source('{}', '{}') names nothing{}", source, table,
                            near.empty() ? "" : fmt::format("; did you mean '{}'?", near)),
                place_of(from, table));
  }

  // path:line:column of the first mention of `name` in the node's code.
  static std::string place_of(const Node& node, const std::string& name) {
    std::size_t at = node.raw_code.find("'" + name + "'");
    if (at == std::string::npos) at = node.raw_code.find("\"" + name + "\"");
    if (at == std::string::npos) return node.where;
    auto line =
        std::count(node.raw_code.begin(), node.raw_code.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
    std::size_t begin = node.raw_code.rfind('\n', at);
    return fmt::format("{}:{}:{}", node.path, line, at - (begin == std::string::npos ? 0 : begin + 1) + 1);
  }

  struct References {
    std::vector<std::pair<std::string, std::string>> refs, sources;
  };
  std::unique_ptr<Project> project_;
  Env& env_;
  std::vector<Node> tests_;
  std::map<std::string, jinja::Value> properties_;
  std::map<std::string, References> references_;
};

std::unique_ptr<Project> Project::load(const ProjectOptions& options, Env& env) {
  return ProjectLoader(options, env).load();
}

}  // namespace leat::dbt
