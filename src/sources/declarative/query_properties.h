// QueryProperties: the properties that a request has to name, perhaps in chunks that take a request each.
// MergedRecords: the records of the chunks of one page, put together.
//
// Guarantees: properties that an endpoint lists are asked for once.
// Threads: chunks may be called from any; MergedRecords is used by one.
// Owns: the retriever of the endpoint.
// Errors: Error(config_invalid) when made; what reading the endpoint throws.
// Source: behaviour of the Airbyte CDK's QueryProperties and PropertyChunking.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sources/declarative/component.h"
#include "sources/declarative/record_selector.h"

namespace leat::sources::declarative {

class Retriever;

class QueryProperties {
 public:
  /// `parameter` is the query parameter that takes them, "" where templates do.
  QueryProperties(const Value& component, std::string parameter, const Workshop& workshop);
  ~QueryProperties();
  /// `wanted` are the fields that are selected of the stream; none: all.
  std::vector<std::vector<std::string>> chunks(const std::optional<std::vector<std::string>>& wanted) const;
  /// The properties as templates see them: a list.
  static jinja::Value value_of(const std::vector<std::string>& chunk);
  /// What tells which records of several chunks are one; nullopt where they stay apart.
  std::optional<std::string> merge_key(const jinja::Value& record) const;
  bool merges() const { return !merge_keys_.empty(); }

 private:
  std::vector<std::string> all() const;
  std::vector<std::string> selected(const std::vector<std::string>& wanted) const;
  std::vector<std::string> listed_, always_, merge_keys_, field_path_;
  std::unique_ptr<Retriever> endpoint_;
  std::int64_t limit_ = 0;
  bool by_characters_ = false, chunked_ = false, selects_ = false;
  std::vector<std::unique_ptr<Transformation>> changes_;  // of the names that are selected
  mutable std::mutex mutex_;                              // guards found_
  mutable std::optional<std::vector<std::string>> found_;
};

class MergedRecords {
 public:
  explicit MergedRecords(const QueryProperties& properties) : properties_(properties) {}
  /// Takes a record; false for one that stands for itself.
  bool add(const jinja::Value& record);
  std::vector<jinja::Value>& records() { return records_; }

 private:
  const QueryProperties& properties_;
  std::vector<std::string> keys_;
  std::vector<jinja::Value> records_;
};

/// The name of the query parameter of a requester that takes properties, "" when there is none.
std::string properties_parameter(const Value& requester);

}  // namespace leat::sources::declarative
