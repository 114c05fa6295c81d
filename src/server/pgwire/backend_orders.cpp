#include "server/pgwire/backend_orders.h"

#include <charconv>
#include <optional>

#include "server/pgwire/commands.h"

namespace leat::server::pgwire {
namespace {

std::optional<std::int32_t> number(std::string_view digits) {
  std::int32_t out = 0;
  auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (failed != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return out;
}

class Finder {
 public:
  Finder(std::string_view sql, const std::vector<Parameter>& parameters)
      : tokens_(sql::tokenize(sql, sql::Spelling::postgres)), parameters_(parameters) {}

  std::vector<BackendOrder> run() const {
    std::vector<BackendOrder> out;
    for (std::size_t i = 0; i + 2 < tokens_.size(); ++i) {
      bool cancels = is_word(tokens_[i], "pg_cancel_backend"),
           ends = is_word(tokens_[i], "pg_terminate_backend");
      if ((!cancels && !ends) || !is_symbol(tokens_[i + 1], '(')) continue;
      std::optional<std::int32_t> process = value(i + 2);
      if (!process) process = named();
      if (process) out.push_back({*process, ends});
    }
    return out;
  }

 private:
  // A number, a text or a parameter at that token.
  std::optional<std::int32_t> value(std::size_t at) const {
    if (at >= tokens_.size()) return std::nullopt;
    const Token& token = tokens_[at];
    if (token.kind == TokenKind::number || token.kind == TokenKind::text) return number(token.text);
    if (!is_symbol(token, '$') || at + 1 >= tokens_.size()) return std::nullopt;
    std::optional<std::int32_t> index = number(tokens_[at + 1].text);
    if (!index || *index < 1 || static_cast<std::size_t>(*index) > parameters_.size()) return std::nullopt;
    const Parameter& parameter = parameters_[static_cast<std::size_t>(*index) - 1];
    return parameter ? number(*parameter) : std::nullopt;
  }

  // Of `where pid = 7`.
  std::optional<std::int32_t> named() const {
    for (std::size_t i = 0; i + 2 < tokens_.size(); ++i) {
      bool is_name = is_word(tokens_[i], "pid") || is_word(tokens_[i], "procpid");
      if (is_name && is_symbol(tokens_[i + 1], '=')) return value(i + 2);
    }
    return std::nullopt;
  }

  std::vector<Token> tokens_;
  const std::vector<Parameter>& parameters_;
};

}  // namespace

std::vector<BackendOrder> backend_orders(std::string_view sql, const std::vector<Parameter>& parameters) {
  return Finder(sql, parameters).run();
}

}  // namespace leat::server::pgwire
