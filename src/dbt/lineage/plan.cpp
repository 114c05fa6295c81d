#include "dbt/lineage/plan.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "document/value.h"

namespace leat::dbt {
namespace {

using document::Value;
using Columns = std::vector<Origins>;

// Views in views: nobody writes so deep, and recursion has to end.
constexpr int kDepthMax = 400;

void add(Origins& into, const Origins& more, bool itself) {
  for (const auto& [column, same] : more) {
    bool& held = into[column];
    held = held || (same && itself);
  }
}

void append(Columns& into, Columns more) {
  std::move(more.begin(), more.end(), std::back_inserter(into));
}

std::size_t number(const Value& value) {
  return static_cast<std::size_t>(value.integer());
}

class PlanReader {
 public:
  Columns read(const Value& plan) {
    if (++depth_ > kDepthMax) return {};
    Columns out = columns_of(plan);
    --depth_;
    return out;
  }

 private:
  using Reader = Columns (PlanReader::*)(const Value&);

  Columns columns_of(const Value& plan) {
    static const std::unordered_map<std::string_view, Reader> kReaders = {
        {"LOGICAL_GET", &PlanReader::scan},
        {"LOGICAL_PROJECTION", &PlanReader::project},
        {"LOGICAL_AGGREGATE_AND_GROUP_BY", &PlanReader::aggregate},
        {"LOGICAL_WINDOW", &PlanReader::widen},
        {"LOGICAL_UNNEST", &PlanReader::widen},
        {"LOGICAL_COMPARISON_JOIN", &PlanReader::join},
        {"LOGICAL_ANY_JOIN", &PlanReader::join},
        {"LOGICAL_DELIM_JOIN", &PlanReader::join},
        {"LOGICAL_ASOF_JOIN", &PlanReader::join},
        {"LOGICAL_DELIM_GET", &PlanReader::correlated},
        {"LOGICAL_MATERIALIZED_CTE", &PlanReader::named},
        {"LOGICAL_RECURSIVE_CTE", &PlanReader::recursive},
        {"LOGICAL_CTE_REF", &PlanReader::by_name},
        {"LOGICAL_UNION", &PlanReader::set_operation},
        {"LOGICAL_EXCEPT", &PlanReader::first},
        {"LOGICAL_INTERSECT", &PlanReader::set_operation},
        {"LOGICAL_EXPRESSION_GET", &PlanReader::values},
        {"LOGICAL_DUMMY_SCAN", &PlanReader::nothing}};
    auto found = kReaders.find(plan["type"].raw());
    if (found != kReaders.end()) return (this->*found->second)(plan);
    // Filters, orders, limits and the like pass on what is below; products put it side by side.
    return all_children(plan);
  }

  Columns all_children(const Value& plan) {
    Columns out;
    for (const Value& child : plan["children"].items()) append(out, read(child));
    return out;
  }
  Columns first(const Value& plan) {
    Columns out;
    bool is_first = true;
    for (const Value& child : plan["children"].items()) {
      Columns columns = read(child);
      if (is_first) out = std::move(columns);
      is_first = false;
    }
    return out;
  }
  Columns nothing(const Value&) { return {Origins()}; }

  Columns scan(const Value& plan) {
    const Value& from = plan["function_data"];
    const std::vector<Value>& names = plan["names"].items();
    Columns out;
    for (const Value& index : plan["column_indexes"].items()) {
      Origins origins;
      std::size_t at = number(index["index"]);
      if (from.find("table") && at < names.size())
        origins[{from["schema"].raw(), from["table"].raw(), names[at].raw()}] = true;
      out.push_back(std::move(origins));
    }
    // A function that takes rows: each column may come from any of theirs.
    if (!plan["children"].items().empty()) {
      Origins any;
      for (const Origins& each : all_children(plan)) add(any, each, false);
      out.assign(std::max(out.size(), names.size()), any);
    }
    return out;
  }

  Columns of_expressions(const Value& expressions, const Columns& below) {
    Columns out;
    for (const Value& expression : expressions.items()) {
      Origins origins;
      collect(expression, below, expression["expression_class"].raw() == "BOUND_REF", origins);
      out.push_back(std::move(origins));
    }
    return out;
  }

  void collect(const Value& value, const Columns& below, bool itself, Origins& into) {
    if (value.is_list()) {
      for (const Value& each : value.items()) collect(each, below, itself, into);
    } else if (value.is_mapping()) {
      if (value["expression_class"].raw() == "BOUND_REF") {
        std::size_t at = number(value["index"]);
        if (at < below.size()) add(into, below[at], itself);
        return;
      }
      for (const auto& [key, member] : value.members()) {
        // Where a window's rows lie, and which rows an aggregate takes, is no origin.
        if (key == "partitions" || key == "orders" || key == "filter" || key == "order_bys") continue;
        if (member.is_list() || member.is_mapping()) collect(member, below, itself, into);
      }
    }
  }

