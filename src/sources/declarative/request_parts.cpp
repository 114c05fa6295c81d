#include "sources/declarative/request_parts.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "jinja/operations.h"

namespace leat::sources::declarative {
namespace {

[[noreturn]] void conflict(std::string_view what, const std::string& name) {
  throw Error(ErrorCode::config_invalid,
              fmt::format("Two components set the {} `{}` of a request", what, name));
}

bool has(const http::Query& query, const std::string& name) {
  return std::any_of(query.begin(), query.end(), [&](const auto& pair) { return pair.first == name; });
}

void add_to(http::Query& query, std::string_view what, const std::string& name, const jinja::Value& value) {
  if (value.is_none() || value.is_undefined()) return;
  if (has(query, name)) conflict(what, name);
  if (value.is_list() || value.is_tuple()) {
    for (const jinja::Value& item : value.items()) query.emplace_back(name, jinja::to_text(item));
  } else if (value.is_dict()) {
    throw Error(ErrorCode::config_invalid,
                fmt::format("The {} `{}` of a request can't be an object", what, name));
  } else {
    query.emplace_back(name, jinja::to_text(value));
  }
}

}  // namespace

void RequestParts::add_query(const std::string& name, const jinja::Value& value) {
  add_to(query, "parameter", name, value);
}

void RequestParts::add_form(const std::string& name, const jinja::Value& value) {
  add_to(form, "form field", name, value);
}

void RequestParts::add_header(const std::string& name, const std::string& value) {
  if (has(headers, name)) conflict("header", name);
  headers.emplace_back(name, value);
}

void RequestParts::add_json(const std::vector<std::string>& path, const jinja::Value& value) {
  if (json.is_absent()) json = jinja::Value::dict();
  jinja::Value at = json;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    jinja::Value* next = at.as_dict().find(std::string_view(path[i]));
    if (!next) {
      at.as_dict().set(std::string_view(path[i]), jinja::Value::dict());
      next = at.as_dict().find(std::string_view(path[i]));
    }
    if (!next->is_dict()) conflict("body field", path[i]);
    jinja::Value inner = *next;
    at = inner;
  }
  jinja::Value* there = at.as_dict().find(std::string_view(path.back()));
  if (there && there->is_dict() && value.is_dict()) {
    value.as_dict().each([&](const jinja::Value& key, const jinja::Value& member) {
      std::vector<std::string> deeper = path;
      deeper.push_back(jinja::to_text(key));
      add_json(deeper, member);
    });
    return;
  }
  if (there && !jinja::equals(*there, value)) conflict("body field", path.back());
  at.as_dict().set(std::string_view(path.back()), value);
}

RequestOption::RequestOption(const Value& component, const Workshop& workshop) {
  if (component["type"].raw() == "RequestPath") {
    into_ = Into::path;
    return;
  }
  static constexpr std::pair<std::string_view, Into> kPlaces[] = {{"request_parameter", Into::query},
                                                                  {"header", Into::header},
                                                                  {"body_data", Into::form},
                                                                  {"body_json", Into::json}};
  const Value& place = need(component, "inject_into");
  const auto* found = std::find_if(std::begin(kPlaces), std::end(kPlaces),
                                   [&](const auto& row) { return row.first == place.raw(); });
  if (found == std::end(kPlaces)) {
    throw Error(ErrorCode::config_invalid,
                "`inject_into` has to be request_parameter, header, body_data or body_json", place.where());
  }
  into_ = found->second;
  if (component.find("field_path")) {
    if (into_ != Into::json) {
      throw Error(ErrorCode::config_invalid, "`field_path` fits only body_json",
                  component["field_path"].where());
    }
    for (const Value& segment : component["field_path"].items()) {
      path_.emplace_back(segment, component["$parameters"], workshop.interpolation, workshop.config);
    }
  } else {
    need(component, "field_name");
    path_.push_back(workshop.text(component, "field_name"));
  }
}

void RequestOption::inject(RequestParts& parts, const jinja::Value& value, const Scope& scope) const {
  if (into_ == Into::path) return;
  std::vector<std::string> path;
  for (const Interpolated& segment : path_) path.push_back(segment.text(scope));
  switch (into_) {
    case Into::query:
      parts.add_query(path[0], value);
      break;
    case Into::header:
      parts.add_header(path[0], jinja::to_text(value));
      break;
    case Into::form:
      parts.add_form(path[0], value);
      break;
    case Into::json:
      parts.add_json(path, value);
      break;
    case Into::path:
      break;
  }
}

std::unique_ptr<RequestOption> make_option(const Value& component, std::string_view name,
                                           const Workshop& workshop) {
  const Value* option = component.find(name);
  if (!option || option->is_null()) return nullptr;
  return std::make_unique<RequestOption>(*option, workshop);
}

}  // namespace leat::sources::declarative
