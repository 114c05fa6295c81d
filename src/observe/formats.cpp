// The three formats, without a word of how they get there.
#include <fmt/core.h>

#include <algorithm>

#include "document/value.h"
#include "observe/observer.h"

namespace leat::observe {

using document::Value;

namespace {

constexpr const char* kProducer = "https://leat.dev/leat/" LEAT_VERSION;
constexpr const char* kSchema = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

Value text(const std::string& value) {
  return Value::of(value);
}

// FNV-1a of 64 bits: ids that are the same for the same run and asset.
std::uint64_t hash(std::string_view words, std::uint64_t value = 0xcbf29ce484222325ULL) {
  for (char c : words) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return value;
}

std::string without_dashes(std::string id) {
  std::erase(id, '-');
  return id;
}

// A trace's id is 32 hexadecimal digits, a span's 16, and neither is all zeros.
std::string trace_id(const RunRecord& run) {
  std::string id = without_dashes(run.id);
  bool is_hex = id.size() == 32 && id.find_first_not_of("0123456789abcdef") == std::string::npos;
  return is_hex ? id : fmt::format("{:016x}{:016x}", hash(run.id), hash(run.id, 1) | 1);
}
std::string span_id(const RunRecord& run, const std::string& asset) {
  return fmt::format("{:016x}", hash(asset, hash(run.id)) | 1);
}
// The run of a step as OpenLineage wants it: a UUID of its own.
std::string step_run_id(const RunRecord& run, const std::string& asset) {
  std::uint64_t high = (hash(asset, hash(run.id)) & 0xFFFFFFFFFFFF0FFFULL) | 0x8000ULL;
  std::uint64_t low = (hash(asset, hash(run.id, 7)) & 0x3FFFFFFFFFFFFFFFULL) | 0x8000000000000000ULL;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF, high & 0xFFFF,
                     low >> 48, low & 0xFFFFFFFFFFFFULL);
}

std::string nanoseconds(Timestamp time) {
  return fmt::format("{}", time.time_since_epoch().count() * 1000);
}
std::int64_t milliseconds(Timestamp from, Timestamp to) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count();
}

Value attribute(const char* name, const std::string& value) {
  return Value::mapping({{"key", text(name)}, {"value", Value::mapping({{"stringValue", text(value)}})}});
}
// 64-bit numbers are texts in OTLP's JSON.
Value attribute(const char* name, std::int64_t value) {
  return Value::mapping(
      {{"key", text(name)}, {"value", Value::mapping({{"intValue", text(std::to_string(value))}})}});
}

constexpr std::int64_t kInternal = 1, kOk = 1, kError = 2;

Value span_of_run(const RunRecord& run) {
  Value status = Value::mapping({{"code", Value::of(run.status == "success" ? kOk : kError)}});
  return Value::mapping(
      {{"traceId", text(trace_id(run))},
       {"spanId", text(span_id(run, ""))},
       {"name", text(run.command.empty() ? "run" : run.command)},
       {"kind", Value::of(kInternal)},
       {"startTimeUnixNano", text(nanoseconds(run.started))},
       {"endTimeUnixNano", text(nanoseconds(run.finished))},
       {"attributes",
        Value::list({attribute("leat.run.id", run.id), attribute("leat.project", run.project),
                     attribute("leat.target", run.target), attribute("leat.run.status", run.status),
                     attribute("leat.run.steps", run.steps), attribute("leat.run.failed", run.failed)})},
       {"status", std::move(status)}});
}

Value span_of_step(const RunRecord& run, const StepRecord& step) {
  std::vector<Value> attributes = {attribute("leat.asset", step.asset), attribute("leat.kind", step.kind),
                                   attribute("leat.status", step.status)};
  if (step.rows >= 0) attributes.push_back(attribute("leat.rows", step.rows));
  if (step.rows_read > 0) attributes.push_back(attribute("leat.rows_read", step.rows_read));
  if (!step.code.empty()) attributes.push_back(attribute("error.type", step.code));
  Value status = Value::mapping({{"code", Value::of(step.status == "error" ? kError : kOk)}});
  if (!step.error.empty()) status.set("message", text(step.error));
  return Value::mapping({{"traceId", text(trace_id(run))},
                         {"spanId", text(span_id(run, step.asset))},
                         {"parentSpanId", text(span_id(run, ""))},
                         {"name", text(step.kind + " " + step.name)},
                         {"kind", Value::of(kInternal)},
                         {"startTimeUnixNano", text(nanoseconds(step.started))},
                         {"endTimeUnixNano", text(nanoseconds(step.finished))},
                         {"attributes", Value::list(std::move(attributes))},
                         {"status", std::move(status)}});
}

Value facet(const char* schema, std::vector<Value::Member> members) {
  Value out =
      Value::mapping({{"_producer", text(kProducer)},
                      {"_schemaURL", text(fmt::format("https://openlineage.io/spec/facets/{}", schema))}});
  for (Value::Member& member : members) out.set(member.first, std::move(member.second));
  return out;
}

Value dataset(const Dataset& set) {
  return Value::mapping({{"namespace", text(set.space)}, {"name", text(set.name)}});
}

}  // namespace

