// leat diff: a model as two targets, or two states of the project, have it.
#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/styled.h"
#include "cli/terminal.h"
#include "dbt/diff/relation_diff.h"
#include "dbt/primary_key.h"
#include "dbt/profile.h"
#include "run/run.h"

namespace leat::cli {
namespace {

// Where one side of the comparison stands.
struct Side {
  std::string label;
  sql::Relation relation;
  std::unique_ptr<sql::Adapter> adapter;
};

document::Value json_of(const std::string& node, const dbt::RelationDiff& diff) {
  using document::Value;
  auto texts = [](const std::vector<std::string>& all) {
    Value list = Value::list();
    for (const std::string& each : all) list.items().push_back(Value::of(each));
    return list;
  };
  Value columns = Value::list();
  for (const dbt::ColumnDiff& column : diff.columns) {
    Value samples = Value::list();
    for (const auto& sample : column.samples)
      samples.items().push_back(texts({sample.key, sample.left, sample.right}));
    columns.items().push_back(Value::mapping({{"name", Value::of(column.name)},
                                              {"left_type", Value::of(column.left_type)},
                                              {"right_type", Value::of(column.right_type)},
                                              {"differing", Value::of(column.differing)},
                                              {"samples", std::move(samples)}}));
  }
  return Value::mapping({{"node", Value::of(node)},
                         {"equal", Value::of(diff.equal())},
                         {"left_rows", Value::of(diff.left_rows)},
                         {"right_rows", Value::of(diff.right_rows)},
                         {"only_left", Value::of(diff.only_left)},
                         {"only_right", Value::of(diff.only_right)},
                         {"changed", Value::of(diff.changed)},
                         {"same", Value::of(diff.same)},
                         {"only_left_keys", texts(diff.only_left_keys)},
                         {"only_right_keys", texts(diff.only_right_keys)},
                         {"columns", std::move(columns)}});
}

std::string list_of(const std::vector<std::string>& keys, std::int64_t count) {
  std::string text;
  for (const std::string& key : keys) text += (text.empty() ? ": " : " · ") + key;
  return text + (static_cast<std::int64_t>(keys.size()) < count ? " …" : "");
}

void print(const std::string& name, const Side& left, const Side& right, const dbt::RelationDiff& diff) {
  Styled head;
  head.add(diff.equal() ? "✓ " : "✗ ", diff.equal() ? Ink::green : Ink::red).add(name, Ink::bold);
  head.add(fmt::format("  {} {} rows, {} {} rows", left.label, format_count(diff.left_rows), right.label,
                       format_count(diff.right_rows)),
           Ink::dim);
  Terminal::line(head.str());
  for (const dbt::ColumnDiff& column : diff.columns) {
    if (column.right_type.empty())
      Terminal::line(fmt::format("  column {} only in {}", column.name, left.label));
    if (column.left_type.empty())
      Terminal::line(fmt::format("  column {} only in {}", column.name, right.label));
    bool both = !column.left_type.empty() && !column.right_type.empty();
    if (both && column.left_type != column.right_type)
      Terminal::line(fmt::format("  column {}: {} and {}", column.name, column.left_type, column.right_type));
  }
  if (diff.only_left > 0)
    Terminal::line(fmt::format("  {} rows only in {}{}", format_count(diff.only_left), left.label,
                               list_of(diff.only_left_keys, diff.only_left)));
  if (diff.only_right > 0)
    Terminal::line(fmt::format("  {} rows only in {}{}", format_count(diff.only_right), right.label,
                               list_of(diff.only_right_keys, diff.only_right)));
  if (diff.changed > 0) Terminal::line(fmt::format("  {} rows differ", format_count(diff.changed)));
  for (const dbt::ColumnDiff& column : diff.columns) {
    if (column.differing == 0) continue;
    Terminal::line(fmt::format("    {} in {} rows", column.name, format_count(column.differing)));
    for (const auto& sample : column.samples)
      Terminal::line(Styled()
                         .add(fmt::format("      {}: ", sample.key), Ink::dim)
                         .add(sample.left)
                         .add(" → ", Ink::dim)
                         .add(sample.right)
                         .str());
  }
}

class DiffCommand : public Command {
 public:
  std::string_view name() const override { return "diff"; }
  std::string_view summary() const override {
    return "How a model differs between two targets, or from an earlier state: leat diff orders --with prod";
  }
  std::string_view group() const override { return "Look"; }
  std::vector<Option> options() override {
    return {{"select", "What to compare, in dbt's selection language", &options_.select, true},
            {"--with", "The other target", &with_, false, "TARGET"},
            {"--state", "An earlier target folder: the relations that its manifest.json names", &state_,
             false, "DIR"},
            {"--key", "Columns that tell rows apart; the model's primary key when left out", &diff_.key,
             false, "COLUMN"},
            {"--ignore", "Columns that may differ", &diff_.ignored, false, "COLUMN"},
            {"--limit", "The most rows to compare", &limit_, false, "N"},
            {"--json", "As JSON, a line a model", &json_}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat diff fct_orders --with postgres               the same model in two warehouses
  leat diff +fct_orders --state ../main/target       as another commit has built it, in another schema
  leat diff fct_orders --with prod --key order_id --ignore loaded_at

The exit code is 0 when nothing differs and 1 when something does.)";
  }

