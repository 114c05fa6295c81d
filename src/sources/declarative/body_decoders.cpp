#include "sources/declarative/body_decoders.h"

#include <fmt/core.h>
#include <iconv.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "sources/declarative/connector_context.h"
#include "sources/declarative/json_index.h"
#include "sources/declarative/record_path_values.h"

namespace leat::sources::declarative {
namespace {

std::string_view without_blanks(std::string_view text) {
  std::size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

bool is_json(std::string_view text) {
  http::Body padded(text);
  JsonIndex index;
  return index.build(padded.view()).empty() &&
         skip_value(index.text(), index.begin(), index.end()) == index.end();
}

template <class Use>
void each_line(std::string_view body, Use&& use) {
  while (!body.empty()) {
    std::size_t end = std::min(body.find('\n'), body.size());
    use(body.substr(0, end));
    body.remove_prefix(std::min(end + 1, body.size()));
  }
}

// JSON inside of another form.
class JsonBody final : public BodyDecoder {
 public:
  JsonBody(const Value&, const Workshop& workshop) : BodyDecoder(workshop) {}
  void decode(std::string_view body, BodyList& out) const override {
    std::string_view text = without_blanks(body);
    if (!text.empty()) out.add(text);
  }
};

// A line that is no JSON is left out, as the CDK does.
class JsonlDecoder final : public BodyDecoder {
 public:
  JsonlDecoder(const Value&, const Workshop& workshop) : BodyDecoder(workshop) {}
  void decode(std::string_view body, BodyList& out) const override {
    each_line(body, [&](std::string_view line) {
      line = without_blanks(line);
      if (line.empty() || !is_json(line)) return;
      // A list in a line is one body.
      out.add(line[0] == '[' ? "[" + std::string(line) + "]" : std::string(line));
    });
  }
};

class IterableDecoder final : public BodyDecoder {
 public:
  IterableDecoder(const Value&, const Workshop& workshop) : BodyDecoder(workshop) {}
  void decode(std::string_view body, BodyList& out) const override {
    each_line(body, [&](std::string_view line) {
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      out.add("{\"record\":" + document::json_quote(line) + "}");
    });
  }
};

// The items of a list inside of the document.
class JsonItemsDecoder final : public BodyDecoder {
 public:
  JsonItemsDecoder(const Value& component, const Workshop& workshop)
      : BodyDecoder(workshop), encoding_(plain_text(component, "encoding", "utf-8")) {
    std::string path = need(component, "items_path").as_text("items_path");
    std::replace(path.begin(), path.end(), '.', '/');
    path_ = split_path(path);
  }
  void decode(std::string_view body, BodyList& out) const override {
    http::Body text(to_utf8(body, encoding_, out.where()));
    JsonIndex index;
    if (std::string wrong = index.build(text.view()); !wrong.empty()) {
      throw Error(ErrorCode::source_invalid_response, wrong, out.where());
    }
    JsonAt at = index.begin(), end = index.end();
    for (const std::string& segment : path_) at = at ? member_of(index.text(), at, end, segment) : nullptr;
    if (!at || index.text()[*at] != '[') return;
    JsonAt after = skip_value(index.text(), at, end);
    if (!after) throw Error(ErrorCode::source_invalid_response, "The answer is no valid JSON", out.where());
    out.add(raw_value(index.text(), at, after));
  }

 private:
  static JsonAt member_of(const char* text, JsonAt at, JsonAt end, const std::string& name) {
    if (text[*at] != '{') return nullptr;
    for (++at; at < end && text[*at] == '"';) {
      std::string_view key;
      if (!read_key(text, at, end, key)) return nullptr;
      JsonAt value = at + 2;
      if (key == name) return value;
      at = skip_value(text, value, end);
      if (!at || at >= end || text[*at] != ',') return nullptr;
      ++at;
    }
    return nullptr;
  }
  std::vector<std::string> path_;
  std::string encoding_;
};

std::unique_ptr<BodyDecoder> inner_decoder(const Value& component, const Workshop& workshop) {
  const Value& inner = need(component, "decoder");
  std::unique_ptr<BodyDecoder> decoder = make_body_decoder(inner, workshop);
  return decoder ? std::move(decoder) : std::make_unique<JsonBody>(inner, workshop);
}

class GzipDecoder final : public BodyDecoder {
 public:
  GzipDecoder(const Value& component, const Workshop& workshop)
      : BodyDecoder(workshop), inner_(inner_decoder(component, workshop)) {}
  void decode(std::string_view body, BodyList& out) const override { inner_->decode(gunzip(body, out), out); }

 private:
  std::unique_ptr<BodyDecoder> inner_;
};

template <class T>
std::unique_ptr<BodyDecoder> make(const Value& component, const Workshop& workshop) {
  return std::make_unique<T>(component, workshop);
}

constexpr ComponentRow<BodyDecoder> kDecoders[] = {
    {"CsvDecoder", make_csv_decoder},
    {"GzipDecoder", make<GzipDecoder>},
    {"IterableDecoder", make<IterableDecoder>},
    {"JsonDecoder", make<JsonBody>},
    {"JsonItemsDecoder", make<JsonItemsDecoder>},
    {"JsonlDecoder", make<JsonlDecoder>},
    {"XmlDecoder", make_xml_decoder},
    {"ZipfileDecoder", make_zip_decoder},
};

}  // namespace

void BodyList::add(std::string_view json) {
  json = without_blanks(json);
  if (!json.empty() && json.front() == '[' && json.back() == ']') {
    json = without_blanks(json.substr(1, json.size() - 2));
  }
  if (json.empty()) return;
  check_size(json_.size() + json.size());
  if (json_.size() > 1) json_ += ',';
  json_ += json;
}

http::Body BodyList::take() {
  json_ += ']';
  http::Body out(json_);
  json_ = "[";
  return out;
}

void BodyList::check_size(std::size_t bytes) const {
  if (bytes > bytes_max_) {
    throw Error(ErrorCode::http_too_large, fmt::format("The answer is larger than {} bytes", bytes_max_),
                where_);
  }
}

BodyDecoder::BodyDecoder(const Workshop& workshop) : bytes_max_(workshop.connector.answer_bytes_max) {}

http::Body BodyDecoder::to_json(std::string_view body, const std::string& where) const {
  BodyList out(bytes_max_, where);
  decode(body, out);
  return out.take();
}

std::string gunzip(std::string_view body, const BodyList& limits) {
  if (body.substr(0, 2) != "\x1f\x8b") return std::string(body);
  auto broken = [&] {
    return Error(ErrorCode::source_invalid_response, "The gzip answer is cut off or damaged", limits.where());
  };
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) throw broken();
  std::unique_ptr<z_stream, void (*)(z_stream*)> end(&stream, [](z_stream* s) { inflateEnd(s); });
  std::string out;
  std::string chunk(256 * 1024, '\0');
  while (!body.empty()) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(std::min<std::size_t>(body.size(), 1u << 30));
    std::size_t given = stream.avail_in;
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    int result = inflate(&stream, Z_NO_FLUSH);
    body.remove_prefix(given - stream.avail_in);
    out.append(chunk, 0, chunk.size() - stream.avail_out);
    limits.check_size(out.size());
    if (result == Z_STREAM_END) {
      // Another member may follow; zeros at the end are padding.
      if (body.find_first_not_of('\0') == std::string_view::npos) return out;
      if (inflateReset(&stream) != Z_OK) throw broken();
    } else if (result != Z_OK) {
      throw broken();
    }
  }
  throw broken();
}

