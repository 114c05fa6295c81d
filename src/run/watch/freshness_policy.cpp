#include "run/watch/freshness_policy.h"

#include <fmt/core.h>

#include "base/error.h"
#include "document/texts.h"

namespace leat::run {

using document::Value;

const Spec kFreshnessSpec{
    "a promise of freshness",
    "How fresh assets have to be.",
    {{"select", FieldKind::list, "Which assets, in dbt's selection language.", "", true},
     {"exclude", FieldKind::list, "Which not."},
     {"within", FieldKind::duration, "Nothing that they are made of is older than this.", "", true},
     {"build", FieldKind::boolean, "Whether `leat serve` runs what is needed in time; else it only tells.",
      "true"},
     {"priority", FieldKind::integer, "Of its jobs.", "0"},
     {"pool", FieldKind::text, "Of its jobs."}}};

namespace {

constexpr std::chrono::milliseconds kShortest{10'000};

FreshnessPolicy read_policy(const std::string& name, const Value& mapping, const Env& env) {
  if (!mapping.is_mapping())
    throw Error(ErrorCode::freshness_invalid, fmt::format("The promise `{}` has to be a mapping", name),
                mapping.where());
  document::Settings settings =
      read_settings(kFreshnessSpec, document::with_lists(mapping, {"select", "exclude"}), env);
  FreshnessPolicy out;
  out.name = name;
  out.select = document::texts(settings, "select");
  out.exclude = document::texts(settings, "exclude");
  out.within = settings.duration("within");
  if (out.within < kShortest)
    throw Error(ErrorCode::freshness_invalid, "`within` is shorter than 10 seconds",
                mapping["within"].where());
  out.builds = settings.boolean("build");
  out.priority = static_cast<int>(settings.integer("priority"));
  if (settings.has("pool")) out.pool = settings.text("pool");
  return out;
}

}  // namespace

std::vector<FreshnessPolicy> read_freshness(const Value& all, const Env& env) {
  std::vector<FreshnessPolicy> out;
  for (const Value::Member& member : all.members())
    out.push_back(read_policy(member.first, member.second, env));
  return out;
}

}  // namespace leat::run
