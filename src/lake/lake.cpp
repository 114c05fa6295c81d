#include "lake/lake.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "files/signature.h"
#include "lake/json_field.h"

namespace leat::lake {

using stream::WriteMode;

LakeDestination::LakeDestination(LakeSettings settings, Env& env)
    : settings_(std::move(settings)),
      env_(env),
      store_(files::open_store(settings_.location, settings_.store, env)) {}

std::optional<Manifest> LakeDestination::latest(const std::string& connection, const std::string& stream) {
  return ManifestLog(*store_, connection, stream).latest();
}

std::vector<batch::Column> LakeDestination::columns(const stream::Target& target) {
  std::optional<Manifest> newest = latest(target.connection, target.stream);
  return newest ? newest->table_columns : std::vector<batch::Column>{};
}

std::vector<batch::Column> LakeDestination::last_columns(const std::string& connection,
                                                         const std::string& stream) {
  std::optional<Manifest> newest = latest(connection, stream);
  return newest ? newest->columns : std::vector<batch::Column>{};
}

stream::State LakeDestination::read_state(const std::string& connection, const std::string& stream) {
  std::optional<Manifest> newest = latest(connection, stream);
  return {newest ? newest->state : ""};
}

void LakeDestination::write_state(const std::string& connection, const std::string& stream,
                                  const stream::State& state) {
  ManifestLog log(*store_, connection, stream);
  Manifest next = log.latest().value_or(Manifest{});
  ++next.sequence;
  next.load_id = env_.uuid();
  next.run_id.clear();
  next.connection = connection;
  next.stream = stream;
  next.partition.clear();
  next.replaces = false;
  next.rows = next.rows_rejected = next.bytes_read = 0;
  next.state = state.json;
  next.files.clear();
  next.errors.clear();
  next.started_at = next.committed_at = env_.now();
  log.append(next);
}

std::unique_ptr<stream::Load> LakeDestination::begin(const stream::Target& target) {
  if (target.mode != WriteMode::append && target.mode != WriteMode::overwrite)
    throw Error(ErrorCode::lake_mode,
                fmt::format("A lake does not merge rows, as {} asks", name(target.mode)),
                fmt::format("{}.{}", target.connection, target.stream));
  return std::make_unique<LakeLoad>(*this, target);
}

namespace {

constexpr std::string_view kMetadata[] = {"raw_id", "extracted_at", "meta", "generation_id"};

// A UUID made of a load's name and a row's number, so that a retry gives a row the same.
std::string row_id(const std::string& load, std::int64_t row) {
  auto mix = [](std::uint64_t x) {
    x ^= x >> 30;
    x *= 0xBF58476D1CE4E5B9ULL;
    x ^= x >> 27;
    x *= 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
  };
  std::uint64_t seed = 0;
  std::from_chars(load.data(), load.data() + load.size(), seed, 16);
  std::uint64_t high = mix(seed + static_cast<std::uint64_t>(row) * 0x9E3779B97F4A7C15ULL);
  std::uint64_t low = mix(high ^ static_cast<std::uint64_t>(row));
  high = (high & 0xFFFFFFFFFFFF0FFFULL) | 0x8000ULL;  // version 8: of one's own making
  low = (low & 0x3FFFFFFFFFFFFFFFULL) | 0x8000000000000000ULL;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF, high & 0xFFFF,
                     low >> 48, low & 0xFFFFFFFFFFFFULL);
}

void widen(std::vector<batch::Column>& columns, const batch::Column& arrived) {
  for (batch::Column& column : columns) {
    if (column.name != arrived.name) continue;
    column.type = batch::common_type(column.type, arrived.type);
    return;
  }
  columns.push_back(arrived);
}

std::optional<Timestamp> time_at(const batch::ColumnData& column, std::size_t row) {
  if (column.is_null(row)) return std::nullopt;
  switch (column.type().kind) {
    case batch::TypeKind::timestamp:
    case batch::TypeKind::timestamptz:
      return Timestamp(std::chrono::microseconds(column.value<std::int64_t>(row)));
    case batch::TypeKind::date:
      return std::chrono::sys_days(std::chrono::days(column.value<std::int32_t>(row)));
    default:
      return parse_iso_timestamp(column.print(row));
  }
}

}  // namespace