std::string to_utf8(std::string_view text, const std::string& encoding, const std::string& where) {
  std::string name;
  for (char c : encoding) name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (name == "utf-8-sig" || name == "utf_8_sig") {
    return std::string(text.substr(0, 3) == "\xef\xbb\xbf" ? text.substr(3) : text);
  }
  if (name == "utf-8" || name == "utf8" || name == "utf_8" || name == "ascii") return std::string(text);
  std::replace(name.begin(), name.end(), '_', '-');
  if (name == "latin-1" || name == "latin1") name = "iso-8859-1";
  iconv_t converter = iconv_open("UTF-8", name.c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) {
    throw Error(ErrorCode::config_invalid, fmt::format("The encoding {} is not known", encoding), where);
  }
  std::unique_ptr<void, int (*)(iconv_t)> closer(converter, iconv_close);
  std::string out, chunk(64 * 1024, '\0');
  char* from = const_cast<char*>(text.data());
  std::size_t left = text.size();
  while (left > 0) {
    char* to = chunk.data();
    std::size_t room = chunk.size();
    std::size_t result = iconv(converter, &from, &left, &to, &room);
    out.append(chunk.data(), chunk.size() - room);
    if (result == static_cast<std::size_t>(-1) && errno != E2BIG) {
      throw Error(ErrorCode::source_invalid_response, fmt::format("The answer is not {}", encoding), where);
    }
  }
  return out;
}

std::unique_ptr<BodyDecoder> make_body_decoder(const Value& component, const Workshop& workshop) {
  if (component.is_null() || component_name(component) == "JsonDecoder") return nullptr;
  return make_component<BodyDecoder>(kDecoders, component, "decoder", workshop);
}

}  // namespace leat::sources::declarative
