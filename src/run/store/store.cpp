#include "run/store/store.h"

#include <fmt/core.h>

#include "run/process_identity.h"
#include "run/store/sqlite.h"

namespace leat::run {
namespace {

// What version 2 adds: the newest state of each asset, and the steps that are being done.
constexpr const char* kSecond = R"(
create table asset_states (target text, asset text, kind text, status text, run_id text, finished_at text, message text, rows_out integer, took_ms integer, built_at text, changed_at text, primary key (target, asset)) without rowid;
create table at_work (run_id text, asset text, kind text, started_at text, primary key (run_id, asset)) without rowid;
create index events_of_streams on events (name) where name in ('stream_finished', 'schema_changed');
create index runs_running on runs (status) where status = 'running';
)";

constexpr const char* kTables = R"(
create table if not exists runs (id text primary key, command text, target text, status text, started_at text, finished_at text, owner text);
create table if not exists steps (run_id text, asset text, kind text, status text, message text, rows_out integer, took_ms integer, finished_at text);
create index if not exists steps_by_run on steps (run_id);
create index if not exists steps_by_asset on steps (asset);
create table if not exists events (run_id text, at text, level text, name text, fields text);
create index if not exists events_by_run on events (run_id);
create table if not exists latest (name text, key text, at text, level text, fields text, primary key (name, key));
)";

// The states of assets in the history of version 1, which kept none.
constexpr const char* kFill = R"(
with newest as (select r.target as target, max(s.rowid) as step, max(case when s.status in ('success', 'warning', 'unchanged') then s.finished_at else '' end) as built, max(case when s.status in ('success', 'warning') then s.finished_at else '' end) as changed from steps s join runs r on r.id = s.run_id where s.status <> 'skipped' group by r.target, s.asset) insert or ignore into asset_states select n.target, s.asset, s.kind, s.status, s.run_id, s.finished_at, s.message, s.rows_out, s.took_ms, n.built, n.changed from newest n join steps s on s.rowid = n.step;
)";

const SqliteFormat& format() {
  static const SqliteFormat known{
      "pragma journal_mode = wal; pragma synchronous = normal;",
      fmt::format("{}{}", kTables, kSecond),
      {fmt::format("alter table runs add column owner text;{}{}", kSecond, kFill)}};
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
  if (file_->changes() > 0) run("delete from asset_states where run_id not in (select id from runs)", {});
  run("delete from at_work where run_id not in (select id from runs where status = 'running')", {});
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
    run("update runs set status = 'interrupted' where status = 'running' and coalesce(owner, '') = ?",
        {owner});
}

bool Store::is_running() {
  mark_interrupted();
  Statement row(handle_, "select 1 from runs where status = 'running' limit 1");
  return row.row();
}

void Store::copy_to(const std::string& path) {
  file_->copy_to(path);
}

void Store::begin_step(const std::string& run_id, const WorkRow& step) {
  run("insert or replace into at_work (run_id, asset, kind, started_at) values (?, ?, ?, ?)",
      {run_id, step.asset, step.kind, step.started_at});
}

void Store::add_step(const std::string& run_id, const StepRow& step) {
  run("insert into steps (run_id, asset, kind, status, message, finished_at, rows_out, took_ms) values (?, "
      "?, ?, ?, ?, ?, ?, ?)",
      {run_id, step.asset, step.kind, step.status, step.message, step.finished_at},
      {step.rows, step.took_ms});
  run("delete from at_work where run_id = ? and asset = ?", {run_id, step.asset});
  if (step.status == "skipped") return;
  bool is_done = step.status == "success" || step.status == "warning";
  std::string built = is_done || step.status == "unchanged" ? step.finished_at : "";
  std::string changed = is_done ? step.finished_at : "";
  run("insert into asset_states select target, ?2, ?3, ?4, ?1, ?6, ?5, ?9, ?10, ?7, ?8 from runs where id = "
      "?1 "
      "on conflict (target, asset) do update set kind = excluded.kind, status = excluded.status, "
      "run_id = excluded.run_id, finished_at = excluded.finished_at, message = excluded.message, "
      "rows_out = excluded.rows_out, took_ms = excluded.took_ms, "
      "built_at = case excluded.built_at when '' then built_at else excluded.built_at end, "
      "changed_at = case excluded.changed_at when '' then changed_at else excluded.changed_at end",
      {run_id, step.asset, step.kind, step.status, step.message, step.finished_at, built, changed},
      {step.rows, step.took_ms});
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
  run("delete from at_work where run_id = ?", {run_id});
}

