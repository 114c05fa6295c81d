// Paginator: which page comes after a page, and how it is asked for.
//
// Guarantees: a token is only foretold where it does not depend on what the pages hold, so that pages may be
//   fetched side by side.
// Threads: immutable; any.
// Owns: its templates.
// Errors: Error(config_invalid, source_unknown_component) when made; Error(jinja_…) from templates.
// Source: behaviour of the Airbyte CDK's paginators.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sources/declarative/request_parts.h"

namespace leat::sources::declarative {

/// What a page held, for the decision on the next one.
struct PageFacts {
  std::int64_t raw_count = 0;            ///< records before filters
  std::optional<jinja::Value> previous;  ///< the token that the page was asked with
  bool is_over = false;                  ///< nothing behind it has to be read
  Scope scope;                           ///< response, headers, last_record, last_page_size, config
};

class Paginator {
 public:
  virtual ~Paginator() = default;
  /// The token of the first page; nullopt: it is asked for without one.
  virtual std::optional<jinja::Value> first() const { return std::nullopt; }
  /// The token of the next page; nullopt: there is none.
  virtual std::optional<jinja::Value> next(const PageFacts& page) const = 0;
  /// The token of page `index` (0 is the first) if all before it are full; nullopt: it can't be foretold.
  virtual std::optional<jinja::Value> foretell(std::int64_t /*index*/) const { return std::nullopt; }
  /// Adds token and page size to a request.
  virtual void contribute(RequestParts& /*parts*/, const Scope& /*scope*/,
                          const std::optional<jinja::Value>& /*token*/) const {}
  /// The path that a token stands for, "" when it goes elsewhere.
  virtual std::string path_of(const jinja::Value& /*token*/) const { return {}; }
};

std::unique_ptr<Paginator> make_paginator(const Value& component, const Workshop& workshop);

}  // namespace leat::sources::declarative
