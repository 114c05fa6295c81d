// Renders the template, parses it, and evaluates a connector's expression; prints runs a second, and the text
// with
// --print.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>

#include "jinja/environment.h"
#include "jinja/literal.h"
#include "jinja/operations.h"
#include "jinja/template.h"

using namespace leat::jinja;

namespace {

std::string read_file(const char* path) {
  std::string content;
  FILE* file = std::fopen(path, "rb");
  if (!file) return content;
  char buffer[65536];
  for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, file)) > 0;) content.append(buffer, got);
  std::fclose(file);
  return content;
}

template <class F>
void measure(const char* name, F&& run) {
  using Clock = std::chrono::steady_clock;
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    const auto begin = Clock::now();
    std::size_t times = 0;
    while (Clock::now() - begin < std::chrono::milliseconds(300))
      for (int at = 0; at < 20; ++at, ++times) run();
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    best = std::max(best, static_cast<double>(times) / seconds);
  }
  std::printf("%s %.0f\n", name, best);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string source = read_file(arguments[1]);
  const Environment environment;
  Context context;
  context.set("relation", Value("raw.orders"));
  context.set("full_refresh", Value(false));
  context.set("is_incremental", Value(true));
  context.set("limit", Value(10));
  const auto parsed = Template::parse(source, "template.sql");
  if (count > 2 && std::strcmp(arguments[2], "--print") == 0) {
    std::fputs(environment.render(*parsed, context).c_str(), stdout);
    return 0;
  }
  measure("render", [&] { environment.render(*parsed, context); });
  measure("parse", [&] { Template::parse(source, "template.sql"); });
  Context record;
  record.set("record", Value::dict({{"id", Value(7)}, {"tags", Value::list({Value("a"), Value("b")})}}));
  const auto expression = Template::parse("{{ record['id'] * 10 if record.get('tags') else none }}", "e");
  measure("expression", [&] { literal_eval(to_text(environment.render_native(*expression, record))); });
  return 0;
}
