#include "run/store/alert_book.h"

#include <fmt/core.h>

#include "base/glob.h"

namespace leat::run {
namespace {

constexpr const char* kTables = R"(
create table alerts (id integer primary key autoincrement, kind text, subject text, severity text, title text, detail text, code text, fix text, job integer, count integer, opened integer, updated integer, recovered integer);
create unique index alerts_open on alerts (kind, subject) where recovered = 0;
create table deliveries (id integer primary key autoincrement, alert integer, route text, is_recovery integer, status text, error text, due integer, at integer, attempts integer);
create index deliveries_by_alert on deliveries (alert);
create index deliveries_waiting on deliveries (status) where status = 'waiting';
create table silences (id integer primary key autoincrement, kind text, subject text, reason text, by text, created integer, until integer);
)";
constexpr const char* kColumns =
    "select id, kind, subject, severity, title, detail, code, fix, job, count, opened, updated, recovered "
    "from alerts ";
constexpr const char* kDeliveries =
    "select id, alert, route, is_recovery, status, error, due, at, attempts from deliveries ";

const SqliteFormat& format() {
  static const SqliteFormat known{"pragma journal_mode = wal; pragma synchronous = full;", kTables, {}};
  return known;
}

std::int64_t number(Timestamp time) {
  return time.time_since_epoch().count();
}
Timestamp instant(std::int64_t number) {
  return Timestamp(std::chrono::microseconds(number));
}

alerts::Alert read_alert(SqliteStatement& row) {
  alerts::Alert out;
  out.id = row.number(0);
  alerts::parse_kind(row.text(1), out.kind);
  out.subject = row.text(2);
  out.severity = row.text(3) == "error" ? alerts::Severity::error : alerts::Severity::warning;
  out.title = row.text(4);
  out.detail = row.text(5);
  out.code = row.text(6);
  out.fix = row.text(7);
  out.job = row.number(8);
  out.count = row.number(9);
  out.opened = instant(row.number(10));
  out.updated = instant(row.number(11));
  out.recovered = instant(row.number(12));
  return out;
}

Delivery read_delivery(SqliteStatement& row) {
  return {row.number(0),
          row.number(1),
          row.text(2),
          row.number(3) != 0,
          row.text(4),
          row.text(5),
          instant(row.number(6)),
          instant(row.number(7)),
          static_cast<int>(row.number(8))};
}

std::string where_of(const AlertFilter& filter) {
  std::string where = "where (?1 = '' or kind = ?1)";
  if (filter.status == "open") where += " and recovered = 0";
  if (filter.status == "recovered") where += " and recovered <> 0";
  return where;
}

}  // namespace

bool Silence::covers(const alerts::Alert& alert) const {
  return (kind.empty() || kind == name(alert.kind)) &&
         (subject.empty() || matches_glob(subject, alert.subject));
}

AlertBook::AlertBook(const std::string& folder) : file_(folder + "/.leat/alerts.db", format()) {}

void AlertBook::open(alerts::Alert& alert, bool& is_new) {
  std::lock_guard lock(mutex_);
  SqliteTransaction transaction(file_);
  SqliteStatement known(
      file_.handle(),
      "select id, count, opened from alerts where kind = ? and subject = ? and recovered = 0");
  std::string kind(name(alert.kind)), severity(name(alert.severity));
  is_new = !known.with(kind, alert.subject).row();
  if (is_new) {
    SqliteStatement row(
        file_.handle(),
        "insert into alerts (kind, subject, severity, title, detail, code, fix, job, count, opened, "
        "updated, recovered) values (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, 0)");
    row.with(kind, alert.subject, severity, alert.title, alert.detail, alert.code, alert.fix, alert.job,
             number(alert.opened), number(alert.opened));
    if (!row.done()) file_.fail("an alert");
    alert.id = file_.last_id();
  } else {
    alert.id = known.number(0);
    alert.count = known.number(1) + 1;
    Timestamp now = alert.opened;
    alert.opened = instant(known.number(2));
    SqliteStatement row(
        file_.handle(),
        "update alerts set severity = ?2, title = ?3, detail = ?4, code = ?5, fix = ?6, job = ?7, "
        "count = count + 1, updated = ?8 where id = ?1");
    row.with(alert.id, severity, alert.title, alert.detail, alert.code, alert.fix, alert.job, number(now));
    if (!row.done()) file_.fail("an alert");
  }
  transaction.commit();
}

std::optional<alerts::Alert> AlertBook::recover(alerts::Kind kind, const std::string& subject,
                                                Timestamp now) {
  std::optional<alerts::Alert> found = find_open(kind, subject);
  if (!found) return std::nullopt;
  std::lock_guard lock(mutex_);
  SqliteStatement row(file_.handle(),
                      "update alerts set recovered = ?2, updated = ?2 where id = ?1 and recovered = 0");
  if (!row.with(found->id, number(now)).done()) file_.fail("an alert's end");
  if (file_.changes() == 0) return std::nullopt;
  found->recovered = found->updated = now;
  prune();
  return found;
}

