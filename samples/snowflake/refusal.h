// Refusal: why a statement or request is not done, as the protocol tells it.
//
// Guarantees: a plain value. The one type that is thrown here.
// Threads: any.
#pragma once
#include <exception>
#include <string>

namespace snowflake {

struct Refusal : std::exception {
  Refusal(std::string given_code, std::string given_message, std::string given_state = "42000")
      : code(std::move(given_code)), message(std::move(given_message)), state(std::move(given_state)) {}
  const char* what() const noexcept override { return message.c_str(); }
  std::string code, message, state;
};

}  // namespace snowflake
