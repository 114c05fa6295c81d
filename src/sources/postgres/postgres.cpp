#include "sources/postgres/postgres.h"

#include <fmt/core.h>

#include <atomic>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/spec.h"
#include "sources/postgres/catalog.h"
#include "sources/postgres/change_reader.h"
#include "sources/postgres/diagnosis.h"
#include "sources/postgres/settings.h"
#include "sources/postgres/slot.h"
#include "sources/postgres/table_reader.h"

namespace leat::sources::postgres {
namespace {

constexpr int kVersionMin = 140000;

class PostgresSource final : public stream::Source {
 public:
  PostgresSource(const document::Settings& settings, Env& env)
      : options_(read_options(settings)), url_(options_.url), env_(env) {}

  void check() override {
    std::unique_ptr<Tunnel> way = reach();
    tables();
  }

  std::vector<stream::Finding> diagnose() override {
    std::unique_ptr<Tunnel> way = reach();
    return postgres::diagnose(options_);
  }

  std::optional<stream::Lag> lag() override {
    if (options_.method != Method::cdc) return std::nullopt;
    std::unique_ptr<Tunnel> way = reach();
    Session session(options_.url);
    return slot_lag(session, options_.slot);
  }

  stream::Catalog discover() override {
    std::unique_ptr<Tunnel> way = reach();
    stream::Catalog catalog;
    for (const Table& table : tables()) {
      if (add_changes(table, catalog)) continue;
      stream::Stream stream;
      stream.name = table.stream;
      stream.namespace_name = table.schema;
      stream.schema = schema_of(plan_columns(table, options_.numerics));
      stream.primary_key = table.primary_key;
      stream.cursor_field = table.cursor;
      stream.sync_modes = {stream::SyncMode::full_refresh};
      stream.any_cursor = true;
      bool has_transactions = table.kind != 'v' && table.kind != 'f';
      if (!table.cursor.empty() || (options_.method == Method::xmin && has_transactions))
        stream.sync_modes.push_back(stream::SyncMode::incremental);
      else
        stream.usual_mode = stream::WriteMode::overwrite;
      catalog.streams.push_back(std::move(stream));
    }
    return catalog;
  }

  void read(std::span<const stream::Selection> selections, stream::Sink& sink) override {
    std::unique_ptr<Tunnel> way = reach();
    if (!selections.empty() && !selections[0].stream.shared_state.empty())
      return ChangeReader(options_, env_, selections, sink, committed_).read();
    for (std::size_t i = 0; i < selections.size(); ++i)
      read_table(table(selections[i].stream.name), selections[i], i, options_, env_, sink);
  }

  void committed(const stream::State& state) override { committed_ = parse_state(state).lsn; }

 private:
  // The way through a jump host stays open for one call: ssh ends with the thread that started it.
  std::unique_ptr<Tunnel> reach() {
    if (options_.jump.destination.empty()) return nullptr;
    Address address = address_of(url_);
    if (address.host.starts_with('/') || address.host.find(',') != std::string::npos)
      throw Error(ErrorCode::config_invalid, "Through `ssh` the url has to name one host", options_.where);
    auto tunnel = std::make_unique<Tunnel>(options_.jump, address.host, address.port, env_);
    options_.url = through_port(url_, tunnel->port());
    return tunnel;
  }

  // Tables whose changes can be read share the slot; any other is read whole.
  bool add_changes(const Table& table, stream::Catalog& catalog) {
    if (options_.method != Method::cdc) return false;
    if (!change_tables_) {
      Session session(options_.url);
      change_tables_ = read_change_tables(session, options_);
    }
    const Table* found = find_table(*change_tables_, table.stream);
    if (!found) return false;
    for (stream::Stream& stream : change_streams(*found, options_))
      catalog.streams.push_back(std::move(stream));
    return true;
  }

  const std::vector<Table>& tables() {
    if (tables_) return *tables_;
    Session session(options_.url);
    if (session.version() < kVersionMin) {
      throw Error(ErrorCode::postgres_refused,
                  fmt::format("The server is PostgreSQL {}", session.version() / 10000), session.place())
          .fix("Leat reads PostgreSQL 14 and newer.");
    }
    return tables_.emplace(read_tables(session, options_));
  }

  // One stream is looked up alone: with thousands of tables the catalog of all would be read for each of
  // them.
  const Table& table(const std::string& name) {
    if (!tables_ && !name.empty()) {
      auto known = single_.find(name);
      if (known != single_.end()) return known->second;
      Session session(options_.url);
      std::vector<Table> found = read_tables(session, options_, name);
      if (session.version() >= kVersionMin && found.size() == 1)
        return single_.emplace(name, std::move(found[0])).first->second;
    }
    if (const Table* found = find_table(tables(), name)) return *found;
    std::vector<std::string> names;
    for (const Table& each : tables()) names.push_back(each.stream);
    std::string near = nearest(name, names);
    throw Error(ErrorCode::source_stream_unknown,
                fmt::format("There is no table `{}`{}", name,
                            near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                options_.place);
  }

  Options options_;
  const std::string url_;
  Env& env_;
  std::optional<std::vector<Table>> tables_, change_tables_;
  std::map<std::string, Table> single_;  // of streams that are read
  std::atomic<Lsn> committed_{0};
};

}  // namespace

const SourceKind kPostgres{
    "postgres", &kSettings,
    [](const document::Settings& settings, Env& env) -> std::unique_ptr<stream::Source> {
      return std::make_unique<PostgresSource>(settings, env);
    }};

}  // namespace leat::sources::postgres
