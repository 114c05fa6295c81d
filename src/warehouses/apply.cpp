#include "warehouses/apply.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

namespace leat::warehouses {

using stream::MergeStrategy;
using stream::WriteMode;

namespace {

constexpr const char* kMetadataNames[] = {"raw_id", "extracted_at", "meta", "generation_id"};

const batch::Column* find(const std::vector<batch::Column>& columns, const std::string& name) {
  auto found = std::find_if(columns.begin(), columns.end(),
                            [&](const batch::Column& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

bool is_moment(const batch::Column* column) {
  return column &&
         (column->type.kind == batch::TypeKind::date || column->type.kind == batch::TypeKind::timestamp ||
          column->type.kind == batch::TypeKind::timestamptz);
}

void drop_repeats(Session& session, const sql::Dialect& dialect, const sql::MergePlan& plan) {
  if (session.number(sql::count_repeated_keys(dialect, plan)) > 0)
    session.change(sql::deduplicate(dialect, plan));
}

}  // namespace

std::vector<std::string> own_columns(const stream::Target& target) {
  std::vector<std::string> names;
  if (target.mode == WriteMode::scd2)
    names = {std::string(stream::kValidFrom), std::string(stream::kValidTo)};
  if (target.metadata_prefix.empty()) return names;
  for (const char* name : kMetadataNames) names.push_back(target.metadata_prefix + name);
  return names;
}

batch::RecordBatch without_loading_columns(batch::RecordBatch&& batch) {
  std::vector<batch::Column> schema;
  std::vector<batch::ColumnData> columns = std::move(batch).take_columns(), kept;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const batch::Column& column = (*batch.schema())[i];
    if (stream::is_for_loading(column.name)) continue;
    schema.push_back(column);
    kept.push_back(std::move(columns[i]));
  }
  return {std::make_shared<const batch::Schema>(std::move(schema)), std::move(kept)};
}

void fill_kept(Session& session, const sql::Dialect& dialect, const sql::MergePlan& plan) {
  std::vector<std::string> names;
  for (const auto& row : session.rows(sql::select_kept(dialect, plan))) {
    for (std::size_t at = 1; at < row[0].size();) {
      std::size_t comma = row[0].find(',', at);
      if (comma == std::string::npos) break;
      std::string name = row[0].substr(at, comma - at);
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
      at = comma + 1;
    }
  }
  for (const std::string& name : names) {
    session.change(sql::fill_kept(dialect, plan, name, sql::KeptFrom::own_key));
    session.change(sql::fill_kept(dialect, plan, name, sql::KeptFrom::stored_key));
  }
}

std::int64_t clear_table(Session& session, const sql::Dialect& dialect, const stream::Target& target,
                         const sql::MergePlan& plan) {
  std::string table = dialect.render(plan.table);
  if (target.deletes_hard || plan.deleted.empty()) return session.change("delete from " + table);
  std::string marker = dialect.quote(target.delete_column);
  return session.change(
      fmt::format("update {} set {} = current_timestamp where {} is null", table, marker, marker));
}

void find_moments_outside(const batch::RecordBatch& batch, const MomentLimits& limits,
                          std::vector<stream::Misfit>& found) {
  using batch::TypeKind;
  constexpr const char* kReason = "The moment is beyond what the warehouse holds";
  for (std::size_t i = 0; i < batch.schema()->size(); ++i) {
    const batch::ColumnData& column = batch.column(i);
    TypeKind kind = column.type().kind;
    bool is_instant = kind == TypeKind::timestamp || kind == TypeKind::timestamptz;
    for (std::size_t row = 0; is_instant && row < column.size(); ++row) {
      auto micros = column.value<std::int64_t>(row);
      bool outside = micros < limits.micros_min || micros > limits.micros_max;
      if (limits.holds_infinity && (micros == batch::kInfiniteMicros || micros == -batch::kInfiniteMicros))
        continue;
      if (outside && !column.is_null(row)) found.push_back({row, i, kReason});
    }
    for (std::size_t row = 0; kind == TypeKind::date && row < column.size(); ++row) {
      auto days = column.value<std::int32_t>(row);
      bool outside = days < limits.days_min || days > limits.days_max;
      if (limits.holds_infinity && (days == batch::kInfiniteDays || days == -batch::kInfiniteDays)) continue;
      if (outside && !column.is_null(row)) found.push_back({row, i, kReason});
    }
  }
}

sql::MergePlan merge_plan(const sql::Dialect& dialect, const stream::Target& target,
                          const std::vector<batch::Column>& columns, sql::Relation stage,
                          sql::Relation table) {
  sql::MergePlan plan;
  plan.stage = std::move(stage);
  plan.table = std::move(table);
  for (const batch::Column& column : columns) {
    plan.columns.push_back(column.name);
    bool is_read_anyway = column.name == target.cursor_field ||
                          std::find(target.primary_key.begin(), target.primary_key.end(), column.name) !=
                              target.primary_key.end();
    bool is_wide = column.type.is_variable() && column.type.kind != batch::TypeKind::uuid;
    if (is_wide && !is_read_anyway) plan.wide_columns.push_back(column.name);
  }
  if (!target.metadata_prefix.empty()) {
    for (const char* name : kMetadataNames) plan.metadata.push_back(target.metadata_prefix + name);
  }
  plan.primary_key = target.primary_key;
  plan.is_newest = target.is_newest;
  plan.cursor_field = target.cursor_field;
  plan.merge_key = target.merge_key;
  if (const batch::Column* marker = find(columns, target.delete_column)) {
    std::string name = dialect.quote(marker->name);
    plan.deleted = marker->type.kind == batch::TypeKind::boolean ? fmt::format("coalesce({}, false)", name)
                                                                 : fmt::format("{} is not null", name);
  }
  return plan;
}

void settle_stage(Session& session, const sql::Dialect& dialect, const stream::Target& target,
                  const sql::MergePlan& plan) {
  if (!target.primary_key.empty()) drop_repeats(session, dialect, plan);
  if (target.deletes_hard && !plan.deleted.empty()) session.change(sql::drop_deletions(dialect, plan));
}

void apply_merge(Session& session, const sql::Dialect& dialect, const stream::Target& target,
                 const sql::MergePlan& plan, bool table_is_empty, stream::LoadResult& result) {
  if (!plan.is_newest) drop_repeats(session, dialect, plan);
  bool drops_marked = target.deletes_hard && !plan.deleted.empty();
  if (target.strategy == MergeStrategy::merge && !table_is_empty) {
    if (drops_marked) {
      result.rows_deleted = session.change(sql::delete_marked(dialect, plan));
      session.change(sql::drop_deletions(dialect, plan));
    }
    if (auto counts = session.upsert(plan)) {
      std::tie(result.rows_inserted, result.rows_updated) = *counts;
      result.rows_unchanged = std::max<std::int64_t>(
          0, result.rows_staged - counts->first - counts->second - result.rows_deleted);
      return;
    }
  }
  std::int64_t replaced = 0, deletions = result.rows_deleted;
  switch (target.strategy) {
    case MergeStrategy::insert_only:
      if (!table_is_empty) session.change(sql::drop_known(dialect, plan));
      break;
    case MergeStrategy::delete_insert:
      if (!table_is_empty) replaced = session.change(sql::delete_by_merge_key(dialect, plan));
      break;
    case MergeStrategy::merge:
      if (!table_is_empty && session.number(sql::count_matched(dialect, plan)) > 0) {
        session.change(sql::drop_settled(dialect, plan));
        replaced = session.change(sql::delete_matched(dialect, plan));
      }
      break;
  }
  bool still_marked = target.strategy != MergeStrategy::merge || table_is_empty;
  if (drops_marked && still_marked) session.change(sql::drop_deletions(dialect, plan));
  std::int64_t arrived = session.change(sql::insert_staged(dialect, plan));
  // Of the rows that went, some came back in a newer form and the rest were deleted.
  result.rows_deleted = deletions;
  if (target.strategy == MergeStrategy::delete_insert)
    result.rows_deleted = std::max<std::int64_t>(0, replaced - arrived);
  result.rows_updated = std::min(replaced, arrived);
  result.rows_inserted = arrived - result.rows_updated;
  result.rows_unchanged = std::max<std::int64_t>(0, result.rows_staged - arrived - result.rows_deleted);
}

void apply_history(Session& session, const sql::Dialect& dialect, const stream::Target& target,
                   const sql::MergePlan& plan, const std::vector<batch::Column>& columns,
                   const std::string& now, stream::LoadResult& result) {
  sql::HistoryPlan history{
      plan, std::string(stream::kValidFrom), std::string(stream::kValidTo),
      fmt::format("cast({} as {})", dialect.literal(now), dialect.type_name({batch::TypeKind::timestamptz})),
      !target.is_complete && is_moment(find(columns, target.cursor_field))};
  sql::MergePlan repeats = plan;
  if (history.by_cursor) {
    // Each instant is a version; of several at one instant the last to arrive counts.
    repeats.primary_key.push_back(plan.cursor_field);
    repeats.cursor_field.clear();
  }
  drop_repeats(session, dialect, repeats);
  if (target.is_complete) {
    // What the source holds now is what counts, however old it says it is.
    history.merge.cursor_field.clear();
    // A deletion that is told and not only seen ends its key the same way.
    if (target.deletes_hard && !plan.deleted.empty()) session.change(sql::drop_deletions(dialect, plan));
    result.rows_deleted = session.change(sql::close_absent(dialect, history));
  }
  session.change(sql::drop_known_versions(dialect, history));
  std::int64_t replaced = session.change(sql::replace_versions(dialect, history));
  std::int64_t arrived = session.change(sql::insert_versions(dialect, history));
  session.change(sql::chain_versions(dialect, history));
  if (target.deletes_hard && !plan.deleted.empty()) session.change(sql::delete_deletions(dialect, history));
  result.rows_updated = replaced;
  result.rows_inserted = arrived - replaced;
  result.rows_unchanged = result.rows_staged - arrived;
}

}  // namespace leat::warehouses
