// rooms: dbt
//
// Fuzzes the files of a dbt project: whatever dbt_project.yml and a properties file say, the project loads or
// an Error tells why. A line of "====" parts the two; a text without one is read as YAML alone, written as
// JSON and read back.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "base/error.h"
#include "dbt/artifacts.h"
#include "dbt/test_dialect.h"
#include "document/value.h"

namespace {

void write(const std::string& path, const std::string& text) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(path.c_str(), "wb"), std::fclose);
  if (out) std::fwrite(text.data(), 1, text.size(), out.get());
}

// In memory where the machine has such a folder, one for each process.
// It outlives what is destroyed at the end, when the folder is taken away.
const std::string& folder() {
  static const std::string& made = *[] {
    std::string base = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
    auto* path = new std::string(base + "/leat-fuzz-" + std::to_string(getpid()));
    std::filesystem::create_directories(*path + "/models");
    write(*path + "/models/a.sql", "select 1 as id");
    write(*path + "/models/b.sql", "select id from {{ ref('a') }}");
    std::atexit([] { std::filesystem::remove_all(folder()); });
    return path;
  }();
  return made;
}

void load(const std::string& project, const std::string& properties) {
  static leat::Env env;
  write(folder() + "/dbt_project.yml", project);
  write(folder() + "/models/schema.yml", properties);
  const auto loaded = leat::dbt::Project::load(leat::dbt::options_of(folder()), env);
  leat::dbt::manifest_json(*loaded, env);
  loaded->selectables();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    std::size_t between = text.find("\n====\n");
    if (between != std::string::npos) {
      load(text.substr(0, between), text.substr(between + 6));
    } else {
      const leat::document::Value value = leat::document::parse_yaml(text, "fuzz");
      leat::document::parse_json(leat::document::to_json(value, true), "fuzz");
    }
  } catch (const leat::Error&) {
  }
  return 0;
}
