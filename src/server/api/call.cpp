#include "server/api/call.h"

#include <algorithm>
#include <charconv>

namespace leat::server {

using document::Value;

const std::string& Call::header(const std::string& name) const {
  static const std::string none;
  auto found = headers.find(name);
  return found == headers.end() ? none : found->second;
}

std::string Call::parameter(const std::string& name) const {
  auto found = query.find(name);
  return found == query.end() ? "" : found->second;
}

int Call::number(const std::string& name, int otherwise, int low, int high) const {
  std::string text = parameter(name);
  int value = otherwise;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) value = otherwise;
  return std::clamp(value, low, high);
}

Value Call::json() const {
  if (body.find_first_not_of(" \t\r\n") == std::string::npos) return Value::mapping();
  return document::parse_json(body, "the request's body");
}

Reply json_reply(const Value& value, int status) {
  Reply reply;
  reply.status = status;
  reply.body = document::to_json(value);
  return reply;
}

Reply problem_reply(int status, const std::string& title, const std::string& detail) {
  Reply reply = json_reply(Value::mapping({{"status", Value::of(std::int64_t{status})},
                                           {"title", Value::of(title)},
                                           {"detail", Value::of(detail)},
                                           {"message", Value::of(detail)}}),
                           status);
  reply.content_type = "application/problem+json";
  if (status == 401) reply.headers["WWW-Authenticate"] = "Basic realm=\"leat\", Bearer";
  return reply;
}

}  // namespace leat::server
