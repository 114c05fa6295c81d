#include "jinja/utf8.h"

namespace leat::jinja {

char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned char lead = byte(at);
  std::size_t more = 0;
  char32_t code = lead;
  if (lead >= 0xC2 && lead < 0xE0) more = 1, code = lead & 0x1F;
  if (lead >= 0xE0 && lead < 0xF0) more = 2, code = lead & 0x0F;
  if (lead >= 0xF0 && lead < 0xF5) more = 3, code = lead & 0x07;
  if (at + more >= text.size()) more = 0, code = lead;
  for (std::size_t step = 1; step <= more; ++step) {
    if ((byte(at + step) & 0xC0) != 0x80) {
      ++at;
      return lead;
    }
    code = (code << 6) | (byte(at + step) & 0x3F);
  }
  at += more + 1;
  return code;
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0, at = 0;
  while (at < text.size()) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
    } else {
      next_code_point(text, at);
    }
    ++count;
  }
  return count;
}

std::size_t offset_of(std::string_view text, std::size_t index) {
  std::size_t at = 0;
  while (index > 0 && at < text.size()) {
    next_code_point(text, at);
    --index;
  }
  return at;
}

namespace {
bool in(char32_t code, char32_t first, char32_t last) {
  return code >= first && code <= last;
}
// Alphabets whose capitals and small letters alternate: even capital, odd small.
bool alternates_even(char32_t code) {
  return in(code, 0x100, 0x12F) || in(code, 0x132, 0x137) || in(code, 0x14A, 0x177) ||
         in(code, 0x460, 0x481) || in(code, 0x48A, 0x4BF) || in(code, 0x4D0, 0x52F) ||
         in(code, 0x1E00, 0x1E95) || in(code, 0x1EA0, 0x1EFF);
}
bool alternates_odd(char32_t code) {
  return in(code, 0x139, 0x148) || in(code, 0x179, 0x17E) || in(code, 0x4C1, 0x4CE);
}
}  // namespace

char32_t lower_code_point(char32_t code) {
  if (code < 0x80) return in(code, 'A', 'Z') ? code + 32 : code;
  if (in(code, 0xC0, 0xDE) && code != 0xD7) return code + 32;
  if (code == 0x178) return 0xFF;
  if (alternates_even(code)) return code | 1;
  if (alternates_odd(code)) return (code & 1) ? code + 1 : code;
  if (in(code, 0x391, 0x3AB) && code != 0x3A2) return code + 32;
  if (code == 0x386) return 0x3AC;
  if (in(code, 0x388, 0x38A)) return code + 37;
  if (code == 0x38C) return 0x3CC;
  if (in(code, 0x38E, 0x38F)) return code + 63;
  if (in(code, 0x410, 0x42F)) return code + 32;
  if (in(code, 0x400, 0x40F)) return code + 80;
  return code;
}

char32_t upper_code_point(char32_t code) {
  if (code < 0x80) return in(code, 'a', 'z') ? code - 32 : code;
  if (code == 0xB5) return 0x39C;
  if (in(code, 0xE0, 0xFE) && code != 0xF7) return code - 32;
  if (code == 0xFF) return 0x178;
  if (code == 0x131) return 'I';
  if (code == 0x17F) return 'S';
  if (alternates_even(code)) return code & ~char32_t{1};
  if (alternates_odd(code)) return (code & 1) ? code : code - 1;
  if (code == 0x3C2) return 0x3A3;
  if (in(code, 0x3B1, 0x3CB)) return code - 32;
  if (code == 0x3AC) return 0x386;
  if (in(code, 0x3AD, 0x3AF)) return code - 37;
  if (code == 0x3CC) return 0x38C;
  if (in(code, 0x3CD, 0x3CE)) return code - 63;
  if (in(code, 0x430, 0x44F)) return code - 32;
  if (in(code, 0x450, 0x45F)) return code - 80;
  return code;
}

std::string lower_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t code = next_code_point(text, at);
    const char32_t lower = lower_code_point(code);
    if (lower == code) {
      out.append(text.substr(begin, at - begin));
    } else {
      append_code_point(out, lower);
    }
  }
  return out;
}

std::string upper_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t code = next_code_point(text, at);
    if (code == 0xDF) {
      out += "SS";
    } else if (const char32_t upper = upper_code_point(code); upper != code) {
      append_code_point(out, upper);
    } else {
      out.append(text.substr(begin, at - begin));
    }
  }
  return out;
}

bool is_lower_letter(char32_t code) {
  return upper_code_point(code) != code || code == 0xDF;
}
bool is_upper_letter(char32_t code) {
  return lower_code_point(code) != code;
}
bool is_letter(char32_t code) {
  if (code < 0x80) return in(code, 'a', 'z') || in(code, 'A', 'Z');
  if (is_lower_letter(code) || is_upper_letter(code)) return true;
  return code == 0xAA || code == 0xBA || in(code, 0x180, 0x2C1) || in(code, 0x370, 0x3FF) ||
         in(code, 0x531, 0x587) || in(code, 0x5D0, 0x5EA) || in(code, 0x620, 0x64A) ||
         in(code, 0x904, 0x939) || in(code, 0x3041, 0x30FF) || in(code, 0x3400, 0x9FFF) ||
         in(code, 0xAC00, 0xD7A3) || in(code, 0x20000, 0x2FA1F);
}
bool is_digit(char32_t code) {
  return in(code, '0', '9') || in(code, 0x660, 0x669) || in(code, 0x966, 0x96F);
}
bool is_blank(char32_t code) {
  return in(code, 9, 13) || in(code, 0x1C, 0x20) || code == 0x85 || code == 0xA0 || code == 0x1680 ||
         in(code, 0x2000, 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F ||
         code == 0x3000;
}

}  // namespace leat::jinja
