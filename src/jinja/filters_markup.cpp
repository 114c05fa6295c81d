// Filters for HTML, URLs and JSON.
#include "base/error.h"
#include "jinja/builtins.h"
#include "jinja/operations.h"
#include "jinja/regex.h"
#include "jinja/utf8.h"

namespace leat::jinja {
namespace {

std::string escape_html(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '"':
        out += "&#34;";
        break;
      default:
        out += c;
    }
  }
  return out;
}
Value escape(CallArguments& a) {
  return Value(escape_html(to_text(a.self)));
}
Value safe(CallArguments& a) {
  return a.self.is_string() ? a.self : Value(to_text(a.self));
}

std::string unescape_html(std::string text) {
  static constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
      {"&lt;", "<"},  {"&gt;", ">"},          {"&quot;", "\""}, {"&#34;", "\""},
      {"&#39;", "'"}, {"&nbsp;", "\xC2\xA0"}, {"&amp;", "&"}};
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    bool found = false;
    for (const auto& [entity, meaning] : kEntities) {
      if (text.compare(at, entity.size(), entity) != 0) continue;
      out += meaning;
      at += entity.size();
      found = true;
      break;
    }
    if (!found) out += text[at++];
  }
  return out;
}

Value striptags(CallArguments& a) {
  const std::string text = to_text(a.self);
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, 4, "<!--") == 0) {
      const std::size_t end = text.find("-->", at);
      at = end == std::string::npos ? text.size() : end + 3;
    } else if (text[at] == '<' && text.find('>', at) != std::string::npos) {
      at = text.find('>', at) + 1;
    } else {
      plain += text[at++];
    }
  }
  CallArguments inner;
  inner.self = Value(std::move(plain));
  std::string out;
  const Value words = call_builtin(*find_methods("split")->of(inner.self), inner);
  for (const Value& word : words.items()) out += (out.empty() ? "" : " ") + word.as_string();
  return Value(unescape_html(std::move(out)));
}

std::string quote_url(std::string_view text, bool query) {
  std::string out;
  for (char c : text) {
    const auto code = static_cast<unsigned char>(c);
    const bool plain = code < 0x80 && (is_letter(code) || is_digit(code));
    if (plain || c == '_' || c == '.' || c == '-' || c == '~' || (c == '/' && !query)) {
      out += c;
    } else if (c == ' ' && query) {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", code);
    }
  }
  return out;
}
Value urlencode(CallArguments& a) {
  if (a.self.is_string() || !try_iterate(a.self)) return Value(quote_url(to_text(a.self), false));
  std::vector<std::pair<Value, Value>> pairs;
  if (a.self.is_dict()) {
    a.self.as_dict().each([&](const Value& key, const Value& value) { pairs.emplace_back(key, value); });
  } else {
    for (const Value& pair : collect(a.self)) {
      const std::vector<Value> parts = collect(pair);
      if (parts.size() != 2) raise_type("urlencode needs pairs");
      pairs.emplace_back(parts[0], parts[1]);
    }
  }
  std::string out;
  for (const auto& [key, value] : pairs)
    out += (out.empty() ? "" : "&") + quote_url(to_text(key), true) + "=" + quote_url(to_text(value), true);
  return Value(std::move(out));
}

Value xmlattr(CallArguments& a) {
  if (!a.self.is_dict()) a.fail("needs a dict");
  std::string out;
  a.self.as_dict().each([&](const Value& key, const Value& value) {
    if (value.is_none() || value.is_undefined()) return;
    const std::string name = to_text(key);
    if (name.find_first_of(" \t\n\f\r/>=") != std::string::npos)
      raise_type(fmt::format("Invalid character in attribute name: {}", to_repr(key)));
    out += (out.empty() ? "" : " ") + escape_html(name) + "=\"" + escape_html(to_text(value)) + "\"";
  });
  if (a.truth_or(0, "autospace", true) && !out.empty()) out.insert(0, " ");
  return Value(std::move(out));
}

Value tojson(CallArguments& a) {
  const Value indent = a.get(0, "indent");
  const std::string json = to_json(
      a.self,
      indent.is_none() ? -1
                       : static_cast<int>(std::clamp<std::int64_t>(a.integer_or(0, "indent", 0), 0, 100)),
      true);
  std::string out;
  for (char c : json) {
    switch (c) {
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      case '&':
        out += "\\u0026";
        break;
      case '\'':
        out += "\\u0027";
        break;
      default:
        out += c;
    }
  }
  return Value(std::move(out));
}

