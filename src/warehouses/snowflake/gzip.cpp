#include "warehouses/snowflake/gzip.h"

#include <zlib.h>

#include "base/error.h"

namespace leat::warehouses::snowflake {
namespace {
constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, with a gzip frame

Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}
}  // namespace

std::string compress_gzip(std::string_view text) {
  z_stream stream{};
  LEAT_ASSERT(deflateInit2(&stream, 1, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = bytes_of(text);
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = bytes_of(out);
  stream.avail_out = static_cast<uInt>(out.size());
  LEAT_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

bool is_gzip(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

std::optional<std::string> expand_gzip(std::string_view bytes, std::size_t bytes_max) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) return std::nullopt;
  stream.next_in = bytes_of(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  int state = Z_OK;
  while (state == Z_OK && out.size() < bytes_max) {
    std::size_t at = out.size();
    out.resize(at + std::max<std::size_t>(64 * 1024, at));
    stream.next_out = bytes_of(out) + at;
    stream.avail_out = static_cast<uInt>(out.size() - at);
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (state != Z_STREAM_END || out.size() > bytes_max) return std::nullopt;
  return out;
}

}  // namespace leat::warehouses::snowflake
