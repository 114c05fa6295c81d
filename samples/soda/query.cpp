#include "query.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "aggregate.h"
#include "problem.h"
#include "render.h"

namespace soda {
namespace {

std::size_t read_count(const std::string& name, const std::string& text) {
  std::size_t value = 0;
  const bool good = !text.empty() && text.size() < 16 &&
                    std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!good)
    throw Problem(400, "query.compiler.malformed", fmt::format("Invalid value for {}: '{}'", name, text));
  for (char c : text) value = value * 10 + static_cast<std::size_t>(c - '0');
  return value;
}

std::optional<std::string>* clause_of(Statement& clauses, std::string_view name) {
  if (name == "$select") return &clauses.select;
  if (name == "$where") return &clauses.where;
  if (name == "$group") return &clauses.group;
  if (name == "$having") return &clauses.having;
  if (name == "$order") return &clauses.order;
  if (name == "$limit") return &clauses.limit;
  if (name == "$offset") return &clauses.offset;
  if (name == "$q") return &clauses.search;
  return nullptr;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return std::string(text);
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) || c == '\'')
      words.emplace_back();
    else
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  std::erase(words, "");
  return words;
}

Expression equality(const std::string& name, const std::string& text) {
  Expression column, literal, both;
  column.op = Op::column;
  column.name = name;
  literal.text = text;
  literal.literal.kind = Value::Kind::text;
  both.op = Op::equal;
  both.args.push_back(std::move(column));
  both.args.push_back(std::move(literal));
  return both;
}

class Runner {
 public:
  Runner(const std::shared_ptr<const Table>& table, const Query& query, const QueryLimits& limits,
         RowCache& cache, std::optional<std::int64_t> before)
      : table_(table), query_(query), limits_(limits), cache_(cache) {
    filter_.before = before;
  }

  Answer run() {
    parse();
    bind_filter();
    const bool grouped =
        query_.clauses.group || std::any_of(selected_.begin(), selected_.end(), [](const Selected& item) {
          return item.kind == Selected::Kind::expression && item.expression.contains_aggregate();
        });
    if (grouped) return run_grouped();
    for (Ordered& item : order_) bind(item.expression, *table_);
    Answer answer;
    answer.table = table_;
    answer.from_data_set = true;
    expand();
    for (Selected& item : selected_) bind(item.expression, *table_);
    answer.rows = choose_rows(*table_, filter_, order_, query_.offset, query_.limit, &cache_, key());
    project(answer);
    return answer;
  }

 private:
  void parse() {
    const Statement& clauses = query_.clauses;
    if (clauses.select)
      selected_ = parse_select(*clauses.select);
    else
      selected_.emplace_back().kind = Selected::Kind::all_user;
    if (!clauses.select && !query_.exclude_system_fields) {
      selected_.insert(selected_.begin(), Selected{});
      selected_.front().kind = Selected::Kind::all_system;
    }
    if (clauses.order) order_ = parse_order(*clauses.order);
    if (clauses.group) groups_ = parse_group(*clauses.group);
    if (clauses.having) having_ = parse_where(*clauses.having);
    for (Ordered& item : order_) replace_aliases(item.expression);
    for (Expression& group : groups_) replace_aliases(group);
    if (having_) replace_aliases(*having_);
  }

  void replace_aliases(Expression& expression) const {
    if (expression.op == Op::column) {
      for (const Selected& item : selected_) {
        if (item.kind != Selected::Kind::expression || table_->find(expression.name)) continue;
        if (name_of(item) != expression.name) continue;
        expression = item.expression;
        return;
      }
    }
    for (Expression& arg : expression.args) replace_aliases(arg);
  }

  static std::string name_of(const Selected& item) {
    if (!item.alias.empty()) return item.alias;
    return item.expression.op == Op::column ? item.expression.name : implicit_alias(item.expression);
  }

  void bind_filter() {
    const auto add = [&](Expression condition) {
      if (condition.contains_aggregate())
        throw Problem(400, "query.soql.aggregate-in-ungrouped-context", "An aggregate stands in $where");
      bind(condition, *table_);
      if (condition.type != Type::checkbox)
        throw Problem(400, "query.soql.type-mismatch",
                      fmt::format("Type mismatch for #WHERE, is {}", header_name(condition.type)));
      if (!filter_.where) {
        filter_.where = std::move(condition);
        return;
      }
      Expression both;
      both.op = Op::logical_and;
      both.type = Type::checkbox;
      both.args.push_back(std::move(*filter_.where));
      both.args.push_back(std::move(condition));
      filter_.where = std::move(both);
    };
    if (query_.clauses.where && !trimmed(*query_.clauses.where).empty())
      add(parse_where(*query_.clauses.where));
    for (const auto& [name, text] : query_.equal) add(equality(name, text));
    if (query_.clauses.search) filter_.words = words_of(*query_.clauses.search);
  }

  std::string key() const {
    std::string key = fmt::format("{}\x1f{}\x1f{}\x1f{}\x1f{}", table_->version,
                                  query_.clauses.where.value_or(""), query_.clauses.order.value_or(""),
                                  query_.clauses.search.value_or(""), filter_.before.value_or(INT64_MAX));
    for (const auto& [name, text] : query_.equal) key += "\x1f" + name + "=" + text;
    return key;
  }

