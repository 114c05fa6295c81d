#include "http/url.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "base/secret.h"

namespace leat::http {
namespace {

bool unreserved(unsigned char c) {
  return std::isalnum(c) || c == '_' || c == '.' || c == '-' || c == '~';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

struct Parts {
  std::string scheme, authority, path, query, fragment;
  bool has_authority = false, has_query = false, has_fragment = false;
};

Parts split(std::string_view url) {
  Parts parts;
  if (std::size_t hash = url.find('#'); hash != std::string_view::npos) {
    parts.fragment = url.substr(hash + 1);
    parts.has_fragment = true;
    url = url.substr(0, hash);
  }
  if (std::size_t mark = url.find('?'); mark != std::string_view::npos) {
    parts.query = url.substr(mark + 1);
    parts.has_query = true;
    url = url.substr(0, mark);
  }
  std::size_t colon = url.find(':');
  bool has_scheme = colon != std::string_view::npos && colon > 0 &&
                    std::isalpha(static_cast<unsigned char>(url[0])) &&
                    std::all_of(url.begin(), url.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
                      return std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '-' || c == '.';
                    });
  if (has_scheme) {
    parts.scheme = lower(url.substr(0, colon));
    url = url.substr(colon + 1);
  }
  if (url.substr(0, 2) == "//") {
    url = url.substr(2);
    std::size_t slash = std::min(url.find('/'), url.size());
    parts.authority = url.substr(0, slash);
    parts.has_authority = true;
    url = url.substr(slash);
  }
  parts.path = url;
  return parts;
}

std::string unsplit(const Parts& parts) {
  std::string out;
  if (!parts.scheme.empty()) out += parts.scheme + ":";
  if (parts.has_authority) out += "//" + parts.authority;
  out += parts.path;
  if (parts.has_query && !parts.query.empty()) out += "?" + parts.query;
  if (parts.has_fragment && !parts.fragment.empty()) out += "#" + parts.fragment;
  return out;
}

std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while (true) {
    std::size_t slash = path.find('/', at);
    out.emplace_back(path.substr(at, slash == std::string_view::npos ? slash : slash - at));
    if (slash == std::string_view::npos) return out;
    at = slash + 1;
  }
}

// Python's urljoin for the path: merges with the base's folder and resolves "." and "..".
std::string merge_paths(const std::string& base, const std::string& reference) {
  std::vector<std::string> base_parts = segments(base);
  if (!base_parts.back().empty()) base_parts.pop_back();
  std::vector<std::string> all;
  if (!reference.empty() && reference[0] == '/') {
    all = segments(reference);
  } else {
    std::vector<std::string> more = segments(reference);
    all = base_parts;
    all.insert(all.end(), more.begin(), more.end());
    // Empty segments inside the path vanish, those at its ends stay.
    std::vector<std::string> kept;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i == 0 || i + 1 == all.size() || !all[i].empty()) kept.push_back(all[i]);
    }
    all = std::move(kept);
  }
  std::vector<std::string> resolved;
  for (const std::string& part : all) {
    if (part == "..") {
      if (!resolved.empty()) resolved.pop_back();
    } else if (part != ".") {
      resolved.push_back(part);
    }
  }
  if (!all.empty() && (all.back() == "." || all.back() == "..")) resolved.emplace_back();
  std::string out;
  for (std::size_t i = 0; i < resolved.size(); ++i) out += (i ? "/" : "") + resolved[i];
  return out.empty() ? "/" : out;
}

// Encodes all but `allowed` and what is encoded already; encoded letters that need not be are decoded.
std::string requote_part(std::string_view text, std::string_view allowed) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  auto is_encoded = [&](std::size_t i) {
    return text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
           hex_value(text[i + 2]) >= 0;
  };
  // One percent sign that encodes nothing makes all of them stand for themselves.
  bool keeps_percent = true;
  for (std::size_t i = 0; i < text.size(); ++i)
    keeps_percent = keeps_percent && (text[i] != '%' || is_encoded(i));
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    bool was_encoded = keeps_percent && c == '%';
    if (was_encoded) {
      c = static_cast<unsigned char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    }
    if (unreserved(c) || (!was_encoded && allowed.find(static_cast<char>(c)) != std::string_view::npos)) {
      out += static_cast<char>(c);
    } else {
      out += '%';
      out += kHex[c >> 4];
      out += kHex[c & 15];
    }
  }
  return out;
}

std::string without_dots(const std::string& path) {
  std::vector<std::string> kept;
  std::vector<std::string> all = segments(path);
  for (const std::string& part : all) {
    if (part == ".") continue;
    if (part != "..") {
      kept.push_back(part);
    } else if (kept.size() > 1) {
      kept.pop_back();
    }
  }
  if (all.back() == "." || all.back() == "..") kept.emplace_back();
  std::string out;
  for (std::size_t i = 0; i < kept.size(); ++i) out += (i ? "/" : "") + kept[i];
  return out;
}

