#include "pages/page.h"

#include <algorithm>

#include "base/error.h"

namespace leat::pages {

const Property* PageNode::find(std::string_view property) const {
  for (const auto& [key, value] : properties) {
    if (key == property) return &value;
  }
  return nullptr;
}

bool for_each_item(const PageNode& each, const Scope& scope, const std::function<void(const Scope&)>& visit) {
  Value walked = each.expression->evaluate(scope);
  std::size_t count = 0;
  auto step = [&](Value item) {
    Scope inner;
    inner.outer = &scope;
    bind_name(inner, each.name, std::move(item));
    if (!each.index.empty()) inner.names.set(each.index, Cell::of(static_cast<double>(count)));
    ++count;
    visit(inner);
  };
  if (const TablePtr* table = walked.table()) {
    for (std::size_t row = 0; row < (*table)->rows.size(); ++row) step(RowRef{*table, row});
  } else if (const ListPtr* list = walked.list()) {
    for (const Value& item : **list) step(item);
  } else if (const ObjectPtr* object = walked.object()) {
    // {length: 5} counts; a set holds its items.
    for (const auto& [key, held] : **object) {
      if (key == "items" && held.list()) {
        for (const Value& item : **held.list()) step(item);
      } else if (key == "length" && held.cell()) {
        auto length = static_cast<std::size_t>(std::clamp(held.cell()->number, 0.0, 10'000.0));
        for (std::size_t i = 0; i < length; ++i) step(Value());
      }
    }
  } else if (!walked.is_null()) {
    throw Error(ErrorCode::page_syntax, "{#each} walks a query or a list", each.where);
  }
  return count > 0;
}

}  // namespace leat::pages
