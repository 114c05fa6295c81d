#include "sync/gate.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "batch/convert.h"
#include "sync/projection.h"

namespace leat::sync {

using batch::ColumnData;
using batch::RecordBatch;

namespace {

constexpr std::string_view kChangeNames[] = {"added", "widened", "missing", "renamed", "discarded"};
constexpr std::string_view kModeNames[] = {"evolve", "freeze", "discard_row", "discard_value"};

bool same_name(std::string_view a, std::string_view b, bool folds_case) {
  if (!folds_case) return a == b;
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; };
           return lower(x) == lower(y);
         });
}

}  // namespace

std::string_view name(SchemaChange::Kind kind) {
  return kChangeNames[static_cast<std::size_t>(kind)];
}

std::optional<ContractMode> parse_contract_mode(std::string_view text) {
  for (std::size_t i = 0; i < std::size(kModeNames); ++i) {
    if (kModeNames[i] == text) return static_cast<ContractMode>(i);
  }
  return std::nullopt;
}

std::string record_json(const RecordBatch& batch, std::size_t row,
                        const std::function<const std::string&(std::size_t)>& name) {
  ColumnData text(batch::Type{batch::TypeKind::json});
  std::string out = "{";
  for (std::size_t i = 0; i < batch.schema()->size(); ++i) {
    const ColumnData& column = batch.column(i);
    if (column.is_null(row)) continue;
    batch::append_parsed(name(i), text);
    out += fmt::format("{}{}:", out.size() > 1 ? "," : "", text.text(text.size() - 1));
    batch::append_converted(column, row, text);
    out += text.text(text.size() - 1);
    text.truncate(0);
  }
  return out + "}";
}

Gate::Gate(const StreamSettings& settings, const stream::Destination& destination,
           std::vector<batch::Column> table, std::vector<std::string> key)
    : settings_(settings),
      destination_(destination),
      table_(std::move(table)),
      key_(std::move(key)),
      table_is_new_(table_.empty()) {
  if (!table_is_new_ || settings_.contract.tables == ContractMode::evolve) return;
  if (settings_.contract.tables == ContractMode::freeze) {
    throw Error(
        ErrorCode::sync_contract,
        fmt::format("The stream {} has no table yet, and its contract freezes tables", settings_.name),
        settings_.where)
        .fix("Create the table, or set `contract: {tables: evolve}` for the first load.");
  }
  open_ = false;
  note(SchemaChange::Kind::discarded, "*", "no table, and the contract makes none");
}

void Gate::note(SchemaChange::Kind kind, const std::string& column, std::string detail) {
  changes_.push_back({kind, column, std::move(detail)});
}

void Gate::refuse(const batch::Column& column, const std::string& what) const {
  throw Error(ErrorCode::sync_contract,
              fmt::format("The stream {}: the column `{}` {}", settings_.name, column.name, what),
              settings_.where)
      .fix("Change the table, or set the contract to evolve, discard_row or discard_value.");
}

Gate::Step Gate::step_for(const batch::Column& column) {
  if (stream::is_for_loading(column.name)) return {};
  bool folds = destination_.naming().folds_case;
  auto known = std::find_if(table_.begin(), table_.end(), [&](const batch::Column& each) {
    return same_name(each.name, column.name, folds);
  });
  if (known == table_.end()) {
    // The first load makes the table with whatever comes.
    ContractMode mode = table_is_new_ ? ContractMode::evolve : settings_.contract.columns;
    if (mode == ContractMode::freeze) refuse(column, "is not in the table, and the contract freezes columns");
    if (mode == ContractMode::evolve) {
      table_.push_back(column);
      return {};
    }
    note(SchemaChange::Kind::discarded, column.name, "is not in the table");
    return {mode == ContractMode::discard_row ? Action::drop_rows : Action::drop, {}};
  }
  batch::Type wide = batch::common_type(known->type, column.type);
  if (wide == known->type) return {};
  if (table_is_new_ || settings_.contract.data_type == ContractMode::evolve) {
    if (!table_is_new_)
      note(SchemaChange::Kind::widened, known->name,
           fmt::format("{} to {}", known->type.name(), wide.name()));
    known->type = wide;
    return {};
  }
  return {Action::convert, known->type};
}

