#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

#include "base/error.h"
#include "jinja/environment.h"
#include "jinja/template.h"

using namespace leat;
using namespace leat::jinja;

namespace {

struct Case {
  std::string text, result;
  bool error = false;
};

std::string read_file(const std::string& path) {
  std::string content;
  if (FILE* file = std::fopen(path.c_str(), "rb")) {
    char buffer[65536];
    for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, file)) > 0;)
      content.append(buffer, got);
    std::fclose(file);
  }
  return content;
}

std::vector<Case> read_cases() {
  const char* root = std::getenv("LEAT_SOURCE_DIR");
  const std::string content =
      read_file(std::string(root ? root : ".") + "/src/jinja/testdata/jinja_cases.txt");
  std::vector<Case> cases;
  const std::string begin = "\n=== template\n", end = "\n=== ";
  for (std::size_t at = content.find(begin); at != std::string::npos; at = content.find(begin, at)) {
    at += begin.size();
    const std::string part = content.substr(at, content.find(end, at) - at);
    const std::size_t result = part.find("\n--- result\n"), error = part.find("\n--- error\n");
    if (result != std::string::npos) {
      cases.push_back({part.substr(0, result), part.substr(result + 12), false});
    } else {
      cases.push_back({part.substr(0, error), part.substr(error + 11), true});
    }
  }
  return cases;
}

std::string outcome(const Case& one) {
  ParseOptions options;
  options.first_line = 1;
  try {
    return Environment().render(*Template::parse(one.text, "case", options), Context());
  } catch (const Error& error) {
    switch (error.code()) {
      case ErrorCode::jinja_undefined:
        return one.error ? "jinja_undefined" : error.what();
      case ErrorCode::jinja_type:
        return one.error ? "jinja_type" : error.what();
      case ErrorCode::jinja_syntax:
        return one.error ? "jinja_syntax" : error.what();
      default:
        return error.what();
    }
  }
}

}  // namespace

TEST_CASE("templates render, and fail, as Jinja2 3.1 recorded it") {
  const std::vector<Case> cases = read_cases();
  CHECK(cases.size() > 150);
  for (const Case& one : cases) {
    INFO("template: ", one.text);
    CHECK(outcome(one) == one.result);
  }
}