std::string otlp_json(const RunRecord& run, const std::vector<StepRecord>& steps, const std::string& service,
                      bool with_run) {
  std::vector<Value> spans;
  if (with_run) spans.push_back(span_of_run(run));
  for (const StepRecord& step : steps) spans.push_back(span_of_step(run, step));
  Value scope =
      Value::mapping({{"scope", Value::mapping({{"name", text("leat")}, {"version", text(LEAT_VERSION)}})},
                      {"spans", Value::list(std::move(spans))}});
  Value resource = Value::mapping(
      {{"resource",
        Value::mapping({{"attributes", Value::list({attribute("service.name", service),
                                                    attribute("service.version", LEAT_VERSION)})}})},
       {"scopeSpans", Value::list({std::move(scope)})}});
  return document::to_json(Value::mapping({{"resourceSpans", Value::list({std::move(resource)})}}));
}

std::string lineage_json(const RunRecord& run, const StepRecord* step, const std::string& type,
                         const std::string& space) {
  bool begins = type == "START";
  std::string run_job = run.project + "." + (run.command.empty() ? "run" : run.command);
  Timestamp at = step ? (begins ? step->started : step->finished) : begins ? run.started : run.finished;
  Value run_facets = Value::mapping();
  if (step) {
    run_facets.set("parent",
                   facet("1-1-0/ParentRunFacet.json#/$defs/ParentRunFacet",
                         {{"run", Value::mapping({{"runId", text(run.id)}})},
                          {"job", Value::mapping({{"namespace", text(space)}, {"name", text(run_job)}})}}));
    if (!step->error.empty())
      run_facets.set("errorMessage",
                     facet("1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet",
                           {{"message", text(step->error)}, {"programmingLanguage", text("SQL")}}));
  }
  Value job_facets =
      Value::mapping({{"jobType", facet("2-0-3/JobTypeJobFacet.json#/$defs/JobTypeJobFacet",
                                        {{"processingType", text("BATCH")},
                                         {"integration", text("LEAT")},
                                         {"jobType", text(step ? step->kind : std::string("run"))}})}});
  std::vector<Value> inputs, outputs;
  if (step) {
    for (const Dataset& each : step->inputs) inputs.push_back(dataset(each));
    for (const Dataset& each : step->outputs) {
      Value output = dataset(each);
      if (!begins && step->rows >= 0)
        output.set(
            "outputFacets",
            Value::mapping({{"outputStatistics", facet("1-0-2/OutputStatisticsOutputDatasetFacet.json#/$defs/"
                                                       "OutputStatisticsOutputDatasetFacet",
                                                       {{"rowCount", Value::of(step->rows)}})}}));
      outputs.push_back(std::move(output));
    }
  }
  return document::to_json(Value::mapping(
      {{"eventType", text(type)},
       {"eventTime", text(format_iso_timestamp(at))},
       {"run", Value::mapping({{"runId", text(step ? step_run_id(run, step->asset) : run.id)},
                               {"facets", std::move(run_facets)}})},
       {"job", Value::mapping({{"namespace", text(space)},
                               {"name", text(step ? run.project + "." + step->asset : run_job)},
                               {"facets", std::move(job_facets)}})},
       {"inputs", Value::list(std::move(inputs))},
       {"outputs", Value::list(std::move(outputs))},
       {"producer", text(kProducer)},
       {"schemaURL", text(kSchema)}}));
}

std::string measures_json(const RunRecord& run, const StepRecord* step, const std::string& space) {
  auto metric = [](const char* name, const char* unit) {
    return Value::mapping({{"Name", text(name)}, {"Unit", text(unit)}});
  };
  std::vector<Value> metrics;
  Value out = Value::mapping();
  out.set("Project", text(run.project));
  out.set("Target", text(run.target));
  out.set("RunId", text(run.id));
  std::vector<Value> dimensions = {text("Project")};
  Timestamp at = step ? step->finished : run.finished;
  if (step) {
    dimensions.push_back(text("Asset"));
    out.set("Asset", text(step->asset));
    out.set("Kind", text(step->kind));
    out.set("Status", text(step->status));
    metrics = {metric("StepDuration", "Milliseconds"), metric("StepFailed", "Count")};
    out.set("StepDuration", Value::of(milliseconds(step->started, step->finished)));
    out.set("StepFailed", Value::of(std::int64_t{step->status == "error"}));
    if (step->rows >= 0) {
      metrics.push_back(metric("RowsChanged", "Count"));
      out.set("RowsChanged", Value::of(step->rows));
    }
  } else {
    metrics = {metric("RunDuration", "Milliseconds"), metric("RunFailed", "Count"),
               metric("StepsFailed", "Count")};
    out.set("Status", text(run.status));
    out.set("RunDuration", Value::of(milliseconds(run.started, run.finished)));
    out.set("RunFailed", Value::of(std::int64_t{run.status != "success"}));
    out.set("StepsFailed", Value::of(run.failed));
  }
  Value directive = Value::mapping({{"Namespace", text(space)},
                                    {"Dimensions", Value::list({Value::list(std::move(dimensions))})},
                                    {"Metrics", Value::list(std::move(metrics))}});
  Value head = Value::mapping(
      {{"_aws",
        Value::mapping(
            {{"Timestamp",
              Value::of(std::int64_t{
                  std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count()})},
             {"CloudWatchMetrics", Value::list({std::move(directive)})}})}});
  for (Value::Member& member : out.members()) head.set(member.first, std::move(member.second));
  return document::to_json(head);
}

}  // namespace leat::observe
