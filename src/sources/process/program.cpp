#include "sources/process/program.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/secret.h"

namespace leat::sources::process {
namespace {

constexpr std::size_t kShownMax = 120;

// The beginning of a line for messages, without secrets and never cut inside a character.
std::string beginning(std::string_view line) {
  std::size_t end = std::min(kShownMax, line.size());
  while (end > 0 && end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
  std::string text = redact(line.substr(0, end));
  for (char& c : text) c = static_cast<unsigned char>(c) < 32 ? ' ' : c;
  return text;
}

std::string name_of(const ProgramSettings& settings) {
  if (!settings.image.empty()) return settings.image;
  const std::string& word = settings.command[0];
  return word.substr(word.rfind('/') + 1);
}

Program program_of(const ProgramSettings& settings, const WorkFolder& folder,
                   std::vector<std::string> arguments, Env& env) {
  Program program;
  if (settings.image.empty()) {
    program.words = settings.command;
    program.folder = settings.folder;
    program.variables = settings.variables;
  } else {
    std::string name = "leat-" + env.uuid();
    program.words = {settings.docker,
                     "run",
                     "--rm",
                     "-i",
                     "--init",
                     "--name",
                     name,
                     "-v",
                     folder.files() + ":" + folder.files() + ":ro"};
    // The values travel in the environment: other users see a command line.
    program.variables = settings.variables;
    for (const auto& [variable, value] : settings.variables) {
      program.words.push_back("-e");
      program.words.push_back(variable);
    }
    program.words.push_back(settings.image);
    program.killed_by = {settings.docker, "kill", name};
  }
  for (std::string& each : arguments) program.words.push_back(std::move(each));
  return program;
}

}  // namespace

ProgramRun::ProgramRun(const ProgramSettings& settings, const WorkFolder& folder,
                       std::vector<std::string> arguments, Env& env)
    : settings_(settings),
      env_(env),
      name_(name_of(settings)),
      child_(
          program_of(settings, folder, std::move(arguments), env), settings.limits,
          [this](std::string_view line) { say(line); }, env) {}

void ProgramRun::say(std::string_view message, bool is_news) {
  if (++said_ > kChatterMax) return;
  std::string text = redact(message.substr(0, Child::kNoteBytesMax));
  env_.emit({"program_said",
             is_news ? EventLevel::warning : EventLevel::debug,
             {{"program", name_}, {"message", is_news ? name_ + ": " + text : text}}});
}

const JsonLine* ProgramRun::next() {
  while (std::optional<std::string_view> line = child_.next_line()) {
    line_ = *line;
    std::string problem = message_.read(line_);
    if (problem.empty() && !message_.raw({"type"}).empty()) {
      any_message_ = true;
      return &message_;
    }
    if (!problem.empty() && line_.starts_with("{\"")) throw bad_message("is no JSON (" + problem + ")");
    say(line_);
  }
  return nullptr;
}

Error ProgramRun::bad_message(const std::string& what) const {
  return Error(ErrorCode::process_output, fmt::format("A message {}: {}", what, beginning(line_)), name_);
}

void ProgramRun::finish(const std::optional<Complaint>& complaint) {
  int code = child_.wait();
  if (complaint) {
    Error error(complaint->code, redact(complaint->message), name_);
    if (complaint->may_pass) throw std::move(error).retry();
    throw error;
  }
  if (code != 0) {
    std::string notes = child_.last_notes();
    throw Error(ErrorCode::process_failed,
                code > 128 ? fmt::format("It was ended by signal {}", code - 128)
                           : fmt::format("It ended with exit code {}", code),
                name_)
        .fix(notes.empty() ? "It wrote nothing to stderr; run it by hand to see more."
                           : "What it said last:\n" + notes);
  }
  if (!any_message_)
    throw Error(ErrorCode::process_output,
                fmt::format("It wrote no message of the {} protocol",
                            settings_.protocol == Protocol::singer ? "Singer" : "Airbyte"),
                name_);
}

}  // namespace leat::sources::process