  Answer run_grouped() {
    for (Expression& group : groups_) bind(group, *table_);
    Grouping grouping(*table_, groups_);
    for (Selected& item : selected_) {
      if (item.kind != Selected::Kind::expression)
        throw Problem(400, "query.soql.column-not-in-group-bys", "Column `*' not in group bys");
      item.alias = name_of(item);
      bind(item.expression, *table_);
      grouping.rewrite(item.expression);
    }
    for (Ordered& item : order_) {
      bind(item.expression, *table_);
      grouping.rewrite(item.expression);
    }
    if (having_) {
      bind(*having_, *table_);
      grouping.rewrite(*having_);
    }
    const RowWindow rows = choose_rows(*table_, filter_, {}, 0, SIZE_MAX, &cache_, "");
    const std::shared_ptr<Table> groups = grouping.fold(rows);
    for (Selected& item : selected_) bind(item.expression, *groups);
    for (Ordered& item : order_) bind(item.expression, *groups);
    Filter having;
    if (having_) {
      bind(*having_, *groups);
      having.where = having_;
    }
    Answer answer;
    answer.table = groups;
    answer.rows = choose_rows(*groups, having, order_, query_.offset, query_.limit, nullptr, "");
    project(answer);
    return answer;
  }

  void expand() {
    std::vector<Selected> expanded;
    for (Selected& item : selected_) {
      if (item.kind == Selected::Kind::expression) {
        expanded.push_back(std::move(item));
        continue;
      }
      for (std::size_t i = 0; i < table_->columns.size(); ++i) {
        const std::string& name = table_->columns[i].name;
        if (table_->is_hidden(i) || table_->is_system(i) != (item.kind == Selected::Kind::all_system))
          continue;
        if (limits_.order_drops_regions && !order_.empty() && name.starts_with(":@")) continue;
        Selected& column = expanded.emplace_back();
        column.expression.op = Op::column;
        column.expression.name = name;
      }
    }
    selected_ = std::move(expanded);
  }

  /// Fills the outputs; computed columns make a new table of the rows that are answered.
  void project(Answer& answer) const {
    std::vector<std::string> names;
    bool computed = false;
    for (const Selected& item : selected_) {
      names.push_back(name_of(item));
      if (std::count(names.begin(), names.end(), names.back()) > 1 && !item.alias.empty())
        throw Problem(400, "query.soql.duplicate-alias",
                      fmt::format("There is already a column named `{}'", names.back()));
      computed = computed || item.expression.op != Op::column;
    }
    if (!computed) {
      for (std::size_t i = 0; i < selected_.size(); ++i) {
        const bool repeated = std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i),
                                        names[i]) != names.begin() + static_cast<std::ptrdiff_t>(i);
        if (!repeated) answer.outputs.push_back({names[i], selected_[i].expression.column});
      }
      return;
    }
    auto result = std::make_shared<Table>(answer.table->id(), answer.table->name());
    Evaluator evaluator(*answer.table);
    for (std::size_t i = 0; i < selected_.size(); ++i) {
      const Expression& expression = selected_[i].expression;
      Column& column = result->add_column(names[i], expression.type);
      for (std::size_t r = 0; r < answer.rows.count; ++r) {
        const Value value = evaluator(expression, answer.rows[r]);
        const bool object = is_object(expression.type) && expression.op == Op::column && !value.is_null();
        if (object)
          column.append_text(object_text(*answer.table, expression.column, answer.rows[r]));
        else
          append_value(column, value);
      }
      answer.outputs.push_back({names[i], i});
    }
    result->set_row_count(answer.rows.count);
    answer.rows = {nullptr, 0, answer.rows.count};
    answer.table = result;
    answer.from_data_set = false;
  }

  const std::shared_ptr<const Table>& table_;
  const Query& query_;
  const QueryLimits& limits_;
  RowCache& cache_;
  Filter filter_;
  std::vector<Selected> selected_;
  std::vector<Ordered> order_;
  std::vector<Expression> groups_;
  std::optional<Expression> having_;
};

}  // namespace

Query read_query(const Parameters& parameters, const QueryLimits& limits) {
  Query query;
  for (const auto& [name, text] : parameters) {
    if (name == "$$exclude_system_fields") {
      query.exclude_system_fields = text != "false";
    } else if (name == "$query") {
      query.clauses = split_statement(text);
    } else if (std::optional<std::string>* clause = clause_of(query.clauses, name)) {
      *clause = text;
    } else if (name.starts_with("$") && !name.starts_with("$$")) {
      throw Problem(400, "query.compiler.malformed", fmt::format("Unrecognized arguments [{}]", name));
    } else if (!name.starts_with("$$")) {
      query.equal.emplace_back(name, text);
    }
  }
  if (query.clauses.limit) query.limit = read_count("$limit", trimmed(*query.clauses.limit));
  if (query.clauses.offset) query.offset = read_count("$offset", trimmed(*query.clauses.offset));
  if (limits.rows_max > 0 && query.limit > limits.rows_max)
    throw Problem(400, "req.row-limit-exceeded",
                  fmt::format("The row limit exceeds the maximum of {}", limits.rows_max),
                  fmt::format("{{\"limit\":{}}}", limits.rows_max));
  return query;
}

Answer run(const std::shared_ptr<const Table>& table, const Query& query, const QueryLimits& limits,
           RowCache& cache, std::optional<std::int64_t> before) {
  return Runner(table, query, limits, cache, before).run();
}

}  // namespace soda
