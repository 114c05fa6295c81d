#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

#include "base/error.h"
#include "jinja/datetime.h"
#include "jinja/environment.h"
#include "jinja/literal.h"
#include "jinja/operations.h"
#include "jinja/regex.h"
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

std::string read_data(const std::string& file) {
  const char* root = std::getenv("LEAT_SOURCE_DIR");
  return read_file(std::string(root ? root : ".") + "/src/jinja/testdata/" + file);
}

// Lines of text, tab, result.
std::vector<Case> read_lines(const std::string& file) {
  std::vector<Case> cases;
  const std::string content = read_data(file);
  for (std::size_t at = 0; at < content.size();) {
    const std::size_t end = content.find('\n', at), tab = content.rfind('\t', end);
    cases.push_back({content.substr(at, tab - at), content.substr(tab + 1, end - tab - 1), false});
    at = end + 1;
  }
  return cases;
}

std::vector<Case> read_cases() {
  const std::string content = read_data("jinja_cases.txt");
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

std::string outcome(const Case& one, const Environment& environment = Environment()) {
  ParseOptions options;
  options.first_line = 1;
  try {
    return environment.render(*Template::parse(one.text, "case", options), Context());
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

TEST_CASE("literals are read as ast.literal_eval of Python 3.11 recorded it") {
  const std::vector<Case> cases = read_lines("literal_cases.txt");
  CHECK(cases.size() > 100);
  for (const Case& one : cases) {
    INFO("text: ", one.text);
    const auto value = literal_eval(one.text);
    CHECK((value ? to_repr(*value) : "fails") == one.result);
  }
  CHECK_FALSE(literal_eval(std::string(500, '[') + std::string(500, ']')));
  CHECK(to_repr(*literal_eval("{'a': 1,\n 'b': 2}\n")) == "{'a': 1, 'b': 2}");
  CHECK_FALSE(literal_eval("1\n2"));
}

TEST_CASE("dates print and calculate as Python's datetime recorded it") {
  const std::vector<Case> cases = read_lines("date_cases.txt");
  CHECK(cases.size() > 50);
  Environment environment;
  const auto now = [] {
    return std::chrono::sys_days(std::chrono::year(2024) / 2 / 29) + std::chrono::hours(13);
  };
  environment.add_global("datetime", datetime_module(now));
  environment.add_global("pytz", pytz_module());
  const auto render = [&](const std::string& text) -> std::string {
    try {
      return environment.render(*Template::parse("{{ " + text + " }}", "t"), Context());
    } catch (const Error& error) {
      return error.what();
    }
  };
  for (const Case& one : cases) {
    INFO("expression: ", one.text);
    CHECK(render(one.text) == one.result);
  }
  CHECK(render("datetime.datetime.now()") == "2024-02-29 13:00:00");
  CHECK(render("datetime.date.today()") == "2024-02-29");
  CHECK(render("datetime.datetime.now(datetime.timezone.utc)") == "2024-02-29 13:00:00+00:00");
  CHECK(render("pytz.timezone('America/Chicago').localize(datetime.datetime(2024, 7, 1)).isoformat()") ==
        "2024-07-01T00:00:00-05:00");
  CHECK(
      render("pytz.utc.localize(datetime.datetime(2024, 7, 1)).astimezone(pytz.timezone('Europe/Berlin'))") ==
      "2024-07-01 02:00:00+02:00");
  CHECK(render("datetime.datetime(2024, 13, 1)").find("month must be in 1..12") != std::string::npos);
  CHECK(render("pytz.timezone('Nowhere/Land')").find("UnknownTimeZoneError") != std::string::npos);
  CHECK(render("datetime.datetime.strptime('x', '%Y')").find("does not match format") != std::string::npos);
}

TEST_CASE("regular expressions do what Python's re recorded") {
  Environment environment;
  environment.add_global("re", regex_module());
  const std::vector<Case> cases = read_lines("regex_cases.txt");
  CHECK(cases.size() > 30);
  for (const Case& one : cases) {
    INFO("expression: ", one.text);
    CHECK(outcome({"{{ " + one.text + " }}", "", false}, environment) == one.result);
  }
  CHECK(outcome({"{{ re.search('(', 'a') }}", "", true}, environment) == "jinja_type");
  CHECK(regex_first("v(\\d+)", "api v12", 1) == "12");
  CHECK(regex_replace("(a)", "<\\1>", "banana") == "b<a>n<a>n<a>");
}
