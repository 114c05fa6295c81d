// Partition routers that connectors bring as Python classes: parts out of lists that parents' records hold,
// and out of the config.
#include "sources/declarative/custom_routers.h"

#include <functional>
#include <set>

#include "base/error.h"
#include "jinja/operations.h"
#include "sources/declarative/record_path_values.h"
#include "sources/declarative/streams.h"

namespace leat::sources::declarative {
namespace {

constexpr std::size_t kPartitionsMax = 1'000'000;
constexpr std::size_t kAdvertisersTogether = 100;

using Parts = std::vector<Partition>;

struct ParentStream {
  std::unique_ptr<ManifestStream> stream;
  std::string key, field;
  std::unique_ptr<RequestOption> option;
};
using Parents = std::vector<ParentStream>;

void each_record(const ParentStream& parent, const std::function<void(const ParentRecord&)>& use) {
  std::unique_ptr<RecordRun> run = parent.stream->records(document::Value(), false);
  while (std::optional<ParentRecord> record = run->next()) use(*record);
}

void add(Parts& parts, Partition part) {
  if (parts.size() >= kPartitionsMax)
    throw Error(ErrorCode::config_invalid, "A stream has too many partitions");
  parts.push_back(std::move(part));
}

Partition part_of(const std::string& field, const jinja::Value& value) {
  return {jinja::Value::dict({{field, value}})};
}

Partition part_below(const std::string& field, const jinja::Value& value, const jinja::Value& parent) {
  return {jinja::Value::dict({{field, value}, {"parent_slice", parent}})};
}

// All parts, when the first one is asked for.
class GatheredRun final : public PartitionRun {
 public:
  explicit GatheredRun(std::function<Parts()> gather) : gather_(std::move(gather)) {}
  std::optional<Partition> next() override {
    if (gather_) parts_ = std::exchange(gather_, nullptr)();
    if (at_ == parts_.size()) return std::nullopt;
    return std::move(parts_[at_++]);
  }

 private:
  std::function<Parts()> gather_;
  Parts parts_;
  std::size_t at_ = 0;
};

class GatheredRouter final : public PartitionRouter {
 public:
  using Gather = std::function<Parts(const Parents&)>;
  GatheredRouter(const Value& component, const Workshop& workshop, Gather gather)
      : gather_(std::move(gather)) {
    for (const Value& each : component["parent_stream_configs"].items()) {
      parents_.push_back({make_stream(need(each, "stream"), workshop), workshop.text_now(each, "parent_key"),
                          workshop.text_now(each, "partition_field"),
                          make_option(each, "request_option", workshop)});
    }
  }
  std::unique_ptr<PartitionRun> start(const Value&) const override {
    return std::make_unique<GatheredRun>([this] { return gather_(parents_); });
  }
  std::vector<std::string> fields() const override {
    std::vector<std::string> out;
    for (const ParentStream& parent : parents_) out.push_back(parent.field);
    return out;
  }
  void contribute(RequestParts& parts, const Scope& scope, const jinja::Value& slice) const override {
    for (const ParentStream& parent : parents_) {
      const jinja::Value* value = slice.find(parent.field);
      if (parent.option && value && jinja::truth(*value)) parent.option->inject(parts, *value, scope);
    }
  }

 private:
  Parents parents_;
  Gather gather_;
};

std::unique_ptr<PartitionRouter> gathered(const Value& component, const Workshop& workshop,
                                          GatheredRouter::Gather gather) {
  return std::make_unique<GatheredRouter>(component, workshop, std::move(gather));
}

std::unique_ptr<PartitionRouter> make_one_part(const Value&, const Workshop& workshop) {
  return gathered(Value(), workshop, [](const Parents&) { return Parts{Partition{}}; });
}

const ParentStream& parent_named(const Parents& parents, std::string_view name) {
  for (const ParentStream& each : parents) {
    if (each.stream->name() == name) return each;
  }
  throw Error(ErrorCode::config_invalid, "A parent stream is missing", std::string(name));
}

// The boards of the member and those of the member's organizations, each once.
std::unique_ptr<PartitionRouter> make_trello_boards(const Value& component, const Workshop& workshop) {
  return gathered(component, workshop, [](const Parents& parents) {
    Parts parts;
    std::set<std::string> seen;
    auto take = [&](const jinja::Value& id) {
      if (seen.insert(jinja::to_text(id)).second) add(parts, part_of("id", id));
    };
    each_record(parent_named(parents, "boards"), [&](const ParentRecord& parent) {
      if (auto id = value_at(parent.record, {"id"})) take(*id);
    });
    each_record(parent_named(parents, "organizations"), [&](const ParentRecord& parent) {
      for (const jinja::Value& id : values_at(parent.record, {"idBoards", "*"})) take(id);
    });
    return parts;
  });
}

// The projects that groups hold, as far as the config names them; where there are no groups, those of the
// config.
std::unique_ptr<PartitionRouter> make_projects(const Value& component, const Workshop& workshop) {
  std::vector<std::string> wanted;
  for (const jinja::Value& each : values_at(workshop.config, {"projects_list", "*"}))
    wanted.push_back(jinja::to_text(each));
  return gathered(component, workshop, [wanted](const Parents& parents) {
    std::vector<std::string> found;
    each_record(parents.at(0), [&](const ParentRecord& parent) {
      for (const jinja::Value& path : values_at(parent.record, {"projects", "*", "path_with_namespace"}))
        found.push_back(jinja::to_text(path));
    });
    Parts parts;
    for (std::string& path : found.empty() ? std::vector(wanted) : found) {
      if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), path) == wanted.end()) continue;
      for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at))
        path.replace(at, 1, "%2F");
      add(parts, part_of("id", jinja::Value(path)));
    }
    return parts;
  });
}