LakeLoad::LakeLoad(LakeDestination& lake, const stream::Target& target)
    : lake_(lake),
      settings_(lake.settings()),
      target_(target),
      log_(lake.store(), target.connection, target.stream) {
  std::optional<Manifest> before = log_.latest();
  manifest_.sequence = before ? before->sequence + 1 : 1;
  manifest_.connection = target.connection;
  manifest_.stream = target.stream;
  manifest_.schema = target.schema;
  manifest_.table = target.table;
  manifest_.replaces = target.mode == WriteMode::overwrite;
  manifest_.state = before ? before->state : "";
  if (before && !manifest_.replaces) manifest_.table_columns = before->table_columns;
  time_ = log_.begin(manifest_.sequence, lake.env().now());
  name_ = files::sha256_hex(fmt::format("{}\n{}\n{}\n{}", target.connection, target.stream,
                                        manifest_.sequence, before ? before->load_id : ""))
              .substr(0, 12);
}

PrefixValues LakeLoad::values() const {
  PrefixValues out;
  out.time = time_;
  out.connection = target_.connection;
  out.stream = target_.stream;
  out.schema = target_.schema;
  out.table = target_.table;
  out.random_string = name_.substr(0, 11);
  return out;
}

std::string LakeLoad::prefix_of(const batch::RecordBatch& batch, std::size_t row) {
  PrefixValues of_row = values();
  const batch::Schema& schema = *batch.schema();
  if (!settings_.time_column.empty()) {
    if (std::optional<std::size_t> column = schema.find(settings_.time_column))
      of_row.time = time_at(batch.column(*column), row).value_or(time_);
  }
  of_row.key = [&](const std::string& field) -> std::optional<std::string> {
    std::size_t dot = std::min(field.find('.'), field.size());
    std::optional<std::size_t> column = schema.find(field);
    bool is_inside = !column && dot < field.size();
    if (is_inside) column = schema.find(field.substr(0, dot));
    if (!column && !settings_.raw_column.empty()) {
      column = schema.find(settings_.raw_column);
      return column ? json_field(batch.column(*column).text(row), field) : std::nullopt;
    }
    if (!column || batch.column(*column).is_null(row)) return std::nullopt;
    return is_inside ? json_field(batch.column(*column).text(row), field.substr(dot + 1))
                     : batch.column(*column).print(row);
  };
  return settings_.prefix.evaluate(of_row);
}

void LakeLoad::note_columns(const batch::Schema& schema) {
  for (const batch::Column& column : schema.columns()) {
    widen(manifest_.columns, column);
    widen(manifest_.table_columns, column);
  }
}

batch::RecordBatch LakeLoad::with_metadata(batch::RecordBatch&& batch) {
  if (target_.metadata_prefix.empty()) return std::move(batch);
  std::size_t rows = batch.rows();
  std::vector<batch::Column> columns = batch.schema()->columns();
  std::vector<batch::ColumnData> data = std::move(batch).take_columns();
  constexpr batch::TypeKind kTypes[] = {batch::TypeKind::uuid, batch::TypeKind::timestamptz,
                                        batch::TypeKind::json, batch::TypeKind::int64};
  for (std::size_t i = 0; i < std::size(kMetadata); ++i) {
    columns.push_back({target_.metadata_prefix + std::string(kMetadata[i]), {kTypes[i]}, false});
    data.emplace_back(batch::Type{kTypes[i]});
    batch::ColumnData& column = data.back();
    for (std::size_t row = 0; row < rows; ++row) {
      if (i == 0) {
        column.append_text(row_id(name_, manifest_.rows + static_cast<std::int64_t>(row)));
      } else if (i == 1) {
        column.append<std::int64_t>(time_.time_since_epoch().count());
      } else if (i == 2) {
        column.append_text("{\"changes\":[]}");
      } else {
        column.append<std::int64_t>(target_.generation);
      }
    }
  }
  return {std::make_shared<const batch::Schema>(std::move(columns)), std::move(data)};
}

FileBuffer& LakeLoad::buffer_for(const std::string& prefix, const batch::RecordBatch& batch) {
  auto found = buffers_.find(prefix);
  if (found != buffers_.end() && !found->second->fits(batch)) {
    flush(found);
    found = buffers_.end();
  }
  if (found == buffers_.end()) {
    found =
        buffers_.emplace(prefix, std::make_unique<FileBuffer>(settings_, prefix, lake_.env().steady())).first;
  }
  return *found->second;
}

void LakeLoad::write(batch::RecordBatch&& arrived) {
  note_columns(*arrived.schema());
  batch::RecordBatch batch = with_metadata(std::move(arrived));
  bool is_by_row =
      !settings_.prefix.keys().empty() || (settings_.prefix.uses_time() && !settings_.time_column.empty());
  if (!is_by_row) {
    constexpr std::size_t kRowsAtOnce = 1024;  // so that files end near their size
    PrefixValues same = values();
    std::string prefix = settings_.prefix.evaluate(same);
    for (std::size_t row = 0; row < batch.rows(); row += kRowsAtOnce) {
      buffer_for(prefix, batch).add(batch, row, std::min(row + kRowsAtOnce, batch.rows()));
      keep_within_bounds();
    }
  } else {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      buffer_for(prefix_of(batch, row), batch).add_row(batch, row);
      if (row % 64 == 63) keep_within_bounds();
    }
    keep_within_bounds();
  }
  manifest_.rows += static_cast<std::int64_t>(batch.rows());
}

