// leat completion: scripts by which shells complete its commands.
#include "cli/completion.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/terminal.h"

namespace leat::cli {
namespace {

// One option as shells see it: its spellings, whether a value follows, and what the value may be.
struct Word {
  std::vector<std::string> names;  // "--limit", "-l"; none for a positional
  std::string doc;
  std::string value_name;
  std::vector<std::string> values;  // of a positional: its verbs
  bool takes_value = false;
};

struct Entry {
  std::string name, doc;
  std::vector<Word> words;
};

std::vector<std::string> split(std::string_view text, std::string_view by) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    std::size_t end = std::min(text.find(by), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + by.size(), text.size()));
  }
  return parts;
}

Word word_of(std::string_view names, std::string_view doc, std::string_view value_name, bool takes_value) {
  Word word{{}, std::string(doc), std::string(value_name), {}, takes_value};
  for (std::string& name : split(names, ","))
    if (name.starts_with('-')) word.names.push_back(std::move(name));
  return word;
}

Word word_of(const Option& option) {
  Word word =
      word_of(option.names, option.doc, option.value_name, !std::holds_alternative<bool*>(option.into));
  word.values = split(option.values, ", ");
  return word;
}

std::vector<Word> global_words() {
  std::vector<Word> words;
  for (const GlobalOption& each : global_options())
    words.push_back(word_of(each.names, each.doc, each.value_name, !each.value_name.empty()));
  return words;
}

std::vector<Entry> entries() {
  std::vector<Entry> all;
  for (const auto& command : all_commands()) {
    Entry entry{std::string(command->name()), std::string(command->summary()), {}};
    for (const Option& option : command->options()) entry.words.push_back(word_of(option));
    entry.words.push_back(word_of("--help,-h", "Say how it is used", "", false));
    all.push_back(std::move(entry));
  }
  return all;
}

bool is_folder(const Word& word) {
  return word.value_name == "DIR" || word.value_name == "FOLDER";
}

std::string joined(const std::vector<std::string>& parts, std::string_view by) {
  std::string text;
  for (const std::string& part : parts) text += fmt::format("{}{}", text.empty() ? "" : by, part);
  return text;
}

// The text inside single quotes of a shell.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

struct BashWords {
  std::vector<std::string> flags, folders, files, verbs;
};

void add(BashWords& into, const std::vector<Word>& words) {
  for (const Word& word : words) {
    if (word.names.empty()) into.verbs.insert(into.verbs.end(), word.values.begin(), word.values.end());
    for (const std::string& name : word.names) {
      into.flags.push_back(name);
      if (word.takes_value) (is_folder(word) ? into.folders : into.files).push_back(name);
    }
  }
}

