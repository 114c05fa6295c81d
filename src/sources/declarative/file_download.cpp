#include "sources/declarative/file_download.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "jinja/operations.h"
#include "sources/declarative/connector_context.h"
#include "sources/declarative/record_path_values.h"
#include "sources/declarative/requester.h"

namespace leat::sources::declarative {
namespace {

namespace fs = std::filesystem;

class FileDownload final : public Transformation {
 public:
  FileDownload(const Value& component, const Workshop& workshop)
      : folder_(workshop.connector.files_folder),
        stream_(plain_text(component, "stream_name")),
        requester_(make_requester(need(component, "requester"), workshop)),
        name_(workshop.text(component, "filename_extractor")) {
    const Value& extractor = need(component, "download_target_extractor");
    if (component_name(extractor) != "DpathExtractor")
      refuse_component(extractor, "download_target_extractor", {"DpathExtractor"});
    target_ = texts_now(need(extractor, "field_path"), extractor, workshop);
  }

  void apply(jinja::Value& record, Scope& scope) const override {
    if (!record.is_dict()) return;
    std::optional<jinja::Value> target = value_at(record, target_);
    if (!target || !target->is_string())
      throw Error(ErrorCode::source_invalid_response, "A record names no file to download",
                  "stream " + stream_);
    jinja::Value extra = jinja::Value::dict({{"download_target", *target}});
    Scope asked;
    asked.set_slice(jinja::Value::dict({{"extra_fields", extra}}));
    asked.set("download_target", *target);
    asked.set("next_page_token", jinja::Value::none());
    Answer answer = requester_->send(requester_->build(asked, {}, ""), {});
    fs::path relative = fs::path(stream_) / name_of(scope, target->as_string());
    write(fs::path(folder_) / relative, answer.response.body.view());
    record.as_dict().set(
        "file_reference",
        jinja::Value::dict(
            {{"staging_file_url", jinja::Value((fs::path(folder_) / relative).string())},
             {"source_file_relative_path", jinja::Value(relative.string())},
             {"file_size_bytes", jinja::Value(static_cast<std::int64_t>(answer.response.body.size()))}}));
  }

 private:
  // A path below the stream's folder: without a name of its own a file has the last part of its address.
  fs::path name_of(const Scope& scope, const std::string& target) const {
    std::string text = name_.text(scope);
    if (text.empty()) text = target.substr(0, target.find_first_of("?#"));
    while (!text.empty() && text.back() == '/') text.pop_back();
    if (name_.empty()) text = text.substr(text.rfind('/') + 1);
    fs::path out;
    for (const fs::path& part : fs::path(text).relative_path()) {
      if (part != ".." && part != ".") out /= part;
    }
    return out.empty() ? fs::path("file") : out;
  }
  static void write(const fs::path& path, std::string_view content) {
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    std::string part = path.string() + ".part";
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(part.c_str(), "wb"), std::fclose);
    bool wrote = file && std::fwrite(content.data(), 1, content.size(), file.get()) == content.size() &&
                 std::fflush(file.get()) == 0;
    if (!wrote) throw Error(ErrorCode::file_io, std::strerror(errno), path.string());
    file.reset();
    fs::rename(part, path, failed);
    if (failed) throw Error(ErrorCode::file_io, failed.message(), path.string());
  }

  std::string folder_, stream_;
  std::unique_ptr<Requester> requester_;
  Interpolated name_;
  std::vector<std::string> target_;
};

}  // namespace

std::unique_ptr<Transformation> make_file_download(const Value& component, const Workshop& workshop) {
  return std::make_unique<FileDownload>(component, workshop);
}

}  // namespace leat::sources::declarative
