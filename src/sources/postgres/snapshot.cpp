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

// One task for each range of pages, or one for what has no pages.
std::vector<std::string> Snapshot::tasks(const Table& table, const std::string& condition) {
  std::string columns;
  for (const PgColumn& column : table.columns) {
    std::string name = quote_name(column.name);
    // A cast to text is not always what a value prints (inet); format() prints it.
    if (!is_binary(plan_column(column, options_.numerics).form))
      name = fmt::format("case when {0} is not null then format('%s', {0}) end", name);
    columns += (columns.empty() ? "" : ", ") + name;
  }
  std::vector<std::string> out;
  if (table.kind == 'v' || table.kind == 'f') return {select(columns, table.qualified(), condition)};
  // The leaves of a partitioned table; any other is its own.
  Rows parts = session_->rows(fmt::format(
      "select c.oid::regclass::text, pg_relation_size(c.oid) / current_setting('block_size')::int, c.relkind "
      "from "
      "pg_class c where c.oid {} order by 2 desc",
      table.kind == 'p' ? fmt::format("in (select relid from pg_partition_tree({}) where isleaf)", table.oid)
                        : fmt::format("= {}", table.oid)));
  std::int64_t total = 0;
  auto pages_of = [](const std::vector<std::string>& part) {
    std::int64_t pages = 0;
    std::from_chars(part[1].data(), part[1].data() + part[1].size(), pages);
    return pages;
  };
  for (const auto& part : parts) total += pages_of(part);
  std::int64_t step = std::clamp(total / (options_.workers * kTasksPerWorker), kPagesMin, kPagesMax);
  for (const auto& part : parts) {
    if (part[2] == "f") {
      out.push_back(select(columns, part[0], condition));
      continue;
    }
    std::int64_t pages = pages_of(part);
    for (std::int64_t from = 0; from == 0 || from < pages; from += step) {
      std::string range;
      if (from > 0) range = fmt::format("ctid >= '({},0)'", from);
      // The last range has no end: the table may have grown since its size was asked for.
      if (from + step < pages) range = join_conditions(range, fmt::format("ctid < '({},0)'", from + step));
      out.push_back(select(columns, part[0], join_conditions(range, condition)));
    }
  }
  return out;
}

std::int64_t Snapshot::read(const Table& table, const std::string& condition, std::size_t index,
                            stream::Sink& to, const std::vector<ConstantColumn>& constants) {
  std::vector<std::string> todo = tasks(table, join_conditions(table.condition, condition));
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
