// Flatten: turns the members of nested columns into columns of their own: location {"lat": 1} becomes
// location__lat.
//
// Guarantees: objects are flattened to any depth; lists stay JSON; what is no object stays in the column itself.
//   A column's type is the widest that its values have had so far in this read, text where they are mixed.
// Threads: one at a time. Owns: what it has seen of names and types.
// Errors: none throw; a nested value that is no JSON stays where it is.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "batch/record_batch.h"

namespace leat::sync {

class Flatten {
 public:
  /// `columns` are the source's names, with `*` and `?` as wildcards; empty flattens nothing.
  explicit Flatten(std::vector<std::string> columns) : globs_(std::move(columns)) {}
  batch::RecordBatch apply(batch::RecordBatch&& batch);
  /// The columns of a declared schema that are not flattened: members are known only once rows come.
  batch::SchemaPtr declared(const batch::Schema& schema) const;
  /// True for the name of a member, as `rename` and `drop` may use it.
  bool is_member(std::string_view column) const;

 private:
  struct Member {
    std::string name;
    batch::Type type;
    bool has_value = false;  // other than null
  };
  struct Nested {
    std::string column;
    std::vector<Member> members;  // in the order they appeared
  };
  Nested& nested(const std::string& column);
  bool matches(const batch::Column& column) const;
  void expand(const batch::ColumnData& data, Nested& known, std::vector<batch::Column>& schema,
              std::vector<batch::ColumnData>& columns);

  std::vector<std::string> globs_;
  std::vector<Nested> known_;
};

}  // namespace leat::sync
