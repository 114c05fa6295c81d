#include "server/api/asset_api.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/quotes.h"

namespace leat::server {

using document::Value;

namespace {

constexpr int kHistory = 60;

Value text(const std::string& value) {
  return Value::of(value);
}

Value texts(const std::vector<std::string>& values) {
  std::vector<Value> items;
  for (const std::string& each : values) items.push_back(text(each));
  return Value::list(std::move(items));
}

// The words of a selection, as the command line takes them: separated by spaces.
std::vector<std::string> words(const std::string& selection) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < selection.size();) {
    std::size_t end = std::min(selection.find_first_of(" \t", at), selection.size());
    if (end > at) out.push_back(selection.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// A graph of ten thousand assets is a few megabytes: written straight, fields that say nothing left out.
class GraphWriter {
 public:
  void begin() { out_ += out_.ends_with('}') ? ",{" : "{"; }
  void end() { out_ += '}'; }
  void text(const char* key, std::string_view value) {
    if (value.empty()) return;
    name(key);
    append_json_string(value, out_);
  }
  void number(const char* key, std::int64_t value) {
    name(key);
    out_ += std::to_string(value);
  }
  void flag(const char* key, bool value) {
    if (!value) return;
    name(key);
    out_ += "true";
  }
  template <class Numbers>
  void numbers(const char* key, const Numbers& values) {
    name(key);
    out_ += '[';
    for (auto value : values) out_ += std::to_string(value) + ",";
    if (out_.ends_with(',')) out_.pop_back();
    out_ += ']';
  }
  void texts(const char* key, const std::vector<std::string>& values) {
    if (values.empty()) return;
    name(key);
    out_ += '[';
    for (const std::string& value : values) {
      append_json_string(value, out_);
      out_ += ',';
    }
    out_.back() = ']';
  }
  std::string& out() { return out_; }

 private:
  void name(const char* key) {
    if (!out_.ends_with('{')) out_ += ',';
    out_ += '"';
    out_ += key;
    out_ += "\":";
  }
  std::string out_;
};

void write_state(GraphWriter& out, const run::AssetState& state) {
  out.text("status", state.row.status);
  out.text("built_at", state.row.built_at);
  out.text("finished_at", state.row.finished_at);
  out.text("run", state.row.run_id);
  out.text("message", state.row.message);
  if (!state.row.asset.empty() && state.row.rows >= 0) out.number("rows", state.row.rows);
  if (!state.row.asset.empty()) out.number("took_ms", state.row.took_ms);
  out.flag("stale", state.is_stale);
  out.flag("at_work", state.is_at_work);
  const run::TestCounts& tests = state.tests;
  if (tests.passed + tests.warned + tests.failed + tests.waiting > 0)
    out.numbers("tests", std::vector{tests.passed, tests.warned, tests.failed, tests.waiting});
}

void write_asset(GraphWriter& out, const run::CatalogueAsset& asset) {
  out.text("id", asset.id);
  out.text("name", asset.name);
  out.text("kind", asset.kind);
  out.text("group", asset.group);
  out.text("schema", asset.schema);
  out.text("materialized", asset.materialized);
  out.texts("tags", asset.tags);
  out.flag("declared", !asset.is_run);
}

Value state_value(const run::CatalogueAsset& asset, const run::AssetState& state) {
  GraphWriter out;
  out.begin();
  write_asset(out, asset);
  write_state(out, state);
  out.end();
  return document::parse_json(out.out(), "an asset");
}

Reply written(std::string body) {
  Reply reply;
  reply.body = std::move(body);
  return reply;
}

}  // namespace

AssetApi::AssetApi(const Control& control)
    : control_(control),
      graphs_(control.project.folder, control.target, control.env),
      store_(control.project.folder) {}

std::optional<Reply> AssetApi::answer(const Call& call, const std::string& path) {
  if (call.method != "GET") return std::nullopt;
  if (path == "/graph") return graph(call);
  if (path == "/assets") return assets(call);
  if (path.starts_with("/assets/")) return asset(call, path.substr(8));
  if (path == "/lineage") return lineage(call);
  if (path == "/reports") return reports();
  return std::nullopt;
}

std::vector<run::AssetState> AssetApi::states(const run::AssetCatalogue& graph) {
  std::lock_guard lock(mutex_);
  return run::states_of(graph, store_.assets(control_.target), store_.at_work(""));
}

// `select` and `exclude` as the command line has them; tests are counted with what they test, unless
// `tests=1`.
Reply AssetApi::graph(const Call& call) {
  std::string problem;
  std::shared_ptr<const run::AssetCatalogue> graph = graphs_.current(problem);
  std::vector<std::string> include = words(call.parameter("select")),
                           exclude = words(call.parameter("exclude"));
  bool with_tests = call.parameter("tests") == "1";
  const std::vector<run::CatalogueAsset>& assets = graph->assets();
  std::vector<bool> chosen(assets.size(), true);
  if (!include.empty() || !exclude.empty()) chosen = graph->choose(include, exclude);
  std::vector<run::AssetState> states = this->states(*graph);
  std::vector<std::uint32_t> place(assets.size(), run::CatalogueAsset::kNone);
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < assets.size(); ++i) {
    bool is_landed = assets[i].kind == "source" && !assets[i].upstream.empty();  // shown as the stream
    if (chosen[i] && (with_tests || !assets[i].is_test()) && !is_landed) place[i] = count++;
  }
  GraphWriter out;
  out.out() = fmt::format("{{\"version\":{},\"problem\":{},\"assets\":[", graphs_.version(),
                          document::json_quote(problem));
  for (std::size_t i = 0; i < assets.size(); ++i) {
    if (place[i] == run::CatalogueAsset::kNone) continue;
    out.begin();
    write_asset(out, assets[i]);
    std::vector<std::uint32_t> upstream;
    for (std::uint32_t above : assets[i].upstream) {
      if (place[above] != run::CatalogueAsset::kNone) upstream.push_back(place[above]);
    }
    out.numbers("upstream", upstream);
    write_state(out, states[i]);
    out.end();
  }
  return written(std::move(out.out()) + "]}");
}

// The newest states of the history; with `since` only what ended then or later.
Reply AssetApi::assets(const Call& call) {
  std::vector<run::AssetRow> rows;
  std::vector<run::WorkRow> at_work;
  {
    std::lock_guard lock(mutex_);
    rows = store_.assets(control_.target, call.parameter("since"));
    at_work = store_.at_work("");
  }
  GraphWriter out;
  out.out() = "{\"assets\":[";
  for (const run::AssetRow& row : rows) {
    out.begin();
    out.text("asset", row.asset);
    out.text("kind", row.kind);
    out.text("status", row.status);
    out.text("finished_at", row.finished_at);
    out.text("built_at", row.built_at);
    out.text("changed_at", row.changed_at);
    out.text("message", row.message);
    out.text("run", row.run_id);
    out.number("rows", row.rows);
    out.number("took_ms", row.took_ms);
    out.end();
  }
  std::vector<std::string> names;
  for (const run::WorkRow& row : at_work) names.push_back(row.asset);
  return written(std::move(out.out()) + "],\"at_work\":" + document::to_json(texts(names)) + "}");
}

Reply AssetApi::asset(const Call& call, const std::string& id) {
  std::shared_ptr<const run::AssetCatalogue> graph = graphs_.current();
  std::optional<std::uint32_t> at = graph->find(id);
  if (!at) return problem_reply(404, "not-found", "There is no such asset.");
  if (call.parameter("show") == "columns")
    return json_reply(Value::mapping({{"columns", columns_of(*graph, *at)}}));
  const std::vector<run::CatalogueAsset>& assets = graph->assets();
  const run::CatalogueAsset& asset = assets[*at];
  std::vector<run::AssetState> states = this->states(*graph);
  Value out = state_value(asset, states[*at]);
  run::AssetSource source = graph->source_of(*at);
  out.set("description", text(asset.description));
  out.set("package", text(asset.package));
  out.set("file", text(source.file));
  out.set("code", text(source.code));
  out.set("relation", text(asset.relation));
  std::vector<Value> upstream, downstream, tests, history;
  for (std::uint32_t above : asset.upstream) upstream.push_back(state_value(assets[above], states[above]));
  for (std::uint32_t i = 0; i < assets.size(); ++i) {
    const std::vector<std::uint32_t>& above = assets[i].upstream;
    if (assets[i].tests_of == *at) {
      tests.push_back(state_value(assets[i], states[i]));
    } else if (!assets[i].is_test() && std::find(above.begin(), above.end(), *at) != above.end()) {
      downstream.push_back(state_value(assets[i], states[i]));
    }
  }
  {
    std::lock_guard lock(mutex_);
    for (const run::AssetStep& step : store_.history(control_.target, id, kHistory))
      history.push_back(Value::mapping({{"run", text(step.run_id)},
                                        {"status", text(step.status)},
                                        {"message", text(step.message)},
                                        {"finished_at", text(step.finished_at)},
                                        {"rows", Value::of(step.rows)},
                                        {"took_ms", Value::of(step.took_ms)}}));
  }
  out.set("upstream", Value::list(std::move(upstream)));
  out.set("downstream", Value::list(std::move(downstream)));
  out.set("checks", Value::list(std::move(tests)));
  out.set("history", Value::list(std::move(history)));
  return json_reply(out);
}

// The columns that the warehouse has, with what the project tells of them.
Value AssetApi::columns_of(const run::AssetCatalogue& graph, std::uint32_t at) {
  const run::CatalogueAsset& asset = graph.assets()[at];
  std::vector<run::CatalogueColumn> told = graph.source_of(at).columns, columns;
  if (!asset.relation.empty()) {
    auto warehouse = run::open_warehouse(control_.project, control_.target, control_.env);
    if (auto held = warehouse->adapter()->columns({"", asset.schema, asset.relation})) {
      for (const sql::RelationColumn& each : *held) columns.push_back({each.name, each.native_type, "", {}});
    }
  }
  if (columns.empty()) columns = told;
  std::vector<Value> out;
  for (run::CatalogueColumn& column : columns) {
    for (const run::CatalogueColumn& each : told) {
      if (each.name != column.name) continue;
      column.description = each.description;
      column.tests = each.tests;
    }
    out.push_back(Value::mapping({{"name", text(column.name)},
                                  {"type", text(column.type)},
                                  {"description", text(column.description)},
                                  {"tests", texts(column.tests)}}));
  }
  return Value::list(std::move(out));
}

// What the columns of an asset, or one of them, are made of and what is made of them.
Reply AssetApi::lineage(const Call& call) {
  std::shared_ptr<const run::AssetCatalogue> graph = graphs_.current();
  const dbt::Lineage& lineage = graph->lineage();
  std::string owner = call.parameter("asset"), column = call.parameter("column");
  std::vector<std::string> columns;
  if (auto found = lineage.owners().find(owner); found != lineage.owners().end()) columns = found->second;
  std::vector<Value> edges;
  auto add = [&](const dbt::LineageEdge& edge) {
    edges.push_back(Value::mapping({{"from", texts({edge.from.owner, edge.from.column})},
                                    {"to", texts({edge.to.owner, edge.to.column})},
                                    {"itself", Value::of(edge.itself)},
                                    {"distance", Value::of(std::int64_t{edge.distance})}}));
  };
  for (const std::string& each : columns) {
    if (!column.empty() && each != column) continue;
    for (const dbt::LineageEdge& edge : lineage.above({owner, each})) {
      if (!column.empty() || edge.distance == 1) add(edge);
    }
    for (const dbt::LineageEdge& edge : lineage.below({owner, each})) {
      if (!column.empty() || edge.distance == 1) add(edge);
    }
  }
  Value out = Value::mapping({{"asset", text(owner)}, {"columns", texts(columns)}});
  out.set("edges", Value::list(std::move(edges)));
  auto gap = lineage.gaps().find(owner);
  out.set("gap", gap == lineage.gaps().end() ? Value() : text(gap->second));
  if (owner.empty()) {
    std::vector<Value> owners;
    for (const auto& [name, names] : lineage.owners())
      owners.push_back(Value::mapping({{"asset", text(name)}, {"columns", texts(names)}}));
    out.set("assets", Value::list(std::move(owners)));
  }
  return json_reply(out);
}

// Pages with where they can be read, and the docs site where it was generated.
Reply AssetApi::reports() {
  std::shared_ptr<const run::AssetCatalogue> graph = graphs_.current();
  std::vector<run::AssetState> states = this->states(*graph);
  std::vector<Value> pages;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const run::CatalogueAsset& asset = graph->assets()[i];
    if (asset.kind != "page") continue;
    Value page = state_value(asset, states[i]);
    bool is_there = std::filesystem::exists(control_.project.site_folder + "/" + asset.name + ".html");
    page.set("url", is_there ? text("/reports/site/" + asset.name + ".html") : Value());
    pages.push_back(std::move(page));
  }
  bool has_docs = !control_.project.dbt_folder.empty() &&
                  std::filesystem::exists(control_.project.dbt_folder + "/target/index.html");
  return json_reply(Value::mapping({{"title", text(control_.project.title)},
                                    {"pages", Value::list(std::move(pages))},
                                    {"docs", has_docs ? text("/reports/docs/index.html") : Value()}}));
}

}  // namespace leat::server
