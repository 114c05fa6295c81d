#include <expat.h>
#include <fmt/core.h>

#include "base/error.h"
#include "jinja/operations.h"
#include "sources/declarative/body_decoders.h"
#include "sources/declarative/json_value.h"

namespace leat::sources::declarative {
namespace {

constexpr std::size_t kDepthMax = 200;

// An element that is being read.
struct Open {
  std::string name;
  jinja::Value members = jinja::Value::dict();
  std::string text;
};

std::string trimmed(const std::string& text) {
  static constexpr const char* kBlanks = " \t\r\n\f\v";
  std::size_t from = text.find_first_not_of(kBlanks);
  if (from == std::string::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlanks) - from + 1);
}

// Builds what xmltodict builds: attributes as @name, text as #text, children of one name as a list.
class Builder {
 public:
  explicit Builder(XML_Parser parser) : parser_(parser) {
    XML_SetUserData(parser, this);
    XML_SetElementHandler(
        parser,
        [](void* self, const char* name, const char** attributes) {
          static_cast<Builder*>(self)->begin(name, attributes);
        },
        [](void* self, const char*) { static_cast<Builder*>(self)->end(); });
    XML_SetCharacterDataHandler(parser, [](void* self, const char* text, int size) {
      Builder* builder = static_cast<Builder*>(self);
      if (!builder->open_.empty()) builder->open_.back().text.append(text, static_cast<std::size_t>(size));
    });
    // Entities of the document's own are not taken: they can grow without measure.
    XML_SetEntityDeclHandler(
        parser, [](void* self, const char*, int, const char*, int, const char*, const char*, const char*,
                   const char*) { XML_StopParser(static_cast<Builder*>(self)->parser_, XML_FALSE); });
  }
  jinja::Value root = jinja::Value::dict();

 private:
  void begin(const char* name, const char** attributes) {
    if (open_.size() >= kDepthMax) {
      XML_StopParser(parser_, XML_FALSE);
      return;
    }
    Open& element = open_.emplace_back();
    element.name = name;
    for (; *attributes; attributes += 2) {
      element.members.as_dict().set("@" + std::string(attributes[0]), jinja::Value(attributes[1]));
    }
  }
  void end() {
    Open element = std::move(open_.back());
    open_.pop_back();
    std::string text = trimmed(element.text);
    jinja::Value value;
    if (element.members.as_dict().empty()) {
      value = text.empty() ? jinja::Value::none() : jinja::Value(text);
    } else {
      if (!text.empty()) element.members.as_dict().set("#text", jinja::Value(text));
      value = element.members;
    }
    add(open_.empty() ? root : open_.back().members, element.name, std::move(value));
  }
  static void add(const jinja::Value& parent, const std::string& name, jinja::Value value) {
    jinja::Value* there = parent.as_dict().find(std::string_view(name));
    if (!there) {
      parent.as_dict().set(std::string_view(name), std::move(value));
    } else if (there->is_list()) {
      there->as_list().items.push_back(std::move(value));
    } else {
      *there = jinja::Value::list({*there, std::move(value)});
    }
  }
  XML_Parser parser_;
  std::vector<Open> open_;
};

class XmlDecoder final : public BodyDecoder {
 public:
  XmlDecoder(const Value&, const Workshop& workshop) : BodyDecoder(workshop) {}
  void decode(std::string_view body, BodyList& out) const override {
    std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(XML_ParserCreate(nullptr), XML_ParserFree);
    Builder builder(parser.get());
    while (true) {
      std::size_t size = std::min<std::size_t>(body.size(), 1u << 24);
      bool last = size == body.size();
      if (XML_Parse(parser.get(), body.data(), static_cast<int>(size), last) != XML_STATUS_OK) {
        throw Error(
            ErrorCode::source_invalid_response,
            fmt::format("The answer is no XML ({}, line {})", XML_ErrorString(XML_GetErrorCode(parser.get())),
                        XML_GetCurrentLineNumber(parser.get())),
            out.where());
      }
      if (last) break;
      body.remove_prefix(size);
    }
    out.add(json_text(builder.root));
  }
};

}  // namespace

std::unique_ptr<BodyDecoder> make_xml_decoder(const Value& component, const Workshop& workshop) {
  return std::make_unique<XmlDecoder>(component, workshop);
}

}  // namespace leat::sources::declarative
