// rooms: jinja
//
// Fuzzes the template engine: no text may crash it, hang it or make it leak. Without libFuzzer,
// replay_main.cpp runs it over its corpus.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "jinja/block_scanner.h"
#include "jinja/datetime.h"
#include "jinja/environment.h"
#include "jinja/literal.h"
#include "jinja/operations.h"
#include "jinja/regex.h"
#include "jinja/template.h"

namespace {

using namespace leat::jinja;

leat::jinja::EnvironmentOptions bounded(UndefinedPolicy undefined) {
  EnvironmentOptions options;
  options.undefined = undefined;
  options.limits.steps_max = 20000;
  options.limits.depth_max = 50;
  options.limits.output_bytes_max = 1 << 20;
  options.limits.range_items_max = 10000;
  return options;
}

void render(const std::string& text) {
  ParseOptions options;
  options.dbt = !text.empty() && text.size() % 2 == 0;
  options.trim_blocks = options.lstrip_blocks = text.size() % 3 == 0;
  const auto parsed = Template::parse(text, "fuzz", options);
  for_each_call(*parsed, [](const CallSite&) {});
  parsed->undeclared_names();
  Environment environment(bounded(static_cast<UndefinedPolicy>(text.size() % 4)));
  environment.add_global(
      "datetime", datetime_module([] { return std::chrono::sys_days(std::chrono::year(2024) / 2 / 29); }));
  environment.add_global("re", regex_module());
  environment.render(*parsed, Context());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto value = literal_eval(text)) to_repr(*value);
  // What a template may do wrong ends in an Error; anything else is a finding.
  try {
    scan_blocks(text, "fuzz");
  } catch (const leat::Error&) {
  }
  try {
    render(text);
  } catch (const leat::Error&) {
  }
  return 0;
}
