#include "sources/files/files.h"

#include <fmt/core.h>

#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/glob.h"
#include "files/object_store.h"
#include "files/table_file.h"
#include "http/url.h"
#include "sources/files/local_copy.h"

namespace leat::sources::files {
namespace {

using document::Value;
namespace fs = std::filesystem;
using leat::files::Location;
using leat::files::ObjectInfo;
using leat::files::TableFormat;
using leat::files::TableOptions;

std::vector<SpecField> fields() {
  std::vector<SpecField> out = {
      {.name = "url",
       .doc = "A file, a folder or a pattern with `*`, `?` and `**`: a path, file://, s3:// or https://.",
       .required = true},
      {.name = "format",
       .doc = "What the files are; their names tell when left out.",
       .choices = {"csv", "json", "parquet"}},
      {.name = "stream", .doc = "The stream's name; the file's or folder's name when left out."},
      {.name = "delimiter", .doc = "What divides the fields of a CSV file; found out when left out."},
      {.name = "header",
       .kind = FieldKind::boolean,
       .doc = "Whether a CSV file begins with its columns' names; found out when left out."},
      {.name = "all_text",
       .kind = FieldKind::boolean,
       .doc = "Leaves the fields of CSV files as text instead of guessing their types.",
       .default_value = "false"}};
  for (SpecField& field : leat::files::store_fields()) out.push_back(std::move(field));
  return out;
}

const Spec kSpec{"files", "CSV, JSON and Parquet files in a folder, in S3 or on the web, as one stream.",
                 fields()};

bool is_web(std::string_view url) {
  return url.starts_with("http://") || url.starts_with("https://");
}

std::string base_name(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  path = path.substr(path.rfind('/') + 1);
  return std::string(path.substr(0, path.find('.')));
}

// A place of many files: its folder as a store, and which of its files are meant.
struct Place {
  Location folder;
  std::string pattern;  // "" means every file of a known format
};

Place place_of(Location location) {
  std::size_t wild = location.path.find_first_of("*?");
  if (location.scheme == Location::Scheme::local && wild == std::string::npos &&
      fs::is_directory(location.path))
    return {location.folder(), ""};
  if (wild == std::string::npos && location.path.ends_with('/')) return {location, ""};
  std::size_t slash = location.path.rfind('/', wild);
  Place place{location, location.path.substr(slash == std::string::npos ? 0 : slash + 1)};
  place.folder.path.resize(slash == std::string::npos ? 0 : slash + 1);
  return place;
}

class FilesSource final : public stream::Source {
 public:
  FilesSource(const document::Settings& settings, Env& env) : env_(env), url_(settings.text("url")) {
    std::string near;
    if (is_web(url_)) {
      near = url_.substr(0, url_.find_first_of("?#"));
    } else {
      Location location = leat::files::parse_location(
          url_.find("://") == std::string::npos ? settings.resolve_path("url") : url_);
      place_ = place_of(location);
      store_ = leat::files::open_store(place_.folder, leat::files::read_store_options(settings), env);
      near = is_glob(place_.pattern) || place_.pattern.empty() ? place_.folder.text() : place_.pattern;
    }
    name_ = settings.has("stream") ? settings.text("stream") : base_name(near);
    if (name_.empty()) name_ = "files";
    if (settings.has("format")) {
      std::string format = settings.text("format");
      format_ = format == "csv"    ? TableFormat::csv
                : format == "json" ? TableFormat::json
                                   : TableFormat::parquet;
    }
    options_.delimiter = settings.text("delimiter");
    if (settings.has("header")) options_.header = settings.boolean("header");
    options_.all_text = settings.boolean("all_text");
  }

  void check() override { discover(); }

  stream::Catalog discover() override {
    std::vector<ObjectInfo> files = list(1);
    stream::Stream stream{.name = name_};
    stream.sync_modes = {stream::SyncMode::full_refresh, stream::SyncMode::incremental};
    with_reader(files.front(), [&](leat::files::TableReader& reader) { stream.schema = reader.schema(); });
    return {{std::move(stream)}};
  }

  void read(std::span<const stream::Selection> selections, stream::Sink& sink) override {
    for (std::size_t i = 0; i < selections.size(); ++i) read_one(selections[i], i, sink);
  }