void LakeLoad::flush_due() {
  auto now = lake_.env().steady();
  for (auto at = buffers_.begin(); at != buffers_.end();) {
    auto next = std::next(at);
    if (at->second->is_due(now)) flush(at);
    at = next;
  }
}

void LakeLoad::keep_within_bounds() {
  flush_due();
  for (;;) {
    std::int64_t held = 0;
    auto largest = buffers_.end();
    for (auto at = buffers_.begin(); at != buffers_.end(); ++at) {
      held += at->second->bytes();
      if (largest == buffers_.end() || at->second->bytes() > largest->second->bytes()) largest = at;
    }
    if (buffers_.empty() || (held <= settings_.memory_max && buffers_.size() <= settings_.partitions_max))
      return;
    flush(largest);
  }
}

void LakeLoad::flush(Buffers::iterator at) {
  std::unique_ptr<FileBuffer> buffer = std::move(at->second);
  buffers_.erase(at);
  manifest_.files.push_back(
      put(buffer->prefix(), buffer->finish(), buffer->rows(), file_extension(settings_)));
}

FileEntry LakeLoad::put(const std::string& prefix, const std::string& content, std::int64_t rows,
                        const std::string& extension) {
  FileEntry entry;
  entry.path = fmt::format("{}{}-{:06}-{}-{:05}-{}{}", prefix, hive_escape(target_.table), manifest_.sequence,
                           name_, ++file_count_, files::sha256_hex(content).substr(0, 8), extension);
  entry.rows = rows;
  entry.bytes = static_cast<std::int64_t>(content.size());
  entry.etag = lake_.store().put(entry.path, content).value_or("");
  lake_.env().failpoint("lake_after_file");
  lake_.env().emit({"lake_file_written",
                    EventLevel::progress,
                    {{"connection", target_.connection},
                     {"stream", target_.stream},
                     {"path", entry.path},
                     {"rows", entry.rows},
                     {"bytes", entry.bytes}}});
  return entry;
}

std::vector<FileEntry> LakeLoad::put_rejected(const std::vector<stream::RejectedRecord>& rejected) {
  if (rejected.empty()) return {};
  auto schema = std::make_shared<const batch::Schema>(
      std::vector<batch::Column>{{"rejected_at", {batch::TypeKind::timestamptz}},
                                 {"connection", {}},
                                 {"stream", {}},
                                 {"field", {}},
                                 {"reason", {}},
                                 {"record", {}}});
  LakeSettings plain = settings_;
  plain.format = LakeFormat::json_lines;
  plain.compression = files::Compression::none;
  plain.raw_column.clear();
  FileBuffer buffer(plain, "", lake_.env().steady());
  batch::RecordBatch batch(schema);
  for (const stream::RejectedRecord& record : rejected) {
    batch.column(0).append<std::int64_t>(time_.time_since_epoch().count());
    batch.column(1).append_text(target_.connection);
    batch.column(2).append_text(target_.stream);
    batch.column(3).append_text(record.field);
    batch.column(4).append_text(record.reason);
    batch.column(5).append_text(record.record);
  }
  buffer.add(batch, 0, batch.rows());
  PrefixValues of_errors = values();
  of_errors.error_type = "processing-failed";
  return {put(settings_.error_prefix.evaluate(of_errors), buffer.finish(), buffer.rows(), ".jsonl")};
}

stream::LoadResult LakeLoad::commit(const stream::Commit& commit) {
  while (!buffers_.empty()) flush(buffers_.begin());
  manifest_.errors = put_rejected(commit.rejected);
  manifest_.rows_rejected = static_cast<std::int64_t>(commit.rejected.size());
  manifest_.load_id = commit.load_id;
  manifest_.run_id = commit.run_id;
  manifest_.partition = commit.partition;
  manifest_.bytes_read = commit.bytes_read;
  manifest_.started_at = commit.started_at;
  manifest_.committed_at = commit.committed_at;
  if (!commit.state.empty()) manifest_.state = commit.state.json;
  lake_.env().failpoint("lake_before_manifest");
  log_.append(manifest_);
  lake_.env().failpoint("lake_after_manifest");
  stream::LoadResult result;
  result.rows_staged = result.rows_inserted = manifest_.rows;
  return result;
}

}  // namespace leat::lake