namespace {

constexpr const char* kRunColumns =
    "select r.id, r.command, r.target, r.status, r.started_at, coalesce(r.finished_at, ''), count(s.asset), "
    "coalesce(sum(s.status in ('error', 'skipped')), 0), coalesce(sum(s.status = 'unchanged'), 0) from ";

RunRow run_row(Statement& statement) {
  return {statement.text(0), statement.text(1),   statement.text(2),   statement.text(3),  statement.text(4),
          statement.text(5), statement.number(6), statement.number(7), statement.number(8)};
}

}  // namespace

std::vector<RunRow> Store::runs(int count, int offset) {
  std::string sql = std::string(kRunColumns) +
                    "(select rowid as number, * from runs order by started_at desc, rowid desc limit ? "
                    "offset ?) r left join steps s on s.run_id = r.id group by r.number "
                    "order by r.started_at desc, r.number desc";
  Statement statement(handle_, sql.c_str());
  statement.with(std::int64_t{count}, std::int64_t{offset});
  std::vector<RunRow> rows;
  while (statement.row()) rows.push_back(run_row(statement));
  return rows;
}

std::string Store::run_status(const std::string& run_id) {
  Statement statement(handle_, "select status from runs where id = ?");
  statement.bind(1, run_id);
  return statement.row() ? statement.text(0) : "";
}

std::optional<RunRow> Store::find_run(const std::string& run_id) {
  std::string sql =
      std::string(kRunColumns) + "runs r left join steps s on s.run_id = r.id where r.id = ? group by r.id";
  Statement statement(handle_, sql.c_str());
  statement.bind(1, run_id);
  if (!statement.row()) return std::nullopt;
  return run_row(statement);
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

std::vector<WorkRow> Store::at_work(const std::string& run_id) {
  Statement statement(handle_,
                      "select asset, kind, started_at from at_work where ?1 in ('', run_id) "
                      "order by started_at, asset");
  statement.bind(1, run_id);
  std::vector<WorkRow> rows;
  while (statement.row()) rows.push_back({statement.text(0), statement.text(1), statement.text(2)});
  return rows;
}

std::vector<EventRow> Store::newest_events(const std::string& name, int count) {
  // The index of these covers only the names that it is for, which SQLite has to see in the statement.
  std::string sql =
      "select at, level, name, fields, rowid from events where name = ? "
      "and name in ('stream_finished', 'schema_changed') order by rowid desc limit ?";
  Statement statement(handle_, sql.c_str());
  statement.with(name, std::int64_t{count});
  std::vector<EventRow> rows;
  while (statement.row())
    rows.push_back(
        {statement.text(0), statement.text(1), statement.text(2), statement.text(3), statement.number(4)});
  return rows;
}

std::vector<AssetRow> Store::assets(const std::string& target, const std::string& since) {
  Statement statement(handle_,
                      "select asset, kind, status, finished_at, message, built_at, changed_at, run_id, "
                      "rows_out, took_ms from asset_states where target = ? and finished_at >= ? "
                      "order by case kind when 'stream' then 0 when 'seed' then 1 "
                      "when 'model' then 2 when 'test' then 4 else 3 end, asset");
  statement.with(target, since);
  std::vector<AssetRow> rows;
  while (statement.row()) {
    rows.push_back({statement.text(0), statement.text(1), statement.text(2), statement.text(3),
                    statement.text(4), statement.text(5), statement.text(6), statement.text(7),
                    statement.number(8), statement.number(9)});
  }
  return rows;
}

std::vector<AssetStep> Store::history(const std::string& target, const std::string& asset, int count) {
  Statement statement(
      handle_,
      "select s.run_id, s.status, s.message, s.finished_at, s.rows_out, s.took_ms from steps s "
      "join runs r on r.id = s.run_id where s.asset = ? and r.target = ? "
      "order by s.rowid desc limit ?");
  statement.with(asset, target, std::int64_t{count});
  std::vector<AssetStep> rows;
  while (statement.row()) {
    rows.push_back({statement.text(0), statement.text(1), statement.text(2), statement.text(3),
                    statement.number(4), statement.number(5)});
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
