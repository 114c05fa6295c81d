#include "sources/process/process.h"

#include <fmt/core.h>

#include <map>
#include <mutex>

#include "base/error.h"
#include "sources/process/dialect.h"
#include "stream/indexed_sink.h"

namespace leat::sources::process {
namespace {

constexpr auto kCatalogAgeMax = std::chrono::minutes(10);

// The catalogs that programs told lately: each stream of a sync has a source of its own, and to ask each time
// would start every program twice.
class CatalogMemo {
 public:
  using Streams = std::vector<ProgramStream>;
  std::optional<Streams> find(const std::string& key, Env& env) {
    std::lock_guard lock(mutex_);
    auto found = catalogs_.find(key);
    if (found == catalogs_.end() || env.steady() - found->second.first > kCatalogAgeMax) return std::nullopt;
    return found->second.second;
  }
  void keep(const std::string& key, const Streams& streams, Env& env) {
    std::lock_guard lock(mutex_);
    if (catalogs_.size() > 1000) catalogs_.clear();
    catalogs_[key] = {env.steady(), streams};
  }

 private:
  std::mutex mutex_;  // guards catalogs_
  std::map<std::string, std::pair<std::chrono::steady_clock::time_point, Streams>> catalogs_;
};

CatalogMemo& catalog_memo() {
  static CatalogMemo memo;
  return memo;
}

// What decides over a program's catalog.
std::string identity(const ProgramSettings& settings) {
  std::string out = settings.folder + "\n" + settings.image + "\n" + settings.catalog_file;
  for (const std::string& word : settings.command) out += "\n" + word;
  for (const auto& [name, column] : settings.cursors) out += "\n" + name + "=" + column;
  for (const auto& [name, value] : settings.variables) out += "\n" + name + "=" + value;
  return out + "\n" + document::to_json(settings.config, true);
}

class ProcessSource final : public stream::Source {
 public:
  ProcessSource(const document::Settings& settings, Env& env)
      : settings_(read_program(settings)),
        env_(env),
        dialect_(settings_.protocol == Protocol::singer ? make_singer(env) : make_airbyte(env)) {
    if (settings_.protocol == Protocol::singer && !settings_.image.empty()) {
      throw Error(ErrorCode::config_invalid, "A tap is run by its `command`", settings_.where)
          .fix("Write `command: [docker, run, …]` where the tap lives in an image.");
    }
  }

  void check() override { dialect_->check(settings_); }

  stream::Catalog discover() override {
    streams_ = dialect_->discover(settings_);
    catalog_memo().keep(identity(settings_), *streams_, env_);
    stream::Catalog catalog;
    for (const ProgramStream& each : *streams_) catalog.streams.push_back(each.stream);
    return catalog;
  }

  void read(std::span<const stream::Selection> selections, stream::Sink& sink) override {
    for (std::size_t i = 0; i < selections.size(); ++i) {
      stream::IndexedSink indexed(sink, i);
      dialect_->read(settings_, streams(), find(selections[i].stream.name), selections[i], indexed);
    }
  }

 private:
  const std::vector<ProgramStream>& streams() {
    if (!streams_) streams_ = catalog_memo().find(identity(settings_), env_);
    if (!streams_) discover();
    return *streams_;
  }
  std::size_t find(const std::string& name) {
    const std::vector<ProgramStream>& all = streams();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].stream.name == name) return i;
    }
    throw Error(ErrorCode::source_stream_unknown,
                fmt::format("The program has no stream `{}` any more", name), settings_.where);
  }

  const ProgramSettings settings_;
  Env& env_;
  std::unique_ptr<Dialect> dialect_;
  std::optional<std::vector<ProgramStream>> streams_;
};

}  // namespace

const SourceKind kProcess{
    "process", &kSettings,
    [](const document::Settings& settings, Env& env) -> std::unique_ptr<stream::Source> {
      return std::make_unique<ProcessSource>(settings, env);
    }};

}  // namespace leat::sources::process
