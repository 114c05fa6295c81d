// leat explain, sources and warehouses: what the declarations say.
#include <fmt/core.h>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/terminal.h"
#include "sources/source_kind.h"
#include "warehouses/warehouse.h"

namespace leat::cli {
namespace {

std::string_view name_of(Fault fault) {
  constexpr std::string_view names[] = {"the project or the command", "the source", "the warehouse",
                                        "Leat itself (a bug)"};
  return names[static_cast<std::size_t>(fault)];
}

class ExplainCommand : public Command {
 public:
  std::string_view name() const override { return "explain"; }
  std::string_view summary() const override { return "Explain an error code: leat explain LEAT-HTTP-401"; }
  std::string_view group() const override { return "Reference"; }
  std::vector<Option> options() override { return {{"code", "The code; all when left out", &code_}}; }
  int run(const Globals&, Env&) override {
    if (code_.empty()) {
      for (const ErrorInfo& each : error_infos())
        Terminal::line(fmt::format("{} {}", pad(each.name, 20), each.title));
      return kExitOk;
    }
    const ErrorInfo* found = find_error(code_);
    if (!found)
      throw Error(ErrorCode::cli_usage, fmt::format("There is no error `{}`", code_), "leat explain")
          .fix("`leat explain` lists all.");
    Terminal::line(fmt::format("{}: {}.\n\nThe fault lies with {}.\nWhat to do: {}", found->name,
                               found->title, name_of(found->fault), found->fix));
    return kExitOk;
  }

 private:
  std::string code_;
};

template <class Kind>
class KindsCommand : public Command {
 public:
  KindsCommand(const char* name, const char* summary, const std::vector<const Kind*>& kinds)
      : name_(name), summary_(summary), kinds_(kinds) {}
  std::string_view name() const override { return name_; }
  std::string_view summary() const override { return summary_; }
  std::string_view group() const override { return "Reference"; }
  std::vector<Option> options() override {
    return {{"words", "show NAME: its settings; all kinds when left out", &words_},
            {"--json-schema", "show: as a JSON Schema", &json_}};
  }
  int run(const Globals&, Env&) override {
    bool all = words_.empty();
    bool any = false;
    for (const Kind* kind : kinds_) {
      if (!all && words_.back() != kind->name) continue;
      any = true;
      if (all) {
        Terminal::line(fmt::format("{} {}", pad(kind->name, 14), kind->spec->doc));
      } else {
        Terminal::line(json_ ? json_schema(*kind->spec) : markdown(*kind->spec));
      }
    }
    if (!any)
      throw Error(ErrorCode::cli_usage, fmt::format("There is no `{}`", words_.back()),
                  "leat " + std::string(name_))
          .fix(fmt::format("`leat {}` lists the kinds.", name_));
    return kExitOk;
  }

 private:
  std::string_view name_, summary_;
  const std::vector<const Kind*>& kinds_;
  std::vector<std::string> words_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_explain() {
  return std::make_unique<ExplainCommand>();
}
std::unique_ptr<Command> make_sources() {
  return std::make_unique<KindsCommand<sources::SourceKind>>(
      "sources", "List the kinds of sources, or one's settings: sources show NAME", sources::source_kinds());
}
std::unique_ptr<Command> make_warehouses() {
  return std::make_unique<KindsCommand<warehouses::WarehouseKind>>(
      "warehouses", "List the kinds of warehouses, or one's settings: warehouses show NAME",
      warehouses::warehouse_kinds());
}
}  // namespace leat::cli
