// Commands that the session answers by itself: settings, transactions, cursors, prepared statements of SQL.
#include <fmt/core.h>

#include <utility>

#include "server/pgwire/busy.h"
#include "server/pgwire/errors.h"
#include "server/pgwire/session.h"

namespace leat::server::pgwire {
namespace {

constexpr std::size_t kCursorsMax = 100;

const std::vector<Oid> kNoParameters;

void append_text(std::string_view value, std::string& out) {
  append_number(out, static_cast<std::uint32_t>(value.size()));
  out += value;
}

// An answer of texts that is known beforehand.
class TextRows : public OpenRows {
 public:
  TextRows(const std::vector<Field>& fields, const std::vector<std::vector<std::string>>& rows)
      : fields_(fields), rows_(rows) {}
  const std::vector<Field>& fields() const override { return fields_; }
  bool next(const std::vector<Format>&, std::string& out) override {
    if (at_ == rows_.size()) return false;
    append_number(out, static_cast<std::uint16_t>(fields_.size()));
    for (const std::string& value : rows_[at_]) append_text(value, out);
    ++at_;
    return true;
  }

 private:
  std::vector<Field> fields_;
  std::vector<std::vector<std::string>> rows_;
  std::size_t at_ = 0;
};

class TextAnswer : public Prepared {
 public:
  TextAnswer(std::vector<Field> fields, std::vector<std::vector<std::string>> rows)
      : fields_(std::move(fields)), rows_(std::move(rows)) {}
  const std::vector<Oid>& parameters() const override { return kNoParameters; }
  const std::vector<Field>& fields() const override { return fields_; }
  std::unique_ptr<OpenRows> open(const std::vector<Parameter>&) override {
    return std::make_unique<TextRows>(fields_, rows_);
  }

 private:
  std::vector<Field> fields_;
  std::vector<std::vector<std::string>> rows_;
};

// The next rows of a cursor.
class FetchedRows : public OpenRows {
 public:
  FetchedRows(std::shared_ptr<OpenRows> cursor, std::int64_t left)
      : cursor_(std::move(cursor)), left_(left) {}
  const std::vector<Field>& fields() const override { return cursor_->fields(); }
  bool next(const std::vector<Format>& formats, std::string& out) override {
    if (left_ == 0) return false;
    if (left_ > 0) --left_;
    return cursor_->next(formats, out);
  }

 private:
  std::shared_ptr<OpenRows> cursor_;
  std::int64_t left_;
};

class Fetch : public Prepared {
 public:
  Fetch(std::shared_ptr<OpenRows> cursor, std::int64_t count)
      : cursor_(std::move(cursor)), fields_(cursor_->fields()), count_(count) {}
  const std::vector<Oid>& parameters() const override { return kNoParameters; }
  const std::vector<Field>& fields() const override { return fields_; }
  std::unique_ptr<OpenRows> open(const std::vector<Parameter>&) override {
    return std::make_unique<FetchedRows>(cursor_, count_);
  }

 private:
  std::shared_ptr<OpenRows> cursor_;
  std::vector<Field> fields_;
  std::int64_t count_;
};

// A prepared statement of SQL with its parameters.
class Bound : public Prepared {
 public:
  Bound(std::unique_ptr<Prepared> prepared, std::vector<Parameter> parameters)
      : prepared_(std::move(prepared)), parameters_(std::move(parameters)) {}
  const std::vector<Oid>& parameters() const override { return kNoParameters; }
  const std::vector<Field>& fields() const override { return prepared_->fields(); }
  std::unique_ptr<OpenRows> open(const std::vector<Parameter>&) override {
    return prepared_->open(parameters_);
  }

