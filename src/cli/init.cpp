// leat init: a new project from a template that runs at once.
#include <fmt/core.h>

#include <cstdio>
#include <filesystem>

#include "base/embedded.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/terminal.h"

namespace leat {
LEAT_EMBEDDED(templates);
}

namespace leat::cli {
namespace {

class InitCommand : public Command {
 public:
  std::string_view name() const override { return "init"; }
  std::string_view summary() const override {
    return "Start a new project that runs at once: leat init NAME";
  }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {{"name", "The project's name, and its folder", &name_, true}};
  }
  std::string_view details() const override {
    return R"(Example:
  leat init coffee && cd coffee && leat run)";
  }
  int run(const Globals&, Env&) override {
    namespace fs = std::filesystem;
    fs::path folder(name_);
    if (fs::exists(folder) && !fs::is_empty(folder))
      throw Error(ErrorCode::cli_usage, "The folder exists and is not empty", name_)
          .fix("Choose another name.");
    std::string project = folder.filename().string();
    for (char& c : project) {
      if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
    }
    for (const EmbeddedFile& file : embedded_templates()) {
      fs::path path = folder / std::string(file.path).substr(file.path.find('/') + 1);
      fs::create_directories(path.parent_path());
      std::string text(file.contents);
      for (std::size_t at = text.find("__PROJECT__"); at != std::string::npos;
           at = text.find("__PROJECT__", at))
        text.replace(at, 11, project);
      std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(path.c_str(), "wb"), std::fclose);
      if (!out || std::fwrite(text.data(), 1, text.size(), out.get()) != text.size())
        throw Error(ErrorCode::file_io, "The file can't be written", path.string());
    }
    Terminal::line(
        fmt::format("{} is ready. Next:\n  cd {}\n  leat run        # builds the models and the page\n  leat "
                    "query \"select * from marts.coffee_by_weekday\"",
                    name_, name_));
    return 0;
  }

 private:
  std::string name_;
};

}  // namespace

std::unique_ptr<Command> make_init() {
  return std::make_unique<InitCommand>();
}

}  // namespace leat::cli
