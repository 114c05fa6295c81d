#include "run/store/accounts.h"

#include <sys/stat.h>

#include "run/store/sqlite.h"

namespace leat::run {
namespace {

constexpr const char* kTables = R"(
create table if not exists users (name text primary key, role text, verifier text, created integer);
create table if not exists tokens (id integer primary key autoincrement, digest text unique, label text, role text, created integer, expires integer, used integer);
create table if not exists sessions (digest text primary key, user text, role text, how text, bound text, created integer, seen integer, expires integer);
create table if not exists audit (id integer primary key autoincrement, at integer, user text, how text, address text, action text, what text, status integer);
create index if not exists audit_by_user on audit (user, id);
)";
// A session's or token's use is noted no more often.
constexpr std::chrono::seconds kNoted{30};
constexpr std::int64_t kPruneEvery = 1000;

std::int64_t number(Timestamp time) {
  return time.time_since_epoch().count();
}
Timestamp instant(std::int64_t number) {
  return Timestamp(std::chrono::microseconds(number));
}

User read_user(SqliteStatement& row) {
  return {row.text(0), row.text(1), row.text(2), instant(row.number(3))};
}

ApiToken read_token(SqliteStatement& row) {
  return {row.number(0),          row.text(1),           row.text(2), instant(row.number(3)),
          instant(row.number(4)), instant(row.number(5))};
}

const SqliteFormat& format() {
  static const SqliteFormat known{"pragma journal_mode = wal; pragma synchronous = normal;", kTables, {}};
  return known;
}

// Made before SQLite makes it, so that nobody else can read it for a moment.
std::string make_private(const std::string& folder) {
  std::string path = folder + "/.leat/access.db";
  mode_t before = umask(0077);
  { SqliteFile made(path, format()); }
  umask(before);
  chmod(path.c_str(), 0600);
  return path;
}

}  // namespace

Accounts::Accounts(const std::string& folder)
    : file_(std::make_unique<SqliteFile>(make_private(folder), format())) {}

Accounts::~Accounts() = default;

void Accounts::end_logins(const std::string& user) {
  SqliteStatement(file_->handle(), "delete from sessions where user = ?").with(user).done();
}

void Accounts::put_user(const User& user) {
  std::lock_guard lock(mutex_);
  SqliteTransaction change(*file_);
  if (!SqliteStatement(file_->handle(),
                       "insert or replace into users (name, role, verifier, created) values (?, ?, ?, ?)")
           .with(user.name, user.role, user.verifier, number(user.created))
           .done())
    file_->fail("A user can't be kept");
  end_logins(user.name);
  change.commit();
}

std::optional<User> Accounts::user(const std::string& name) {
  std::lock_guard lock(mutex_);
  SqliteStatement found(file_->handle(), "select name, role, verifier, created from users where name = ?");
  found.bind(1, name);
  if (!found.row()) return std::nullopt;
  return read_user(found);
}

std::vector<User> Accounts::users() {
  std::lock_guard lock(mutex_);
  SqliteStatement all(file_->handle(), "select name, role, verifier, created from users order by name");
  std::vector<User> out;
  while (all.row()) out.push_back(read_user(all));
  return out;
}

bool Accounts::remove_user(const std::string& name) {
  std::lock_guard lock(mutex_);
  SqliteTransaction change(*file_);
  end_logins(name);
  SqliteStatement(file_->handle(), "delete from users where name = ?").with(name).done();
  bool was_there = file_->changes() > 0;
  change.commit();
  return was_there;
}

bool Accounts::has_users() {
  std::lock_guard lock(mutex_);
  return SqliteStatement(file_->handle(), "select 1 from users limit 1").row();
}

std::int64_t Accounts::add_token(const ApiToken& token, const std::string& digest) {
  std::lock_guard lock(mutex_);
  if (!SqliteStatement(file_->handle(),
                       "insert into tokens (digest, label, role, created, expires, used) values (?, ?, "
                       "?, ?, ?, 0)")
           .with(digest, token.label, token.role, number(token.created), number(token.expires))
           .done())
    file_->fail("A token can't be kept");
  return file_->last_id();
}

