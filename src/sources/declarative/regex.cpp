#include "sources/declarative/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/error.h"

namespace leat::sources::declarative {

struct Regex::Code {
  std::unique_ptr<pcre2_code, void (*)(pcre2_code*)> compiled{nullptr, pcre2_code_free};
};

Regex::Regex(const std::string& pattern) : code_(std::make_unique<Code>()) {
  int error = 0;
  std::size_t offset = 0;
  code_->compiled.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                      PCRE2_UTF | PCRE2_UCP, &error, &offset, nullptr));
  if (!code_->compiled) {
    PCRE2_UCHAR message[256] = {};
    pcre2_get_error_message(error, message, sizeof message);
    throw Error(ErrorCode::config_invalid,
                "This is no regular expression: " + std::string(reinterpret_cast<const char*>(message)),
                pattern);
  }
}

Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;

std::optional<std::vector<std::string>> Regex::run(std::string_view text, unsigned options) const {
  std::unique_ptr<pcre2_match_context, void (*)(pcre2_match_context*)> limits(
      pcre2_match_context_create(nullptr), pcre2_match_context_free);
  pcre2_set_match_limit(limits.get(), 1'000'000);
  std::unique_ptr<pcre2_match_data, void (*)(pcre2_match_data*)> data(
      pcre2_match_data_create_from_pattern(code_->compiled.get(), nullptr), pcre2_match_data_free);
  int count = pcre2_match(code_->compiled.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0,
                          options, data.get(), limits.get());
  if (count <= 0) return std::nullopt;
  const std::size_t* at = pcre2_get_ovector_pointer(data.get());
  std::vector<std::string> groups;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    bool there = at[2 * i] != PCRE2_UNSET;
    groups.emplace_back(there ? text.substr(at[2 * i], at[2 * i + 1] - at[2 * i]) : std::string_view());
  }
  return groups;
}

std::optional<std::vector<std::string>> Regex::search(std::string_view text) const {
  return run(text, 0);
}
std::optional<std::vector<std::string>> Regex::match(std::string_view text) const {
  return run(text, PCRE2_ANCHORED);
}

}  // namespace leat::sources::declarative
