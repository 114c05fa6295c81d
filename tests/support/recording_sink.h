// RecordingSink: keeps what a source hands over, printed, for tests.
//
// Guarantees: rows in order of arrival, each printed as "a=1 b=x" with nulls left out.
// Threads: one at a time.
// Owns: copies.
// Errors: none.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "stream/source.h"
#include "support/lines.h"

namespace leat::testing {

struct RecordingSink : stream::Sink {
  Lines rows;
  Lines columns;  ///< "name type" of the last batch
  Lines states, partitions;
  std::vector<stream::RejectedRecord> rejects;
  /// What came in which order: "batch 3", "checkpoint", "reject".
  Lines events;
  /// Called before a checkpoint is kept; may throw, as a destination that fails does.
  std::function<void(const std::string& state)> before_checkpoint = {};

  void batch(std::size_t, batch::RecordBatch&& batch) override {
    events.push_back("batch " + std::to_string(batch.rows()));
    columns.clear();
    for (const batch::Column& column : batch.schema()->columns()) {
      columns.push_back(column.name + " " + column.type.name());
    }
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      std::string text;
      for (std::size_t i = 0; i < batch.schema()->size(); ++i) {
        if (batch.column(i).is_null(row)) continue;
        text += (text.empty() ? "" : " ") + (*batch.schema())[i].name + "=" + batch.column(i).print(row);
      }
      rows.push_back(std::move(text));
    }
  }
  void checkpoint(std::size_t, stream::State state, std::string partition) override {
    if (before_checkpoint) before_checkpoint(state.json);
    events.push_back("checkpoint");
    states.push_back(std::move(state.json));
    partitions.push_back(std::move(partition));
  }
  void reject(std::size_t, stream::RejectedRecord&& record) override {
    events.push_back("reject");
    rejects.push_back(std::move(record));
  }
};

}  // namespace leat::testing
