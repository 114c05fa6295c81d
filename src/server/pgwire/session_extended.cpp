// The extended protocol: statements with parameters, portals that are read piece by piece.
#include <fmt/core.h>

#include <algorithm>

#include "server/pgwire/errors.h"
#include "server/pgwire/parameters.h"
#include "server/pgwire/session.h"

namespace leat::server::pgwire {
namespace {

constexpr std::size_t kStatementsMax = 2000, kPortalsMax = 200;

std::vector<Format> read_formats(Fields& fields) {
  std::vector<Format> out(fields.count(2));
  for (Format& format : out) {
    std::int16_t code = fields.int16();
    if (code != 0 && code != 1)
      throw refusal(State::protocol, fmt::format("unsupported format code: {}", code));
    format = static_cast<Format>(code);
  }
  return out;
}

// None means text for all, one holds for all.
std::vector<Format> spread(std::vector<Format> formats, std::size_t count) {
  if (formats.empty()) return std::vector<Format>(count, Format::text);
  if (formats.size() == 1) return std::vector<Format>(count, formats[0]);
  if (formats.size() != count)
    throw refusal(State::protocol,
                  fmt::format("bind message has {} formats but {} are needed", formats.size(), count));
  return formats;
}

}  // namespace

void Session::parse(Fields fields) {
  std::string name(fields.text()), sql(fields.text());
  std::vector<Oid> types(fields.count(4));
  for (Oid& type : types) type = static_cast<Oid>(fields.int32());
  fields.end();
  if (!name.empty() && statements_.count(name))
    throw refusal(State::name_taken, fmt::format("prepared statement \"{}\" already exists", name));
  if (statements_.size() >= kStatementsMax)
    throw refusal(State::too_large, "There are too many prepared statements in this session");
  std::vector<std::string> parts = split_statements(sql);
  if (parts.size() > 1)
    throw refusal(State::syntax, "cannot insert multiple commands into a prepared statement");
  statements_[name] = prepare(parts.empty() ? "" : parts[0], types);
  answers_.begin('1');
}

void Session::bind(Fields fields) {
  std::string name(fields.text()), statement_name(fields.text());
  auto found = statements_.find(statement_name);
  if (found == statements_.end())
    throw refusal(State::no_statement,
                  fmt::format("prepared statement \"{}\" does not exist", statement_name));
  Portal portal;
  portal.statement = found->second;
  static const std::vector<Oid> kNone;
  Prepared* prepared = portal.statement->prepared.get();
  const std::vector<Oid>& types = prepared ? prepared->parameters() : kNone;
  std::vector<Format> formats = read_formats(fields);
  std::size_t count = fields.count(4);
  if (count != types.size())
    throw refusal(State::protocol, fmt::format("bind message supplies {} parameters, but prepared statement "
                                               "\"{}\" requires {}",
                                               count, statement_name, types.size()));
  formats = spread(std::move(formats), count);
  for (std::size_t i = 0; i < count; ++i) {
    std::optional<std::string_view> value = fields.value();
    portal.parameters.push_back(value ? Parameter(parameter_text(types[i], formats[i], *value))
                                      : std::nullopt);
  }
  portal.formats = spread(read_formats(fields), prepared ? prepared->fields().size() : 0);
  fields.end();
  if (!name.empty() && portals_.count(name))
    throw refusal(State::name_taken, fmt::format("cursor \"{}\" already exists", name));
  if (portals_.size() >= kPortalsMax)
    throw refusal(State::too_large, "There are too many open cursors in this session");
  portals_[name] = std::move(portal);
  answers_.begin('2');
}

void Session::describe(Fields fields) {
  char kind = fields.byte();
  std::string name(fields.text());
  fields.end();
  static const std::vector<Field> kNone;
  if (kind == 'S') {
    auto found = statements_.find(name);
    if (found == statements_.end())
      throw refusal(State::no_statement, fmt::format("prepared statement \"{}\" does not exist", name));
    Prepared* prepared = found->second->prepared.get();
    answers_.begin('t').int16(prepared ? static_cast<int>(prepared->parameters().size()) : 0);
    if (prepared) {
      for (Oid type : prepared->parameters()) answers_.int32(type);
    }
    bool has_rows = prepared && found->second->command.kind != CommandKind::copy_out;
    describe_rows(has_rows ? prepared->fields() : kNone, {});
  } else if (kind == 'P') {
    auto found = portals_.find(name);
    if (found == portals_.end())
      throw refusal(State::no_cursor, fmt::format("portal \"{}\" does not exist", name));
    const Statement& statement = *found->second.statement;
    bool has_rows = statement.prepared && statement.command.kind != CommandKind::copy_out;
    describe_rows(has_rows ? statement.prepared->fields() : kNone, found->second.formats);
  } else {
    throw refusal(State::protocol, "invalid DESCRIBE message subtype");
  }
}

void Session::execute(Fields fields) {
  std::string name(fields.text());
  std::int32_t rows_max = fields.int32();
  fields.end();
  auto found = portals_.find(name);
  if (found == portals_.end())
    throw refusal(State::no_cursor, fmt::format("portal \"{}\" does not exist", name));
  check_block(found->second.statement->command);
  // A command may end the transaction, and the portal with it.
  Portal portal = std::move(found->second);
  portals_.erase(found);
  execute_portal(portal, rows_max);
  if (portal.statement->prepared) portals_[name] = std::move(portal);
}

void Session::close(Fields fields) {
  char kind = fields.byte();
  std::string name(fields.text());
  fields.end();
  if (kind == 'S') {
    statements_.erase(name);
  } else if (kind == 'P') {
    portals_.erase(name);
  } else {
    throw refusal(State::protocol, "invalid CLOSE message subtype");
  }
  answers_.begin('3');
}

void Session::sync() {
  skips_to_sync_ = false;
  tell_ready();
}

}  // namespace leat::server::pgwire
