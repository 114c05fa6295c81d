#include "sync/projection.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/glob.h"
#include "base/spec.h"
#include "sync/flatten.h"

namespace leat::sync {

namespace {

std::string folded(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace

std::string snake_case(std::string_view column) {
  auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  std::string out;
  for (std::size_t i = 0; i < column.size(); ++i) {
    char c = column[i];
    bool word = lower(c) || upper(c) || digit(c) || (c & 0x80) != 0;
    if (!word) {
      if (!out.empty() && out.back() != '_') out.push_back('_');
      continue;
    }
    // A word begins at "aB" and at the B of "HTTPBody".
    bool begins = i > 0 && upper(c) && (lower(column[i - 1]) || digit(column[i - 1]));
    bool ends_acronym =
        i > 0 && upper(c) && upper(column[i - 1]) && i + 1 < column.size() && lower(column[i + 1]);
    if ((begins || ends_acronym) && !out.empty() && out.back() != '_') out.push_back('_');
    out.push_back(upper(c) ? static_cast<char>(c - 'A' + 'a') : c);
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  if (out.empty()) return std::string(column);
  return digit(out[0]) ? "_" + out : out;
}

std::string fit_name(std::string_view name, const stream::Naming& naming) {
  constexpr std::size_t kHashBytes = 9;
  std::string out(name);
  std::replace(out.begin(), out.end(), '\0', '_');
  if (out.empty()) return "_";
  if (out.size() <= naming.bytes_max) return out;
  std::uint64_t hash = 14695981039346656037ULL;
  for (char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  std::size_t kept = naming.bytes_max - kHashBytes;
  while (kept > 0 && (static_cast<unsigned char>(out[kept]) & 0xC0) == 0x80)
    --kept;  // no half of a character
  return fmt::format("{}_{:08x}", out.substr(0, kept), static_cast<std::uint32_t>(hash ^ hash >> 32));
}

std::string Projection::arriving_name(std::string_view source_name) const {
  // Beside a row's key stands the one that its stored row has, which is looked up by the arriving name.
  if (source_name.starts_with(stream::kStoredKeyPrefix))
    return std::string(stream::kStoredKeyPrefix) +
           arriving_name(source_name.substr(stream::kStoredKeyPrefix.size()));
  if (stream::is_for_loading(source_name)) return std::string(source_name);
  for (const auto& [from, to] : settings_->rename) {
    if (from == source_name) return fit_name(to, naming_);
  }
  for (const std::string& glob : settings_->drop) {
    if (matches_glob(glob, source_name)) return {};
  }
  // What tells of a change keeps its name: rows without a key are compared by all others.
  bool is_snake = settings_->names == ColumnNames::snake_case && !source_name.starts_with("_ab_cdc_");
  return fit_name(is_snake ? snake_case(source_name) : std::string(source_name), naming_);
}

const std::string& Projection::source_name(std::size_t arriving_column) const {
  return (*from_)[to_.kept[arriving_column]].name;
}

batch::SchemaPtr Projection::check(const batch::Schema& schema) const {
  Flatten flatten(settings_->flatten);
  std::vector<std::string> names;
  for (const batch::Column& column : schema.columns()) names.push_back(column.name);
  auto require = [&](const std::string& column, const char* what) {
    if (schema.size() == 0 || schema.find(column) || flatten.is_member(column)) return;
    std::string near = nearest(column, names), all;
    for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
    throw Error(ErrorCode::sync_column,
                fmt::format("The stream {} has no column `{}` to {}{}", settings_->name, column, what,
                            near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                settings_->where)
        .fix(fmt::format("Its columns: {}.", all));
  };
  for (const auto& [from, to] : settings_->rename) require(from, "rename");
  for (const std::string& drop : settings_->drop) {
    if (drop.find_first_of("*?") == std::string::npos) require(drop, "drop");
  }
  return arrange(*flatten.declared(schema)).schema;
}

Projection::Arrangement Projection::arrange(const batch::Schema& schema) const {
  Arrangement out;
  std::vector<batch::Column> arriving;
  std::map<std::string, std::string> taken;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const batch::Column& column = schema[i];
    std::string name = arriving_name(column.name);
    if (name.empty()) continue;
    auto [other, fresh] = taken.emplace(naming_.folds_case ? folded(name) : name, column.name);
    if (!fresh) {
      throw Error(ErrorCode::sync_column,
                  fmt::format("The columns `{}` and `{}` of the stream {} would both arrive as `{}`",
                              other->second, column.name, settings_->name, name),
                  settings_->where)
          .fix("Rename or drop one of the two.");
    }
    arriving.push_back({std::move(name), column.type, column.nullable});
    out.kept.push_back(i);
  }
  out.schema = std::make_shared<const batch::Schema>(std::move(arriving));
  return out;
}

batch::RecordBatch Projection::apply(batch::RecordBatch&& batch) {
  if (batch.schema() != from_ && (!from_ || !(*batch.schema() == *from_))) {
    to_ = arrange(*batch.schema());
    from_ = batch.schema();
  }
  std::vector<batch::ColumnData> columns = std::move(batch).take_columns();
  std::vector<batch::ColumnData> kept;
  kept.reserve(to_.kept.size());
  for (std::size_t index : to_.kept) kept.push_back(std::move(columns[index]));
  return batch::RecordBatch(to_.schema, std::move(kept));
}

}  // namespace leat::sync
