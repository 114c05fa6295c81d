#include "sources/process/settings.h"

#include "base/error.h"
#include "base/secret.h"

namespace leat::sources::process {

using document::Value;

const Spec kSettings{
    "process",
    "A program that speaks the Airbyte protocol, or a Singer tap.",
    {
        {.name = "command", .kind = FieldKind::list, .doc = "The program and its arguments."},
        {.name = "image", .kind = FieldKind::text, .doc = "A container image, run with docker, instead."},
        {.name = "protocol",
         .kind = FieldKind::text,
         .doc = "What the program speaks.",
         .default_value = "airbyte",
         .choices = {"airbyte", "singer"}},
        {.name = "config", .kind = FieldKind::mapping, .doc = "What the program asks for."},
        {.name = "environment",
         .kind = FieldKind::mapping,
         .doc = "Variables that are added to the program's environment."},
        {.name = "cursors",
         .kind = FieldKind::mapping,
         .doc = "Stream to column: the cursor of streams that leave the choice to the user."},
        {.name = "catalog",
         .kind = FieldKind::path,
         .doc = "A catalog file, for a program that can't discover."},
        {.name = "catalog_argument",
         .kind = FieldKind::text,
         .doc = "How a tap is told its catalog; old ones know `--properties`.",
         .default_value = "--catalog",
         .choices = {"--catalog", "--properties"}},
        {.name = "timeout",
         .kind = FieldKind::duration,
         .doc = "The longest silence of the program before it is ended.",
         .default_value = "30m"},
        {.name = "line_bytes_max",
         .kind = FieldKind::bytes,
         .doc = "The longest line that is taken.",
         .default_value = "64MB"},
        {.name = "docker",
         .kind = FieldKind::text,
         .doc = "The program that runs images.",
         .default_value = "docker"},
    }};

namespace {

void register_secrets(const Value& value, bool secret) {
  if (secret && !value.is_list() && !value.is_mapping()) register_secret(value.raw());
  for (const Value& item : value.items()) register_secrets(item, secret);
  for (const auto& [name, member] : value.members()) {
    std::string upper = name;
    for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    register_secrets(member, secret || sounds_secret(upper));
  }
}

std::vector<std::pair<std::string, std::string>> pairs(const Value& mapping, std::string_view what) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [name, value] : mapping.members()) out.emplace_back(name, value.as_text(what));
  return out;
}

}  // namespace

ProgramSettings read_program(const document::Settings& settings) {
  ProgramSettings out;
  out.where = settings.mark().text();
  for (const Value& word : settings.value("command").items()) out.command.push_back(word.as_text("command"));
  out.image = settings.text("image");
  if (out.command.empty() == out.image.empty()) {
    throw Error(ErrorCode::config_invalid, "A process source has either a `command` or an `image`",
                out.where);
  }
  out.protocol = settings.text("protocol") == "singer" ? Protocol::singer : Protocol::airbyte;
  out.docker = settings.text("docker");
  out.config = settings.has("config") ? settings.value("config") : Value::mapping();
  register_secrets(out.config, false);
  register_secrets(settings.value("environment"), false);
  out.variables = pairs(settings.value("environment"), "environment");
  out.cursors = pairs(settings.value("cursors"), "cursors");
  out.catalog_file = settings.resolve_path("catalog");
  out.catalog_argument = settings.text("catalog_argument");
  out.limits.silence_max = settings.duration("timeout");
  out.limits.line_bytes_max = static_cast<std::size_t>(settings.bytes("line_bytes_max"));
  if (settings.mark().file) {
    const std::string& file = *settings.mark().file;
    std::size_t slash = file.rfind('/');
    if (slash != std::string::npos) out.folder = file.substr(0, slash);
  }
  return out;
}

}  // namespace leat::sources::process
