#include "pages/components/input_options.h"

#include <fmt/core.h>

#include <algorithm>

namespace leat::pages {

std::string sql_literal(const Cell& cell) {
  if (cell.kind == Cell::Kind::null) return "NULL";
  if (cell.kind == Cell::Kind::number || cell.kind == Cell::Kind::boolean) return cell.text;
  std::string out = "'";
  for (char c : cell.text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

std::string input_key(const std::vector<std::string>& values) {
  std::string key = "=";
  for (std::size_t i = 0; i < values.size(); ++i) key += (i ? "\x1f" : "") + values[i];
  return key;
}

TablePtr asked_around(const ComponentUse& use, const TablePtr& table, const std::string& before,
                      const std::string& after) {
  const Scope& root = use.scope().root();
  if (table->sql.empty() || !root.ask) return table;
  return root.ask(table->name, fmt::format("{} FROM ({}) AS q {}", before, table->sql, after));
}

std::vector<std::size_t> named_options(const std::vector<InputOption>& options, const Value& wanted) {
  std::vector<std::string> names;
  if (const ListPtr* list = wanted.list()) {
    for (const Value& each : **list) names.push_back(text_of(each));
  } else if (!wanted.is_null()) {
    names.push_back(text_of(wanted));
  }
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (std::find(names.begin(), names.end(), options[i].value.text) != names.end()) found.push_back(i);
  }
  return found;
}

std::vector<InputOption> input_options(const ComponentUse& use, std::string_view child) {
  std::vector<InputOption> options;
  auto add = [&](Cell value, std::string label, bool is_default) {
    bool known = std::any_of(options.begin(), options.end(),
                             [&](const InputOption& each) { return each.value.text == value.text; });
    if (!known && options.size() < 10'000)
      options.push_back({std::move(value), std::move(label), is_default});
  };
  use.each_child({child}, [&](const ComponentUse& option) {
    Value given = option.value("value");
    Cell value = given.cell() ? *given.cell() : Cell::of(text_of(given));
    add(value, option.has("valueLabel") ? option.text("valueLabel") : value.text, option.flag("default"));
  });
  if (!use.has("data")) return options;
  TablePtr table = use.table();
  if (table->columns.empty()) return options;
  std::string where = use.has("where") ? " WHERE " + use.text("where") : "",
              order = use.has("order") ? " ORDER BY " + use.text("order") : "";
  if (!where.empty() || !order.empty()) table = asked_around(use, table, "SELECT *", where + order);
  std::string label_text = use.text("label");
  if (!label_text.empty() && !table->find(label_text))
    table = asked_around(use, table, fmt::format("SELECT *, {} AS \"{}\"", label_text, "option label"), "");
  std::size_t value = use.column("value", *table).value_or(0);
  std::size_t label = table->find(label_text).value_or(table->find("option label").value_or(value));
  std::vector<std::size_t> rows(table->rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
  if (order.empty()) {
    std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
      const Cell &x = table->rows[a][label], &y = table->rows[b][label];
      return x.kind == Cell::Kind::number && y.kind == Cell::Kind::number ? x.number < y.number
                                                                          : x.text < y.text;
    });
  }
  for (std::size_t row : rows) {
    if (table->rows[row][value].kind != Cell::Kind::null)
      add(table->rows[row][value], table->rows[row][label].text, false);
  }
  return options;
}

std::string labelled(const ComponentUse& use, const std::string& inside, const char* element) {
  std::string title = use.has("title") ? use.text("title") : "";
  if (title.empty()) title = use.text("name");
  bool hidden = !use.has("title") || use.text("title").empty();
  std::string note =
      use.has("description") ? fmt::format(" title=\"{}\"", escape(use.text("description"))) : "";
  return fmt::format("<{0} class=\"input\"{1}><span class=\"input-title{2}\">{3}</span>{4}</{0}>", element,
                     note, hidden ? " unseen" : "", escape(title), inside);
}

Value labelled_value(const Cell& value, const std::string& label) {
  Object object = {{"value", value},
                   {"label", Cell::of(label)},
                   {"rawValues", ListPtr(std::make_shared<const List>(List{value}))}};
  return ObjectPtr(std::make_shared<const Object>(std::move(object)));
}

}  // namespace leat::pages
