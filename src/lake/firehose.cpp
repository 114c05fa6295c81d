#include "lake/firehose.h"

#include <fmt/core.h>

#include "base/error.h"
#include "document/value.h"
#include "files/json_lines.h"
#include "files/location.h"
#include "files/signature.h"

namespace leat::lake {
namespace {

std::vector<SpecField> firehose_fields() {
  std::vector<SpecField> fields = {
      {"stream", FieldKind::text, "The delivery stream's name.", "", true},
      {"state", FieldKind::path, "The folder that keeps where each stream goes on.", ".leat/firehose"}};
  for (SpecField& field : files::store_fields()) {
    if (field.name == "path_style" || field.name == "part_size") continue;
    if (field.name == "endpoint") field.doc = "The service's address; AWS's of the region when left out.";
    if (field.name == "retry_for") field.doc = "How long records that are refused for the moment are tried.";
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace

const Spec kFirehoseSpec{"firehose", "A delivery stream of Amazon Data Firehose.", firehose_fields()};

class FirehoseLoad : public stream::Load {
 public:
  FirehoseLoad(FirehoseDestination& firehose, const stream::Target& target, FirehoseOptions options)
      : firehose_(firehose), target_(target), client_(std::move(options), firehose.env_) {}

  void write(batch::RecordBatch&& batch) override {
    std::string line;
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      line.clear();
      files::append_json_lines(batch, row, row + 1, line);
      if (!client_.add(line)) too_large_.push_back({line, "", "The record is larger than 1,000 KiB"});
    }
    rows_ += static_cast<std::int64_t>(batch.rows());
  }

  stream::LoadResult commit(const stream::Commit& commit) override {
    client_.flush();
    for (const stream::RejectedRecord& record : commit.rejected) too_large_.push_back(record);
    if (!too_large_.empty()) keep_rejected(commit.load_id);
    if (!commit.state.empty()) firehose_.write_state(target_.connection, target_.stream, commit.state);
    stream::LoadResult result;
    result.rows_staged = rows_;
    result.rows_inserted = rows_ - static_cast<std::int64_t>(too_large_.size() - commit.rejected.size());
    return result;
  }

 private:
  void keep_rejected(const std::string& load_id) {
    std::string lines;
    for (const stream::RejectedRecord& record : too_large_) {
      lines += "{\"field\":" + document::json_quote(record.field) +
               ",\"reason\":" + document::json_quote(record.reason) +
               ",\"record\":" + document::json_quote(record.record) + "}\n";
    }
    firehose_.states_->put(
        fmt::format("dead_letters/{}.{}-{}.jsonl", target_.connection, target_.stream, load_id), lines);
  }
  FirehoseDestination& firehose_;
  const stream::Target target_;
  FirehoseClient client_;
  std::vector<stream::RejectedRecord> too_large_;
  std::int64_t rows_ = 0;
};

FirehoseDestination::FirehoseDestination(const document::Settings& settings, Env& env)
    : env_(env), states_(files::open_store(files::parse_location(settings.resolve_path("state")), {}, env)) {
  auto text = [&](const char* field) { return settings.has(field) ? settings.text(field) : std::string(); };
  options_.stream = settings.text("stream");
  options_.endpoint = text("endpoint");
  while (options_.endpoint.ends_with('/')) options_.endpoint.pop_back();
  options_.account.region = text("region");
  options_.account.profile = text("profile");
  options_.account.access_key = text("access_key");
  options_.account.secret_key = text("secret_key");
  options_.account.retry_for = settings.duration("retry_for");
}

std::string FirehoseDestination::state_key(const std::string& connection, const std::string& stream) {
  return fmt::format("{}.{}.json", files::percent_encode(connection, false),
                     files::percent_encode(stream, false));
}

std::unique_ptr<stream::Load> FirehoseDestination::begin(const stream::Target& target) {
  if (target.mode != stream::WriteMode::append)
    throw Error(ErrorCode::lake_mode,
                fmt::format("A delivery stream only appends, and {} was asked", name(target.mode)),
                fmt::format("{}.{}", target.connection, target.stream));
  FirehoseOptions options = options_;
  std::string before = read_state(target.connection, target.stream).json;
  options.session =
      files::sha256_hex(target.connection + "\n" + target.stream + "\n" + before + "\n" + env_.uuid())
          .substr(0, 24);
  return std::make_unique<FirehoseLoad>(*this, target, std::move(options));
}

stream::State FirehoseDestination::read_state(const std::string& connection, const std::string& stream) {
  return {states_->get(state_key(connection, stream)).value_or("")};
}

void FirehoseDestination::write_state(const std::string& connection, const std::string& stream,
                                      const stream::State& state) {
  if (state.empty()) return states_->remove(state_key(connection, stream));
  states_->put(state_key(connection, stream), state.json);
}

}  // namespace leat::lake
