#include "run/copy/file_sink.h"

#include <fmt/core.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "base/error.h"

namespace leat::run {
namespace {

namespace fs = std::filesystem;

// Beside its place, so that it can be renamed; with the same ending, which tells the compression.
std::string beside(const std::string& path, Env& env) {
  fs::path place(path);
  return (place.parent_path() /
          fmt::format(".leat-{}-{}", env.uuid().substr(0, 8), place.filename().string()))
      .string();
}

}  // namespace

// A pipe to the standard output: opened by its path, that would be emptied where it is a file.
class FileSink::Outlet {
 public:
  Outlet() {
    if (pipe2(ends_, O_CLOEXEC) != 0) throw Error(ErrorCode::file_io, "A pipe can't be made", "-");
    pump_ = std::jthread([from = ends_[0]] {
      std::string piece(1 << 16, '\0');
      bool is_open = true;
      for (ssize_t got; (got = read(from, piece.data(), piece.size())) > 0;)
        for (ssize_t at = 0; is_open && at < got;) {
          ssize_t put = write(STDOUT_FILENO, piece.data() + at, static_cast<std::size_t>(got - at));
          if (put < 0 && errno != EINTR) is_open = false;  // nobody reads on; the rest is let go
          at += std::max<ssize_t>(put, 0);
        }
    });
  }
  ~Outlet() { close(); }
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;
  std::string path() const { return fmt::format("/proc/self/fd/{}", ends_[1]); }
  /// Waits until all of it is written.
  void close() {
    if (ends_[1] < 0) return;
    ::close(std::exchange(ends_[1], -1));
    pump_.join();
    ::close(ends_[0]);
  }

 private:
  int ends_[2] = {-1, -1};
  std::jthread pump_;
};

FileSink::FileSink(std::vector<std::string> urls, files::TableFormat format,
                   const std::vector<stream::Stream>& streams, const files::StoreOptions& store, Env& env)
    : env_(env), format_(format), store_(store) {
  for (std::size_t i = 0; i < urls.size(); ++i) {
    auto file = std::make_unique<File>();
    file->url = urls[i];
    file->schema = streams[i].schema;
    if (urls[i] == "-") {
      file->outlet = std::make_unique<Outlet>();
      file->path = file->outlet->path();
    } else if (files::Location place = files::parse_location(urls[i]);
               place.scheme == files::Location::Scheme::local) {
      std::error_code failed;
      fs::create_directories(fs::path(place.path).parent_path(), failed);
      file->path = beside(place.path, env);
    } else {
      if (folder_.empty()) {
        folder_ = (fs::temp_directory_path() / "leat-copy-XXXXXX").string();
        if (!mkdtemp(folder_.data()))
          throw Error(ErrorCode::file_io, "A temporary folder can't be made", folder_);
      }
      file->path = beside(folder_ + place.path.substr(place.path.rfind('/') + 1).insert(0, "/"), env);
    }
    files_.push_back(std::move(file));
  }
}

FileSink::~FileSink() {
  std::error_code ignored;
  for (const auto& file : files_) {
    file->writer.reset();
    if (file->url != "-") fs::remove(file->path, ignored);
  }
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

void FileSink::begin(File& file, batch::SchemaPtr schema) {
  file.schema = std::move(schema);
  file.writer = std::make_unique<files::TableWriter>(file.path, file.schema, format_);
}

void FileSink::batch(std::size_t index, batch::RecordBatch&& batch) {
  File& file = *files_[index];
  if (!file.writer) begin(file, batch.schema());
  if (batch.schema() != file.schema && batch.schema()->columns() != file.schema->columns())
    throw Error(ErrorCode::file_format,
                "The columns change in the middle, and a file has the same in every row", file.url)
        .fix("Copy to a DuckDB file (its table grows with the columns) and from there to this file.");
  file.rows += static_cast<std::int64_t>(batch.rows());
  file.writer->write(std::move(batch));
}

void FileSink::reject(std::size_t index, stream::RejectedRecord&& record) {
  throw Error(ErrorCode::file_format, fmt::format("A record can't be read: {}", record.reason),
              files_[index]->url)
      .fix("Copy into a database: what can't be read goes to _leat.dead_letters there.");
}

void FileSink::finish() {
  for (const auto& file : files_) {
    if (!file->writer) begin(*file, file->schema);
    file->writer->finish();
    file->writer.reset();
    if (file->outlet) file->outlet->close();
  }
  for (const auto& file : files_) publish(*file);
}

void FileSink::publish(const File& file) {
  if (file.url == "-") return;
  files::Location place = files::parse_location(file.url);
  if (place.scheme == files::Location::Scheme::local) {
    if (std::rename(file.path.c_str(), place.path.c_str()) != 0)
      throw Error(ErrorCode::file_io,
                  fmt::format("The file can't be put in its place: {}", std::strerror(errno)), place.path);
    return;
  }
  std::string key = place.path.substr(place.path.rfind('/') + 1);
  place.path.resize(place.path.size() - key.size());
  files::open_store(place, store_, env_)->put_file(key, file.path);
}

}  // namespace leat::run
