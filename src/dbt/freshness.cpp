#include "dbt/freshness.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/time.h"
#include "dbt/artifacts.h"
#include "dbt/basics.h"
#include "dbt/config_defaults.h"
#include "dbt/json_writer.h"
#include "dbt/renderer.h"

namespace leat::dbt {

using jinja::Value;

namespace {

constexpr const char* kSchema = "https://schemas.getdbt.com/dbt/sources/v3.json";

const Value* limits_of(const Node& source) {
  const Value* limits = source.setting("freshness");
  return limits && limits->is_dict() ? limits : nullptr;
}

// A limit in seconds, when it is set: {count: 12, period: hour}.
std::optional<double> limit_of(const Node& source, const char* key) {
  const Value* limits = limits_of(source);
  const Value* limit = limits ? limits->as_dict().find(key) : nullptr;
  if (!limit || !limit->is_dict()) return std::nullopt;
  const Value* count = limit->as_dict().find("count");
  const Value* period = limit->as_dict().find("period");
  if (!count || count->is_none() || !period || period->is_none()) return std::nullopt;
  std::string unit = jinja::to_text(*period);
  double seconds = unit == "minute" ? 60 : unit == "hour" ? 3600 : unit == "day" ? 86400 : 0;
  if (seconds == 0)
    throw Error(ErrorCode::dbt_project, fmt::format("`{}` is no period of freshness", unit), source.where)
        .fix("There are minute, hour and day.");
  return seconds * jinja::parse_real(jinja::to_text(*count)).value_or(0);
}

std::string newest_sql(const Project& project, const Node& source) {
  std::string relation = jinja::to_text(project.renderer().relation_value(source));
  if (std::string query = source.config_text("loaded_at_query"); !query.empty()) return query;
  const Value* filter = limits_of(source)->as_dict().find("filter");
  std::string where = filter && !filter->is_none() ? "\nwhere " + jinja::to_text(*filter) : "";
  return fmt::format("select max({}) from {}{}", source.config_text("loaded_at_field"), relation, where);
}

}  // namespace

bool has_freshness(const Node& source) {
  if (source.type != ResourceType::source || !limits_of(source)) return false;
  if (source.config_text("loaded_at_field").empty() && source.config_text("loaded_at_query").empty())
    return false;
  return limit_of(source, "warn_after") || limit_of(source, "error_after");
}

SourceFreshness check_freshness(const Project& project, const Node& source, sql::Adapter& adapter, Env& env) {
  SourceFreshness result;
  result.source = &source;
  auto started = env.steady();
  try {
    Rendering rendering;
    rendering.project = &project;
    rendering.node = &source;
    rendering.adapter = &adapter;
    rendering.env = &env;
    std::string sql = project.renderer().render_text(newest_sql(project, source), source.where, rendering);
    // As text in UTC, whatever its type: a date, a timestamp, or a text that the engine reads as one.
    sql::QueryResult rows = adapter.query(fmt::format("select newest.* from (\n{}\n) as newest", sql), 1);
    result.asked = env.now();
    if (rows.rows() == 0 || rows.batches.at(0).column(0).is_null(0)) {
      result.status = "error";
      result.error = "The source has no rows to tell its age by";
    } else {
      result.newest = parse_iso_timestamp(rows.batches.at(0).column(0).print(0));
      if (!result.newest)
        throw Error(ErrorCode::dbt_project,
                    fmt::format("`{}` is no time", rows.batches.at(0).column(0).print(0)), source.where)
            .fix("Make loaded_at_field a timestamp: `loaded_at_field: \"cast(x as timestamp)\"`.");
      result.seconds_old = std::chrono::duration<double>(result.asked - *result.newest).count();
      auto over = [&](const char* key) {
        std::optional<double> limit = limit_of(source, key);
        return limit && result.seconds_old > *limit;
      };
      result.status = over("error_after") ? "error" : over("warn_after") ? "warn" : "pass";
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::cancelled) throw;
    result.status = "runtime error";
    result.error = error.what_failed();
  }
  result.seconds_taken = static_cast<double>(env.elapsed_ms(started)) / 1000;
  return result;
}

namespace {

void write_result(JsonWriter& out, const SourceFreshness& each) {
  out.begin_object();
  out.member("unique_id", each.source->unique_id);
  if (each.status == "runtime error") {
    out.key("error");
    out.text_or_null(each.error);
    out.member("status", each.status);
    out.end_object();
    return;
  }
  auto raw = [&out](const char* key, std::string_view json) {
    out.key(key);
    out.raw(json);
  };
  out.member("max_loaded_at", each.newest ? format_iso_timestamp(*each.newest) : "1970-01-01T00:00:00Z");
  out.member("snapshotted_at", format_iso_timestamp(each.asked));
  raw("max_loaded_at_time_ago_in_s", fmt::format("{:.6f}", each.seconds_old));
  out.member("status", each.status);
  Value config = full_config(*each.source);
  const Value* criteria = config.as_dict().find("freshness");
  raw("criteria", criteria ? jinja::to_json(*criteria) : "{}");
  raw("adapter_response", "{}");
  raw("timing", "[]");
  out.member("thread_id", "Thread-1");
  raw("execution_time", fmt::format("{:.6f}", each.seconds_taken));
  out.end_object();
}

}  // namespace

std::string sources_json(const Project& project, const std::vector<SourceFreshness>& results, double seconds,
                         Env& env) {
  JsonWriter out;
  begin_artifact(out, kSchema, project, env);
  out.key("results");
  out.begin_array();
  for (const SourceFreshness& each : results) write_result(out, each);
  out.end_array();
  out.key("elapsed_time");
  out.raw(fmt::format("{:.6f}", seconds));
  out.end_object();
  return out.take();
}

}  // namespace leat::dbt
