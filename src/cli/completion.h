// What shells and `man` are told of the command line, printed from the commands' declarations.
//
// Guarantees: names every command, option and verb of all_commands() and no other; the text of a version is
//   always the same. The scripts need no program but their shell.
// Threads: the main thread.
// Errors: completion_script throws cli_usage for a shell that it does not know.
// Source: bash's programmable completion, zsh's _arguments, fish's `complete`; man(7).
#pragma once
#include <string>
#include <string_view>

namespace leat::cli {

/// Prints the completion script of "bash", "zsh" or "fish".
std::string completion_script(std::string_view shell);
/// Prints the manual page leat(1) as roff.
std::string man_page();

}  // namespace leat::cli
