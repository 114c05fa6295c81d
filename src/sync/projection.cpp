#include "sync/projection.h"

#include <fmt/core.h>

#include <map>

#include "base/error.h"
#include "base/spec.h"

namespace leat::sync {

bool matches_glob(std::string_view glob, std::string_view text) {
  // Iterative, with one remembered star: linear for one star, never exponential.
  std::size_t g = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t]) && glob[g] != '*') {
      ++g;
      ++t;
    } else if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

std::string Projection::arriving_name(std::string_view source_name) const {
  for (const auto& [from, to] : settings_->rename) {
    if (from == source_name) return to;
  }
  for (const std::string& glob : settings_->drop) {
    if (matches_glob(glob, source_name)) return {};
  }
  return std::string(source_name);
}

batch::SchemaPtr Projection::check(const batch::Schema& schema) const {
  std::vector<std::string> names;
  for (const batch::Column& column : schema.columns()) names.push_back(column.name);
  for (const auto& [from, to] : settings_->rename) {
    if (schema.find(from)) continue;
    std::string near = nearest(from, names);
    throw Error(ErrorCode::sync_column,
                fmt::format("The stream {} has no column `{}` to rename{}", settings_->name, from,
                            near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                settings_->where);
  }
  std::vector<batch::Column> arriving;
  std::map<std::string, std::string> taken;
  for (const batch::Column& column : schema.columns()) {
    std::string name = arriving_name(column.name);
    if (name.empty()) continue;
    auto [other, fresh] = taken.emplace(name, column.name);
    if (!fresh) {
      throw Error(ErrorCode::sync_column,
                  fmt::format("The columns `{}` and `{}` of the stream {} would both arrive as `{}`",
                              other->second, column.name, settings_->name, name),
                  settings_->where)
          .fix("Rename or drop one of the two.");
    }
    arriving.push_back({name, column.type, column.nullable});
  }
  return std::make_shared<const batch::Schema>(std::move(arriving));
}

void Projection::prepare(const batch::SchemaPtr& schema) {
  std::vector<batch::Column> arriving;
  kept_.clear();
  for (std::size_t i = 0; i < schema->size(); ++i) {
    std::string name = arriving_name((*schema)[i].name);
    if (name.empty()) continue;
    arriving.push_back({std::move(name), (*schema)[i].type, (*schema)[i].nullable});
    kept_.push_back(i);
  }
  from_ = schema;
  to_ = std::make_shared<const batch::Schema>(std::move(arriving));
}

batch::RecordBatch Projection::apply(batch::RecordBatch&& batch) {
  if (batch.schema() != from_) {
    if (!from_ || !(*batch.schema() == *from_)) prepare(batch.schema());
  }
  std::vector<batch::ColumnData> columns = std::move(batch).take_columns();
  std::vector<batch::ColumnData> kept;
  kept.reserve(kept_.size());
  for (std::size_t index : kept_) kept.push_back(std::move(columns[index]));
  return batch::RecordBatch(to_, std::move(kept));
}

}  // namespace leat::sync