bool names_credential(std::string_view name) {
  static constexpr std::string_view kWords[] = {"token",     "secret", "password", "apikey", "api_key",
                                                "signature", "appid",  "api-key",  "passwd"};
  std::string plain = lower(name);
  if (plain == "key" || plain == "sig") return true;
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return plain.find(word) != std::string::npos; });
}

}  // namespace

std::string encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + 8);
  for (char each : text) {
    auto c = static_cast<unsigned char>(each);
    if (unreserved(c)) {
      out += each;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      out += kHex[c >> 4];
      out += kHex[c & 15];
    }
  }
  return out;
}

std::string decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
               hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string encode_query(const Query& query) {
  std::string out;
  for (const auto& [name, value] : query) {
    if (!out.empty()) out += '&';
    out += encode(name) + "=" + encode(value);
  }
  return out;
}

Query query_of(std::string_view url) {
  Query out;
  std::string query = split(url).query;
  std::size_t at = 0;
  while (at < query.size()) {
    std::size_t end = std::min(query.find('&', at), query.size());
    std::string_view pair = std::string_view(query).substr(at, end - at);
    std::size_t equals = std::min(pair.find('='), pair.size());
    if (!pair.empty()) {
      out.emplace_back(decode(pair.substr(0, equals)),
                       equals < pair.size() ? decode(pair.substr(equals + 1)) : std::string());
    }
    at = end + 1;
  }
  return out;
}

std::string with_query(std::string url, const Query& query) {
  if (query.empty()) return url;
  Parts parts = split(url);
  if (!parts.query.empty()) parts.query += '&';
  parts.query += encode_query(query);
  parts.has_query = true;
  if (parts.has_authority && parts.path.empty()) parts.path = "/";
  return unsplit(parts);
}

std::string requote(std::string_view url) {
  url.remove_prefix(std::min(url.find_first_not_of(" \t\r\n"), url.size()));
  Parts parts = split(url);
  if (parts.scheme != "http" && parts.scheme != "https") return std::string(url);
  parts.path = requote_part(parts.path.empty() ? "/" : without_dots(parts.path), "!$&'()*+,;=:@/");
  parts.query = requote_part(parts.query, "!$&'()*+,;=:@/?");
  return unsplit(parts);
}

std::string join(std::string_view base_text, std::string_view reference) {
  if (base_text.empty()) return std::string(reference);
  if (reference.empty()) return std::string(base_text);
  Parts base = split(base_text), part = split(reference);
  if (part.scheme.empty()) part.scheme = base.scheme;
  if (part.scheme != base.scheme) return std::string(reference);
  if (part.has_authority) return unsplit(part);
  part.authority = base.authority;
  part.has_authority = base.has_authority;
  if (part.path.empty()) {
    part.path = base.path;
    if (!part.has_query) {
      part.query = base.query;
      part.has_query = base.has_query;
    }
    return unsplit(part);
  }
  part.path = merge_paths(base.path, part.path);
  return unsplit(part);
}

std::string host(std::string_view url) {
  std::string authority = split(url).authority;
  if (std::size_t at = authority.rfind('@'); at != std::string::npos) authority = authority.substr(at + 1);
  if (!authority.empty() && authority[0] == '[') return lower(authority.substr(1, authority.find(']') - 1));
  return lower(authority.substr(0, authority.find(':')));
}

std::string origin(std::string_view url) {
  Parts parts = split(url);
  if (!parts.has_authority) throw Error(ErrorCode::config_invalid, "This is no URL", safe_url(url));
  std::string authority = parts.authority;
  if (std::size_t at = authority.rfind('@'); at != std::string::npos) authority = authority.substr(at + 1);
  authority = lower(authority);
  std::string_view port = parts.scheme == "https" ? ":443" : ":80";
  if (authority.size() > port.size() &&
      std::string_view(authority).substr(authority.size() - port.size()) == port) {
    authority.resize(authority.size() - port.size());
  }
  return parts.scheme + "://" + authority;
}

std::string safe_url(std::string_view url) {
  Parts parts = split(url);
  if (std::size_t at = parts.authority.rfind('@'); at != std::string::npos) {
    parts.authority = parts.authority.substr(at + 1);
  }
  if (parts.has_query) {
    std::string query;
    std::size_t at = 0;
    while (at < parts.query.size()) {
      std::size_t end = std::min(parts.query.find('&', at), parts.query.size());
      std::string pair = parts.query.substr(at, end - at);
      std::size_t equals = std::min(pair.find('='), pair.size());
      std::string value = equals < pair.size() ? decode(std::string_view(pair).substr(equals + 1)) : "";
      bool secret =
          names_credential(decode(std::string_view(pair).substr(0, equals))) || redact(value) != value;
      if (!query.empty()) query += '&';
      query += secret && equals < pair.size() ? pair.substr(0, equals) + "=***" : pair;
      at = end + 1;
    }
    parts.query = query;
  }
  parts.fragment.clear();
  return redact(unsplit(parts));
}

}  // namespace leat::http
