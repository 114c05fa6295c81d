// rooms: files
//
// Fuzzes the forms of files: gzip and Zstandard, JSON records, profile files of AWS, S3's XML, locations. The
// first byte says how large the pieces are that arrive; what comes out does not hang on it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "files/codec.h"
#include "files/ini_file.h"
#include "files/json_records.h"
#include "files/location.h"
#include "files/xml.h"

namespace {

using namespace leat;
using namespace leat::files;

constexpr std::size_t kContentMax = 4u << 20;

template <class Push>
void in_pieces(std::string_view bytes, std::size_t piece, Push push) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) push(bytes.substr(0, piece));
}

// nullopt for what is damaged; of what unpacks to very much, the beginning.
std::optional<std::string> unpacked(std::string_view bytes, std::size_t piece) {
  std::string out;
  auto take = [&](std::string_view part) {
    LEAT_ASSERT(part.size() <= 1u << 20);
    if (out.size() < kContentMax) out += part;
  };
  try {
    Decompressor decompressor;
    in_pieces(bytes, piece, [&](std::string_view each) { decompressor.push(each, take); });
    decompressor.finish(take);
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() == ErrorCode::file_format);
    return std::nullopt;
  }
  return out;
}

std::vector<std::string> records(std::string_view bytes, std::size_t piece) {
  std::vector<std::string> out;
  auto take = [&](const JsonRecord& record) {
    out.push_back(std::to_string(record.line) + " " + record.problem + " " + std::string(record.text));
  };
  JsonRecords reader;
  in_pieces(bytes, piece, [&](std::string_view each) { reader.push(each, take); });
  reader.finish(take);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 1 << 16) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::size_t piece = data[0] % 64 + 1;
  LEAT_ASSERT(unpacked(bytes, piece) == unpacked(bytes, bytes.size()));
  LEAT_ASSERT(records(bytes, piece) == records(bytes, bytes.size()));
  for (Compression compression : {Compression::gzip, Compression::zstd}) {
    std::string packed;
    auto compressor = make_compressor(compression);
    in_pieces(bytes, piece * 16, [&](std::string_view each) { compressor->write(each, packed); });
    compressor->finish(packed);
    LEAT_ASSERT(unpacked(packed, piece) == std::string(bytes));
  }
  parse_ini(bytes);
  xml_text(bytes, "Key");
  LEAT_ASSERT(percent_decode(percent_encode(bytes, data[0] & 64)) == bytes);
  percent_decode(bytes, true);
  try {
    Location location = parse_location(bytes, "/folder");
    LEAT_ASSERT(parse_location(location.text(), "/folder").text() == location.text());
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() == ErrorCode::config_invalid);
  }
  return 0;
}
