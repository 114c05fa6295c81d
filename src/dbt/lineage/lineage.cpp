#include "dbt/lineage/lineage.h"

#include <algorithm>
#include <deque>

#include "dbt/json_writer.h"

namespace leat::dbt {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

void Lineage::add_owner(const std::string& owner, std::vector<std::string> columns) {
  owners_[owner] = std::move(columns);
}

void Lineage::add_edge(const OwnedColumn& from, const OwnedColumn& to, bool itself) {
  above_[to][from] = itself;
  below_[from][to] = itself;
}

std::vector<LineageEdge> Lineage::edges() const {
  std::vector<LineageEdge> out;
  for (const auto& [to, sources] : above_) {
    for (const auto& [from, itself] : sources) out.push_back({from, to, itself, 1});
  }
  return out;
}

std::vector<LineageEdge> Lineage::walk(const Links& links, const OwnedColumn& from, bool upward) {
  std::vector<LineageEdge> out;
  std::set<OwnedColumn> seen = {from};
  std::deque<std::pair<OwnedColumn, int>> next = {{from, 1}};
  for (; !next.empty(); next.pop_front()) {
    auto found = links.find(next.front().first);
    if (found == links.end()) continue;
    for (const auto& [other, itself] : found->second) {
      const OwnedColumn& here = next.front().first;
      int distance = next.front().second;
      out.push_back({upward ? other : here, upward ? here : other, itself, distance});
      if (seen.insert(other).second) next.emplace_back(other, distance + 1);
    }
  }
  return out;
}

std::vector<LineageEdge> Lineage::above(const OwnedColumn& column) const {
  return walk(above_, column, true);
}
std::vector<LineageEdge> Lineage::below(const OwnedColumn& column) const {
  return walk(below_, column, false);
}

std::vector<OwnedColumn> Lineage::find(std::string_view text) const {
  std::string wanted = lower(text);
  std::vector<OwnedColumn> out;
  for (const auto& [owner, columns] : owners_) {
    for (const std::string& column : columns) {
      std::string whole = lower(owner + "." + column);
      bool ends =
          whole == wanted || (whole.ends_with(wanted) && whole[whole.size() - wanted.size() - 1] == '.');
      // A column's name may hold dots: at least the whole of it has to be said.
      if (ends && wanted.size() >= column.size()) out.push_back({owner, column});
    }
  }
  return out;
}

std::string lineage_json(const Lineage& lineage) {
  JsonWriter out;
  out.begin_object();
  out.key("columns");
  out.begin_object();
  for (const auto& [owner, columns] : lineage.owners()) {
    out.key(owner);
    out.texts(columns);
  }
  out.end_object();
  out.key("edges");
  out.begin_array();
  for (const LineageEdge& edge : lineage.edges()) {
    out.begin_object();
    out.key("from");
    out.texts({edge.from.owner, edge.from.column});
    out.key("to");
    out.texts({edge.to.owner, edge.to.column});
    out.key("itself");
    out.raw(edge.itself ? "true" : "false");
    out.end_object();
  }
  out.end_array();
  out.key("gaps");
  out.begin_object();
  for (const auto& [owner, why] : lineage.gaps()) out.member(owner, why);
  out.end_object();
  out.end_object();
  return out.take();
}

}  // namespace leat::dbt
