#include "base/error.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace leat {
namespace {
constexpr ErrorInfo kErrors[] = {
#define LEAT_ERROR(name, code, fault, title, fix) {ErrorCode::name, code, Fault::fault, title, fix},
#include "base/error_codes.def"
#undef LEAT_ERROR
};
}  // namespace

const ErrorInfo& info(ErrorCode code) {
  return kErrors[static_cast<std::size_t>(code)];
}

std::span<const ErrorInfo> error_infos() {
  return kErrors;
}

const ErrorInfo* find_error(std::string_view name) {
  for (const ErrorInfo& row : kErrors) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

Error::Error(ErrorCode code, std::string what_failed, std::string where)
    : code_(code), what_failed_(std::move(what_failed)), where_(std::move(where)), fix_(info(code).fix) {
  compose();
}

Error& Error::fix(std::string text) & {
  fix_ = std::move(text);
  compose();
  return *this;
}

Error&& Error::fix(std::string text) && {
  return std::move(fix(std::move(text)));
}

Error&& Error::retry(std::optional<std::chrono::milliseconds> after) && {
  retryable_ = true;
  retry_after_ = after;
  return std::move(*this);
}

Error& Error::within(std::string_view outer) {
  where_ = where_.empty() ? std::string(outer) : std::string(outer) + ": " + where_;
  compose();
  return *this;
}

void Error::compose() {
  text_ = std::string(info(code_).name);
  if (!where_.empty()) text_ += " at " + where_;
  text_ += ": " + what_failed_;
  if (!fix_.empty()) text_ += "\n  what to do: " + fix_;
}

void fail_assertion(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "LEAT-INTERNAL at %s:%d: %s does not hold\n", file, line, condition);
  std::abort();
}

}  // namespace leat
