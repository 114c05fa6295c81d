// leat(1): the manual page, printed from the commands' declarations.
#include <fmt/core.h>

#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/exit_codes.h"

namespace leat::cli {
namespace {

// The character that begins at `text[at]`, as roff names it: \[u2026].
std::string named(std::string_view text, std::size_t& at) {
  auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  std::size_t more = byte(at) >= 0xF0 ? 3 : byte(at) >= 0xE0 ? 2 : 1;
  unsigned code = byte(at) & (0x3Fu >> more);
  for (; more > 0 && at + 1 < text.size(); --more) code = (code << 6) | (byte(++at) & 0x3Fu);
  return fmt::format("\\[u{:04X}]", code);
}

// In roff a backslash begins a request anywhere, a dot or an apostrophe at the beginning of a line.
std::string roff(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    bool begins = at == 0 || text[at - 1] == '\n';
    if (begins && (c == '.' || c == '\'')) out += "\\&";
    if (static_cast<unsigned char>(c) >= 0x80) {
      out += named(text, at);
    } else if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

// "--select,-s" with room to break a line at.
std::string spaced(std::string_view names) {
  std::string out;
  for (char c : names) out += c == ',' ? std::string(", ") : std::string(1, c);
  return out;
}

std::string row(std::string_view names, std::string_view value_name, std::string_view doc) {
  return fmt::format(".TP\n.B {}{}{}\n{}\n", roff(spaced(names)), value_name.empty() ? "" : " ",
                     roff(value_name), roff(doc));
}

std::string synopsis(const std::vector<Option>& options) {
  std::string text;
  for (const Option& option : options) {
    if (option.names.starts_with('-')) continue;
    std::string name(option.names);
    text += option.required ? fmt::format(" {}", roff(name)) : fmt::format(" [{}]", roff(name));
  }
  return text;
}

std::string command_section(Command& command) {
  std::vector<Option> options = command.options();
  std::string text =
      fmt::format(".SS leat {}{}\n{}.\n", command.name(), synopsis(options), roff(command.summary()));
  for (const Option& option : options)
    text += row(option.names, option.value_name,
                option.required ? std::string(option.doc) + " (required)" : std::string(option.doc));
  if (!command.details().empty())
    text += fmt::format(".PP\n.nf\n.RS 4\n{}\n.RE\n.fi\n", roff(command.details()));
  return text;
}

}  // namespace

std::string man_page() {
  std::string text = fmt::format(
      ".\\\" Printed by `leat completion man`.\n.TH LEAT 1 \"\" \"leat {}\" \"User commands\"\n"
      ".SH NAME\nleat \\- data from where it is born to the chart that people read\n"
      ".SH SYNOPSIS\n.B leat\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]\n"
      ".SH DESCRIPTION\nLoads data from APIs, files and databases into a warehouse, runs dbt projects and\n"
      "publishes pages, in one process. A project is a folder with a file leat.yml;\n"
      "\\fBleat init\\fR starts one that runs at once.\n.SH OPTIONS OF EVERY COMMAND\n",
      LEAT_VERSION);
  for (const GlobalOption& each : global_options()) text += row(each.names, each.value_name, each.doc);
  text += ".SH COMMANDS\n";
  for (const auto& command : all_commands()) text += command_section(*command);
  text += ".SH EXIT STATUS\n";
  for (const ExitCodeInfo& each : exit_code_infos())
    text += row(fmt::format("{}", static_cast<int>(each.code)), "", each.meaning);
  text += ".SH ENVIRONMENT\n";
  text += row("LEAT_TARGET", "", "The target of leat.yml when --target is not given.");
  text += row("NO_COLOR", "", "No colors, when it is set.");
  text += row("AWS_ACCESS_KEY_ID", "", "and the other variables of AWS's tools: credentials of lakes in S3.");
  text += ".PP\nEvery ${NAME} in leat.yml is a variable of the environment.\n";
  text += ".SH FILES\n";
  text += row("leat.yml", "", "The project: targets, connections, dbt, pages.");
  text += row(".leat/", "", "What Leat keeps beside it: the DuckDB warehouse, the history of runs.");
  return text;
}

}  // namespace leat::cli
