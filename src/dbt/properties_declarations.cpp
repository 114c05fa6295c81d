// Properties: exposures, metrics, semantic models, saved queries and groups become nodes; macros are
// described. Source: https://docs.getdbt.com/docs/build/exposures,
// https://docs.getdbt.com/docs/build/semantic-models
#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>

#include "base/error.h"
#include "dbt/properties.h"
#include "dbt/renderer.h"
#include "dbt/values.h"

namespace leat::dbt {

using document::Value;

Node Properties::make_declaration(const Declaration& declaration) const {
  Node node;
  node.type = declaration.type;
  node.name = declaration.entry["name"].as_text("name");
  node.package = declaration.package;
  node.path = declaration.path;
  node.below = declaration.below;
  node.display = declaration.display;
  node.file = declaration.project_folder + "/" + declaration.path;
  node.where = declaration.entry.where();
  node.unique_id = fmt::format("{}.{}.{}", dbt::name(node.type), node.package, node.name);
  node.fqn.push_back(node.package);
  node.fqn.insert(node.fqn.end(), declaration.folders.begin(), declaration.folders.end());
  node.fqn.push_back(node.name);
  node.description = declaration.description;
  node.properties = declaration.entry;
  node.config = jinja::Value::dict();
  Value beside = Value::mapping();
  for (const char* key : {"meta", "tags", "enabled", "group"}) {
    if (const Value* given = declaration.entry.find(key)) beside.set(key, *given);
  }
  for (const Value* each : std::initializer_list<const Value*>{&beside, &declaration.entry["config"]}) {
    if (each->is_mapping()) merge_config(node.config.as_dict(), render(*each).as_dict());
  }
  // Of exposures dbt tells them in the order of the alphabet.
  if (declaration.type == ResourceType::exposure && node.setting("tags")) {
    std::vector<std::string> tags = node.tags();
    std::sort(tags.begin(), tags.end());
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    std::vector<jinja::Value> sorted(tags.begin(), tags.end());
    node.config.as_dict().set("tags", jinja::Value::list(std::move(sorted)));
  }
  return node;
}

namespace {

// The name of a metric or a measure: a text, or `name` of a mapping.
std::string named(const Value& value) {
  return value.is_mapping() ? value["name"].raw() : value.raw();
}

using Names = std::map<std::string, std::string>;  // name -> unique id

void depend_on(Node& node, const Names& names, const std::string& name, const char* kind) {
  auto found = names.find(name);
  if (found == names.end())
    throw Error(ErrorCode::dbt_unresolved, fmt::format("There is no {} `{}`", kind, name), node.where);
  auto& all = node.depends_on;
  if (std::find(all.begin(), all.end(), found->second) == all.end()) all.push_back(found->second);
}

// What a metric is made of: measures of semantic models, or other metrics.
void depend_metric(Node& node, const Names& metrics, const Names& measures) {
  const Value& given = node.properties["type_params"];
  if (given.find("measure")) depend_on(node, measures, named(given["measure"]), "measure");
  const Value& conversion = given["conversion_type_params"];
  for (const char* key : {"base_measure", "conversion_measure"}) {
    if (conversion.find(key)) depend_on(node, measures, named(conversion[key]), "measure");
  }
  for (const char* key : {"numerator", "denominator"}) {
    if (given.find(key)) depend_on(node, metrics, named(given[key]), "metric");
  }
  for (const Value& each : given["metrics"].items()) depend_on(node, metrics, named(each), "metric");
  if (const Value* base = given["cumulative_type_params"].find("metric"))
    depend_on(node, metrics, named(*base), "metric");
}

// A metric of one measure, for `create_metric: true`.
Value metric_of(const Value& measure) {
  Value entry = Value::mapping();
  entry.set("name", measure["name"]);
  entry.set("label", measure.find("label") ? measure["label"] : measure["name"]);
  entry.set("type", Value::of("simple"));
  entry.set("type_params", Value::mapping({{"measure", measure["name"]}}));
  entry.set_mark(measure.mark());
  return entry;
}

}  // namespace

void Properties::add_declarations(std::vector<Node>& declared, std::vector<Node>& groups) const {
  Names measures, metrics;
  std::vector<Declaration> all = declarations_;
  for (const Declaration& each : declarations_) {
    if (each.type != ResourceType::semantic_model) continue;
    for (const Value& measure : each.entry["measures"].items()) {
      measures[measure["name"].raw()] =
          fmt::format("semantic_model.{}.{}", each.package, each.entry["name"].raw());
      if (!measure["create_metric"].boolean()) continue;
      Declaration made = each;
      made.type = ResourceType::metric;
      made.entry = metric_of(measure);
      made.description = measure["description"].raw();
      all.push_back(std::move(made));
    }
  }
  for (const Declaration& each : all) {
    if (each.type == ResourceType::metric)
      metrics[each.entry["name"].raw()] = fmt::format("metric.{}.{}", each.package, each.entry["name"].raw());
  }
  for (const Declaration& each : all) {
    Node node = make_declaration(each);
    Rendering rendering;
    rendering.project = &project_;
    rendering.env = &env_;
    rendering.package = node.package;
    auto mention = [&](const Value& call) {
      project_.renderer().render_text("{{ " + call.as_text("a reference") + " }}", call.where(), rendering);
    };
    if (node.type == ResourceType::semantic_model) mention(each.entry["model"]);
    for (const Value& call : each.entry["depends_on"].items()) mention(call);
    node.refs = rendering.refs;
    node.sources = rendering.sources;
    node.metrics = rendering.metrics;
    if (node.type == ResourceType::metric) depend_metric(node, metrics, measures);
    if (node.type == ResourceType::saved_query) {
      for (const Value& metric : each.entry["query_params"]["metrics"].items())
        depend_on(node, metrics, named(metric), "metric");
    }
    if (node.type == ResourceType::exposure) {
      Value plain = node.properties;
      plain.erase("depends_on");
      node.properties = to_document(render(plain));
      node.description = node.properties["description"].raw();
    }
    // Those of exposures come after what they ref().
    for (const std::string& metric : node.metrics) {
      if (!metrics.count(metric)) depend_on(node, metrics, metric, "metric");
      node.metric_ids.push_back(metrics[metric]);
    }
    (node.type == ResourceType::group ? groups : declared).push_back(std::move(node));
  }
}

void Properties::describe_macros(MacroTable& table) const {
  for (const DescribedMacro& each : macros_) {
    std::string name = each.entry["name"].as_text("name");
    MacroEntry* macro = table.find_own(each.package, name);
    if (!macro) {
      env_.emit({"dbt_message",
                 EventLevel::warning,
                 {{"message", fmt::format("{}: there is no macro `{}`", each.entry.where(), name)}}});
      continue;
    }
    macro->properties = each.entry;
    macro->description = each.description;
    macro->patch = each.display;
  }
}

}  // namespace leat::dbt
