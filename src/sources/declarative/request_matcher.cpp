#include "sources/declarative/request_matcher.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "jinja/operations.h"
#include "jinja/regex.h"

namespace leat::sources::declarative {
namespace {

std::string path_of(const std::string& url) {
  std::string rest = url.substr(http::origin(url).size());
  std::string path = rest.substr(0, std::min(rest.find_first_of("?#"), rest.size()));
  return path.empty() ? "/" : path;
}

}  // namespace

std::int64_t count_of(const Value& component, std::string_view name, const Workshop& workshop,
                      std::int64_t least) {
  need(component, name);
  std::optional<std::int64_t> count = jinja::parse_integer(workshop.text_now(component, name));
  if (!count || *count < least) {
    throw Error(ErrorCode::config_invalid, fmt::format("`{}` has to be a whole number above 0", name),
                component[name].where());
  }
  return *count;
}

RequestMatcher::RequestMatcher(const Value& component, const Workshop& workshop)
    : method_(plain_text(component, "method")),
      base_(workshop.text_now(component, "url_base")),
      pattern_(plain_text(component, "url_path_pattern")) {
  while (!base_.empty() && base_.back() == '/') base_.pop_back();
  if (!pattern_.empty()) jinja::regex_first(pattern_, "");
  for (const auto& [name, value] : component["params"].members()) params_.emplace_back(name, value.raw());
  for (const auto& [name, value] : component["headers"].members()) headers_.emplace_back(name, value.raw());
  if (component.find("weight")) weight_ = count_of(component, "weight", workshop, 1);
}

bool RequestMatcher::matches(const http::Request& request) const {
  if (!method_.empty() && method_ != request.method) return false;
  if (!base_.empty() && http::origin(request.url) != http::origin(base_)) return false;
  // The path is looked at whole; the expression has to match from its beginning.
  if (!pattern_.empty() && !jinja::regex_first("\\A(?:" + pattern_ + ")", path_of(request.url))) return false;
  http::Query query = http::query_of(request.url);
  for (const auto& pair : params_) {
    if (std::find(query.begin(), query.end(), pair) == query.end()) return false;
  }
  return std::all_of(headers_.begin(), headers_.end(), [&](const auto& pair) {
    const std::string* value = request.headers.find(pair.first);
    return value && *value == pair.second;
  });
}

}  // namespace leat::sources::declarative
