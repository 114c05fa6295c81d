#include "run/store/store.h"

#include <fmt/core.h>

#include "run/process_identity.h"
#include "run/store/sqlite.h"

namespace leat::run {
namespace {

// What version 2 adds: the newest state of each asset.
constexpr const char* kSecond = R"(
create table asset_states (target text, asset text, kind text, status text, finished_at text, message text, rows_out integer, built_at text, primary key (target, asset));
)";
constexpr const char* kRunning = "create index runs_running on runs (status) where status = 'running';";

constexpr const char* kTables = R"(
create table if not exists runs (id text primary key, command text, target text, status text, started_at text, finished_at text, owner text);
create table if not exists steps (run_id text, asset text, kind text, status text, message text, rows_out integer, took_ms integer, finished_at text);
create index if not exists steps_by_run on steps (run_id);
create index if not exists steps_by_asset on steps (asset);
create table if not exists events (run_id text, at text, level text, name text, fields text);
create index if not exists events_by_run on events (run_id);
create table if not exists latest (name text, key text, at text, level text, fields text, primary key (name, key));
)";

// A bare column beside max() is taken from the row of the maximum (SQLite, select.html, section 2.5).
constexpr const char* kFill = R"(
insert into asset_states select target, asset, kind, status, finished_at, message, rows_out, (select max(d.finished_at) from steps d join runs e on e.id = d.run_id where d.asset = n.asset and e.target = n.target and d.status in ('success', 'warning', 'unchanged')) from (select r.target, s.asset, s.kind, s.status, s.finished_at, s.message, s.rows_out, max(s.rowid) from steps s join runs r on r.id = s.run_id where s.status <> 'skipped' group by r.target, s.asset) n;
)";

const SqliteFormat& format() {
  static const SqliteFormat known{
      "pragma journal_mode = wal; pragma synchronous = normal;",
      fmt::format("{}{}{}", kTables, kSecond, kRunning),
      {fmt::format("alter table runs add column owner text;{}{}{}", kSecond, kFill, kRunning)}};
  return known;
}

using Statement = SqliteStatement;

}  // namespace

Store::Store(const std::string& folder)
    : file_(std::make_unique<SqliteFile>(folder + "/.leat/leat.db", format())), handle_(file_->handle()) {}

Store::~Store() = default;

Store::Together::Together(Store& store) : store_(store) {
  store_.run("begin", {});
}
Store::Together::~Together() {
  store_.run("commit", {});
}

bool Store::run(const char* sql, const std::vector<std::string>& texts,
                const std::vector<std::int64_t>& numbers) {
  Statement statement(handle_, sql);
  int at = 0;
  for (const std::string& text : texts) statement.bind(++at, text);
  for (std::int64_t number : numbers) statement.bind(++at, number);
  return statement.done();
}

void Store::begin_run(const RunRow& row) {
  mark_interrupted();
  for (const char* table : {"steps", "events"}) {
    std::string sql =
        std::string("delete from ") + table +
        " where run_id in (select id from runs order by started_at desc, rowid desc limit -1 offset ?)";
    run(sql.c_str(), {}, {kRunsKept - 1});
  }
  run("delete from runs where id in (select id from runs order by started_at desc, rowid desc limit -1 "
      "offset ?)",
      {}, {kRunsKept - 1});
  run("insert into runs (id, command, target, status, started_at, owner) values (?, ?, ?, 'running', ?, ?)",
      {row.id, row.command, row.target, row.started_at, row.owner.empty() ? process_identity() : row.owner});
}

void Store::mark_interrupted() {
  std::vector<std::string> gone;
  {
    Statement owners(handle_, "select distinct coalesce(owner, '') from runs where status = 'running'");
    while (owners.row())
      if (!is_alive(owners.text(0))) gone.push_back(owners.text(0));
  }
  for (const std::string& owner : gone)
    run("update runs set status = 'interrupted' where status = 'running' and coalesce(owner, '') = ?", {owner});
}

bool Store::is_running() {
  mark_interrupted();
  Statement row(handle_, "select 1 from runs where status = 'running' limit 1");
  return row.row();
}

void Store::copy_to(const std::string& path) {
  file_->copy_to(path);
}

void Store::add_step(const std::string& run_id, const StepRow& step) {
  run("insert into steps (run_id, asset, kind, status, message, finished_at, rows_out, took_ms) values (?, "
      "?, ?, ?, ?, ?, ?, ?)",
      {run_id, step.asset, step.kind, step.status, step.message, step.finished_at},
      {step.rows, step.took_ms});
  if (step.status == "skipped") return;
  bool is_built = step.status == "success" || step.status == "warning" || step.status == "unchanged";
  run("insert into asset_states (target, asset, kind, status, finished_at, message, built_at, rows_out) "
      "values ((select "
      "target from runs where id = ?), ?, ?, ?, ?, ?, nullif(?, ''), ?) on conflict (target, asset) do "
      "update set kind = "
      "excluded.kind, status = excluded.status, finished_at = excluded.finished_at, message = "
      "excluded.message, rows_out "
      "= excluded.rows_out, built_at = coalesce(excluded.built_at, built_at)",
      {run_id, step.asset, step.kind, step.status, step.finished_at, step.message,
       is_built ? step.finished_at : ""},
      {step.rows});
}

