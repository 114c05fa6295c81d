#include <fmt/core.h>
#include <zip.h>

#include "base/error.h"
#include "sources/declarative/body_decoders.h"

namespace leat::sources::declarative {
namespace {

class ZipDecoder final : public BodyDecoder {
 public:
  ZipDecoder(const Value& component, const Workshop& workshop)
      : BodyDecoder(workshop), inner_(make_body_decoder(need(component, "decoder"), workshop)) {}

  void decode(std::string_view body, BodyList& out) const override {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(body.data(), body.size(), 0, &error);
    zip_t* opened = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr;
    if (!opened) {
      if (source) zip_source_free(source);
      throw broken(out);
    }
    std::unique_ptr<zip_t, void (*)(zip_t*)> archive(opened, zip_discard);
    zip_int64_t count = zip_get_num_entries(archive.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
      std::string content = entry(archive.get(), static_cast<zip_uint64_t>(i), out);
      if (inner_) {
        inner_->decode(content, out);
      } else {
        out.add(content);
      }
    }
  }

 private:
  static Error broken(const BodyList& out) {
    return Error(ErrorCode::source_invalid_response, "The zip archive is cut off or damaged", out.where());
  }
  static std::string entry(zip_t* archive, zip_uint64_t index, const BodyList& limits) {
    std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(archive, index, 0), zip_fclose);
    if (!file) throw broken(limits);
    std::string out, chunk(256 * 1024, '\0');
    while (true) {
      zip_int64_t got = zip_fread(file.get(), chunk.data(), chunk.size());
      if (got < 0) throw broken(limits);
      if (got == 0) return out;
      out.append(chunk, 0, static_cast<std::size_t>(got));
      limits.check_size(out.size());
    }
  }
  std::unique_ptr<BodyDecoder> inner_;
};

}  // namespace

std::unique_ptr<BodyDecoder> make_zip_decoder(const Value& component, const Workshop& workshop) {
  return std::make_unique<ZipDecoder>(component, workshop);
}

}  // namespace leat::sources::declarative
