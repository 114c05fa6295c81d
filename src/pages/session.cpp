#include "pages/session.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/spec.h"
#include "pages/body_parser.h"
#include "pages/expression_tree.h"

namespace leat::pages {
namespace {

// Values inside quotes of SQL: a quote in them is doubled.
Value quoted_for_sql(const Value& value) {
  if (const Cell* cell = value.cell()) {
    if (cell->kind != Cell::Kind::text) return value;
    std::string out;
    for (char c : cell->text) out += c == '\'' ? "''" : std::string(1, c);
    return Cell::of(out);
  }
  if (const ObjectPtr* object = value.object()) {
    // What is SQL already stays as it is, and is the value then.
    const Value* sql = nullptr;
    for (const auto& [key, held] : **object) {
      if (key == "sql") sql = &held;
    }
    Object out;
    for (const auto& [key, held] : **object) {
      bool is_sql = sql && (key == "sql" || key == "value");
      out.emplace_back(key, is_sql ? *sql : quoted_for_sql(held));
    }
    return ObjectPtr(std::make_shared<const Object>(std::move(out)));
  }
  return value;
}

// What is being resolved, for as long as it is.
class Step {
 public:
  Step(std::vector<std::string>& trail, const std::string& name) : trail_(trail) { trail_.push_back(name); }
  ~Step() { trail_.pop_back(); }

 private:
  std::vector<std::string>& trail_;
};

class Members : public Host {
 public:
  explicit Members(std::function<Value(const std::string&)> find) : find_(std::move(find)) {}
  Value member(const std::string& name) const override { return find_(name); }

