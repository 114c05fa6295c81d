#include "document/json_check.h"

#include <simdjson.h>


namespace leat::document {

struct JsonCheck::State {
  simdjson::dom::parser parser;
  std::string padded;
};

JsonCheck::JsonCheck() : state_(std::make_unique<State>()) {}
JsonCheck::~JsonCheck() = default;

std::string JsonCheck::problem(std::string_view text) {
  std::string& padded = state_->padded;
  if (padded.size() < text.size() + simdjson::SIMDJSON_PADDING)
    padded.resize(text.size() * 3 / 2 + simdjson::SIMDJSON_PADDING);
  text.copy(padded.data(), text.size());
  simdjson::error_code error = state_->parser.parse(padded.data(), text.size(), false).error();
  return error ? simdjson::error_message(error) : "";
}

}  // namespace leat::document