// One part for each item of a list that the parent's records hold.
std::unique_ptr<PartitionRouter> make_updates(const Value& component, const Workshop& workshop) {
  return gathered(component, workshop, [](const Parents& parents) {
    Parts parts;
    for (const ParentStream& parent : parents) {
      each_record(parent, [&](const ParentRecord& above) {
        std::optional<jinja::Value> id = value_at(above.record, {"id"});
        for (const jinja::Value& item : values_at(above.record, {parent.key, "*"})) {
          Partition part = part_below(parent.field, item, above.partition);
          part.keys.as_dict().set("updates_object_id", id.value_or(jinja::Value::none()));
          add(parts, std::move(part));
        }
      });
    }
    return parts;
  });
}

// The value that the config holds at the first of several paths.
std::optional<jinja::Value> configured(const Value& paths, const Workshop& workshop) {
  for (const Value& path : paths.items()) {
    std::vector<std::string> segments;
    for (const Value& segment : path.items()) segments.push_back(segment.raw());
    std::optional<jinja::Value> value = value_at(workshop.config, segments);
    if (value && jinja::truth(*value)) return value;
  }
  return std::nullopt;
}

// Advertisers: the one that the config names, else those of the parent; one by one, or up to 100 as a JSON
// list.
std::unique_ptr<PartitionRouter> make_advertisers(const Value& component, const Workshop& workshop,
                                                  bool together) {
  const Value& parameters = component["$parameters"];
  std::optional<jinja::Value> own = configured(parameters["path_in_config"], workshop);
  std::string field = parameters["partition_field"].raw();
  return gathered(component, workshop, [own, field, together](const Parents& parents) {
    std::vector<std::pair<jinja::Value, jinja::Value>> found;  // an id and what its record is a part of
    if (own) {
      found.emplace_back(*own, jinja::Value::dict());
    } else {
      for (const ParentStream& parent : parents) {
        each_record(parent, [&](const ParentRecord& above) {
          if (auto id = value_at(above.record, split_path(parent.key)))
            found.emplace_back(*id, above.partition);
        });
      }
    }
    Parts parts;
    if (!together) {
      for (const auto& [id, above] : found) add(parts, part_below(field, id, above));
      return parts;
    }
    for (std::size_t at = 0; at < found.size(); at += kAdvertisersTogether) {
      std::vector<jinja::Value> ids;
      for (std::size_t i = at; i < std::min(found.size(), at + kAdvertisersTogether); ++i)
        ids.push_back(found[i].first);
      std::string json = jinja::to_json(jinja::Value::list(std::move(ids)));
      add(parts, part_below("advertiser_ids", jinja::Value(json), jinja::Value::dict()));
    }
    return parts;
  });
}

constexpr ComponentRow<PartitionRouter> kRows[] = {
    {"MultipleAdvertiserIdsPerPartition",
     [](const Value& component, const Workshop& workshop) {
       return make_advertisers(component, workshop, true);
     }},
    {"OnePart", make_one_part},
    {"ProjectStreamsPartitionRouter", make_projects},
    {"SingleAdvertiserIdPerPartition",
     [](const Value& component, const Workshop& workshop) {
       return make_advertisers(component, workshop, false);
     }},
    {"TrelloBoards", make_trello_boards},
    {"UpdatesSubstreamPartitionRouter", make_updates},
};

}  // namespace

std::span<const ComponentRow<PartitionRouter>> custom_routers() {
  return kRows;
}

}  // namespace leat::sources::declarative