/// Makes links of the addresses in a text.
class Linker {
 public:
  Linker(CallArguments& a) : limit_(a.integer_or(0, "trim_url_limit", -1)) {
    std::string rel = a.truth_or(1, "nofollow", false) ? "nofollow noopener" : "noopener";
    if (const std::string more = a.text_or(3, "rel", ""); !more.empty()) rel = more + " " + rel;
    attributes_ = " rel=\"" + escape_html(rel) + "\"";
    if (const std::string target = a.text_or(2, "target", ""); !target.empty())
      attributes_ += " target=\"" + escape_html(target) + "\"";
  }
  std::string word(std::string_view word) const {
    std::size_t begin = 0, end = word.size();
    while (begin < end && (word[begin] == '(' || word[begin] == '<')) ++begin;
    while (end > begin && std::string_view(").,>").find(word[end - 1]) != std::string_view::npos) --end;
    const std::string_view middle = word.substr(begin, end - begin);
    const std::string href = address(middle);
    if (href.empty()) return escape_html(word);
    return escape_html(word.substr(0, begin)) + "<a href=\"" + escape_html(href) + "\"" +
           (href.starts_with("mailto:") ? "" : attributes_) + ">" + escape_html(shown(middle)) + "</a>" +
           escape_html(word.substr(end));
  }

 private:
  // What counts as an address, in Jinja2's words: a scheme or www. and a name, or a name under a well-known
  // domain.
  static std::string address(std::string_view text) {
    constexpr std::string_view kUrl =
        R"(^((https?://|www\.)(([\w%-]+\.)+)?([a-z]{2,63}|xn--[\w%]{2,59}))"
        R"(|([\w%-]{2,63}\.)+(com|net|int|edu|gov|org|info|mil))"
        R"(|https?://(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\]))(:\d{1,5})?([/?#]\S*)?$)";
    const bool scheme = text.starts_with("http://") || text.starts_with("https://");
    if (text.size() > 2000) return {};
    if (regex_first(fmt::format("(?i){}", kUrl), text)) return (scheme ? "" : "https://") + std::string(text);
    const bool mail = text.find('@') != std::string_view::npos && text[0] != '@' &&
                      !text.starts_with("www.") && text.find(':') == std::string_view::npos;
    return mail && regex_first(R"(^\S+@\w[\w.-]*\.\w+$)", text) ? "mailto:" + std::string(text) : "";
  }
  std::string shown(std::string_view text) const {
    if (limit_ < 0 || count_code_points(text) <= static_cast<std::size_t>(limit_)) return std::string(text);
    return std::string(text.substr(0, offset_of(text, static_cast<std::size_t>(limit_)))) + "...";
  }
  std::int64_t limit_;
  std::string attributes_;
};

Value urlize(CallArguments& a) {
  const Linker linker(a);
  const std::string text = to_text(a.self);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \t\n\r\f\v", at), text.size());
    if (end > at) out += linker.word(std::string_view(text).substr(at, end - at));
    if (end < text.size()) out += text[end];
    at = end + 1;
  }
  return Value(std::move(out));
}

}  // namespace

const std::vector<Builtin> kMarkupFilters = {
    {"escape", "()", escape, "Safe inside HTML.", "{{ '<a href=\"x\">' | escape }}",
     "&lt;a href=&#34;x&#34;&gt;"},
    {"e", "()", escape, "As escape.", "{{ 'a&b' | e }}", "a&amp;b"},
    {"forceescape", "()", escape, "As escape.", "{{ \"'\" | forceescape }}", "&#39;"},
    {"safe", "()", safe, "The same text: nothing is escaped on its own here.", "{{ '<b>' | safe }}", "<b>"},
    {"striptags", "()", striptags, "Without HTML tags, blanks collapsed.",
     "{{ '<p>a  <b>b</b>&amp;</p>' | striptags }}", "a b&"},
    {"urlencode", "()", urlencode, "Safe inside a URL; a dict as a query.",
     "{{ 'a b/ü' | urlencode }} {{ {'q': 'a b&c'} | urlencode }}", "a%20b/%C3%BC q=a+b%26c"},
    {"xmlattr", "(autospace=True)", xmlattr, "A dict as attributes of a tag.",
     "<a{{ {'class': 'x', 'id': none} | xmlattr }}>", "<a class=\"x\">"},
    {"tojson", "(indent=None)", tojson, "As JSON, keys sorted, safe inside HTML.",
     "{{ {'b': [1, none], 'a': '<'} | tojson }}", "{\"a\": \"\\u003c\", \"b\": [1, null]}"},
    {"urlize", "(trim_url_limit=None, nofollow=False, target=None, rel=None, extra_schemes=None)", urlize,
     "Addresses as links.", "{{ 'see https://a.example.' | urlize }}",
     "see <a href=\"https://a.example\" rel=\"noopener\">https://a.example</a>."},
};

}  // namespace leat::jinja
