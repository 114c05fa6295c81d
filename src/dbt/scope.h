// Scope: the names that templates of one node see in one rendering: ref, source, config, this, adapter,
// macros, …
//
// Guarantees: names are made when they are first asked for. Order: macros, the node's names, basics.h.
// Threads: the one that renders.
// Owns: its context; must not outlive the renderer and the rendering.
// Errors: as renderer.h.
#pragma once
#include "dbt/renderer.h"

namespace leat::dbt {

class Scope {
 public:
  Scope(const Renderer& renderer, Rendering& rendering);
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  const jinja::Context& context() const { return context_; }

 private:
  using Maker = jinja::Value (Scope::*)();
  std::optional<jinja::Value> make(std::string_view name);
  std::optional<jinja::Value> make_override(std::string_view name) const;
  jinja::Value given_for(const Node& target) const;
  std::string place() const;

  jinja::Value make_ref_function();
  jinja::Value make_source_function();
  jinja::Value make_var();
  jinja::Value make_config();
  jinja::Value make_metric_function();
  jinja::Value make_this();
  jinja::Value make_model();
  jinja::Value make_sql();
  jinja::Value make_pre_hooks();
  jinja::Value make_post_hooks();
  jinja::Value make_execute();
  jinja::Value make_adapter();
  jinja::Value make_api_value();
  jinja::Value make_database();
  jinja::Value make_schema();
  jinja::Value make_store_result();
  jinja::Value make_load_result();
  jinja::Value make_render();
  jinja::Value make_builtins();
  jinja::Value make_context_value();
  jinja::Value make_graph();
  jinja::Value make_results();
  jinja::Value make_schemas();
  jinja::Value make_database_schemas();
  jinja::Value make_thread_id();

  const Renderer& renderer_;
  Rendering& rendering_;
  jinja::Context context_;
};

/// The `config` object of a rendering.
jinja::Value make_config_object(Rendering& rendering);

}  // namespace leat::dbt
