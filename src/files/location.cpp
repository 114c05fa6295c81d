#include "files/location.h"

#include <fmt/core.h>

#include <cctype>
#include <filesystem>

#include "base/error.h"

namespace leat::files {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_bucket(std::string_view name) {
  if (name.size() < 3 || name.size() > 63) return false;
  for (char c : name) {
    bool known = std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_';
    if (!known) return false;
  }
  return true;
}

}  // namespace

std::string Location::text() const {
  return scheme == Scheme::s3 ? fmt::format("s3://{}/{}", bucket, path) : path;
}

Location Location::folder() const {
  Location out = *this;
  if (!out.path.empty() && out.path.back() != '/') out.path += '/';
  return out;
}

Location parse_location(std::string_view text, const std::string& base) {
  Location out;
  if (text.starts_with("s3://")) {
    std::string_view rest = text.substr(5);
    std::size_t slash = std::min(rest.find('/'), rest.size());
    out.scheme = Location::Scheme::s3;
    out.bucket = rest.substr(0, slash);
    if (!is_bucket(out.bucket))
      throw Error(ErrorCode::config_invalid, "This names no bucket", std::string(text))
          .fix("Write s3://BUCKET/PREFIX; a bucket's name has 3 to 63 letters, digits, dots and dashes.");
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    while (rest.starts_with('/')) rest.remove_prefix(1);
    out.path = rest;
    return out;
  }
  std::string path(text);
  if (text.starts_with("file://")) {
    path = percent_decode(text.substr(7));
    if (!path.starts_with('/'))
      throw Error(ErrorCode::config_invalid, "A file URL holds an absolute path", std::string(text))
          .fix("Write file:///FOLDER, or the path alone.");
  } else if (text.find("://") != std::string_view::npos) {
    throw Error(ErrorCode::config_invalid, "Files stand in s3://, file:// or a path", std::string(text));
  }
  if (path.empty()) throw Error(ErrorCode::config_invalid, "The location is empty");
  bool is_folder = path.back() == '/';
  std::filesystem::path full = std::filesystem::path(path).is_absolute()
                                   ? std::filesystem::path(path)
                                   : std::filesystem::absolute(base) / path;
  out.path = full.lexically_normal().string();
  if (is_folder && out.path.back() != '/') out.path += '/';
  return out;
}

std::string percent_encode(std::string_view text, bool keep_slash) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + 16);
  for (char each : text) {
    auto c = static_cast<unsigned char>(each);
    bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                 c == '_' || c == '.' || c == '~' || (c == '/' && keep_slash);
    if (plain) {
      out += each;
    } else {
      out += '%';
      out += kHex[c >> 4];
      out += kHex[c & 15];
    }
  }
  return out;
}

std::string percent_decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace leat::files