 private:
  std::unique_ptr<Prepared> prepared_;
  std::vector<Parameter> parameters_;
};

// The arguments of EXECUTE name (…): literals.
std::vector<Parameter> read_arguments(const std::string& text) {
  std::vector<Parameter> out;
  bool expects = true, is_negative = false;
  auto refuse = [] {
    throw refusal(State::unsupported, "EXECUTE takes literals only").fix("Compute them in the statement.");
  };
  for (const Token& token : sql::tokenize(text, sql::Spelling::postgres)) {
    if (is_symbol(token, ',')) {
      if (expects) refuse();
      expects = true;
      continue;
    }
    if (!expects) refuse();
    if (is_symbol(token, '-')) {
      is_negative = true;
      continue;
    }
    if (token.kind == TokenKind::symbol || token.kind == TokenKind::quoted_name) refuse();
    if (is_word(token, "null")) {
      out.emplace_back();
    } else {
      out.emplace_back((is_negative ? "-" : "") + token.text);
    }
    is_negative = expects = false;
  }
  return out;
}

}  // namespace

void Session::run_command(const Command& command) {
  switch (command.kind) {
    case CommandKind::set:
    case CommandKind::reset:
      set_variable(command);
      break;
    case CommandKind::begin:
      if (block_ != Block::none)
        append_warning(answers_, "25001", "there is already a transaction in progress");
      if (block_ == Block::none) block_ = Block::open;
      break;
    case CommandKind::commit:
    case CommandKind::rollback: {
      if (block_ == Block::none) append_warning(answers_, "25P01", "there is no transaction in progress");
      bool failed = block_ == Block::failed;
      end_block(Block::none);
      return complete(failed ? "ROLLBACK" : command.tag);
    }
    case CommandKind::savepoint:
      if (block_ == Block::none)
        throw refusal(State::no_block, command.tag + " can only be used in transaction blocks");
      block_ = Block::open;
      break;
    case CommandKind::discard:
      discard(command);
      break;
    case CommandKind::deallocate:
      if (command.name.empty()) {
        statements_.clear();
      } else if (statements_.erase(command.name) == 0) {
        throw refusal(State::no_statement,
                      fmt::format("prepared statement \"{}\" does not exist", command.name));
      }
      break;
    case CommandKind::prepare:
      prepare_named(command);
      break;
    case CommandKind::declare:
      declare(command);
      break;
    case CommandKind::close:
      if (command.name.empty()) {
        std::erase_if(portals_, [](const auto& each) { return each.second.is_cursor; });
      } else {
        cursor(command.name);
        portals_.erase(command.name);
      }
      break;
    default:
      break;
  }
  complete(command.tag);
}

void Session::set_variable(const Command& command) {
  if (command.name == "transaction" || command.name == "session characteristics") return;
  if (command.kind == CommandKind::reset && command.name.empty()) {
    variables_.reset_all();
    for (const char* name : {"search_path", "timezone"}) engine_->set(name, *variables_.get(name));
    return;
  }
  std::string before = variables_.get(command.name).value_or("");
  std::string shown = command.is_default || command.kind == CommandKind::reset
                          ? variables_.reset(command.name)
                          : variables_.set(command.name, command.value);
  std::string now = *variables_.get(shown), key = lower(shown);
  if (command.is_local) {
    if (block_ == Block::none) {
      variables_.set(shown, before);
      append_warning(answers_, "25P01", "SET LOCAL can only be used in transaction blocks");
      return;
    }
    locals_.emplace_back(shown, before);
  }
  if (key == "search_path" || key == "timezone") engine_->set(key, now);
  report(shown);
}

void Session::end_block(Block next) {
  block_ = next;
  for (auto local = locals_.rbegin(); local != locals_.rend(); ++local) {
    variables_.set(local->first, local->second);
    std::string key = lower(local->first);
    if (key == "search_path" || key == "timezone") engine_->set(key, local->second);
    report(local->first);
  }
  locals_.clear();
  std::erase_if(portals_, [](const auto& each) { return !each.second.holds; });
}

void Session::discard(const Command& command) {
  if (command.tag != "DISCARD all") return;
  portals_.clear();
  statements_.clear();
  variables_.reset_all();
  for (const char* name : {"search_path", "timezone"}) engine_->set(name, *variables_.get(name));
}

void Session::declare(const Command& command) {
  if (block_ == Block::none && !command.holds)
    throw refusal(State::no_block, "DECLARE CURSOR can only be used in transaction blocks")
        .fix("Begin a transaction, or declare it WITH HOLD.");
  if (portals_.count(command.name))
    throw refusal(State::name_taken, fmt::format("cursor \"{}\" already exists", command.name));
  if (portals_.size() >= kCursorsMax)
    throw refusal(State::too_large, "There are too many open cursors in this session");
  Portal portal;
  portal.statement = prepare_query(command, {});
  portal.is_cursor = true;
  portal.holds = command.holds;
  Busy busy(*this);
  open(portal);
  portals_[command.name] = std::move(portal);
}

Session::Portal& Session::cursor(const std::string& name) {
  auto found = portals_.find(name);
  if (found == portals_.end() || !found->second.rows)
    throw refusal(State::no_cursor, fmt::format("cursor \"{}\" does not exist", name));
  return found->second;
}

std::shared_ptr<Session::Statement> Session::prepare_fetch(const Command& command) {
  auto out = std::make_shared<Statement>();
  out->command = command;
  Portal& from = cursor(command.name);
  if (!command.is_move) {
    out->prepared = std::make_unique<Fetch>(from.rows, command.count);
    return out;
  }
  // MOVE passes over rows; nothing of them is sent.
  Busy busy(*this);
  std::vector<Format> formats(from.rows->fields().size(), Format::text);
  std::int64_t moved = 0;
  std::string row;
  while (moved != command.count && (row.clear(), from.rows->next(formats, row))) {
    ++moved;
    busy.check();
  }
  out->command.tag = fmt::format("MOVE {}", moved);
  return out;
}

std::shared_ptr<Session::Statement> Session::prepare_show(const Command& command) {
  auto out = std::make_shared<Statement>();
  out->command = command;
  if (command.name == "all") {
    std::vector<std::vector<std::string>> rows;
    for (const auto& [name, value] : variables_.all()) rows.push_back({name, value, ""});
    out->prepared = std::make_unique<TextAnswer>(
        std::vector<Field>{{"name", kText}, {"setting", kText}, {"description", kText}}, std::move(rows));
    return out;
  }
  std::optional<std::string> value = variables_.get(command.name);
  if (!value && (command.name == "tables" || command.name == "databases" || command.name == "schemas")) {
    Command query = command;
    query.kind = CommandKind::query;
    return prepare_query(std::move(query), {});
  }
  if (!value)
    throw refusal(State::setting, fmt::format("unrecognized configuration parameter \"{}\"", command.name));
  out->prepared = std::make_unique<TextAnswer>(std::vector<Field>{{command.name, kText}},
                                               std::vector<std::vector<std::string>>{{*value}});
  return out;
}

void Session::prepare_named(const Command& command) {
  if (statements_.count(command.name))
    throw refusal(State::name_taken, fmt::format("prepared statement \"{}\" already exists", command.name));
  Command query = command;
  query.kind = CommandKind::query;
  query.tag = "SELECT";
  statements_[command.name] = prepare_query(std::move(query), {});
}

std::shared_ptr<Session::Statement> Session::prepare_execute(const Command& command) {
  auto found = statements_.find(command.name);
  if (found == statements_.end() || !found->second->prepared)
    throw refusal(State::no_statement, fmt::format("prepared statement \"{}\" does not exist", command.name));
  std::vector<Parameter> parameters = read_arguments(command.value);
  if (parameters.size() != found->second->prepared->parameters().size())
    throw refusal(State::syntax,
                  fmt::format("wrong number of parameters for prepared statement \"{}\"", command.name));
  std::shared_ptr<Statement> out =
      prepare_query(found->second->command, found->second->prepared->parameters());
  out->prepared = std::make_unique<Bound>(std::move(out->prepared), std::move(parameters));
  return out;
}

}  // namespace leat::server::pgwire
