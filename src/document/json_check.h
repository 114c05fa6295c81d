// JsonCheck: says whether a text is one JSON document, fast.
//
// Guarantees: the whole text is checked, nothing of it is kept.
// Threads: one at a time; make one a thread.
// Owns: its buffers, which grow to the largest text.
// Errors: none; a reason for what is no JSON.
// Source: RFC 8259.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace leat::document {

class JsonCheck {
 public:
  JsonCheck();
  ~JsonCheck();
  JsonCheck(const JsonCheck&) = delete;
  JsonCheck& operator=(const JsonCheck&) = delete;
  /// What is wrong with `text`, as a sentence without its end; "" when it is JSON.
  std::string problem(std::string_view text);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leat::document
