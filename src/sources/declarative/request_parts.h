// RequestParts: what requester, authenticator, paginator, cursor and partition router each add to a request.
// RequestOption: where a value goes.
//
// Guarantees: the same name set twice by different components is an error, except for equal values in a JSON
//   body.
// Threads: values; one at a time.
// Errors: Error(config_invalid) for a conflict.
// Source: behaviour of the Airbyte CDK's request option merging.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "http/message.h"
#include "http/url.h"
#include "jinja/value.h"
#include "sources/declarative/component.h"

namespace leat::sources::declarative {

struct RequestParts {
  http::Query query;
  std::vector<std::pair<std::string, std::string>> headers;
  http::Query form;
  jinja::Value json;  ///< a dict, or absent
  std::string text;   ///< a body as it is, "" when there is none

  /// Adds a parameter; lists become one parameter an item.
  void add_query(const std::string& name, const jinja::Value& value);
  void add_header(const std::string& name, const std::string& value);
  void add_form(const std::string& name, const jinja::Value& value);
  void add_json(const std::vector<std::string>& path, const jinja::Value& value);
};

class RequestOption {
 public:
  enum class Into { query, header, form, json, path };
  /// Reads a RequestOption or RequestPath component.
  RequestOption(const Value& component, const Workshop& workshop);
  bool is_path() const { return into_ == Into::path; }
  void inject(RequestParts& parts, const jinja::Value& value, const Scope& scope) const;

 private:
  Into into_ = Into::query;
  std::vector<Interpolated> path_;
};

/// Makes the option at `name` of a component; nullptr when it is not there.
std::unique_ptr<RequestOption> make_option(const Value& component, std::string_view name,
                                           const Workshop& workshop);

/// A part of a stream that adds to its requests by what the slice holds.
class RequestContributor {
 public:
  virtual ~RequestContributor() = default;
  virtual void contribute(RequestParts& parts, const Scope& scope, const jinja::Value& slice) const = 0;
};

}  // namespace leat::sources::declarative
