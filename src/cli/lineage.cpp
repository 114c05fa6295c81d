// leat lineage: what a column is made of, and what is made of it.
#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/spec.h"
#include "cli/commands.h"
#include "cli/styled.h"
#include "cli/terminal.h"
#include "dbt/profile.h"
#include "run/column_lineage.h"

namespace leat::cli {
namespace {

// One side of a column, as a tree; a column that was shown before is not unfolded again.
class Tree {
 public:
  Tree(const std::vector<dbt::LineageEdge>& edges, bool upward) : edges_(edges), upward_(upward) {}

  void print(const dbt::OwnedColumn& column, const std::string& indent) {
    for (const dbt::LineageEdge& edge : edges_) {
      const dbt::OwnedColumn& here = upward_ ? edge.to : edge.from;
      const dbt::OwnedColumn& other = upward_ ? edge.from : edge.to;
      if (here != column) continue;
      bool seen = std::find(shown_.begin(), shown_.end(), other) != shown_.end();
      const char* arrow = upward_ ? "← " : "→ ";
      Styled line;
      line.add(indent).add(arrow, Ink::dim).add(other.owner + ".", Ink::dim).add(other.column, Ink::bold);
      if (!edge.itself) line.add(upward_ ? " (made of it)" : " (made from it)", Ink::dim);
      if (seen) line.add(" …", Ink::dim);
      Terminal::line(line.str());
      if (seen) continue;
      shown_.push_back(other);
      print(other, indent + "  ");
    }
  }

 private:
  const std::vector<dbt::LineageEdge>& edges_;
  bool upward_;
  std::vector<dbt::OwnedColumn> shown_;
};

document::Value json_of(const std::vector<dbt::LineageEdge>& edges) {
  document::Value list = document::Value::list();
  auto text = [](const std::string& value) { return document::Value::of(value); };
  for (const dbt::LineageEdge& edge : edges) {
    list.items().push_back(document::Value::mapping(
        {{"from", document::Value::list({text(edge.from.owner), text(edge.from.column)})},
         {"to", document::Value::list({text(edge.to.owner), text(edge.to.column)})},
         {"itself", document::Value::of(edge.itself)},
         {"distance", document::Value::of(std::int64_t{edge.distance})}}));
  }
  return list;
}

class LineageCommand : public Command {
 public:
  std::string_view name() const override { return "lineage"; }
  std::string_view summary() const override {
    return "What a column is made of, from the API's field to the page: leat lineage orders.amount";
  }
  std::string_view group() const override { return "Look"; }
  std::vector<Option> options() override {
    return {{"column", "NAME, TABLE.NAME or the whole id; all columns when left out", &column_},
            {"--json", "As JSON, for programs", &json_},
            {"--up", "Only what it is made of", &up_},
            {"--down", "Only what is made of it", &down_},
            {"--vars", "Variables for dbt, as YAML", &vars_, false, "YAML"}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat lineage crimes_by_month.crimes     both ways
  leat lineage stg_crimes.ward --down     which columns and pages change with it
  leat lineage --json > lineage.json      all columns, all edges

Columns that only filter, join or order do not count. Nothing is run: the models are bound over empty relations.)";
  }

  int run(const Globals& globals, Env& env) override {
    run::WorkspaceOptions options;
    options.target = globals.target;
    options.stand_in = false;
    options.command = "compile";
    if (!vars_.empty()) options.vars = document::parse_yaml(vars_, "--vars");
    run::Workspace workspace(open(globals, options.vars, env), options, env);
    dbt::Lineage lineage = run::column_lineage(workspace);
    if (column_.empty()) {
      if (!json_)
        print_all(lineage);
      else
        Terminal::line(dbt::lineage_json(lineage));
      return 0;
    }
    std::vector<dbt::OwnedColumn> found = lineage.find(column_);
    if (found.empty()) throw unknown(lineage);
    document::Value all = document::Value::list();
    for (const dbt::OwnedColumn& each : found) {
      std::vector<dbt::LineageEdge> above = lineage.above(each), below = lineage.below(each);
      if (json_) {
        all.items().push_back(document::Value::mapping({{"owner", document::Value::of(each.owner)},
                                                        {"column", document::Value::of(each.column)},
                                                        {"above", json_of(above)},
                                                        {"below", json_of(below)}}));
        continue;
      }
      Terminal::line(Styled().add(each.owner + ".", Ink::dim).add(each.column, Ink::bold).str());
      if (!down_) Tree(above, true).print(each, "  ");
      if (!up_) Tree(below, false).print(each, "  ");
    }
    if (json_) Terminal::line(document::to_json(all));
    return 0;
  }

 private:
  run::ProjectFile open(const Globals& globals, const document::Value& vars, Env& env) {
    std::string folder = dbt::find_dbt_project(globals.project_folder);
    if (!folder.empty() && !run::has_project(globals.project_folder))
      return run::dbt_project({folder, "", "", globals.target, vars}, env);
    return run::load_project(run::find_project(globals.project_folder), env);
  }

  void print_all(const dbt::Lineage& lineage) {
    for (const auto& [owner, columns] : lineage.owners()) {
      for (const std::string& column : columns) {
        std::string from;
        for (const dbt::LineageEdge& edge : lineage.above({owner, column})) {
          if (edge.distance == 1)
            from += fmt::format("{}{}.{}", from.empty() ? "" : ", ", edge.from.owner, edge.from.column);
        }
        Terminal::line(Styled()
                           .add(owner + ".", Ink::dim)
                           .add(column)
                           .add(from.empty() ? "" : " ← " + from, Ink::dim)
                           .str());
      }
    }
    for (const auto& [owner, why] : lineage.gaps())
      Terminal::line(fmt::format("{} is not followed: {}", owner, why));
  }

  Error unknown(const dbt::Lineage& lineage) const {
    std::vector<std::string> names;
    std::string wanted = column_.substr(column_.rfind('.') + 1);
    for (const auto& [owner, columns] : lineage.owners())
      names.insert(names.end(), columns.begin(), columns.end());
    std::string near = nearest(wanted, names);
    Error error(ErrorCode::cli_selection,
                fmt::format("There is no column `{}`{}", column_,
                            near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                "leat lineage");
    return std::move(error).fix("`leat lineage` prints all columns.");
  }

  std::string column_, vars_;
  bool json_ = false, up_ = false, down_ = false;
};

}  // namespace

std::unique_ptr<Command> make_lineage() {
  return std::make_unique<LineageCommand>();
}

}  // namespace leat::cli
