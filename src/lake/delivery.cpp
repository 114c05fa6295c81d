#include "lake/delivery.h"

#include <fmt/core.h>

#include "base/error.h"
#include "document/json_check.h"
#include "document/value.h"

namespace leat::lake {
namespace {

constexpr const char* kConnection = "firehose";
constexpr const char* kContent = "content";
constexpr std::size_t kBatchRows = 8192;

LakeSettings with_records(LakeSettings settings) {
  settings.raw_column = kContent;
  // A segment is one load, and all of it one file a partition.
  settings.buffer_time = std::chrono::hours(24);
  settings.buffer_bytes = settings.memory_max;
  return settings;
}

}  // namespace

Delivery::Delivery(const LakeSettings& settings, std::string stream, const std::string& spool, Env& env)
    : settings_(settings),
      stream_(std::move(stream)),
      env_(env),
      spool_(spool, env),
      lake_(with_records(settings), env) {}

void Delivery::accept(const std::string& batch_id, const std::vector<std::string_view>& records) {
  if (spool_.bytes() > kSpoolBytesMax)
    throw Error(ErrorCode::spool_full, "The records that wait are too many", stream_);
  spool_.append(batch_id, records);
  // Here, since a delivery may be waiting for the lake.
  if (spool_.open_bytes() >= settings_.buffer_bytes) spool_.seal();
}

std::int64_t Delivery::deliver(bool everything) {
  bool is_due = spool_.open_bytes() >= settings_.buffer_bytes || spool_.open_for() >= settings_.buffer_time ||
                everything;
  if (is_due) spool_.seal();
  std::int64_t records = 0;
  for (std::int64_t segment : spool_.sealed()) {
    env_.check_cancelled();
    records += deliver_segment(segment);
  }
  return records;
}

// The last segment of this very spool that the lake has.
std::int64_t Delivery::committed_segment() {
  stream::State state = lake_.read_state(kConnection, stream_);
  if (state.empty()) return 0;
  document::Value root = document::parse_json(state.json, stream_);
  return root["spool"].raw() == spool_.id() ? root["segment"].integer() : 0;
}

std::int64_t Delivery::deliver_segment(std::int64_t segment) {
  std::int64_t records = 0;
  if (segment > committed_segment()) {
    stream::Target target;
    target.connection = kConnection;
    target.stream = target.table = stream_;
    target.schema = kConnection;
    target.metadata_prefix.clear();
    auto schema = std::make_shared<const batch::Schema>(
        std::vector<batch::Column>{{kContent, {batch::TypeKind::json}}});
    target.columns = schema;
    stream::Commit commit;
    commit.started_at = env_.now();
    std::unique_ptr<stream::Load> load = lake_.begin(target);
    document::JsonCheck check;
    batch::RecordBatch batch(schema);
    spool_.read(segment, [&](std::string_view record) {
      ++records;
      commit.bytes_read += static_cast<std::int64_t>(record.size());
      std::string problem = check.problem(record);
      if (!problem.empty()) {
        commit.rejected.push_back({std::string(record), "", problem});
        return;
      }
      batch.column(0).append_text(record);
      if (batch.rows() < kBatchRows) return;
      load->write(std::move(batch));
      batch = batch::RecordBatch(schema);
    });
    if (batch.rows() > 0) load->write(std::move(batch));
    commit.load_id = env_.uuid();
    commit.committed_at = env_.now();
    commit.state.json = fmt::format("{{\"spool\":\"{}\",\"segment\":{}}}", spool_.id(), segment);
    load->commit(commit);
    env_.emit({"delivery_committed",
               EventLevel::info,
               {{"stream", stream_}, {"segment", segment}, {"records", records}}});
  }
  env_.failpoint("spool_before_forget");
  spool_.forget(segment);
  return records;
}

}  // namespace leat::lake
