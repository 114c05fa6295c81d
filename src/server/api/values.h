// What several parts of the API say in the same words.
//
// Guarantees: as the OpenAPI document has them.
// Threads: pure functions.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/time.h"
#include "document/value.h"
#include "run/store/queue.h"
#include "server/api/call.h"

namespace leat::server {

inline constexpr std::string_view kApiPrefix = "/api/leat/v1";

inline document::Value text(const std::string& value) {
  return document::Value::of(value);
}
/// null for the beginning of time, which stands for none.
document::Value time(Timestamp value);
document::Value job_value(const run::Job& job);
/// 404: "There is no such job."
Reply not_found(const std::string& what);
Reply list_reply(const char* name, std::vector<document::Value> items);
/// What `answer` gives, or, where it throws, what is wrong as a problem: 404 for what there is not, 400 for
/// what the caller asked wrong, 500 for the rest.
Reply answer_or_problem(const std::function<Reply()>& answer);
/// The number that a path ends with ("17" of "17/cancel", and what follows it); -1 for none.
std::int64_t number_of(const std::string& path, std::string& rest);

}  // namespace leat::server