 private:
  std::function<Value(const std::string&)> find_;
};

Value host(std::function<Value(const std::string&)> find) {
  return HostPtr(std::make_shared<const Members>(std::move(find)));
}

}  // namespace

Session::Session(const Page& page, std::map<std::string, std::string> params, Ask ask, std::string now)
    : page_(page), params_(std::move(params)), ask_(std::move(ask)) {
  find_inputs(page.body);
  set_scope(now);
}

void Session::set_scope(const std::string& now) {
  scope_.names.set("$now", date_of(now));
  scope_.names.set("inputs", host([this](const std::string& name) { return input_value(name); }));
  Value params = host([this](const std::string& name) -> Value {
    auto found = params_.find(name);
    if (found == params_.end()) return Value();
    Value value = Cell::of(found->second);
    return in_sql_ ? quoted_for_sql(value) : value;
  });
  scope_.names.set("params", params);
  std::string route = page_.id == "index" ? "/" : "/" + page_.id;
  Value path = ObjectPtr(std::make_shared<const Object>(Object{{"pathname", Cell::of(route)}}));
  Value page = host([params, path](const std::string& name) {
    return name == "params" ? params : name == "url" || name == "route" ? path : Value();
  });
  scope_.names.set("page", page);
  scope_.names.set("$page", page);
  Object front;
  for (const auto& [key, value] : page_.front_matter.members()) {
    if (!value.is_list() && !value.is_mapping()) front.emplace_back(key, Cell::of(value.raw()));
  }
  scope_.names.set("frontmatter", ObjectPtr(std::make_shared<const Object>(front)));
  scope_.names.set("undefined", Value());
  scope_.names.set("Infinity", Cell::of(std::numeric_limits<double>::infinity()));
  scope_.names.set("NaN", Cell::of(std::numeric_limits<double>::quiet_NaN()));
  scope_.lookup = [this](const std::string& name) { return lookup(name); };
  scope_.ask = [this](const std::string& name, const std::string& sql) { return asked_anew(name, sql); };
}

void Session::find_inputs(const std::vector<PageNode>& nodes) {
  for (const PageNode& node : nodes) {
    const Property* name = node.kind == PageNode::Kind::component ? node.find("name") : nullptr;
    if (name && !name->text.empty()) inputs_.try_emplace(name->text, &node);
    find_inputs(node.children);
    find_inputs(node.otherwise);
  }
}

std::optional<Value> Session::lookup(const std::string& name) {
  if (find_query(name)) return Value(table(name));
  for (const auto& declaration : page_.script) {
    if (declaration->name == name) return declared(name);
  }
  if (name == "data")
    return host(
        [this](const std::string& query) { return find_query(query) ? Value(table(query)) : Value(); });
  const document::Value& front = page_.front_matter[name];
  if (front.is_null() || front.is_list() || front.is_mapping()) return std::nullopt;
  if (front.kind() == document::Value::Kind::integer || front.kind() == document::Value::Kind::real)
    return Value(Cell::of(front.real()));
  return Value(Cell::of(front.raw()));
}

Value Session::declared(const std::string& name) {
  const Declaration* last = nullptr;
  for (const auto& declaration : page_.script) {
    if (declaration->name == name && (declaration->value || !declaration->refused.empty()))
      last = declaration.get();
  }
  if (!last) return Value();
  if (!last->refused.empty())
    throw Error(ErrorCode::page_syntax, fmt::format("`{}` {}", name, last->refused), last->where)
        .fix("Compute it in SQL, or with the expressions that docs/guide/pages.md lists.");
  std::string mark = "script " + name;
  if (std::find(trail_.begin(), trail_.end(), mark) != trail_.end())
    throw Error(ErrorCode::page_syntax, fmt::format("`{}` is computed from itself", name), last->where);
  Step step(trail_, mark);
  return Evaluation(name, last->where, scope_).evaluate(*last->value, scope_);
}

const Query* Session::find_query(const std::string& name) const {
  for (const Query& query : page_.queries) {
    if (query.name == name) return &query;
  }
  return nullptr;
}

void Session::note(const std::set<std::string>& names) {
  for (std::set<std::string>* tracker : trackers_) tracker->insert(names.begin(), names.end());
}

std::set<std::string> Session::tracked(const std::function<void()>& work) {
  std::set<std::string> names;
  // Taken off again when the work throws.
  struct Open {
    std::vector<std::set<std::string>*>& all;
    ~Open() { all.pop_back(); }
  };
  trackers_.push_back(&names);
  Open open{trackers_};
  work();
  return names;
}

std::string Session::placeholder(const Query& query, const std::string& text) {
  if (const Query* other = find_query(text)) return "(" + resolved(*other) + ")";
  auto expression = Expression::parse(text, query.where);
  bool outer = std::exchange(in_sql_, true);
  struct Restore {
    bool& flag;
    bool value;
    ~Restore() { flag = value; }
  } restore{in_sql_, outer};
  return text_of(expression->evaluate(scope_));
}

std::string Session::resolved(const Query& query) {
  auto kept = resolved_.find(query.name);
  if (kept != resolved_.end()) {
    note(kept->second.inputs);
    if (!kept->second.missing.empty()) missing_ = kept->second.missing;
    return kept->second.value;
  }
  if (std::find(trail_.begin(), trail_.end(), query.name) != trail_.end())
    throw Error(ErrorCode::page_syntax, fmt::format("The query {} reads itself", query.name), query.where);
  Step step(trail_, query.name);
  Kept<std::string> made;
  std::string missing = std::exchange(missing_, {});
  made.inputs = tracked([&] {
    for (std::size_t at = 0; at < query.sql.size();) {
      std::size_t open = query.sql.find("${", at);
      made.value += query.sql.substr(at, open == std::string::npos ? open : open - at);
      if (open == std::string::npos) break;
      std::size_t close = closing_bracket(query.sql, open + 1);
      if (close == std::string::npos)
        throw Error(ErrorCode::page_syntax, "A `${` is not closed", query.where);
      std::string inside = trimmed(std::string_view(query.sql).substr(open + 2, close - open - 2));
      made.value += placeholder(query, inside.empty() ? "''" : inside);
      at = close + 1;
    }
  });
  made.missing = missing_;
  if (missing_.empty()) missing_ = missing;
  // A comment at the end must not swallow the bracket behind a chained query.
  while (!made.value.empty() && std::string_view("; \n\t").find(made.value.back()) != std::string_view::npos)
    made.value.pop_back();
  std::size_t line = made.value.rfind('\n');
  if (made.value.find("--", line == std::string::npos ? 0 : line) != std::string::npos) made.value += "\n";
  note(made.inputs);
  return resolved_.emplace(query.name, std::move(made)).first->second.value;
}

TablePtr Session::asked_once(const std::string& name, const std::string& sql, const std::string& where) {
  TablePtr& held = by_sql_[sql];
  if (!held) {
    held = ask_(name, sql, where);
    ++asked_;
    rows_ += static_cast<std::int64_t>(held->rows.size());
  }
  return held;
}

bool Session::waits(const std::set<std::string>& inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [&](const std::string& input) {
    return !has_input(input) || text_of(input_value(input)).empty();
  });
}

