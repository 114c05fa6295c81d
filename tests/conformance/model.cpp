#include "model.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/time.h"

namespace leat::conformance {

using stream::MergeStrategy;
using stream::WriteMode;

namespace {

std::string moment(std::optional<std::int64_t> seconds) {
  if (!seconds) return "~";
  static const Timestamp kStart = *parse_iso_timestamp("2026-01-01");
  return format_sql_timestamp(kStart + std::chrono::seconds(*seconds)) + "+00";
}

std::string print(const Change& change) {
  return fmt::format("{}|{}|{}|{}", change.id, moment(change.changed_at), change.note.value_or("~"),
                     change.deleted ? "true" : "false");
}

// True when `a` is older than `b`; a missing stamp is the oldest.
bool older(const Change& a, const Change& b) {
  if (!a.changed_at || !b.changed_at) return !a.changed_at && b.changed_at;
  return *a.changed_at < *b.changed_at;
}

}  // namespace

// One change a key: the newest by cursor, then by arrival.
std::vector<Change> Model::winners(const std::vector<Change>& changes) const {
  std::map<std::int64_t, Change> best;
  for (const Change& change : changes) {
    auto [held, fresh] = best.emplace(change.id, change);
    if (!fresh && !older(change, held->second)) held->second = change;
  }
  std::vector<Change> out;
  for (auto& [id, change] : best) out.push_back(change);
  return out;
}

void Model::merge(const std::vector<Change>& changes) {
  for (const Change& change : winners(changes)) {
    auto held =
        std::find_if(table_.begin(), table_.end(), [&](const Change& e) { return e.id == change.id; });
    bool known = held != table_.end();
    if (known && settings_.strategy == MergeStrategy::insert_only) continue;
    if (known && settings_.strategy == MergeStrategy::merge && older(change, *held)) continue;
    if (known) table_.erase(held);
    if (!(hard() && change.deleted)) table_.push_back(change);
  }
}

void Model::chain(std::int64_t id) {
  std::vector<Version>& versions = history_[id];
  std::sort(versions.begin(), versions.end(),
            [](const Version& a, const Version& b) { return a.from < b.from; });
  for (std::size_t i = 0; i + 1 < versions.size(); ++i) {
    std::int64_t next = versions[i + 1].from;
    if (!versions[i].to || *versions[i].to > next) versions[i].to = next;
  }
  if (hard()) std::erase_if(versions, [](const Version& version) { return version.change.deleted; });
}

void Model::extend_history(const std::vector<Change>& changes, std::int64_t now) {
  if (!is_incremental_) {
    std::map<std::int64_t, Change> staged;
    for (const Change& change : winners(changes)) {
      if (!(hard() && change.deleted)) staged[change.id] = change;
    }
    for (auto& [id, versions] : history_) {
      for (Version& version : versions) {
        if (!version.to && !staged.count(id)) version.to = now;
      }
    }
    for (auto& [id, change] : staged) {
      std::vector<Version>& versions = history_[id];
      bool known = std::any_of(
          versions.begin(), versions.end(),
          [&, &latest = change](const Version& version) { return !version.to && version.change == latest; });
      if (!known) versions.push_back({change, now, std::nullopt});
      chain(id);
    }
    return;
  }
  for (const Change& change : changes) {
    std::int64_t from = change.changed_at.value_or(now);
    std::vector<Version>& versions = history_[change.id];
    auto same = std::find_if(versions.begin(), versions.end(),
                             [&](const Version& version) { return version.from == from; });
    if (same != versions.end()) {
      if (same->change == change) continue;
      versions.erase(same);
    }
    versions.push_back({change, from, std::nullopt});
  }
  for (const Change& change : changes) chain(change.id);
}

void Model::load(const std::vector<Change>& changes, std::int64_t now) {
  switch (settings_.mode) {
    case WriteMode::append:
      table_.insert(table_.end(), changes.begin(), changes.end());
      return;
    case WriteMode::overwrite:
    case WriteMode::overwrite_dedup:
      table_ = settings_.mode == WriteMode::overwrite ? changes : winners(changes);
      if (hard()) std::erase_if(table_, [](const Change& change) { return change.deleted; });
      return;
    case WriteMode::append_dedup:
      return merge(changes);
    case WriteMode::scd2:
      return extend_history(changes, now);
  }
}

std::vector<std::string> Model::rows() const {
  std::vector<std::string> out;
  for (const Change& change : table_) out.push_back(print(change));
  for (const auto& [id, versions] : history_) {
    for (const Version& version : versions)
      out.push_back(fmt::format("{}|{}|{}", print(version.change), moment(version.from), moment(version.to)));
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace leat::conformance
