#include "sources/declarative/declarative.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "sources/declarative/api_budget.h"
#include "sources/declarative/config_rules.h"
#include "sources/declarative/connector_context.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/known_classes.h"
#include "sources/declarative/manifest.h"
#include "sources/declarative/parent_cache.h"
#include "sources/declarative/settings.h"
#include "sources/declarative/shared_parts.h"
#include "sources/declarative/stream_groups.h"
#include "sources/declarative/stream_list.h"

namespace leat::sources::declarative {
namespace {

constexpr std::int64_t kConcurrencyMax = 64, kConcurrencyDefault = 4;

http::ClientOptions client_options(const document::Settings& settings) {
  http::ClientOptions options;
  options.response_bytes_max = settings.bytes("response_bytes_max");
  options.timeout = settings.duration("timeout");
  return options;
}

// Config values out of environment variables are text; where the connector declares another type they take
// it.
Value typed_config(const Value& config, const Value& specification) {
  Value out = config.is_null() ? Value::mapping() : config;
  for (auto& [name, member] : out.members()) {
    const Value& type = specification["properties"][name]["type"];
    if (member.is_text() && type.is_text() && type.raw() != "string") {
      Value typed = document::parse_scalar(member.raw());
      typed.set_mark(member.mark());
      member = typed;
    }
  }
  return out;
}

class ManifestSource final : public stream::Source {
 public:
  ManifestSource(const document::Settings& settings, Env& env)
      : env_(env),
        manifest_(with_parent_cache(load_manifest(settings.resolve_path("manifest")))),
        client_(env, client_options(settings)),
        interpolation_(env) {
    const Value& specification = manifest_["spec"]["connection_specification"];
    Value config = typed_config(settings.value("config"), specification);
    if (!config.mark().file) config.set_mark(settings.mark());
    context_.emplace(
        config, settings.has("credentials_file") ? settings.resolve_path("credentials_file") : std::string());
    jinja::Value live = prepared_config(specification);
    manifest_ = with_known_classes(manifest_, interpolation_, live);
    Workshop workshop{env, client_, interpolation_, live, *context_};
    context_->answer_bytes_max = static_cast<std::size_t>(settings.bytes("response_bytes_max"));
    context_->concurrency = concurrency_of(settings, workshop);
    if (settings.has("files_folder")) context_->files_folder = settings.resolve_path("files_folder");
    context_->record_column = settings.text("record_column");
    context_->ahead_bytes_max = static_cast<std::size_t>(settings.bytes("ahead_bytes_max"));
    context_->batch_rows_max =
        static_cast<std::size_t>(std::max<std::int64_t>(1, settings.integer("batch_rows_max")));
    if (auto jobs = whole_number(manifest_, "max_concurrent_async_job_count", workshop))
      context_->jobs_max = static_cast<std::size_t>(std::max<std::int64_t>(1, *jobs));
    // What an API allows, it allows to all who read with this config at once.
    context_->identity = settings.resolve_path("manifest") + "\n" + document::to_json(config);
    if (const Value& budget = manifest_["api_budget"]; budget.is_mapping()) {
      context_->budget = shared<ApiBudget>(env, "budget " + document::to_json(budget) + context_->identity,
                                           [&] { return std::make_shared<ApiBudget>(budget, workshop); });
    }
    groups_.emplace(manifest_, context_->identity, env);
    streams_.emplace(manifest_, workshop);
  }

  void check() override { streams_->check(manifest_["check"]); }

  stream::Catalog discover() override { return describe({}); }

  stream::Catalog describe(std::span<const std::string> names) override {
    stream::Catalog catalog;
    for (const StreamList::Entry& each : streams_->all()) {
      bool wanted = names.empty() || std::find(names.begin(), names.end(), each.name) != names.end();
      if (wanted && each.stream) {
        catalog.streams.push_back(each.stream->describe());
      } else {
        catalog.streams.push_back({.name = each.name, .schema = std::make_shared<const batch::Schema>()});
      }
    }
    return catalog;
  }

  bool decode(const stream::Stream& stream, std::span<const std::string> records,
              stream::Sink& sink) override {
    streams_->find(stream.name, "").decode(records, sink);
    return true;
  }

