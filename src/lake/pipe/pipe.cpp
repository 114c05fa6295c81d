#include "lake/pipe/pipe.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/glob.h"
#include "document/value.h"
#include "lake/pipe/file_reader.h"

namespace leat::lake {

using stream::WriteMode;

namespace {

constexpr std::size_t kFilesAtOnce = 20000;  // that one listing holds in memory
constexpr std::size_t kManifestsAtOnce = 500;

}  // namespace

// Files that commit together: they share one state.
struct Pipe::Group {
  std::string state_name;
  std::unique_ptr<stream::Load> load;
  stream::Commit commit;
  std::chrono::steady_clock::time_point started;
  std::int64_t files = 0, rows = 0, bytes = 0;
  bool replaces = false;  // the first files of this load take the table's place
};

Pipe::Pipe(PipeSettings settings, stream::Destination& destination, Env& env)
    : settings_(std::move(settings)),
      destination_(destination),
      env_(env),
      store_(files::open_store(settings_.location, settings_.store, env)),
      history_(destination, "pipe:" + settings_.name) {}

Pipe::~Pipe() = default;

stream::Target Pipe::target(const std::string& state_name) const {
  stream::Target out;
  out.connection = bookkeeping_name();
  out.stream = state_name;
  out.schema = settings_.schema;
  out.table = settings_.table;
  out.columns = settings_.into_columns ? std::make_shared<const batch::Schema>()
                                       : FileReader::landing_schema(settings_);
  out.primary_key = settings_.primary_key;
  out.cursor_field = settings_.cursor_field;
  out.mode = settings_.mode;
  out.metadata_prefix.clear();
  return out;
}

PipeResult Pipe::drain() {
  PipeResult result;
  if (settings_.lake_stream.empty()) {
    drain_listed(result);
  } else {
    drain_manifests(result);
  }
  return result;
}

bool Pipe::is_new(const files::ObjectInfo& file) {
  if (!matches_glob(settings_.pattern, file.key) || file.key.starts_with("_manifests/")) return false;
  if (settings_.settle.count() > 0 && file.modified + settings_.settle > env_.now()) return false;
  const FileRecord* known = history_.find(file.key);
  // A refused file is looked at again when it changed.
  return !known || (known->etag != file.etag && (settings_.reload_changed || !known->refused.empty()));
}

void Pipe::drain_listed(PipeResult& result) {
  std::string after;
  for (bool is_complete = false; !is_complete;) {
    std::vector<files::ObjectInfo> found;
    is_complete = true;
    store_->list("", after, [&](const files::ObjectInfo& file) {
      after = file.key;
      if (is_new(file)) found.push_back(file);
      is_complete = found.size() < kFilesAtOnce;
      return is_complete;
    });
    load_files(found, result);
  }
}

PipeResult Pipe::load_named(const std::vector<std::string>& keys) {
  PipeResult result;
  std::vector<files::ObjectInfo> found;
  for (const std::string& key : keys) {
    std::optional<files::ObjectInfo> info = store_->head(key);
    if (info && is_new(*info)) found.push_back(std::move(*info));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  found.erase(
      std::unique(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.key == b.key; }),
      found.end());
  load_files(found, result);
  return result;
}

void Pipe::load_files(const std::vector<files::ObjectInfo>& found, PipeResult& result) {
  Group group;
  auto finish = [&] { commit(group, history_.state(group.state_name), result); };
  try {
    for (const files::ObjectInfo& file : found) {
      env_.check_cancelled();
      std::string name = history_.state_name(file.key);
      bool is_full = group.bytes >= settings_.commit_bytes || group.files >= settings_.commit_files;
      if (!group.state_name.empty() && (name != group.state_name || is_full)) finish();
      group.state_name = name;
      history_.note(file.key, load_file(group, file, result));
    }
    if (!group.state_name.empty()) finish();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::pipe_refused && group.files > 0) finish();  // those before it are good
    history_.forget_all();  // what was noted is not committed
    throw;
  }
}

void Pipe::drain_manifests(PipeResult& result) {
  ManifestLog log(*store_, settings_.lake_connection, settings_.lake_stream);
  std::string name = settings_.lake_connection + "." + settings_.lake_stream;
  for (bool is_complete = false; !is_complete;) {
    stream::State state = destination_.read_state(bookkeeping_name(), name);
    std::int64_t done =
        state.empty() ? 0 : document::parse_json(state.json, bookkeeping_name())["sequence"].integer();
    std::vector<Manifest> manifests;
    is_complete = true;
    log.read_after(done, [&](const Manifest& manifest) {
      manifests.push_back(manifest);
      is_complete = manifests.size() < kManifestsAtOnce;
      return is_complete;
    });
    load_manifests(manifests, result);
  }
}