 private:
  void read_one(const stream::Selection& selection, std::size_t index, stream::Sink& sink) {
    bool is_incremental = selection.mode == stream::SyncMode::incremental && !selection.window;
    std::map<std::string, std::string> seen;
    if (is_incremental && !selection.state.empty()) {
      Value state = document::parse_json(selection.state.json, "state");
      for (const auto& [key, version] : state["files"].members()) seen[key] = version.raw();
    }
    std::string last;
    for (const ObjectInfo& file : list(SIZE_MAX)) {
      if (auto known = seen.find(file.key); known != seen.end() && known->second == file.etag) continue;
      with_reader(file, [&](leat::files::TableReader& reader) {
        while (std::optional<batch::RecordBatch> batch = reader.next()) {
          env_.check_cancelled();
          sink.batch(index, std::move(*batch));
        }
      });
      seen[file.key] = file.etag;
      last = file.key;
      // A full read is one unit: half of the files are not the table.
      if (is_incremental) sink.checkpoint(index, state_of(seen), file.key);
    }
    if (!is_incremental || last.empty()) sink.checkpoint(index, state_of(seen), "");
  }

  static stream::State state_of(const std::map<std::string, std::string>& seen) {
    Value files = Value::mapping();
    for (const auto& [key, version] : seen) files.members().emplace_back(key, Value::of(version));
    return {document::to_json(Value::mapping({{"files", std::move(files)}}))};
  }

  // At least one file, in the order of names.
  std::vector<ObjectInfo> list(std::size_t most) {
    if (is_web(url_)) return {ObjectInfo{.key = url_}};
    std::vector<ObjectInfo> out;
    if (!place_.pattern.empty() && !is_glob(place_.pattern)) {
      if (auto info = store_->head(place_.pattern)) return {*info};
      throw Error(ErrorCode::store_not_found, "There is no such file", store_->url(place_.pattern));
    }
    std::string begin = place_.pattern.substr(0, place_.pattern.find_first_of("*?"));
    store_->list(begin, "", [&](const ObjectInfo& file) {
      env_.check_cancelled();
      bool is_meant = place_.pattern.empty() ? format_ || leat::files::format_of(file.key)
                                             : matches_path_glob(place_.pattern, file.key);
      if (is_meant && file.size > 0) out.push_back(file);
      return out.size() < most;
    });
    if (out.empty())
      throw Error(ErrorCode::store_not_found, "No file is there that could be read",
                  place_.folder.text() + place_.pattern)
          .fix(
              "Check the path; in a folder files count whose names end with .csv, .tsv, .json, .jsonl or "
              ".parquet "
              "(and .gz or .zst), others with `format`.");
    return out;
  }

  template <class Use>
  void with_reader(const ObjectInfo& file, Use&& use) {
    std::string url = is_web(url_) ? http::safe_url(url_) : store_->url(file.key);
    std::unique_ptr<LocalCopy> copy = is_web(url_) ? std::make_unique<LocalCopy>(url_, env_)
                                                   : std::make_unique<LocalCopy>(*store_, file, env_);
    TableOptions options = options_;
    std::optional<TableFormat> format = format_ ? format_ : leat::files::format_of(copy->path());
    if (!format)
      throw Error(ErrorCode::config_invalid, "The file's name does not tell its format", url)
          .fix("Set `format` to csv, json or parquet.");
    options.format = *format;
    options.is_document =
        copy->path().find(".jsonl") == std::string::npos && copy->path().find(".ndjson") == std::string::npos;
    try {
      const std::string version = file.key + '\n' + file.etag;
      if (!file.etag.empty() && found_version_ == version) options.found = found_;
      leat::files::TableReader reader(copy->path(), options);
      found_ = reader.found();
      found_version_ = version;
      use(reader);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::file_format) throw;
      throw Error(ErrorCode::file_format, error.what_failed(), url);  // not where its copy stands
    }
  }

  Env& env_;
  std::string url_, name_;
  Place place_;
  std::unique_ptr<leat::files::ObjectStore> store_;
  std::optional<TableFormat> format_;
  TableOptions options_;
  // What discover() found out of a CSV file holds for read(), where it is the file that it was.
  std::string found_, found_version_;
};

}  // namespace

const SourceKind kFiles{"files", &kSpec,
                        [](const document::Settings& settings, Env& env) -> std::unique_ptr<stream::Source> {
                          return std::make_unique<FilesSource>(settings, env);
                        }};

}  // namespace leat::sources::files
