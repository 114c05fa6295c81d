#include "sources/enrich/settings.h"

#include <algorithm>

#include "base/error.h"
#include "base/secret.h"
#include "document/texts.h"

namespace leat::sources::enrich {

using document::Value;

const Spec kSettings{
    "enriched",
    "Another source whose empty columns are filled by asking an API, once for each distinct question.",
    {
        {.name = "source",
         .kind = FieldKind::mapping,
         .doc = "The source that is read: its `type` and settings.",
         .required = true},
        {.name = "lookups",
         .kind = FieldKind::list,
         .doc = "What is asked for which rows.",
         .required = true},
    }};

const Spec kLookupSettings{
    "a lookup",
    "What is asked for rows whose columns are empty.",
    {
        {.name = "streams", .kind = FieldKind::list, .doc = "The streams that it is for; all when left out."},
        {.name = "fill",
         .kind = FieldKind::mapping,
         .doc = "Column to the path of its value in the answer, such as `results.0.geometry.location.lat`.",
         .required = true},
        {.name = "needs", .kind = FieldKind::list, .doc = "Columns without which a row is not asked for."},
        {.name = "url",
         .kind = FieldKind::text,
         .doc = "The address that answers with JSON.",
         .required = true},
        {.name = "parameters",
         .kind = FieldKind::mapping,
         .doc =
             "Query parameters; `{column}` stands for the row's value. Those with a column are the question.",
         .required = true},
        {.name = "mark",
         .kind = FieldKind::text,
         .doc = "A boolean column that tells which rows were filled."},
        {.name = "status",
         .kind = FieldKind::text,
         .doc = "The path of the answer's status.",
         .default_value = "status"},
        {.name = "found",
         .kind = FieldKind::list,
         .doc = "Statuses of an answer that holds values; [OK] when left out."},
        {.name = "empty",
         .kind = FieldKind::list,
         .doc = "Statuses that say there is nothing, which is remembered too; [ZERO_RESULTS] when left out."},
        {.name = "retried",
         .kind = FieldKind::list,
         .doc = "Statuses after which it is asked again; [OVER_QUERY_LIMIT, UNKNOWN_ERROR] when left out."},
        {.name = "message",
         .kind = FieldKind::text,
         .doc = "The path of what the answer says of an error.",
         .default_value = "error_message"},
        {.name = "cache",
         .kind = FieldKind::path,
         .doc = "The file that keeps answers for good.",
         .required = true},
        {.name = "requests_max",
         .kind = FieldKind::integer,
         .doc = "The most questions of one run; rows beyond stay empty, and are asked for when they are read "
                "again.",
         .default_value = "2500"},
        {.name = "requests_per_second",
         .kind = FieldKind::integer,
         .doc = "The most questions a second.",
         .default_value = "40"},
    }};

namespace {

std::vector<std::string> texts(const document::Settings& settings, std::string_view field,
                               std::vector<std::string> fallback) {
  return settings.has(field) ? document::texts(settings, field) : fallback;
}

Lookup::Pairs pairs(const document::Settings& settings, std::string_view field) {
  Lookup::Pairs out;
  for (const auto& [name, value] : settings.value(field).members())
    out.emplace_back(name, value.as_text(field));
  return out;
}

Lookup read_lookup(const Value& mapping, const Env& env) {
  document::Settings settings = document::read_settings(kLookupSettings, mapping, env);
  Lookup out;
  out.where = mapping.where();
  out.streams = document::texts(settings, "streams");
  out.fill = pairs(settings, "fill");
  out.needs = document::texts(settings, "needs");
  out.url = settings.text("url");
  out.parameters = pairs(settings, "parameters");
  out.mark = settings.text("mark");
  out.status_path = settings.text("status");
  out.found = texts(settings, "found", {"OK"});
  out.empty = texts(settings, "empty", {"ZERO_RESULTS"});
  out.retried = texts(settings, "retried", {"OVER_QUERY_LIMIT", "UNKNOWN_ERROR"});
  out.message_path = settings.text("message");
  out.cache_file = settings.resolve_path("cache");
  out.requests_max = settings.integer("requests_max");
  out.requests_per_second = settings.integer("requests_per_second");
  bool asks = std::any_of(out.parameters.begin(), out.parameters.end(), [](const auto& parameter) {
    return parameter.second.find('{') != std::string::npos;
  });
  if (out.fill.empty() || !asks || out.requests_per_second < 1 || out.requests_max < 0) {
    throw Error(
        ErrorCode::config_invalid,
        "A lookup fills at least one column, asks with at least one `{column}`, and has positive limits",
        out.where);
  }
  for (const auto& [name, value] : out.parameters) {
    if (name == "key" && value.find('{') == std::string::npos) register_secret(value);
  }
  return out;
}

}  // namespace

bool Lookup::is_for(const std::string& stream) const {
  return streams.empty() || std::find(streams.begin(), streams.end(), stream) != streams.end();
}

std::vector<Lookup> read_lookups(const document::Settings& settings, const Env& env) {
  std::vector<Lookup> out;
  for (const Value& mapping : settings.value("lookups").items()) out.push_back(read_lookup(mapping, env));
  return out;
}

}  // namespace leat::sources::enrich
