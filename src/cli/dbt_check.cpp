// leat dbt check: mistakes in the SQL of models and tests, found without running it.
#include "run/dbt_check.h"

#include <fmt/core.h>

#include <map>

#include "base/units.h"
#include "cli/dbt_arguments.h"
#include "cli/exit_codes.h"
#include "cli/styled.h"
#include "cli/terminal.h"

namespace leat::cli {

namespace {

void print_json(const dbt::CheckReport& report) {
  document::Value mistakes = document::Value::list(), unchecked = document::Value::list();
  auto text = [](const std::string& value) { return document::Value::of(value); };
  for (const dbt::Mistake& each : report.mistakes) {
    mistakes.items().push_back(document::Value::mapping({{"node", text(each.node->unique_id)},
                                                         {"kind", text(std::string(dbt::name(each.kind)))},
                                                         {"message", text(each.text)},
                                                         {"near", text(each.near)},
                                                         {"where", text(each.where)}}));
  }
  for (const dbt::CheckReport::Unchecked& each : report.unchecked)
    unchecked.items().push_back(
        document::Value::mapping({{"node", text(each.node->unique_id)}, {"why", text(each.why)}}));
  document::Value all = document::Value::mapping();
  all.set("mistakes", std::move(mistakes));
  all.set("checked", document::Value::of(static_cast<std::int64_t>(report.checked)));
  all.set("unchecked", std::move(unchecked));
  Terminal::line(document::to_json(all));
}

void print_mistake(const dbt::Mistake& mistake) {
  Terminal::line(Styled()
                     .add("✗ ", Ink::red)
                     .add(mistake.where, Ink::bold)
                     .add(fmt::format(" {}", dbt::name(mistake.kind)), Ink::dim)
                     .str());
  if (!mistake.line.empty()) {
    Terminal::line("    " + mistake.line);
    std::string caret(mistake.column - 1, ' ');
    for (std::size_t i = 0; i < caret.size() && i < mistake.line.size(); ++i)
      if (mistake.line[i] == '\t') caret[i] = '\t';
    Terminal::line("    " + caret + "^");
  }
  std::string near = mistake.near.empty() ? "" : fmt::format("; did you mean `{}`?", mistake.near);
  Terminal::line(fmt::format("  {}{}", mistake.text, near));
}

}  // namespace

int dbt_check(run::Workspace& workspace, const DbtArguments& arguments) {
  std::set<std::string> chosen;
  for (const dbt::Node* node : chosen_nodes(*workspace.dbt(), arguments)) {
    if (node->has_code() && node->type != dbt::ResourceType::analysis) chosen.insert(node->unique_id);
  }
  dbt::CheckReport report = run::check_sql(workspace, chosen);
  int code = report.mistakes.empty() ? kExitOk : kExitStepsFailed;
  if (arguments.output == "json") {
    print_json(report);
    return code;
  }
  for (const dbt::Mistake& mistake : report.mistakes) print_mistake(mistake);
  std::map<std::string, std::size_t> reasons;
  for (const dbt::CheckReport::Unchecked& each : report.unchecked) ++reasons[each.why];
  std::string sum =
      report.mistakes.size() == 1
          ? "1 mistake"
          : fmt::format("{} mistakes", format_count(static_cast<std::int64_t>(report.mistakes.size())));
  Terminal::line(fmt::format("{}, {} checked, {} not checked", report.mistakes.empty() ? "no mistake" : sum,
                             report.checked, report.unchecked.size()));
  for (const auto& [why, count] : reasons) Terminal::line(fmt::format("  {} not checked: {}", count, why));
  return code;
}

}  // namespace leat::cli