void Gate::arrange(const batch::Schema& schema) {
  steps_.clear();
  bool folds = destination_.naming().folds_case;
  std::vector<batch::Column> passed;
  for (const batch::Column& column : schema.columns()) {
    Step step = step_for(column);
    steps_.push_back(step);
    if (step.action == Action::drop || step.action == Action::drop_rows) continue;
    auto known = std::find_if(table_.begin(), table_.end(), [&](const batch::Column& each) {
      return same_name(each.name, column.name, folds);
    });
    if (known == table_.end()) {
      passed.push_back(column);  // it is only for loading
      continue;
    }
    passed.push_back(
        {known->name, step.action == Action::convert ? step.type : column.type, column.nullable});
  }
  passed_ = std::make_shared<const batch::Schema>(std::move(passed));
}

void Gate::apply_steps(RecordBatch& batch, std::vector<BadRow>& bad, Refused& refused) {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const ColumnData& column = batch.column(i);
    if (steps_[i].action == Action::drop) {
      refused.values_discarded += static_cast<std::int64_t>(column.size() - column.null_count());
    } else if (steps_[i].action == Action::drop_rows) {
      for (std::size_t row = 0; row < column.size(); ++row) {
        if (!column.is_null(row)) bad.push_back({row, i, "The table has no such column", true});
      }
    } else if (steps_[i].action == Action::convert) {
      std::vector<std::size_t> failed;
      batch::convert(column, steps_[i].type, failed);
      if (failed.empty()) continue;
      std::string reason = fmt::format("The value is no {}", steps_[i].type.name());
      if (settings_.contract.data_type == ContractMode::freeze) {
        refuse((*batch.schema())[i], fmt::format("is {} in the table, and the contract freezes types: `{}`",
                                                 steps_[i].type.name(), column.print(failed[0])));
      }
      if (settings_.contract.data_type == ContractMode::discard_value) {
        refused.values_discarded += static_cast<std::int64_t>(failed.size());
        continue;
      }
      for (std::size_t row : failed) bad.push_back({row, i, reason, true});
    }
  }
}

void Gate::find_null_keys(const RecordBatch& batch, std::vector<BadRow>& bad) const {
  for (const std::string& key : key_) {
    std::optional<std::size_t> at = batch.schema()->find(key);
    if (!at) {
      for (std::size_t row = 0; row < batch.rows(); ++row)
        bad.push_back({row, 0, fmt::format("The key column `{}` is missing", key), false});
      return;
    }
    const ColumnData& column = batch.column(*at);
    for (std::size_t row = 0; column.null_count() > 0 && row < column.size(); ++row) {
      if (column.is_null(row)) bad.push_back({row, *at, "A key may not be null", false});
    }
  }
}

RecordBatch Gate::kept_columns(RecordBatch&& batch) const {
  std::vector<ColumnData> columns = std::move(batch).take_columns(), kept;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    std::vector<std::size_t> failed;  // counted before
    if (steps_[i].action == Action::keep) kept.push_back(std::move(columns[i]));
    if (steps_[i].action == Action::convert)
      kept.push_back(batch::convert(columns[i], steps_[i].type, failed));
  }
  return {passed_, std::move(kept)};
}

RecordBatch Gate::pass(RecordBatch&& batch, const SourceName& source_name, Refused& refused) {
  if (batch.schema() != schema_ && (!schema_ || !(*batch.schema() == *schema_))) arrange(*batch.schema());
  schema_ = batch.schema();
  std::vector<BadRow> bad;
  apply_steps(batch, bad, refused);
  find_null_keys(batch, bad);
  for (stream::Misfit& misfit : destination_.misfits(batch))
    bad.push_back({misfit.row, misfit.column, std::move(misfit.reason), false});
  std::stable_sort(bad.begin(), bad.end(), [](const BadRow& a, const BadRow& b) { return a.row < b.row; });
  std::vector<std::size_t> dropped;
  for (const BadRow& each : bad) {
    if (!dropped.empty() && dropped.back() == each.row) continue;  // its first fault is told
    dropped.push_back(each.row);
    (each.by_contract ? refused.discarded : refused.rejected)
        .push_back({record_json(batch, each.row, source_name), source_name(each.column), each.reason});
  }
  return kept_columns(batch::without_rows(std::move(batch), dropped));
}

}  // namespace leat::sync
