// Threshold: what a page's front matter watches: `alert: when errors[0].share > 0.05 then
// ops`.
//
// Guarantees: looked at as the page is built, with its inputs as they begin.
// Threads: values.
// Errors: Error(page_syntax) with file:line for an entry that can't be read; one that fails as
//   it is looked at is a problem of the page.
#pragma once
#include <string>
#include <vector>

#include "document/value.h"
#include "pages/expression.h"

namespace leat::pages {

struct Threshold {
  std::string name;               ///< of its own, else what it asks
  ExpressionPtr when;             ///< breached where this is true
  ExpressionPtr say;              ///< what people are told; null: what it asks
  std::vector<std::string> then;  ///< names of channels; empty: where alerts of pages go
  bool is_error = false;          ///< severity
  std::string where;
};

/// What became of one.
struct ThresholdState {
  std::string name, text, where;
  std::vector<std::string> then;
  bool is_breached = false, is_error = false;
};

/// Reads `alert` and `alerts` of the front matter: texts "when … then …", or mappings with when, then, say,
/// severity and name.
std::vector<Threshold> read_thresholds(const document::Value& front_matter, const std::string& path);

ThresholdState look_at(const Threshold& threshold, const Scope& scope);

}  // namespace leat::pages
