// leat docs: the reference pages, printed from the declarations.
#include <fmt/core.h>

#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "lake/destination_kinds.h"
#include "lake/pipe/settings.h"
#include "observe/observer.h"
#include "run/jobs/job_settings.h"
#include "run/partitions/partition_set.h"
#include "run/watch/alert_desk.h"
#include "run/watch/freshness_policy.h"
#include "run/watch/sensor.h"
#include "sources/declarative/manifest_schema.h"
#include "sources/source_kind.h"
#include "warehouses/warehouse.h"

namespace leat::cli {
namespace {

std::string errors_page() {
  std::string text =
      "# Errors\n\nPrinted from `src/base/error_codes.def` by `leat docs`. `leat explain CODE` says the "
      "same.\n\n| code | what | what to do |\n|---|---|---|\n";
  for (const ErrorInfo& each : error_infos())
    text += fmt::format("| `{}` | {}. | {} |\n", each.name, each.title, each.fix);
  return text;
}

std::string events_page() {
  std::string text =
      "# Events\n\nPrinted from `src/base/events.def` by `leat docs`. With `--log-format json` each event is "
      "one JSON "
      "object a line:\n`at` (ISO 8601, UTC), `level`, `event` and its fields. `progress` events are written "
      "with `-v` "
      "only; a step that\nfailed is told with level `error`. Counts are of rows, `bytes` of bytes, `took_ms` "
      "of "
      "milliseconds.\n\n| event | level | told when | fields |\n|---|---|---|---|\n";
  for (const EventInfo& each : event_infos()) {
    std::string fields;
    for (std::string_view rest = each.fields; !rest.empty();) {
      std::string_view field = rest.substr(0, rest.find(", "));
      rest.remove_prefix(std::min(rest.size(), field.size() + 2));
      fields += fmt::format("{}`{}`", fields.empty() ? "" : " ", field);
    }
    text += fmt::format("| `{}` | {} | {} | {} |\n", each.name, each.level, each.when, fields);
  }
  return text;
}

std::string exit_codes_page() {
  std::string text =
      "# Exit codes\n\nPrinted from `src/cli/exit_codes.h` by `leat docs`.\n\n| code | meaning "
      "|\n|---|---|\n";
  for (const ExitCodeInfo& each : exit_code_infos())
    text += fmt::format("| {} | {} |\n", static_cast<int>(each.code), each.meaning);
  return text +
         "\n`leat run`, `leat sync`, `leat dbt build` and `leat pages build` end with 1 when any step "
         "failed, whatever "
         "the cause;\nthe other commands take the code of their error's fault.\n";
}

std::string commands_page() {
  std::string text = "# Commands\n\nPrinted by `leat docs`; `leat COMMAND --help` says the same.\n";
  for (const auto& command : all_commands()) {
    text += fmt::format("\n## leat {}\n\n{}.\n", command->name(), command->summary());
    std::vector<Option> options = command->options();
    if (!options.empty()) text += "\n| | |\n|---|---|\n";
    for (const Option& option : options) {
      text += fmt::format("| `{}{}{}` | {}{} |\n", option.names, option.value_name.empty() ? "" : " ",
                          option.value_name, option.doc, option.required ? " (required)" : "");
    }
    if (!command->details().empty()) text += fmt::format("\n```\n{}\n```\n", command->details());
  }
  return text;
}

template <class Kind>
std::string kinds_page(const char* title, const char* command, const std::vector<const Kind*>& kinds) {
  std::string text =
      fmt::format("# {}\n\nPrinted by `leat docs`; `leat {} show NAME` says the same.\n", title, command);
  for (const Kind* kind : kinds) text += fmt::format("\n## {}\n{}", kind->name, markdown(*kind->spec));
  return text;
}

std::string lake_page() {
  std::string text =
      "# Lakes, delivery streams and pipes\n\nPrinted by `leat docs`. A target of one of these types takes "
      "rows "
      "and answers no SQL; a\nconnection names it as its `destination`.\n";
  for (const lake::DestinationKind* kind : lake::destination_kinds())
    text += fmt::format("\n## {}\n{}", kind->name, markdown(*kind->spec));
  return text + "\n## pipes\n" + markdown(lake::kPipeSpec);
}

std::string serve_page() {
  std::string text =
      "# Settings of schedules, jobs and `leat serve`\n\nPrinted by `leat docs`; [the "
      "guide](../guide/serve.md) shows "
      "them at work.\n";
  const std::pair<const char*, const Spec*> parts[] = {{"schedules.NAME", &run::kScheduleSpec},
                                                       {"partitions.NAME", &run::kPartitionsSpec},
                                                       {"freshness.NAME", &run::kFreshnessSpec},
                                                       {"sensors.NAME", &run::sensor_spec()},
                                                       {"alerts", &run::kAlertsSpec},
                                                       {"alerts.routes.NAME", &alerts::kRouteSpec},
                                                       {"observe", &observe::kObserveSpec},
                                                       {"observe.traces", &observe::kTracesSpec},
                                                       {"observe.lineage", &observe::kLineageSpec},
                                                       {"observe.measures", &observe::kMeasuresSpec},
                                                       {"serve.jobs", &run::kJobsSpec},
                                                       {"serve.jobs.ecs", &run::kEcsSpec},
                                                       {"serve.jobs.kubernetes", &run::kKubernetesSpec}};
  for (const auto& [name, spec] : parts) text += fmt::format("\n## {}\n{}", name, markdown(*spec));
  return text;
}

class DocsCommand : public Command {
 public:
  std::string_view name() const override { return "docs"; }
  std::string_view summary() const override { return "Print the reference pages from the declarations"; }
  std::string_view group() const override { return "Reference"; }
  std::vector<Option> options() override {
    return {{"--folder", "Where to write them", &folder_, true, "DIR"}};
  }
  int run(const Globals&, Env&) override {
    std::filesystem::create_directories(folder_);
    write("errors.md", errors_page());
    write("events.md", events_page());
    write("exit-codes.md", exit_codes_page());
    write("commands.md", commands_page());
    write("sources.md", kinds_page("Sources", "sources", sources::source_kinds()));
    write("lake.md", lake_page());
    write("serve.md", serve_page());
    write("warehouses.md", kinds_page("Warehouses", "warehouses", warehouses::warehouse_kinds()));
    write("connector.schema.json", sources::declarative::manifest_json_schema());
    return kExitOk;
  }

 private:
  void write(const char* page, const std::string& text) const {
    std::string path = fmt::format("{}/{}", folder_, page);
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(path.c_str(), "wb"), std::fclose);
    if (!out || std::fwrite(text.data(), 1, text.size(), out.get()) != text.size())
      throw Error(ErrorCode::file_io, "The page can't be written", path);
  }
  std::string folder_;
};

}  // namespace

std::unique_ptr<Command> make_docs() {
  return std::make_unique<DocsCommand>();
}

}  // namespace leat::cli