void Pipe::load_manifests(const std::vector<Manifest>& manifests, PipeResult& result) {
  Group group;
  group.state_name = settings_.lake_connection + "." + settings_.lake_stream;
  stream::State state;
  std::size_t first = 0;  // files before the last replacement count no more
  for (std::size_t i = 0; i < manifests.size(); ++i) {
    if (manifests[i].replaces) first = i;
  }
  for (std::size_t i = first; i < manifests.size(); ++i) {
    const Manifest& manifest = manifests[i];
    env_.check_cancelled();
    bool is_full = group.bytes >= settings_.commit_bytes || group.files >= settings_.commit_files;
    if (is_full) commit(group, state, result);
    if (manifest.replaces) group.replaces = true;
    for (const FileEntry& entry : manifest.files) {
      files::ObjectInfo file{entry.path, entry.bytes, "", {}};  // named by its content
      load_file(group, file, result);
    }
    state.json = fmt::format("{{\"sequence\":{}}}", manifest.sequence);
  }
  if (!state.empty()) commit(group, state, result);
}

FileRecord Pipe::load_file(Group& group, const files::ObjectInfo& file, PipeResult& result) {
  std::string path = store_->url(file.key), reason;
  FileReader reader(settings_, *store_, file, destination_, env_);
  try {
    const std::vector<stream::RejectedRecord>& bad = reader.check();
    if (!bad.empty() && settings_.on_error != OnError::carry_on)
      reason = fmt::format("{} of its records {} bad, the first at {}: {}", bad.size(),
                           bad.size() == 1 ? "is" : "are", bad[0].field, bad[0].reason);
    if (reason.empty()) {
      for (const stream::RejectedRecord& each : bad) group.commit.rejected.push_back(each);
      result.rows_rejected += static_cast<std::int64_t>(bad.size());
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::file_format) throw;
    reason = error.what_failed();
  }
  if (!reason.empty() && settings_.on_error == OnError::abort)
    throw Error(ErrorCode::pipe_refused, reason, path);
  if (group.files++ == 0) {
    group.started = env_.steady();
    group.commit.started_at = env_.now();
    group.commit.partition = path;
  }
  if (!reason.empty()) {
    group.commit.rejected.push_back(
        {document::to_json(document::Value::mapping({{"path", document::Value::of(path)}})), path, reason});
    result.refused.push_back(path + ": " + reason);
    env_.emit({"pipe_file_refused",
               EventLevel::warning,
               {{"pipe", settings_.name}, {"path", path}, {"reason", reason}}});
    return {file.etag, 0, reason};
  }
  reader.read([&](batch::RecordBatch&& batch) {
    if (!group.load) {
      stream::Target to = target(group.state_name);
      if (to.columns->size() == 0) to.columns = batch.schema();
      if (group.replaces)
        to.mode = to.mode == WriteMode::append ? WriteMode::overwrite : WriteMode::overwrite_dedup;
      group.load = destination_.begin(to);
    }
    group.load->write(std::move(batch));
  });
  env_.failpoint("pipe_after_rows");
  group.rows += reader.rows();
  group.bytes += file.size;
  return {file.etag, reader.rows(), ""};
}

void Pipe::wait(Group& group, PipeResult& result) {
  result.files += group.files;
  for (stream::RejectedRecord& record : group.commit.rejected) waiting_.push_back(std::move(record));
  std::string name = std::move(group.state_name);
  group = Group();
  group.state_name = std::move(name);
}

void Pipe::commit(Group& group, const stream::State& state, PipeResult& result) {
  if (!group.load) {
    stream::Target to = target(group.state_name);
    to.mode = group.replaces ? WriteMode::overwrite : WriteMode::append;  // no rows: nothing merges
    if (settings_.into_columns) {
      to.columns = std::make_shared<const batch::Schema>(destination_.columns(to));
      // A table of no columns can't be made; what is to be kept waits for the first rows.
      if (to.columns->size() == 0) return wait(group, result);
    }
    group.load = destination_.begin(to);
  }
  group.commit.state = state;
  for (stream::RejectedRecord& record : waiting_) group.commit.rejected.push_back(std::move(record));
  waiting_.clear();
  group.commit.load_id = env_.uuid();
  group.commit.committed_at = env_.now();
  group.commit.bytes_read = group.bytes;
  std::int64_t rejected = static_cast<std::int64_t>(group.commit.rejected.size());
  stream::LoadResult loaded = group.load->commit(group.commit);
  env_.failpoint("pipe_after_commit");
  result.files += group.files;
  result.rows += group.rows;
  result.rows_changed += loaded.rows_changed();
  if (loaded.rows_changed() > 0) result.last_load = group.commit.load_id;
  env_.emit({"pipe_loaded",
             EventLevel::info,
             {{"pipe", settings_.name},
              {"files", group.files},
              {"rows", group.rows},
              {"rows_rejected", rejected},
              {"took_ms", env_.elapsed_ms(group.started)}}});
  std::string name = std::move(group.state_name);
  group = Group();
  group.state_name = std::move(name);
}

}  // namespace leat::lake