void AlertBook::prune() {
  file_.execute(
      fmt::format("delete from alerts where recovered <> 0 and id not in (select id from alerts order by id "
                  "desc limit {})",
                  kAlertsKept)
          .c_str());
  file_.execute("delete from deliveries where alert not in (select id from alerts)");
}

std::optional<alerts::Alert> AlertBook::find(std::int64_t id) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(file_.handle(), fmt::format("{}where id = ?", kColumns).c_str());
  if (!row.with(id).row()) return std::nullopt;
  return read_alert(row);
}

std::optional<alerts::Alert> AlertBook::find_open(alerts::Kind kind, const std::string& subject) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(file_.handle(),
                      fmt::format("{}where kind = ? and subject = ? and recovered = 0", kColumns).c_str());
  if (!row.with(std::string(name(kind)), subject).row()) return std::nullopt;
  return read_alert(row);
}

std::vector<alerts::Alert> AlertBook::alerts(const AlertFilter& filter) {
  std::lock_guard lock(mutex_);
  SqliteStatement rows(
      file_.handle(),
      fmt::format("{}{} order by id desc limit ?2 offset ?3", kColumns, where_of(filter)).c_str());
  rows.with(filter.kind, std::int64_t{filter.limit}, std::int64_t{filter.offset});
  std::vector<alerts::Alert> out;
  while (rows.row()) out.push_back(read_alert(rows));
  return out;
}

std::int64_t AlertBook::count(const AlertFilter& filter) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(file_.handle(),
                      fmt::format("select count(*) from alerts {}", where_of(filter)).c_str());
  return row.with(filter.kind).row() ? row.number(0) : 0;
}

void AlertBook::add_delivery(const Delivery& delivery) {
  std::lock_guard lock(mutex_);
  // Of one alert and route only the newest state waits.
  SqliteStatement old(file_.handle(),
                      "delete from deliveries where alert = ? and route = ? and status = 'waiting'");
  if (!old.with(delivery.alert, delivery.route).done()) file_.fail("a delivery");
  SqliteStatement row(
      file_.handle(),
      "insert into deliveries (alert, route, is_recovery, status, error, due, at, attempts) values (?, "
      "?, ?, ?, ?, ?, ?, 0)");
  row.with(delivery.alert, delivery.route, std::int64_t{delivery.is_recovery}, delivery.status,
           delivery.error, number(delivery.due), number(delivery.at));
  if (!row.done()) file_.fail("a delivery");
}

std::vector<Delivery> AlertBook::waiting() {
  std::lock_guard lock(mutex_);
  SqliteStatement rows(file_.handle(),
                       fmt::format("{}where status = 'waiting' order by route, id", kDeliveries).c_str());
  std::vector<Delivery> out;
  while (rows.row()) out.push_back(read_delivery(rows));
  return out;
}

void AlertBook::note_delivery(const Delivery& delivery) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(
      file_.handle(),
      "update deliveries set status = ?2, error = ?3, due = ?4, at = ?5, attempts = ?6 where id = ?1");
  row.with(delivery.id, delivery.status, delivery.error, number(delivery.due), number(delivery.at),
           std::int64_t{delivery.attempts});
  if (!row.done()) file_.fail("a delivery");
}

std::vector<Delivery> AlertBook::deliveries(std::int64_t alert) {
  std::lock_guard lock(mutex_);
  SqliteStatement rows(file_.handle(), fmt::format("{}where alert = ? order by id", kDeliveries).c_str());
  rows.with(alert);
  std::vector<Delivery> out;
  while (rows.row()) out.push_back(read_delivery(rows));
  return out;
}

Silence AlertBook::add_silence(Silence silence) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(
      file_.handle(),
      "insert into silences (kind, subject, reason, by, created, until) values (?, ?, ?, ?, ?, ?)");
  row.with(silence.kind, silence.subject, silence.reason, silence.by, number(silence.created),
           number(silence.until));
  if (!row.done()) file_.fail("a silence");
  silence.id = file_.last_id();
  return silence;
}

std::vector<Silence> AlertBook::silences(Timestamp now) {
  std::lock_guard lock(mutex_);
  SqliteStatement rows(
      file_.handle(),
      "select id, kind, subject, reason, by, created, until from silences where until > ? order by id");
  rows.with(number(now));
  std::vector<Silence> out;
  while (rows.row())
    out.push_back({rows.number(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4),
                   instant(rows.number(5)), instant(rows.number(6))});
  return out;
}

std::optional<Silence> AlertBook::end_silence(std::int64_t id, Timestamp now) {
  for (Silence& each : silences(now)) {
    if (each.id != id) continue;
    std::lock_guard lock(mutex_);
    SqliteStatement row(file_.handle(), "update silences set until = ?2 where id = ?1");
    if (!row.with(id, number(now)).done()) file_.fail("a silence");
    each.until = now;
    return each;
  }
  return std::nullopt;
}

void AlertBook::copy_to(const std::string& path) {
  std::lock_guard lock(mutex_);
  file_.copy_to(path);
}

}  // namespace leat::run
