#include "jinja/call.h"

#include "jinja/operations.h"

namespace leat::jinja {

Signature::Signature(std::string_view text) {
  std::size_t at = text.find('(');
  at = at == std::string_view::npos ? 0 : at + 1;
  while (at < text.size()) {
    // A default may hold commas and brackets only inside quotes, so skip quoted text when looking for the
    // end.
    std::size_t end = at;
    for (char quote = 0; end < text.size(); ++end) {
      const char c = text[end];
      if (quote ? c == quote : (c == '\'' || c == '"')) {
        quote = quote ? '\0' : c;
      } else if (!quote && (c == ',' || c == ')')) {
        break;
      }
    }
    std::string_view part = text.substr(at, end - at);
    at = end + 1;
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    if (part.empty()) continue;
    if (part.starts_with("**")) {
      named_rest = true;
    } else if (part.starts_with("*")) {
      rest = true;
    } else {
      const std::size_t equal = part.find('=');
      if (equal == std::string_view::npos) required = names.size() + 1;
      names.emplace_back(part.substr(0, equal));
    }
  }
}

void CallArguments::fail(std::string_view what) const {
  raise_type(fmt::format("{}() {}", callee, what));
}

const Value* CallArguments::find(std::size_t index, std::string_view name) const {
  if (index < positional.size()) return positional[index].is_absent() ? nullptr : &positional[index];
  for (const NamedValue& argument : named)
    if (argument.name == name) return &argument.value;
  return nullptr;
}

const Value& CallArguments::require(std::size_t index, std::string_view name) const {
  if (const Value* found = find(index, name)) return *found;
  fail(fmt::format("missing 1 required positional argument: '{}'", name));
}

Value CallArguments::get(std::size_t index, std::string_view name, Value fallback) const {
  const Value* found = find(index, name);
  return found ? *found : fallback;
}

const std::string& CallArguments::text(std::size_t index, std::string_view name) const {
  const Value& value = require(index, name);
  if (value.is_undefined()) raise_undefined(value);
  if (!value.is_string()) fail(fmt::format("argument '{}' must be str, not {}", name, type_name(value)));
  return value.as_string();
}

std::string CallArguments::text_or(std::size_t index, std::string_view name,
                                   std::string_view fallback) const {
  const Value* found = find(index, name);
  if (!found || found->is_none()) return std::string(fallback);
  return text(index, name);
}

std::int64_t CallArguments::integer_or(std::size_t index, std::string_view name,
                                       std::int64_t fallback) const {
  const Value* found = find(index, name);
  if (!found || found->is_none()) return fallback;
  if (found->is_undefined()) raise_undefined(*found);
  if (!found->is_integral()) fail(fmt::format("argument '{}' must be int, not {}", name, type_name(*found)));
  return found->as_integer();
}

bool CallArguments::truth_or(std::size_t index, std::string_view name, bool fallback) const {
  const Value* found = find(index, name);
  return found ? truth(*found) : fallback;
}

void CallArguments::bind(const Signature& signature) {
  const std::size_t count = signature.names.size();
  if (positional.size() > count && !signature.rest)
    fail(fmt::format("takes at most {} argument{} ({} given)", count, count == 1 ? "" : "s",
                     positional.size()));
  const std::size_t given = positional.size();
  if (given < count) positional.resize(count);
  std::vector<NamedValue> left;
  for (NamedValue& argument : named) {
    std::size_t at = 0;
    while (at < count && signature.names[at] != argument.name) ++at;
    if (at == count) {
      if (!signature.named_rest) fail(fmt::format("got an unexpected keyword argument '{}'", argument.name));
      left.push_back(std::move(argument));
      continue;
    }
    if (at < given) fail(fmt::format("got multiple values for argument '{}'", argument.name));
    positional[at] = std::move(argument.value);
  }
  named = std::move(left);
  for (std::size_t at = given; at < signature.required; ++at)
    if (positional[at].is_absent())
      fail(fmt::format("missing 1 required positional argument: '{}'", signature.names[at]));
}

}  // namespace leat::jinja