  void listen_config(std::function<void(const std::string& json)> listener) override {
    context_->config.listen([listener](const Value& config) { listener(document::to_json(config)); });
    if (migrated_) listener(document::to_json(context_->config.get()));
  }

  void read(std::span<const stream::Selection> selections, stream::Sink& sink) override {
    std::optional<Error> first;
    for (std::size_t i = 0; i < selections.size(); ++i) {
      try {
        StreamGroups::Turn turn = groups_->wait_for_turn(selections[i].stream.name, env_);
        streams_->find(selections[i].stream.name, "").read(selections[i], i, sink, context_->concurrency);
      } catch (Error& error) {
        // What the destination can't take ends everything; a source's trouble with one stream does not.
        Fault fault = info(error.code()).fault;
        bool may_go_on = (fault == Fault::source || fault == Fault::user) && selections.size() > 1 &&
                         error.code() != ErrorCode::cancelled;
        if (!may_go_on) throw;
        error.within("stream " + selections[i].stream.name);
        env_.emit({"stream_unavailable",
                   EventLevel::warning,
                   {{"stream", selections[i].stream.name}, {"reason", std::string(error.what())}}});
        if (!first) first = error;
      }
    }
    if (first) throw *first;
  }

 private:
  // The config as templates see it: migrated, checked, transformed.
  jinja::Value prepared_config(const Value& specification) {
    Value config = context_->config.get();
    ConfigRules rules(manifest_["spec"]);
    if (rules.empty()) {
      check_config(config, specification);
      return to_jinja(config);
    }
    jinja::Value live = to_jinja(config);
    rules.migrate(live, interpolation_);
    Value after = document::parse_json(json_text(live), "config");
    after.set_mark(config.mark());
    migrated_ = !(after == config);
    check_config(after, specification);
    if (migrated_) {
      std::vector<std::pair<std::vector<std::string>, Value>> changes;
      for (const auto& [name, member] : after.members()) {
        if (!(config[name] == member)) changes.push_back({{name}, member});
      }
      for (const auto& [name, member] : config.members()) {
        if (!after.find(name)) changes.push_back({{name}, Value()});
      }
      context_->config.set(changes);
    }
    rules.transform(live, interpolation_);
    rules.validate(live, interpolation_);
    return live;
  }

  static std::optional<std::int64_t> whole_number(const Value& component, std::string_view name,
                                                  const Workshop& workshop) {
    if (!component.find(name) || component[name].is_null()) return std::nullopt;
    jinja::Value value = workshop.text(component, name).evaluate(Scope());
    return value.is_integral() ? std::optional(value.as_integer()) : std::nullopt;
  }

  std::size_t concurrency_of(const document::Settings& settings, const Workshop& workshop) const {
    std::int64_t wanted = kConcurrencyDefault;
    if (const Value& level = manifest_["concurrency_level"]; level.is_mapping()) {
      std::int64_t own = whole_number(level, "default_concurrency", workshop).value_or(kConcurrencyDefault);
      std::int64_t most = whole_number(level, "max_concurrency", workshop).value_or(own);
      wanted = std::clamp<std::int64_t>(std::min(own, most), 1, kConcurrencyMax);
    }
    if (settings.has("concurrency")) wanted = settings.integer("concurrency");
    if (wanted < 1 || wanted > kConcurrencyMax) {
      throw Error(ErrorCode::config_invalid, fmt::format("`concurrency` has to be 1 to {}", kConcurrencyMax),
                  settings.mark().text());
    }
    return static_cast<std::size_t>(wanted);
  }

  Env& env_;
  Value manifest_;
  http::Client client_;
  Interpolation interpolation_;
  bool migrated_ = false;
  std::optional<ConnectorContext> context_;
  std::optional<StreamGroups> groups_;
  std::optional<StreamList> streams_;
};

}  // namespace

const SourceKind kDeclarative{
    "declarative", &kSettings,
    [](const document::Settings& settings, Env& env) -> std::unique_ptr<stream::Source> {
      return std::make_unique<ManifestSource>(settings, env);
    }};

}  // namespace leat::sources::declarative
