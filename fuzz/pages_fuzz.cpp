// rooms: pages
//
// Fuzzes pages: Markdown with queries, components, scripts and partials; expressions; number formats. The
// first line is an expression, the second a format, the rest a page. It is read or refused with its place; an
// expression ends, whatever it walks.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "input.h"
#include "pages/expression.h"
#include "pages/format.h"
#include "pages/page.h"

namespace {

using namespace leat;
using namespace leat::pages;

TablePtr table_of_rows() {
  auto table = std::make_shared<Table>();
  table->name = "q";
  table->columns = {"x", "name", "at_date"};
  table->kinds = {Cell::Kind::number, Cell::Kind::text, Cell::Kind::date};
  for (int i = 0; i < 3; ++i)
    table->rows.push_back({Cell::of(i * 1.5), Cell::of("n" + std::to_string(i)), date_of("2026-01-05")});
  return table;
}

template <class Work>
void in_words(Work work) {
  try {
    work();
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() != ErrorCode::internal);
    LEAT_ASSERT(error.where().find(".md") != std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  static const TablePtr table = table_of_rows();
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::string_view expression = fuzz::take_line(rest), format = fuzz::take_line(rest);
  in_words([&] {
    Scope scope;
    scope.names.set("q", table);
    scope.names.set("row", RowRef{table, 1});
    scope.names.set("day", date_of("2026-03-09T14:05:00"));
    ExpressionPtr parsed = Expression::parse(expression, "p.md:1");
    Value value = parsed->evaluate(scope);  // a function points into what was parsed
    text_of(value);
    to_json(value);
    Expression::parse_template(expression, "p.md:1")->evaluate(scope);
  });
  for (const Cell& cell : {Cell::of(-1234567.125), Cell::of(0.0), Cell::of(std::string("text")),
                           Cell::of(true), date_of("2026-03-09T14:05:00"), Cell()})
    format_cell(cell, format);
  in_words([&] {
    parse_page("p", "p.md", std::string(rest), [](const std::string& path) {
      return path.ends_with(".sql") ? std::string("select 1") : std::string("partial {q[0].x}");
    });
  });
  return 0;
}
