#include "sources/record_columns.h"

#include "sources/declarative/decoder.h"
#include "sources/declarative/json_index.h"
#include "sources/declarative/schema_loaders.h"

namespace leat::sources {

using declarative::JsonAt;

struct JsonLine::Parts {
  declarative::JsonIndex index;

  // Where the value below the keys begins, nullptr where there is none.
  JsonAt find(std::initializer_list<std::string_view> keys) const {
    JsonAt at = index.begin();
    for (std::string_view key : keys) {
      at = member(at, key);
      if (!at) return nullptr;
    }
    return at;
  }
  JsonAt member(JsonAt at, std::string_view wanted) const {
    const char* text = index.text();
    if (at >= index.end() || text[*at] != '{') return nullptr;
    ++at;
    std::string_view key;
    while (at < index.end() && declarative::read_key(text, at, index.end(), key)) {
      JsonAt value = at + 2;
      if (key == wanted) return value;
      at = declarative::skip_value(text, value, index.end());
      if (!at || at >= index.end() || text[*at] != ',') return nullptr;
      ++at;
    }
    return nullptr;
  }
};

JsonLine::JsonLine() : parts_(std::make_unique<Parts>()) {}
JsonLine::~JsonLine() = default;

std::string JsonLine::read(std::string_view line) {
  declarative::JsonIndex& index = parts_->index;
  std::string problem = index.build(line);
  if (!problem.empty()) return problem;
  if (index.begin() == index.end()) return "it is empty";
  JsonAt after = declarative::skip_value(index.text(), index.begin(), index.end());
  return after == index.end() ? "" : "it is no JSON";
}

std::string_view JsonLine::raw(std::initializer_list<std::string_view> keys) const {
  JsonAt at = parts_->find(keys);
  if (!at) return {};
  JsonAt after = declarative::skip_value(parts_->index.text(), at, parts_->index.end());
  return after ? declarative::raw_value(parts_->index.text(), at, after) : std::string_view{};
}

std::string JsonLine::text(std::initializer_list<std::string_view> keys) const {
  std::string_view token = raw(keys);
  std::string out;
  if (token.size() < 2 || token[0] != '"') return out;
  declarative::unescape(token.substr(1, token.size() - 2), out);
  return out;
}

struct RecordColumns::Parts {
  declarative::RecordDecoder decoder;
};

RecordColumns::RecordColumns(const document::Value& schema, OnBatch on_batch, OnReject on_reject)
    : parts_(new Parts{declarative::RecordDecoder(declarative::fields_of_schema(schema), {},
                                                  std::move(on_batch), std::move(on_reject))}) {}
RecordColumns::~RecordColumns() = default;

std::string RecordColumns::add(const JsonLine& line, std::initializer_list<std::string_view> keys) {
  const declarative::JsonIndex& index = line.parts_->index;
  JsonAt at = line.parts_->find(keys);
  if (!at || index.text()[*at] != '{') return "it holds no record";
  return parts_->decoder.record(index.text(), at, index.end()) ? "" : "its record is no JSON";
}

void RecordColumns::flush() {
  parts_->decoder.flush();
}

batch::SchemaPtr columns_of_json_schema(const document::Value& schema) {
  return declarative::schema_of(declarative::fields_of_schema(schema));
}

}  // namespace leat::sources
