// Statements of a session: queries go to the engine, the rest is answered here.
#include <fmt/core.h>

#include "server/pgwire/busy.h"
#include "server/pgwire/errors.h"
#include "server/pgwire/session.h"

namespace leat::server::pgwire {

void Session::check_block(const Command& command) const {
  if (block_ != Block::failed) return;
  if (command.kind == CommandKind::commit || command.kind == CommandKind::rollback ||
      (command.kind == CommandKind::savepoint && command.tag == "ROLLBACK"))
    return;
  throw refusal(State::block_failed,
                "current transaction is aborted, commands ignored until end of transaction block");
}

std::shared_ptr<Session::Statement> Session::prepare(const std::string& sql, const std::vector<Oid>& types) {
  Command command = parse_command(sql);
  check_block(command);
  switch (command.kind) {
    case CommandKind::query:
    case CommandKind::copy_out:
      return prepare_query(std::move(command), types);
    case CommandKind::show:
      return prepare_show(command);
    case CommandKind::fetch:
      return prepare_fetch(command);
    case CommandKind::execute:
      return prepare_execute(command);
    case CommandKind::refused:
      throw refusal(State::read_only,
                    fmt::format("cannot execute {} in a read-only transaction", command.tag));
    default:
      return std::make_shared<Statement>(Statement{std::move(command), nullptr});
  }
}

std::shared_ptr<Session::Statement> Session::prepare_query(Command command, const std::vector<Oid>& types) {
  Busy busy(*this);
  auto out = std::make_shared<Statement>();
  out->prepared = engine_->prepare(command.sql, types, command.explain);
  out->command = std::move(command);
  return out;
}

void Session::run_simple(const std::string& sql) {
  std::vector<std::string> parts = split_statements(sql);
  if (parts.empty()) answers_.begin('I');
  // The unnamed ones of the extended protocol do not outlive a simple query.
  portals_.erase("");
  statements_.erase("");
  for (const std::string& part : parts) {
    Portal portal;
    portal.statement = prepare(part, {});
    const Prepared* prepared = portal.statement->prepared.get();
    if (prepared) {
      if (!prepared->parameters().empty() && portal.statement->command.kind != CommandKind::execute)
        throw refusal(State::syntax, "there is no parameter $1").fix("Send it with the statement.");
      portal.formats.assign(prepared->fields().size(), Format::text);
      bool is_copy = portal.statement->command.kind == CommandKind::copy_out;
      if (!is_copy && !portal.statement->command.is_move) describe_rows(prepared->fields(), portal.formats);
    }
    execute_portal(portal, 0);
  }
}

void Session::describe_rows(const std::vector<Field>& fields, const std::vector<Format>& formats) {
  if (fields.empty()) {
    answers_.begin('n');
    return;
  }
  answers_.begin('T').int16(static_cast<int>(fields.size()));
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    answers_.text(field.name).int32(0).int16(0).int32(field.type).int16(length_of(field.type));
    answers_.int32(field.modifier).int16(i < formats.size() ? static_cast<int>(formats[i]) : 0);
  }
}

void Session::order_others(const Portal& portal) const {
  if (!order_) return;
  for (const BackendOrder& order : backend_orders(portal.statement->command.sql, portal.parameters))
    order_(login_.user, order);
}

void Session::open(Portal& portal) {
  if (portal.rows) return;
  order_others(portal);
  portal.rows = portal.statement->prepared->open(portal.parameters);
  // A table may have changed since the statement was prepared; the client reads by what it was told.
  const std::vector<Field>& told = portal.statement->prepared->fields();
  if (portal.rows->fields().size() != told.size())
    throw refusal(State::unsupported, "cached plan must not change result type")
        .fix("Prepare the statement again.");
}

void Session::execute_portal(Portal& portal, std::int64_t rows_max) {
  const Command& command = portal.statement->command;
  if (command.kind == CommandKind::empty) {
    answers_.begin('I');
    return;
  }
  if (!portal.statement->prepared) return run_command(command);
  if (command.kind == CommandKind::copy_out) return copy_out(portal);
  std::int64_t before = portal.sent;
  if (!portal.is_done && !send_rows(portal, rows_max)) {
    answers_.begin('s');
    return;
  }
  portal.rows.reset();
  if (command.kind == CommandKind::show || !command.explain.empty()) return complete(command.tag);
  complete(fmt::format("{} {}", command.tag, portal.sent - before));
}

void Session::complete(const std::string& tag) {
  answers_.begin('C').text(tag);
}

}  // namespace leat::server::pgwire
