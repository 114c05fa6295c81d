// RecordSelector: which records a page holds, which of them count, and how they are changed before they land.
//
// Guarantees: without filter and transformations records go from the page's text into columns as they are.
// Threads: immutable; any.
// Errors: Error(config_invalid, source_unknown_component) when made; Error(jinja_…) from templates.
// Source: behaviour of the Airbyte CDK's RecordSelector and transformations.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "sources/declarative/component.h"
#include "sources/declarative/extract.h"

namespace leat::sources::declarative {

class Transformation {
 public:
  virtual ~Transformation() = default;
  /// Changes the record (a dict of its own). `scope` holds record and stream_slice.
  virtual void apply(jinja::Value& record, Scope& scope) const = 0;
};

std::unique_ptr<Transformation> make_transformation(const Value& component, const Workshop& workshop);

/// What a custom extractor makes of one match of its path.
using Rewrite = std::function<std::vector<jinja::Value>(jinja::Value match)>;

class RecordSelector {
 public:
  /// `transformations` are the stream's, a list or null.
  RecordSelector(const Value& component, const Value& transformations, const Workshop& workshop);
  const RecordPath& path() const { return path_; }
  /// True when every record is taken as it is.
  bool is_plain() const { return filter_.empty() && transformations_.empty() && !expander_ && !rewrite_; }
  /// Filters and transforms; false for a record that is left out. With `covers` records are transformed
  /// first, and those that it refuses are left out before the filter is asked.
  bool select(jinja::Value& record, const Scope& slice_scope,
              const std::function<bool(const jinja::Value&)>& covers = {}) const;
  /// The records that one match of the path stands for.
  std::vector<jinja::Value> expand(jinja::Value match) const;

 private:
  struct Expander {
    std::vector<std::string> path;
    bool keeps_original = false, emits_parent = false;
  };
  RecordPath path_;
  std::optional<Expander> expander_;
  Rewrite rewrite_;
  Interpolated filter_;
  bool transform_first_;
  std::vector<std::unique_ptr<Transformation>> transformations_;
};

}  // namespace leat::sources::declarative
