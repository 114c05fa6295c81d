#include "sources/declarative/declarative.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/manifest.h"
#include "sources/declarative/settings.h"
#include "sources/declarative/streams.h"

namespace leat::sources::declarative {
namespace {

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
      : manifest_(load_manifest(settings.resolve_path("manifest"))),
        client_(env, client_options(settings)),
        interpolation_(env),
        concurrency_(settings.integer("concurrency")) {
    if (concurrency_ < 1 || concurrency_ > 64) {
      throw Error(ErrorCode::config_invalid, "`concurrency` has to be 1 to 64", settings.mark().text());
    }
    const Value& specification = manifest_["spec"]["connection_specification"];
    Value config = typed_config(settings.value("config"), specification);
    if (!config.mark().file) config.set_mark(settings.mark());
    check_config(config, specification);
    Workshop workshop{env, client_, interpolation_, to_jinja(config)};
    for (const Value& component : manifest_["streams"].items()) {
      streams_.push_back(make_stream(component, workshop));
    }
  }

  void check() override {
    const Value& check = manifest_["check"];
    if (component_name(check) != "CheckStream") refuse_component(check, "check", {"CheckStream"});
    for (const Value& name : need(check, "stream_names").items()) find(name.raw(), name.where()).try_out();
  }

  stream::Catalog discover() override { return describe({}); }

  stream::Catalog describe(std::span<const std::string> names) override {
    stream::Catalog catalog;
    for (const auto& each : streams_) {
      bool wanted = names.empty() || std::find(names.begin(), names.end(), each->name()) != names.end();
      if (wanted) {
        catalog.streams.push_back(each->describe());
      } else {
        catalog.streams.push_back({.name = each->name(), .schema = std::make_shared<const batch::Schema>()});
      }
    }
    return catalog;
  }

  bool decode(const stream::Stream& stream, std::span<const std::string> records,
              stream::Sink& sink) override {
    find(stream.name, "").decode(records, sink);
    return true;
  }

  void read(std::span<const stream::Selection> selections, stream::Sink& sink) override {
    for (std::size_t i = 0; i < selections.size(); ++i) {
      find(selections[i].stream.name, "")
          .read(selections[i], i, sink, static_cast<std::size_t>(concurrency_));
    }
  }

 private:
  ManifestStream& find(const std::string& name, const std::string& where) {
    std::vector<std::string> names;
    for (const auto& each : streams_) {
      if (each->name() == name) return *each;
      names.push_back(each->name());
    }
    std::string near = nearest(name, names);
    throw Error(ErrorCode::source_stream_unknown,
                fmt::format("There is no stream `{}`{}", name,
                            near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                where);
  }

  Value manifest_;
  http::Client client_;
  Interpolation interpolation_;
  std::int64_t concurrency_;
  std::vector<std::unique_ptr<ManifestStream>> streams_;
};

}  // namespace

const SourceKind kDeclarative{
    "declarative", &kSettings,
    [](const document::Settings& settings, Env& env) -> std::unique_ptr<stream::Source> {
      return std::make_unique<ManifestSource>(settings, env);
    }};

}  // namespace leat::sources::declarative