// q.where(…) and the like: what stands on an input that holds nothing yet gives nothing yet.
TablePtr Session::asked_anew(const std::string& name, const std::string& sql) {
  try {
    return asked_once(name, sql, page_.path);
  } catch (const Error& error) {
    bool waiting = !trackers_.empty() && waits(std::set<std::string>(*trackers_.back()));
    if (error.code() != ErrorCode::page_query || !waiting) throw;
  }
  auto none = std::make_shared<Table>();
  none->name = name;
  return none;
}

TablePtr Session::table(const std::string& name) {
  const Query* query = find_query(name);
  std::string sql, missing = std::exchange(missing_, {});
  std::set<std::string> inputs = tracked([&] { sql = resolved(*query); });
  missing = std::exchange(missing_, missing);
  if (missing.empty() && !waits(inputs)) return asked_once(name, sql, query->where);
  // Nothing is chosen yet: many queries can't be asked then, and some can.
  if (!missing.empty()) {
    notes_[name] = {
        fmt::format("The query {} waits for the input `{}`, which the page does not have", name, missing),
        query->where};
  } else {
    try {
      return asked_once(name, sql, query->where);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::page_query) throw;
    }
  }
  auto none = std::make_shared<Table>();
  none->name = name;
  by_sql_[sql] = none;
  return none;
}

const Choices& Session::choices(const std::string& name) {
  auto kept = choices_.find(name);
  if (kept != choices_.end()) {
    note(kept->second.inputs);
    return kept->second.value;
  }
  const PageNode* node = inputs_.at(name);
  std::string mark = "input " + name;
  Kept<Choices> made;
  bool was_cut = std::exchange(is_cut_, false);
  // An input that asks for itself holds nothing while it finds out.
  if (std::find(trail_.begin(), trail_.end(), mark) == trail_.end()) {
    Step step(trail_, mark);
    bool in_sql = std::exchange(in_sql_, false);
    made.inputs = tracked([&] { made.value = offer_(*node, scope_); });
    in_sql_ = in_sql;
    made.inputs.erase(name);
  } else {
    static const Choices none;
    is_cut_ = true;
    return none;
  }
  note(made.inputs);
  // Two inputs that wait for each other: what was found while one held nothing does not last.
  bool cut = std::exchange(is_cut_, was_cut);
  if (cut && !trail_.empty()) {
    is_cut_ = true;
    return unfinished_[name] = std::move(made.value);
  }
  return choices_.insert_or_assign(name, std::move(made)).first->second.value;
}

std::string Session::selected(const std::string& input) {
  const Choices& offered = choices(input);
  auto wanted = selected_.find(input);
  if (wanted != selected_.end()) {
    for (const Choice& choice : offered.all) {
      if (choice.key == wanted->second) return choice.key;
    }
  }
  return offered.chosen < offered.all.size() ? offered.all[offered.chosen].key : "";
}

Value Session::input_value(const std::string& name) {
  if (!has_input(name)) {
    if (in_sql_) missing_ = name;
    return Value();
  }
  note({name});
  std::string key = selected(name);
  for (const Choice& choice : choices(name).all) {
    if (choice.key == key) return in_sql_ ? quoted_for_sql(choice.value) : choice.value;
  }
  return Value();
}

void Session::select(const std::string& input, const std::string& key) {
  if (key.empty()) {
    selected_.erase(input);
  } else {
    selected_[input] = key;
  }
  resolved_.clear();
  choices_.clear();
}

}  // namespace leat::pages
