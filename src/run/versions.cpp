#include "run/versions.h"

#include <fmt/core.h>

#include "sql/bookkeeping.h"

namespace leat::run {
namespace {
sql::Relation table() {
  return {"", std::string(sql::kBookkeepingSchema), "asset_versions"};
}
}  // namespace

Versions::Versions(sql::Adapter& adapter) {
  for (const std::string& statement : sql::create_bookkeeping(adapter.dialect())) adapter.execute(statement);
  sql::QueryResult rows = adapter.query("select asset, version from " + adapter.dialect().render(table()));
  for (const auto& batch : rows.batches) {
    for (std::size_t i = 0; i < batch.rows(); ++i) {
      // Two runs of one project at once may have left two rows: then none holds.
      auto [held, is_first] =
          versions_.try_emplace(std::string(batch.column(0).text(i)), batch.column(1).text(i));
      if (!is_first) held->second.clear();
    }
  }
}

std::string Versions::recorded(const std::string& asset) const {
  auto found = versions_.find(asset);
  return found == versions_.end() ? "" : found->second;
}

std::string Versions::of_stream(sql::Adapter& adapter, const std::string& connection,
                                const std::string& stream) {
  sql::QueryResult rows = adapter.query(sql::select_changing_loads(adapter.dialect(), connection, stream));
  for (const auto& batch : rows.batches) {
    if (batch.rows() > 0) return fmt::format("{}/{}", batch.column(0).text(0), batch.column(1).text(0));
  }
  return "";
}

std::string Versions::of_connection(sql::Adapter& adapter, const std::string& connection) {
  return of_stream(adapter, connection, "");
}

sql::Record Versions::record_of(const sql::Dialect& dialect, const AssetVersion& version) const {
  return {table(), {version.asset, version.version, version.built_at}, forget_sql(dialect, {version})};
}

sql::Record Versions::forget_record(const sql::Dialect& dialect, const std::string& asset) const {
  return {table(), {}, forget_sql(dialect, {{asset, "", ""}})};
}

// The statement that takes away what the table says of these assets, "" when that is nothing.
std::string Versions::forget_sql(const sql::Dialect& dialect,
                                 const std::vector<AssetVersion>& versions) const {
  std::string held;
  for (const AssetVersion& each : versions)
    if (versions_.count(each.asset) != 0) held += (held.empty() ? "" : ", ") + dialect.literal(each.asset);
  return held.empty() ? "" : fmt::format("delete from {} where asset in ({})", dialect.render(table()), held);
}

void Versions::record_all(sql::Adapter& adapter, const std::vector<AssetVersion>& versions) {
  const sql::Dialect& dialect = adapter.dialect();
  std::string rows, forget = forget_sql(dialect, versions);
  for (const AssetVersion& each : versions)
    rows += fmt::format("{}({}, {}, {})", rows.empty() ? "" : ", ", dialect.literal(each.asset),
                        dialect.literal(each.version), dialect.literal(each.built_at));
  adapter.execute(fmt::format("begin; {}{}insert into {} values {}; commit", forget,
                              forget.empty() ? "" : "; ", dialect.render(table()), rows));
  for (const AssetVersion& each : versions) note(each);
}

void Versions::record(sql::Adapter& adapter, const AssetVersion& version) {
  record_all(adapter, {version});
}

void Versions::record_later(sql::Adapter& adapter, AssetVersion version,
                            std::chrono::steady_clock::time_point now) {
  constexpr std::size_t kTogether = 200;
  constexpr std::chrono::seconds kLatest{1};
  later_.push_back(std::move(version));
  if (later_.size() < kTogether && now - flushed_ < kLatest) return;
  flush(adapter);
  flushed_ = now;
}

void Versions::flush(sql::Adapter& adapter) {
  if (!later_.empty()) record_all(adapter, later_);
  later_.clear();
}

void Versions::forget(sql::Adapter& adapter, const std::string& asset) {
  if (versions_.erase(asset) == 0) return;
  adapter.execute(fmt::format("delete from {} where asset = {}", adapter.dialect().render(table()),
                              adapter.dialect().literal(asset)));
}

std::string hash_of(const std::vector<std::string>& texts) {
  __extension__ using Wide = unsigned __int128;
  // Parameters of the 128-bit FNV-1a hash (draft-eastlake-fnv-17, section 5).
  const Wide prime = (Wide{1} << 88) + 0x13B;
  Wide hash = (Wide{0x6c62272e07bb0142ULL} << 64) | 0x62b821756295c58dULL;
  for (const std::string& text : texts) {
    for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * prime;
    hash = (hash ^ 0xFF) * prime;  // a separator that UTF-8 never holds
  }
  return fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(hash >> 64),
                     static_cast<std::uint64_t>(hash));
}

}  // namespace leat::run
