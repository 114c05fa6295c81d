#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "sources/declarative/body_decoders.h"

namespace leat::sources::declarative {
namespace {

// Reads rows as Python's csv module does in its default dialect: quotes are doubled inside of quotes.
class CsvReader {
 public:
  CsvReader(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}

  /// The next row; false at the end. An empty line is an empty row.
  bool row(std::vector<std::string>& fields) {
    fields.clear();
    if (at_ >= text_.size()) return false;
    if (line_ends()) return true;
    while (true) {
      fields.push_back(field());
      if (at_ < text_.size() && text_[at_] == delimiter_) {
        ++at_;
        continue;
      }
      line_ends();
      return true;
    }
  }

 private:
  bool line_ends() {
    if (at_ < text_.size() && text_[at_] == '\r') {
      ++at_;
      if (at_ < text_.size() && text_[at_] == '\n') ++at_;
      return true;
    }
    if (at_ < text_.size() && text_[at_] == '\n') {
      ++at_;
      return true;
    }
    return false;
  }
  std::string field() {
    std::string out;
    bool quoted = at_ < text_.size() && text_[at_] == '"';
    if (quoted) ++at_;
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (quoted) {
        ++at_;
        if (c != '"') {
          out += c;
        } else if (at_ < text_.size() && text_[at_] == '"') {
          out += text_[at_++];
        } else {
          quoted = false;
        }
        continue;
      }
      if (c == delimiter_ || c == '\n' || c == '\r') break;
      out += c;
      ++at_;
    }
    return out;
  }
  std::string_view text_;
  char delimiter_;
  std::size_t at_ = 0;
};

class CsvDecoder final : public BodyDecoder {
 public:
  CsvDecoder(const Value& component, const Workshop& workshop)
      : BodyDecoder(workshop), encoding_(plain_text(component, "encoding", "utf-8")) {
    std::string delimiter = plain_text(component, "delimiter", ",");
    if (delimiter == "\\t") delimiter = "\t";
    if (delimiter.size() != 1) {
      throw Error(ErrorCode::config_invalid, "`delimiter` has to be one character",
                  component["delimiter"].where());
    }
    delimiter_ = delimiter[0];
    for (const Value& each : component["set_values_to_none"].items()) none_.push_back(each.raw());
  }
  void decode(std::string_view body, BodyList& out) const override {
    std::string text = to_utf8(body, encoding_, out.where());
    CsvReader reader(text, delimiter_);
    std::vector<std::string> names, row;
    while (names.empty() && reader.row(names)) continue;
    std::string record;
    while (reader.row(row)) {
      if (row.empty()) continue;
      record = "{";
      for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) record += ',';
        record += document::json_quote(names[i]);
        record += ':';
        bool none = i >= row.size() || std::find(none_.begin(), none_.end(), row[i]) != none_.end();
        record += none ? "null" : document::json_quote(row[i]);
      }
      record += '}';
      out.add(record);
    }
  }

 private:
  std::string encoding_;
  char delimiter_ = ',';
  std::vector<std::string> none_;
};

}  // namespace

std::unique_ptr<BodyDecoder> make_csv_decoder(const Value& component, const Workshop& workshop) {
  return std::make_unique<CsvDecoder>(component, workshop);
}

}  // namespace leat::sources::declarative