std::vector<std::int64_t> Store::row_counts(const std::string& asset, int count) {
  Statement statement(
      handle_,
      "select rows_out from steps where asset = ? and status = 'success' and rows_out >= 0 order by "
      "rowid desc limit ?");
  statement.with(asset, std::int64_t{count});
  std::vector<std::int64_t> out;
  while (statement.row()) out.push_back(statement.number(0));
  return out;
}

std::map<std::string, EventRow> Store::all_latest(const std::string& name) {
  Statement statement(handle_, "select key, at, level, fields from latest where name = ?");
  statement.with(name);
  std::map<std::string, EventRow> out;
  while (statement.row())
    out[statement.text(0)] = {statement.text(1), statement.text(2), name, statement.text(3), 0};
  return out;
}

void Store::finish_run(const std::string& run_id, const std::string& status, const std::string& finished_at) {
  run("update runs set status = ?, finished_at = ? where id = ?", {status, finished_at, run_id});
}

std::vector<RunRow> Store::runs(int count) {
  Statement statement(handle_,
                      "select id, command, target, status, started_at, coalesce(finished_at, ''), "
                      "(select count(*) from steps where run_id = id), "
                      "(select count(*) from steps where run_id = id and status in ('error', 'skipped')), "
                      "(select count(*) from steps where run_id = id and status = 'unchanged') "
                      "from runs order by started_at desc, rowid desc limit ?");
  statement.bind(1, std::int64_t{count});
  std::vector<RunRow> rows;
  while (statement.row()) {
    rows.push_back({statement.text(0), statement.text(1), statement.text(2), statement.text(3),
                    statement.text(4), statement.text(5), statement.number(6), statement.number(7),
                    statement.number(8)});
  }
  return rows;
}

std::vector<StepRow> Store::steps(const std::string& run_id) {
  Statement statement(handle_,
                      "select asset, kind, status, message, finished_at, rows_out, took_ms from steps where "
                      "run_id = ? order by rowid");
  statement.bind(1, run_id);
  std::vector<StepRow> rows;
  while (statement.row()) {
    rows.push_back({statement.text(0), statement.text(1), statement.text(2), statement.text(3),
                    statement.text(4), statement.number(5), statement.number(6)});
  }
  return rows;
}

void Store::add_event(const std::string& run_id, const EventRow& event) {
  run("insert into events (run_id, at, level, name, fields) values (?, ?, ?, ?, ?)",
      {run_id, event.at, event.level, event.name, event.fields});
}

std::vector<EventRow> Store::events(const std::string& run_id, std::int64_t after, int count) {
  Statement statement(
      handle_,
      "select at, level, name, fields, rowid from events where run_id = ? and rowid > ? order by "
      "rowid limit ?");
  statement.with(run_id, after, std::int64_t{count});
  std::vector<EventRow> rows;
  while (statement.row())
    rows.push_back(
        {statement.text(0), statement.text(1), statement.text(2), statement.text(3), statement.number(4)});
  return rows;
}

std::vector<AssetRow> Store::assets(const std::string& target) {
  Statement statement(
      handle_,
      "select asset, kind, status, finished_at, message, rows_out, coalesce(built_at, '') from "
      "asset_states where target = ? order by case kind when 'stream' then 0 when 'seed' then 1 when "
      "'model' then 2 when 'test' then 4 else 3 end, asset");
  statement.bind(1, target);
  std::vector<AssetRow> rows;
  while (statement.row()) {
    rows.push_back({statement.text(0), statement.text(1), statement.text(2), statement.text(3),
                    statement.text(4), statement.text(6), statement.number(5)});
  }
  return rows;
}

void Store::keep_latest(const std::string& key, const EventRow& event) {
  run("insert or replace into latest (name, key, at, level, fields) values (?, ?, ?, ?, ?)",
      {event.name, key, event.at, event.level, event.fields});
}

std::optional<EventRow> Store::latest(const std::string& name, const std::string& key) {
  Statement statement(handle_, "select at, level, name, fields from latest where name = ? and key = ?");
  statement.bind(1, name);
  statement.bind(2, key);
  if (!statement.row()) return std::nullopt;
  return EventRow{statement.text(0), statement.text(1), statement.text(2), statement.text(3), 0};
}

}  // namespace leat::run