  int run(const Globals& globals, Env& env) override {
    if (with_.empty() == state_.empty())
      throw Error(ErrorCode::cli_usage, "There has to be one thing to compare with", "leat diff")
          .fix("Name another target with --with, or an earlier target folder with --state.");
    std::unique_ptr<run::Workspace> here = open(globals, globals.target, env), there;
    if (!with_.empty()) there = open(globals, with_, env);
    std::shared_ptr<const dbt::SavedState> state = state_.empty() ? nullptr : dbt::SavedState::load(state_);
    const dbt::Project& project = *here->dbt();
    std::vector<dbt::Selectable> items = project.selectables();
    std::vector<bool> chosen = run::choose(items, project.selectors(), options_);
    bool all_equal = true;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const dbt::Node& node = project.nodes()[i];
      if (!chosen[i] || !node.referable() || node.is_ephemeral()) continue;
      Side left{here->target(), node.relation, here->warehouse().adapter()};
      Side right = there ? other_target(*there, node) : earlier(*here, *state, node);
      all_equal = compare(node, project, left, right) && all_equal;
    }
    return all_equal ? kExitOk : kExitStepsFailed;
  }

 private:
  std::unique_ptr<run::Workspace> open(const Globals& globals, const std::string& target, Env& env) const {
    run::WorkspaceOptions options;
    options.target = target;
    options.stand_in = false;
    options.command = "show";
    std::string folder = dbt::find_dbt_project(globals.project_folder);
    run::ProjectFile project = !folder.empty() && !run::has_project(globals.project_folder)
                                   ? run::dbt_project({folder, "", "", target, {}}, env)
                                   : run::load_project(run::find_project(globals.project_folder), env);
    if (project.dbt_folder.empty())
      throw Error(ErrorCode::config_invalid, "The project has no `dbt:`", project.folder + "/leat.yml");
    return std::make_unique<run::Workspace>(std::move(project), options, env);
  }

  Side other_target(run::Workspace& there, const dbt::Node& node) const {
    const dbt::Node* twin = there.dbt()->find(node.unique_id);
    if (!twin) throw missing(node, there.target());
    return {there.target(), twin->relation, there.warehouse().adapter()};
  }

  Side earlier(run::Workspace& here, const dbt::SavedState& state, const dbt::Node& node) const {
    std::optional<sql::Relation> relation = state.relation(node.unique_id);
    if (!relation) throw missing(node, state_);
    return {state_, *relation, here.warehouse().adapter()};
  }

  static Error missing(const dbt::Node& node, const std::string& place) {
    Error error(ErrorCode::config_invalid, fmt::format("{} is not there", node.name), place);
    return std::move(error).fix("Build it there first, or leave it out.");
  }

  bool compare(const dbt::Node& node, const dbt::Project& project, Side& left, Side& right) const {
    dbt::DiffOptions options = diff_;
    if (options.key.empty()) options.key = dbt::primary_key_of(node, project);
    auto read = [&](Side& side) {
      if (!side.adapter->columns(side.relation)) throw missing(node, side.label);
      return side.adapter->query("select * from " + side.adapter->dialect().render(side.relation), limit_);
    };
    sql::QueryResult here = read(left), there = read(right);
    dbt::RelationDiff diff = dbt::diff_rows(here, there, options);
    if (json_) {
      Terminal::line(document::to_json(json_of(node.unique_id, diff)));
    } else {
      print(node.name, left, right, diff);
    }
    return diff.equal();
  }

  run::RunOptions options_;
  dbt::DiffOptions diff_;
  std::string with_, state_;
  int limit_ = 1'000'000;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_diff() {
  return std::make_unique<DiffCommand>();
}

}  // namespace leat::cli