std::optional<ApiToken> Accounts::use_token(const std::string& digest, Timestamp now) {
  std::lock_guard lock(mutex_);
  SqliteStatement found(file_->handle(),
                        "select id, label, role, created, expires, used from tokens where digest = ? "
                        "and (expires = 0 or expires > ?)");
  found.with(digest, number(now));
  if (!found.row()) return std::nullopt;
  ApiToken token = read_token(found);
  if (now - token.used > kNoted)
    SqliteStatement(file_->handle(), "update tokens set used = ? where id = ?")
        .with(number(now), token.id)
        .done();
  return token;
}

std::vector<ApiToken> Accounts::tokens() {
  std::lock_guard lock(mutex_);
  SqliteStatement all(file_->handle(),
                      "select id, label, role, created, expires, used from tokens order by id");
  std::vector<ApiToken> out;
  while (all.row()) out.push_back(read_token(all));
  return out;
}

bool Accounts::revoke_token(std::int64_t id) {
  std::lock_guard lock(mutex_);
  SqliteStatement(file_->handle(), "delete from tokens where id = ?").with(id).done();
  return file_->changes() > 0;
}

void Accounts::add_session(const LoginSession& session, const std::string& digest) {
  std::lock_guard lock(mutex_);
  SqliteStatement(file_->handle(), "delete from sessions where expires <= ?")
      .with(number(session.created))
      .done();
  if (!SqliteStatement(file_->handle(),
                       "insert into sessions (digest, user, role, how, bound, created, seen, expires) values "
                       "(?, ?, ?, ?, ?, ?, ?, ?)")
           .with(digest, session.user, session.role, session.how, session.bound, number(session.created),
                 number(session.created), number(session.expires))
           .done())
    file_->fail("A session can't be kept");
}

std::optional<LoginSession> Accounts::use_session(const std::string& digest, Timestamp now,
                                                  std::chrono::milliseconds idle) {
  std::lock_guard lock(mutex_);
  SqliteStatement found(file_->handle(),
                        "select user, role, how, bound, created, seen, expires from sessions where digest = "
                        "? and expires > ? and seen > ?");
  found.with(digest, number(now), number(now - idle));
  if (!found.row()) return std::nullopt;
  LoginSession session{found.text(0),
                       found.text(1),
                       found.text(2),
                       found.text(3),
                       instant(found.number(4)),
                       instant(found.number(5)),
                       instant(found.number(6))};
  if (now - session.seen > kNoted)
    SqliteStatement(file_->handle(), "update sessions set seen = ? where digest = ?")
        .with(number(now), digest)
        .done();
  return session;
}

void Accounts::end_session(const std::string& digest) {
  std::lock_guard lock(mutex_);
  SqliteStatement(file_->handle(), "delete from sessions where digest = ?").with(digest).done();
}

void Accounts::audit(const AuditEntry& entry) {
  std::lock_guard lock(mutex_);
  if (!SqliteStatement(
           file_->handle(),
           "insert into audit (at, user, how, address, action, what, status) values (?, ?, ?, ?, ?, ?, ?)")
           .with(number(entry.at), entry.user, entry.how, entry.address, entry.action, entry.what,
                 std::int64_t{entry.status})
           .done())
    file_->fail("The audit log can't be written");
  if (++audited_ % kPruneEvery == 0)
    SqliteStatement(file_->handle(), "delete from audit where id <= (select max(id) from audit) - ?")
        .with(kAuditKept)
        .done();
}

std::vector<AuditEntry> Accounts::audit_log(int count, const std::string& user) {
  std::lock_guard lock(mutex_);
  SqliteStatement all(file_->handle(),
                      "select id, at, user, how, address, action, what, status from audit where ?1 = '' or "
                      "user = ?1 order by id desc limit ?2");
  all.with(user, std::int64_t{count});
  std::vector<AuditEntry> out;
  while (all.row())
    out.push_back({all.number(0), instant(all.number(1)), all.text(2), all.text(3), all.text(4), all.text(5),
                   all.text(6), static_cast<int>(all.number(7))});
  return out;
}

}  // namespace leat::run
