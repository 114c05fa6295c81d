#include "server/pgwire/duck_session.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "server/pgwire/commands.h"
#include "server/pgwire/duck_query.h"
#include "server/pgwire/duck_values.h"
#include "server/pgwire/errors.h"
#include "server/pgwire/parameters.h"
#include "server/pgwire/rewrite.h"

namespace leat::server::pgwire {
namespace {

constexpr std::size_t kSlotsMax = 64;

// The names in a search path; quotes are taken off.
std::vector<std::string> read_path(const std::string& text) {
  std::vector<std::string> out;
  for (const Token& token : sql::tokenize(text, sql::Spelling::postgres)) {
    if (token.kind != TokenKind::symbol) out.push_back(token.text);
  }
  return out;
}

std::string join(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ",") + part;
  return out;
}

// What a parameter of that type is cast to, "" for what stays text.
std::string cast_of(Oid oid) {
  if (const PgType* type = find_type(oid)) return std::string(type->duck);
  if (const PgType* element = element_of(oid))
    return (element->duck.empty() ? "VARCHAR" : std::string(element->duck)) + "[]";
  return {};
}

}  // namespace

Slot::~Slot() {
  for (auto& [owner, handle] : handles) duck::duckdb_destroy_prepare(&handle);
}

Slot& DuckSession::free_slot() {
  for (auto& slot : slots_) {
    if (!slot->is_busy) return *slot;
  }
  if (slots_.size() >= kSlotsMax)
    throw refusal(State::too_large, "There are too many open cursors in this session");
  auto slot = std::make_unique<Slot>();
  slot->connection = engine_.connect();
  apply(*slot->connection);
  slots_.push_back(std::move(slot));
  return *slots_.back();
}

// Tells a connection what its session is.
void DuckSession::apply(duck::Connection& connection) {
  std::string catalog = engine_.catalog();
  std::vector<std::string> there, wanted;
  for (const auto& row : read_texts(connection, fmt::format("select schema_name from duckdb_schemas() where "
                                                            "database_name = {}",
                                                            quoted_text(catalog))))
    there.push_back(row.at(0));
  has_public_ = std::find(there.begin(), there.end(), "public") != there.end();
  path_.clear();
  for (const std::string& name : read_path(search_path_)) {
    std::string schema = name == "public" && !has_public_ ? "main" : name;
    bool is_there = std::find(there.begin(), there.end(), schema) != there.end();
    bool is_new = std::find(wanted.begin(), wanted.end(), schema) == wanted.end();
    if (!is_there || !is_new || schema == "pg_catalog" || schema == "information_schema") continue;
    wanted.push_back(schema);
    path_.push_back(name);
  }
  std::string path;
  for (const std::string& schema : wanted) path += quoted_name(catalog) + "." + quoted_name(schema) + ",";
  path += fmt::format("{}.main", kCatalogName);
  connection.run(fmt::format(
      "set search_path = {}; set TimeZone = {}; set variable leat_catalog = {}; set variable leat_database = "
      "{}; "
      "set variable leat_user = {}; set variable leat_main = {}; set variable leat_path = {}; "
      "set variable leat_shown_path = {}; set variable leat_pid = {}",
      quoted_text(path), quoted_text(timezone_), quoted_text(catalog),
      quoted_text(engine_.settings().database), quoted_text(user_),
      quoted_text(has_public_ ? "main" : "public"), quoted_text(join(wanted)), quoted_text(join(path_)),
      quoted_text(lookup_("leat.pg_backend_pid").value_or("0"))));
}

std::optional<std::string> DuckSession::setting(const std::string& name) const {
  if (!name.starts_with("leat.") || name == "leat.pg_backend_pid") return lookup_(name);
  std::string what = name.substr(5);
  if (what == "current_database" || what == "current_catalog") return engine_.settings().database;
  if (what == "current_schema") return path_.empty() ? "" : path_[0];
  if (what == "version") return "PostgreSQL 15.0 (Leat " LEAT_VERSION ", DuckDB inside)";
  return user_;
}

void DuckSession::set(const std::string& name, const std::string& value) {
  std::string& kept = name == "timezone" ? timezone_ : search_path_;
  std::string before = std::exchange(kept, value);
  // What is prepared was prepared under the setting before.
  if (slots_.empty()) return;
  try {
    for (auto& slot : slots_) {
      if (!slot->is_busy) apply(*slot->connection);
    }
  } catch (const Error&) {
    kept = before;
    throw refusal(State::setting, fmt::format("invalid value for parameter \"{}\": \"{}\"", name, value));
  }
}

void DuckSession::rest() {
  run_on(nullptr);
  std::erase_if(slots_, [](const auto& slot) { return !slot->is_busy; });
}

void DuckSession::cancel() {
  std::lock_guard lock(mutex_);
  if (running_) running_->connection->interrupt();
}

void DuckSession::run_on(Slot* slot) {
  std::lock_guard lock(mutex_);
  running_ = slot;
}

void DuckSession::forget(const void* owner) {
  for (auto& slot : slots_) {
    auto found = slot->handles.find(owner);
    if (found == slot->handles.end()) continue;
    duck::duckdb_destroy_prepare(&found->second);
    slot->handles.erase(found);
  }
}

duckdb_prepared_statement DuckSession::handle(Slot& slot, const void* owner, const std::string& sql) {
  auto found = slot.handles.find(owner);
  if (found != slot.handles.end()) return found->second;
  duckdb_prepared_statement handle = nullptr;
  run_on(&slot);
  if (duck::duckdb_prepare(slot.connection->handle(), sql.c_str(), &handle) != DuckDBSuccess) {
    const char* why = duck::duckdb_prepare_error(handle);
    std::string message = why ? why : "DuckDB gives no reason";
    duck::duckdb_destroy_prepare(&handle);
    duck::raise(message, "", sql);
  }
  slot.handles[owner] = handle;
  return handle;
}

std::string DuckSession::rewritten(const std::string& sql, std::vector<std::string> casts) {
  RewriteOptions options;
  options.database = engine_.settings().database;
  options.catalog = engine_.catalog();
  if (has_public_) options.main_name.clear();
  options.settings = [this](const std::string& name) { return setting(name); };
  options.parameter_types = std::move(casts);
  return rewrite(sql, options);
}

std::unique_ptr<Prepared> DuckSession::prepare(const std::string& sql, const std::vector<Oid>& types,
                                               const std::string& explain) {
  Slot& slot = free_slot();
  std::vector<Oid> oids = types;
  oids.resize(std::max(types.size(), parameter_count(sql)));
  if (oids.size() > 65535) throw refusal(State::too_large, "A statement has too many parameters");
  std::vector<std::string> casts;
  for (Oid oid : oids) casts.push_back(cast_of(oid));
  std::string text = rewritten(sql, casts);
  engine_.check(*slot.connection, text);
  if (!explain.empty()) return std::make_unique<DuckExplain>(*this, explain + " " + text);
  auto out = std::make_unique<DuckQuery>(*this, text, oids);
  // Types that the client leaves open are those that DuckDB finds; what it does not find is text.
  if (std::find(oids.begin(), oids.end(), Oid{0}) != oids.end()) {
    duckdb_prepared_statement handle = this->handle(slot, out.get(), text);
    for (std::size_t i = 0; i < oids.size(); ++i) {
      if (oids[i] != 0) continue;
      std::string cast;
      out->find_parameter(handle, i, oids[i], cast);
      casts[i] = cast;
    }
    text = rewritten(sql, casts);
    forget(out.get());
    out->become(text, oids);
  }
  out->describe(slot);
  return out;
}

}  // namespace leat::server::pgwire
