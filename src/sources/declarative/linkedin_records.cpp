#include "sources/declarative/linkedin_records.h"

#include <fmt/core.h>

#include "base/time.h"
#include "document/value.h"
#include "jinja/operations.h"
#include "sources/declarative/custom_dates.h"

namespace leat::sources::declarative {
namespace {

using jinja::Value;

// Text as JSON in ASCII.
void append_ascii(std::string& out, const std::string& text) {
  std::string quoted = document::json_quote(text);
  for (std::size_t i = 0; i < quoted.size();) {
    auto c = static_cast<unsigned char>(quoted[i]);
    if (c < 0x80) {
      out += quoted[i++];
      continue;
    }
    std::size_t more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
    std::uint32_t code = c & (0x3Fu >> more);
    for (std::size_t k = 1; k <= more && i + k < quoted.size(); ++k)
      code = code << 6 | (static_cast<unsigned char>(quoted[i + k]) & 0x3F);
    i += more + 1;
    if (code >= 0x10000) {
      out += fmt::format("\\u{:04x}", 0xD800 + ((code - 0x10000) >> 10));
      code = 0xDC00 + ((code - 0x10000) & 0x3FF);
    }
    out += fmt::format("\\u{:04x}", code);
  }
}

// JSON as Python prints it: blanks behind commas and colons, ASCII only.
void append_python_json(std::string& out, const Value& value) {
  if (value.is_string()) return append_ascii(out, value.as_string());
  if (value.is_list()) {
    out += '[';
    for (std::size_t i = 0; i < value.items().size(); ++i) {
      if (i > 0) out += ", ";
      append_python_json(out, value.items()[i]);
    }
    out += ']';
  } else if (value.is_dict()) {
    std::size_t count = 0;
    out += '{';
    value.as_dict().each([&](const Value& key, const Value& inner) {
      if (count++ > 0) out += ", ";
      append_ascii(out, jinja::to_text(key));
      out += ": ";
      append_python_json(out, inner);
    });
    out += '}';
  } else if (value.is_none()) {
    out += "null";
  } else {
    std::string text = jinja::to_repr(value);
    out += text == "True" ? "true" : text == "False" ? "false" : text;
  }
}

// {"created": {"time": milliseconds}} becomes instants of the record itself.
void lift_stamps(Value& record) {
  const Value stamps = record.member("changeAuditStamps");
  for (const char* name : {"created", "lastModified"}) {
    const Value& time = stamps.member(name).member("time");
    if (!time.is_integral()) continue;
    Timestamp at{std::chrono::seconds(time.as_integer() / 1000)};
    record.as_dict().set(name, Value(format_sql_timestamp(at)));
  }
  record.as_dict().erase(Value("changeAuditStamps"));
}

void lift_range(Value& record) {
  const Value range = record.member("dateRange");
  for (const char* name : {"start", "end"}) {
    const Value& day = range.member(name);
    auto part = [&](const char* which) {
      const Value& number = day.member(which);
      return number.is_integral() ? number.as_integer() : 0;
    };
    record.as_dict().erase(Value(name));
    record.as_dict().set(std::string(name) + "_date",
                         Value(fmt::format("{:04}-{:02}-{:02}", part("year"), part("month"), part("day"))));
  }
  record.as_dict().erase(Value("dateRange"));
}

// {facet: values} becomes {"type": facet, "values": values}, one each.
void append_facets(std::vector<Value>& out, const Value& facets) {
  if (!facets.is_dict()) return;
  facets.as_dict().each([&](const Value& facet, const Value& values) {
    std::vector<Value> list;
    if (values.is_dict()) list.push_back(values);
    if (values.is_list()) list = values.items();
    out.push_back(Value::dict({{"type", facet}, {"values", Value::list(std::move(list))}}));
  });
}

void flatten_targeting(Value& record) {
  Value criteria = record.member("targetingCriteria");
  if (!criteria.is_dict()) return;
  if (criteria.as_dict().find("include")) {
    std::vector<Value> facets;
    const Value& all = criteria.member("include").member("and");
    if (all.is_list()) {
      for (const Value& each : all.items()) append_facets(facets, each.member("or"));
    }
    criteria.as_dict().set("include", Value::dict({{"and", Value::list(std::move(facets))}}));
  }
  if (criteria.as_dict().find("exclude")) {
    std::vector<Value> facets;
    append_facets(facets, criteria.member("exclude").member("or"));
    criteria.as_dict().set("exclude", Value::dict({{"or", Value::list(std::move(facets))}}));
  }
}

void flatten_variables(Value& record) {
  Value variables = record.member("variables");
  const Value data = variables.member("data");
  if (!data.is_dict() || data.as_dict().empty()) return;
  bool done = false;
  data.as_dict().each([&](const Value& type, const Value& parameters) {
    if (done || !parameters.is_dict()) return;
    done = true;
    std::vector<Value> values;
    parameters.as_dict().each([&](const Value& key, const Value& value) {
      std::string text;
      append_python_json(text, value);
      values.push_back(Value::dict({{"key", key}, {"value", Value(text)}}));
    });
    variables.as_dict().set("type", type);
    variables.as_dict().set("values", Value::list(std::move(values)));
  });
  variables.as_dict().erase(Value("data"));
}

void join_pivots(Value& record) {
  std::string text;
  const Value& pivots = record.member("pivotValues");
  if (!pivots.is_list()) return;
  for (std::size_t i = 0; i < pivots.items().size(); ++i)
    text += (i > 0 ? "," : "") + jinja::to_text(pivots.items()[i]);
  record.as_dict().set("string_of_pivot_values", Value(text));
}

void transform(Value& record) {
  auto has = [&](std::string_view name) { return record.as_dict().find(name) != nullptr; };
  if (has("changeAuditStamps")) lift_stamps(record);
  if (has("dateRange")) lift_range(record);
  if (has("targetingCriteria")) flatten_targeting(record);
  if (has("variables")) flatten_variables(record);
  if (has("pivotValues")) join_pivots(record);
  // The name is reserved in some warehouses.
  if (std::optional<Value> pivot = record.as_dict().erase(Value("pivot")))
    record.as_dict().set("_pivot", *pivot);
  for (const char* name : {"lastModified", "created"}) {
    const Value& time = record.member(name);
    if (!time.is_string()) continue;
    if (std::optional<std::string> text = python_isoformat(time.as_string()))
      record.as_dict().set(name, Value(*text));
  }
}

}  // namespace

std::vector<Value> linkedin_records(const Value& body) {
  std::vector<Value> out;
  const Value& elements = body.member("elements");
  if (!elements.is_list()) return out;
  for (Value record : elements.items()) {
    if (record.is_dict()) transform(record);
    out.push_back(std::move(record));
  }
  return out;
}

}  // namespace leat::sources::declarative
