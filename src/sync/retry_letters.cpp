#include "sync/retry_letters.h"

#include "base/error.h"
#include "sync/gate.h"
#include "sync/projection.h"
#include "sync/stream_sync.h"

namespace leat::sync {
namespace {

// Keeps what one letter turned into.
class OneLetter : public stream::Sink {
 public:
  void batch(std::size_t, batch::RecordBatch&& batch) override { batches.push_back(std::move(batch)); }
  void checkpoint(std::size_t, stream::State, std::string) override {}
  void reject(std::size_t, stream::RejectedRecord&& record) override { reason = record.reason; }
  std::vector<batch::RecordBatch> batches;
  std::string reason;
};

}  // namespace

RetryResult retry_letters(const Connection& connection, const StreamPlan& plan, stream::Source& source,
                          stream::Destination& destination, const std::vector<Letter>& letters, Env& env,
                          const std::string& run_id) {
  Projection projection(plan.settings, destination.naming());
  stream::Target target = target_of(connection, plan, projection, {});
  // A handful of rows replaces and completes nothing.
  target.is_complete = false;
  if (target.mode == stream::WriteMode::overwrite) target.mode = stream::WriteMode::append;
  if (target.mode == stream::WriteMode::overwrite_dedup) target.mode = stream::WriteMode::append_dedup;
  bool has_key = target.mode != stream::WriteMode::append;
  Gate gate(plan.settings, destination, destination.columns(target),
            has_key ? target.primary_key : std::vector<std::string>{});
  stream::Commit commit;
  commit.started_at = env.now();
  RetryResult result;
  Flatten flatten(plan.settings.flatten);
  std::unique_ptr<stream::Load> load;
  for (const Letter& letter : letters) {
    env.check_cancelled();
    OneLetter read;
    if (!source.decode(plan.stream, std::span(&letter.record, 1), read)) {
      throw Error(ErrorCode::cli_usage, "The source can't read single records again", connection.name)
          .fix("Sync the stream from its beginning: leat sync --full-refresh.");
    }
    Refused refused;
    for (batch::RecordBatch& batch : read.batches) {
      batch::RecordBatch passed = gate.pass(
          projection.apply(flatten.apply(std::move(batch))),
          [&](std::size_t column) -> const std::string& { return projection.source_name(column); }, refused);
      if (passed.rows() == 0) continue;
      if (!load) load = destination.begin(target);
      load->write(std::move(passed));
      commit.letters_retried.push_back(letter.id);
    }
    for (auto* list : {&refused.rejected, &refused.discarded}) {
      for (const stream::RejectedRecord& record : *list) read.reason = record.reason;
    }
    if (!read.reason.empty()) result.reasons.push_back(read.reason);
  }
  result.loaded = static_cast<std::int64_t>(commit.letters_retried.size());
  result.rejected = static_cast<std::int64_t>(result.reasons.size());
  if (!load) return result;
  commit.load_id = env.uuid();
  commit.run_id = run_id;
  commit.committed_at = env.now();
  load->commit(commit);
  return result;
}

}  // namespace leat::sync
