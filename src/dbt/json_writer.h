// JsonWriter: writes JSON as a stream, so that a manifest of ten thousand nodes never stands in memory
// twice.
//
// Guarantees: commas and quotes are right as long as begin and end are balanced.
// Threads: one.
// Owns: its text.
// Errors: none.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/quotes.h"
#include "jinja/operations.h"

namespace leat::dbt {

class JsonWriter {
 public:
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name) {
    separate();
    append_json_string(name, out_);
    out_ += ": ";
    fresh_ = true;
  }
  void text(std::string_view value) {
    separate();
    append_json_string(value, out_);
  }
  void text_or_null(std::string_view value) { value.empty() ? raw("null") : text(value); }
  void raw(std::string_view json) {
    separate();
    out_ += json;
  }
  void value(const jinja::Value& each) { raw(jinja::to_json(each)); }
  void texts(const std::vector<std::string>& all) {
    begin_array();
    for (const std::string& each : all) text(each);
    end_array();
  }
  /// A member of an object.
  void member(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }
  std::string take() { return std::move(out_); }

 private:
  void separate() {
    if (!fresh_) out_ += ", ";
    fresh_ = false;
  }
  void open(char bracket) {
    separate();
    out_ += bracket;
    fresh_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    fresh_ = false;
  }
  std::string out_;
  bool fresh_ = true;
};

}  // namespace leat::dbt
