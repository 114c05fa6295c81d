#include "sources/postgres/snapshot.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <exception>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "sources/postgres/row_reader.h"

namespace leat::sources::postgres {
namespace {

constexpr const char* kBegin = "begin isolation level repeatable read read only";
constexpr std::int64_t kPagesMin = 512, kPagesMax = 16'384, kTasksPerWorker = 6;

std::string join_conditions(const std::string& a, const std::string& b) {
  if (a.empty()) return b;
  return b.empty() ? a : fmt::format("({}) and ({})", a, b);
}

std::string select(const std::string& columns, const std::string& from, const std::string& condition) {
  return fmt::format("select {} from {}{}", columns, from, condition.empty() ? "" : " where " + condition);
}

// Several sessions read one stream; a sink takes the calls for one in order.
class OrderedSink : public stream::Sink {
 public:
  explicit OrderedSink(stream::Sink& to) : to_(to) {}
  void batch(std::size_t index, batch::RecordBatch&& batch) override {
    std::lock_guard lock(mutex_);
    to_.batch(index, std::move(batch));
  }
  void checkpoint(std::size_t, stream::State, std::string) override {}
  void reject(std::size_t, stream::RejectedRecord&&) override {}

 private:
  stream::Sink& to_;
  std::mutex mutex_;
};

}  // namespace

Snapshot::Snapshot(const Options& options, Env& env, const std::string& exported)
    : options_(options), env_(env), session_(std::make_unique<Session>(options.url)), exported_(exported) {
  session_->rows(kBegin);
  if (!exported.empty()) {
    session_->rows("set transaction snapshot " + quote_literal(exported));
  } else if (options.workers > 1 && session_->value("select pg_is_in_recovery()") == "f") {
    exported_ = session_->value("select pg_export_snapshot()");
  }
}

std::string Snapshot::columns_of(const Table& table) const {
  std::string columns;
  for (const PgColumn& column : table.columns) {
    std::string name = quote_name(column.name);
    // A cast to text is not always what a value prints (inet); format() prints it.
    if (!is_binary(plan_column(column, options_.numerics).form))
      name = fmt::format("case when {0} is not null then format('%s', {0}) end", name);
    columns += (columns.empty() ? "" : ", ") + name;
  }
  return columns;
}

std::vector<Leaf> Snapshot::leaves(const Table& table) {
  Rows rows = session_->rows(fmt::format(
      "select c.oid, coalesce(pg_relation_filenode(c.oid), 0), c.oid::regclass::text, c.relkind, "
      "pg_relation_size(c.oid) / current_setting('block_size')::int from pg_class c where c.oid {} order by "
      "1",
      table.kind == 'p' ? fmt::format("in (select relid from pg_partition_tree({}) where isleaf)", table.oid)
                        : fmt::format("= {}", table.oid)));
  std::vector<Leaf> out;
  for (const auto& row : rows) {
    auto number = [](const std::string& text) {
      std::int64_t value = 0;
      std::from_chars(text.data(), text.data() + text.size(), value);
      return value;
    };
    out.push_back({static_cast<std::uint32_t>(number(row[0])), static_cast<std::uint32_t>(number(row[1])),
                   row[2], row[3][0], number(row[4])});
  }
  return out;
}

std::string Snapshot::first_unseen() {
  return session_->value("select pg_snapshot_xmin(pg_current_snapshot())");
}

// Numbers of transactions have 32 bits in a row and come round; they are compared as the server does.
std::string written_since(const std::string& from, const std::string& now) {
  return fmt::format(
      "(xmin::text::bigint - {0} % 4294967296 + 4294967296) % 4294967296 < 2147483648 and "
      "{1} - {0} < 2147483648 or {1} - {0} >= 2147483648",
      from, now);
}

// Ranges that are large are read first and in steps, so that all sessions have work to the end.
std::vector<std::string> Snapshot::tasks(const Table& table, std::vector<PageRange> ranges,
                                         const std::string& condition) const {
  std::stable_sort(ranges.begin(), ranges.end(),
                   [](const PageRange& a, const PageRange& b) { return a.pages > b.pages; });
  std::string columns = columns_of(table);
  std::int64_t total = 0;
  for (const PageRange& range : ranges) total += range.pages;
  std::int64_t step = std::clamp(total / (options_.workers * kTasksPerWorker), kPagesMin, kPagesMax);
  std::vector<std::string> out;
  for (const PageRange& range : ranges) {
    std::int64_t end = range.from + range.pages;
    for (std::int64_t from = range.from; from == range.from || from < end; from += step) {
      std::string pages;
      if (from > 0) pages = fmt::format("ctid >= '({},0)'", from);
      std::int64_t to = from + step < end ? from + step : range.to;
      if (to >= 0) pages = join_conditions(pages, fmt::format("ctid < '({},0)'", to));
      out.push_back(select(columns, range.name, join_conditions(pages, condition)));
    }
  }
  return out;
}

std::int64_t Snapshot::read(const Table& table, const std::vector<PageRange>& ranges,
                            const std::string& condition, std::size_t index, stream::Sink& to,
                            const std::vector<ConstantColumn>& constants) {
  return run(table, tasks(table, ranges, join_conditions(table.condition, condition)), index, to, constants);
}

std::int64_t Snapshot::read(const Table& table, const std::string& condition, std::size_t index,
                            stream::Sink& to, const std::vector<ConstantColumn>& constants) {
  std::string all = join_conditions(table.condition, condition);
  if (table.kind == 'v' || table.kind == 'f')
    return run(table, {select(columns_of(table), table.qualified(), all)}, index, to, constants);
  std::vector<PageRange> ranges;
  for (const Leaf& leaf : leaves(table))
    ranges.push_back({leaf.name, 0, -1, leaf.kind == 'f' ? 0 : leaf.pages});
  return run(table, tasks(table, ranges, all), index, to, constants);
}

std::int64_t Snapshot::run(const Table& table, const std::vector<std::string>& todo, std::size_t index,
                           stream::Sink& to, const std::vector<ConstantColumn>& constants) {
  std::vector<ColumnPlan> plans = plan_columns(table, options_.numerics);
  OrderedSink sink(to);
  std::atomic<std::size_t> next{0};
  std::atomic<std::int64_t> replaced{0};
  std::atomic<bool> failed{false};
  auto work = [&](Session& session) {
    RowReader reader(plans, constants, table.stream, index, sink);
    for (std::size_t i = next++; i < todo.size() && !failed; i = next++) {
      session.begin_copy(fmt::format("copy ({}) to stdout with (format binary)", todo[i]));
      reader.begin();
      for (std::string_view rows = session.next_copy(); !rows.empty(); rows = session.next_copy())
        reader.take(rows);
      env_.check_cancelled();
    }
    reader.finish();
    replaced += reader.replaced();
  };
  std::size_t workers =
      exported_.empty() ? 1 : std::min(todo.size(), static_cast<std::size_t>(options_.workers));
  std::mutex mutex;  // guards error
  std::exception_ptr error;
  auto guarded = [&](Session* shared) {
    try {
      if (shared) return work(*shared);
      Session session(options_.url);
      session.rows(kBegin);
      session.rows("set transaction snapshot " + quote_literal(exported_));
      work(session);
    } catch (...) {
      failed = true;
      std::lock_guard lock(mutex);
      if (!error) error = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < workers; ++i) threads.emplace_back(guarded, nullptr);
    guarded(session_.get());
  }
  if (error) std::rethrow_exception(error);
  return replaced;
}

}  // namespace leat::sources::postgres
