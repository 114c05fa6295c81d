// BodyDecoder: makes JSON of answers that come in another form, so that all that follows knows only JSON.
//
// Guarantees: the result is one JSON list of bodies. It never holds more than the connector's limit of bytes
//   for an answer.
// Threads: immutable; any.
// Errors: Error(source_invalid_response) for a body that is not of its form (cut off, damaged);
//   Error(http_too_large); Error(config_invalid, source_unknown_component) when made.
// Source: behaviour of the Airbyte CDK's decoders.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"
#include "sources/declarative/component.h"

namespace leat::sources::declarative {

/// Collects bodies into a JSON list.
class BodyList {
 public:
  explicit BodyList(std::size_t bytes_max, std::string where)
      : bytes_max_(bytes_max), where_(std::move(where)) {}
  /// Adds a body as JSON text; the items of a list count as that many bodies.
  void add(std::string_view json);
  http::Body take();
  /// Throws Error(http_too_large) when `bytes` are more than an answer may have.
  void check_size(std::size_t bytes) const;
  std::size_t bytes_max() const { return bytes_max_; }
  const std::string& where() const { return where_; }

 private:
  std::size_t bytes_max_;
  std::string where_, json_ = "[";
};

class BodyDecoder {
 public:
  virtual ~BodyDecoder() = default;
  virtual void decode(std::string_view body, BodyList& out) const = 0;
  /// The whole body as a JSON list; `where` stands in messages.
  http::Body to_json(std::string_view body, const std::string& where) const;

 protected:
  explicit BodyDecoder(const Workshop& workshop);

 private:
  std::size_t bytes_max_;
};

/// Makes the decoder of a component; nullptr for plain JSON, also where there is none.
std::unique_ptr<BodyDecoder> make_body_decoder(const Value& component, const Workshop& workshop);

std::unique_ptr<BodyDecoder> make_csv_decoder(const Value& component, const Workshop& workshop);
std::unique_ptr<BodyDecoder> make_xml_decoder(const Value& component, const Workshop& workshop);
std::unique_ptr<BodyDecoder> make_zip_decoder(const Value& component, const Workshop& workshop);

/// Text of another encoding as UTF-8; Error(source_invalid_response) where it is not of that encoding.
std::string to_utf8(std::string_view text, const std::string& encoding, const std::string& where);
/// Decompresses gzip (also several members behind each other); what is not gzip is returned as it is.
std::string gunzip(std::string_view body, const BodyList& limits);

}  // namespace leat::sources::declarative