  Columns project(const Value& plan) { return of_expressions(plan["expressions"], all_children(plan)); }

  Columns aggregate(const Value& plan) {
    Columns below = all_children(plan);
    Columns out = of_expressions(plan["groups"], below);
    append(out, of_expressions(plan["expressions"], below));
    for (const Value& function : plan["grouping_functions"].items()) {
      Origins origins;
      for (const Value& index : function.items()) {
        if (number(index) < out.size()) add(origins, out[number(index)], false);
      }
      out.push_back(std::move(origins));
    }
    return out;
  }

  Columns widen(const Value& plan) {
    Columns out = all_children(plan);
    append(out, of_expressions(plan["expressions"], Columns(out)));
    return out;
  }

  Columns join(const Value& plan) {
    const std::vector<Value>& sides = plan["children"].items();
    if (sides.size() != 2) return all_children(plan);
    const std::string& kind = plan["join_type"].raw();
    bool correlates = plan["duplicate_eliminated_columns"].is_list();
    // The right side of a correlated join asks for columns of the left one; the plan may have them exchanged.
    bool flipped = plan["delim_flipped"].boolean();
    Columns left, right;
    if (correlates && flipped) {
      right = read(sides[1]);
      outer_.push_back(of_expressions(plan["duplicate_eliminated_columns"], right));
      left = read(sides[0]);
    } else {
      left = read(sides[0]);
      if (correlates) outer_.push_back(of_expressions(plan["duplicate_eliminated_columns"], left));
      right = read(sides[1]);
    }
    if (correlates) outer_.pop_back();
    if (kind == "SEMI" || kind == "ANTI") return left;
    if (kind == "RIGHT_SEMI" || kind == "RIGHT_ANTI") return right;
    if (kind == "MARK") {
      Origins mark;
      if (!right.empty()) add(mark, right[0], false);
      left.push_back(std::move(mark));
      return left;
    }
    append(left, std::move(right));
    return left;
  }

  Columns correlated(const Value& plan) {
    std::size_t width = plan["chunk_types"].items().size();
    for (auto outer = outer_.rbegin(); outer != outer_.rend(); ++outer) {
      if (outer->size() == width) return *outer;
    }
    return Columns(width);
  }

  Columns named(const Value& plan) {
    const std::vector<Value>& parts = plan["children"].items();
    if (parts.size() != 2) return all_children(plan);
    names_[number(plan["table_index"])] = read(parts[0]);
    return read(parts[1]);
  }

  Columns recursive(const Value& plan) {
    const std::vector<Value>& parts = plan["children"].items();
    if (parts.size() != 2) return all_children(plan);
    Columns& held = names_[number(plan["table_index"])];
    held = read(parts[0]);
    // Twice: columns may change places on the way round.
    for (int i = 0; i < 2; ++i) {
      Columns more = read(parts[1]);
      Columns& now = names_[number(plan["table_index"])];
      for (std::size_t c = 0; c < std::min(now.size(), more.size()); ++c) add(now[c], more[c], true);
    }
    return names_[number(plan["table_index"])];
  }

  Columns by_name(const Value& plan) {
    auto found = names_.find(number(plan["cte_index"]));
    return found == names_.end() ? Columns(plan["chunk_types"].items().size()) : found->second;
  }

  Columns set_operation(const Value& plan) {
    Columns out;
    for (const Value& child : plan["children"].items()) {
      Columns more = read(child);
      if (out.empty()) {
        out = std::move(more);
        continue;
      }
      for (std::size_t c = 0; c < std::min(out.size(), more.size()); ++c) add(out[c], more[c], true);
    }
    return out;
  }

  Columns values(const Value& plan) {
    Columns below = all_children(plan), out;
    for (const Value& row : plan["expressions"].items()) {
      Columns cells = of_expressions(row, below);
      if (out.size() < cells.size()) out.resize(cells.size());
      for (std::size_t c = 0; c < cells.size(); ++c) add(out[c], cells[c], true);
    }
    if (out.empty()) out.resize(plan["expr_types"].items().size());
    return out;
  }

  int depth_ = 0;
  std::unordered_map<std::size_t, Columns> names_;  // of common table expressions, by index
  std::vector<Columns> outer_;                      // what correlated subqueries see
};

}  // namespace

std::optional<std::vector<Origins>> origins_of_plan(std::string_view plan) {
  Value told = document::parse_json(plan, "DuckDB's plan");
  if (told["error"].boolean() || told["plans"].items().size() != 1) return std::nullopt;
  return PlanReader().read(told["plans"].items()[0]);
}

}  // namespace leat::dbt
