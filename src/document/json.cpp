#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>

#include "base/error.h"
#include "base/quotes.h"
#include "document/value.h"

namespace leat::document {
namespace {

Value convert(simdjson::dom::element element, const Mark& mark) {
  Value out;
  switch (element.type()) {
    case simdjson::dom::element_type::NULL_VALUE:
      break;
    case simdjson::dom::element_type::BOOL:
      out = Value::of(bool(element));
      break;
    case simdjson::dom::element_type::INT64:
      out = Value::of(std::int64_t(element));
      break;
    case simdjson::dom::element_type::UINT64:
      out = Value::of(static_cast<double>(std::uint64_t(element)));
      break;
    case simdjson::dom::element_type::DOUBLE:
      out = Value::of(double(element));
      break;
    case simdjson::dom::element_type::STRING:
      out = Value::of(std::string(std::string_view(element)));
      break;
    case simdjson::dom::element_type::ARRAY:
      out = Value::list();
      for (simdjson::dom::element item : simdjson::dom::array(element))
        out.items().push_back(convert(item, mark));
      break;
    case simdjson::dom::element_type::OBJECT:
      out = Value::mapping();
      for (auto [key, value] : simdjson::dom::object(element)) {
        out.members().emplace_back(std::string(key), convert(value, mark));
      }
      break;
  }
  out.set_mark(mark);
  return out;
}

void print(const Value& value, bool sorted, std::string& out) {
  switch (value.kind()) {
    case Value::Kind::null:
      out += "null";
      return;
    case Value::Kind::boolean:
      out += value.boolean() ? "true" : "false";
      return;
    case Value::Kind::integer:
      out += fmt::format("{}", value.integer());
      return;
    case Value::Kind::real:
      out += fmt::format("{}", value.real());
      return;
    case Value::Kind::text:
      out += json_quote(value.raw());
      return;
    case Value::Kind::list: {
      out.push_back('[');
      for (std::size_t i = 0; i < value.items().size(); ++i) {
        if (i) out.push_back(',');
        print(value.items()[i], sorted, out);
      }
      out.push_back(']');
      return;
    }
    case Value::Kind::mapping: {
      std::vector<const Value::Member*> members;
      for (const Value::Member& member : value.members()) members.push_back(&member);
      if (sorted)
        std::sort(members.begin(), members.end(), [](auto* a, auto* b) { return a->first < b->first; });
      out.push_back('{');
      for (std::size_t i = 0; i < members.size(); ++i) {
        if (i) out.push_back(',');
        out += json_quote(members[i]->first);
        out.push_back(':');
        print(members[i]->second, sorted, out);
      }
      out.push_back('}');
      return;
    }
  }
}

}  // namespace

Value parse_json(std::string_view text, const std::string& file) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (auto error = parser.parse(text.data(), text.size()).get(root)) {
    throw Error(ErrorCode::document_syntax,
                fmt::format("This is no valid JSON: {}", simdjson::error_message(error)), file);
  }
  return convert(root, Mark{std::make_shared<const std::string>(file), 0, 0});
}

std::string json_quote(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

std::string to_json(const Value& value, bool sorted) {
  std::string out;
  print(value, sorted, out);
  return out;
}

}  // namespace leat::document