std::string bash_script() {
  std::string commands, cases;
  for (const Entry& entry : entries()) {
    commands += entry.name + ' ';
    BashWords words;
    add(words, entry.words);
    add(words, global_words());
    cases += fmt::format("    {}) flags='{}' folders=' {} ' files=' {} ' verbs='{}' ;;\n", entry.name,
                         joined(words.flags, " "), joined(words.folders, " "), joined(words.files, " "),
                         joined(words.verbs, " "));
  }
  BashWords all;
  add(all, global_words());
  return fmt::format(
      R"(# bash completion of leat, printed by `leat completion bash`
_leat() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} command='' at
  local flags='--help --version {}' folders=' {} ' files=' {} ' verbs='{}'
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    case ${{COMP_WORDS[at]}} in
    -*) [[ " $folders $files " == *" ${{COMP_WORDS[at]}} "* ]] && ((at++)) ;;
    *) command=${{COMP_WORDS[at]}}; break ;;
    esac
  done
  case $command in
{}  esac
  if [[ $folders == *" $before "* ]]; then
    mapfile -t COMPREPLY < <(compgen -d -- "$word")
  elif [[ $files == *" $before "* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  elif [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$word")
    [[ ${{#COMPREPLY[@]}} -gt 0 || -z $command ]] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}}
complete -o filenames -F _leat leat
)",
      joined(all.flags, " "), joined(all.folders, " "), joined(all.files, " "), commands, cases);
}

// In zsh's _arguments a colon and brackets have a meaning of their own.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == ':' || c == '[' || c == ']') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_words(const std::vector<Word>& words, std::string_view indent) {
  std::string text;
  for (const Word& word : words) {
    std::string action = !word.values.empty() ? fmt::format("({})", joined(word.values, " "))
                         : is_folder(word)    ? "_files -/"
                                              : "_files";
    std::string value = word.value_name.empty() ? "value" : zsh_text(word.value_name);
    for (const std::string& name : word.names) {
      std::string spec = fmt::format("{}[{}]", name, zsh_text(word.doc));
      if (word.takes_value) spec += fmt::format(":{}:{}", value, action);
      text += fmt::format("{}{} \\\n", indent, quoted(spec));
    }
    if (word.names.empty() && !word.values.empty())
      text += fmt::format("{}{} \\\n", indent, quoted(fmt::format("1:verb:{}", action)));
  }
  return text;
}

std::string zsh_script() {
  std::string commands, cases;
  for (const Entry& entry : entries()) {
    commands += fmt::format("    {}\n", quoted(fmt::format("{}:{}", entry.name, zsh_text(entry.doc))));
    cases += fmt::format("    {})\n      _arguments -s \\\n{}{}        '*::file:_files' ;;\n", entry.name,
                         zsh_words(entry.words, "        "), zsh_words(global_words(), "        "));
  }
  return fmt::format(
      R"(#compdef leat
# zsh completion of leat, printed by `leat completion zsh`
_leat() {{
  local context state line curcontext=$curcontext
  typeset -A opt_args
  local -a commands=(
{}  )
  _arguments -C -s \
{}    '--version[Display program version information and exit]' \
    '1:command:->command' \
    '*::argument:->arguments'
  case $state in
  command) _describe -t commands command commands ;;
  arguments)
    case $words[1] in
{}    esac ;;
  esac
}}
[ "$funcstack[1]" = _leat ] && _leat "$@" || compdef _leat leat
)",
      commands, zsh_words(global_words(), "    "), cases);
}

std::string fish_words(const std::vector<Word>& words, const std::string& condition) {
  std::string text;
  for (const Word& word : words) {
    std::string line = "complete -c leat" + condition;
    for (const std::string& name : word.names)
      line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (!word.names.empty()) {
      if (word.takes_value) line += is_folder(word) ? " -x -a '(__fish_complete_directories)'" : " -r -F";
    } else if (!word.values.empty()) {
      line += " -f -a " + quoted(joined(word.values, " "));
    } else {
      continue;
    }
    text += fmt::format("{} -d {}\n", line, quoted(word.doc));
  }
  return text;
}

std::string fish_script() {
  std::string text = "# fish completion of leat, printed by `leat completion fish`\n";
  text += "complete -c leat -n __fish_use_subcommand -f\n";
  text += fish_words(global_words(), "");
  text +=
      "complete -c leat -n __fish_use_subcommand -l version -d 'Display program version information and "
      "exit'\n";
  for (const Entry& entry : entries()) {
    text += fmt::format("complete -c leat -n __fish_use_subcommand -f -a {} -d {}\n", entry.name,
                        quoted(entry.doc));
    text += fish_words(entry.words, fmt::format(" -n '__fish_seen_subcommand_from {}'", entry.name));
  }
  return text;
}

class CompletionCommand : public Command {
 public:
  std::string_view name() const override { return "completion"; }
  std::string_view summary() const override {
    return "Print a shell's completion script, or the manual page";
  }
  std::string_view group() const override { return "Reference"; }
  std::vector<Option> options() override {
    return {{"shell", "bash, zsh or fish; man: the manual page", &shell_, true, "", "bash, zsh, fish, man"}};
  }
  std::string_view details() const override {
    return "Examples:\n"
           "  leat completion bash > ~/.local/share/bash-completion/completions/leat\n"
           "  leat completion zsh > \"${fpath[1]}/_leat\"\n"
           "  leat completion fish > ~/.config/fish/completions/leat.fish\n"
           "  leat completion man | man -l -";
  }
  int run(const Globals&, Env&) override {
    Terminal::print(shell_ == "man" ? man_page() : completion_script(shell_));
    return kExitOk;
  }

 private:
  std::string shell_;
};

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  throw Error(ErrorCode::cli_usage, fmt::format("There is no completion for `{}`", shell), "leat completion")
      .fix("bash, zsh, fish or man.");
}

std::unique_ptr<Command> make_completion() {
  return std::make_unique<CompletionCommand>();
}

}  // namespace leat::cli
