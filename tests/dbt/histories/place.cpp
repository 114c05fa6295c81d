#include "place.h"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "support/sorted_rows.h"

namespace leat::dbt {

std::unique_ptr<Place> Place::open(Env& env) {
  const char* named = std::getenv("LEAT_HISTORIES_ON");
  auto out = std::unique_ptr<Place>(new Place(env));
  out->kind_ = named ? named : "duckdb";
  static int counter = 0;
  out->schema_ = fmt::format("histories_{}_{}", ::getpid(), counter++);
  if (out->kind_ == "duckdb") {
    out->settings_ = fmt::format("path: '{}/w.duckdb'", out->folder_.path());
  } else {
    const char* url = std::getenv("LEAT_TEST_POSTGRES");
    if (!url) {
      MESSAGE("skipped: LEAT_TEST_POSTGRES is not set");
      return nullptr;
    }
    out->settings_ = fmt::format("url: '{}'", url);
  }
  out->reopen();
  out->adapter_->create_schema(out->schema_);
  out->folder_.write("dbt_project.yml", "name: p\nversion: '1.0'\n");
  out->folder_.write(
      "models/sources.yml",
      "sources:\n  - name: raw\n    schema: \"{{ target.schema }}\"\n    tables:\n      - name: src\n"
      "        config: {event_time: day}\n");
  return out;
}

void Place::close() {
  adapter_.reset();
  warehouse_.reset();
}

void Place::reopen() {
  const warehouses::WarehouseKind& kind = warehouses::find_warehouse_kind(kind_, "the test");
  warehouse_ =
      kind.open(document::read_settings(*kind.spec, document::parse_yaml(settings_, "test"), env_), env_);
  adapter_ = warehouse_->adapter();
}

Place::~Place() {
  if (adapter_ && kind_ != "duckdb")
    adapter_->execute(fmt::format("drop schema if exists {} cascade", schema_));
}

std::unique_ptr<Project> Place::load(const std::string& vars, bool full_refresh) {
  ProjectOptions options;
  options.folder = folder_.path();
  options.target = {"dev", kind_, adapter_->database(), schema_, "", 1, {}};
  options.dialect = &warehouse_->dialect();
  options.vars = document::parse_yaml(vars, "vars");
  options.full_refresh = full_refresh;
  options.invocation_id = "histories";
  return Project::load(options, env_);
}

bool Place::build(const Project& project, const std::string& unique_id, sql::Adapter* adapter) {
  NodeBuilder builder(project, env_);
  try {
    NodeResult result = builder.build(*project.find(unique_id), adapter ? *adapter : *adapter_);
    failure_ = result.message;
    return result.status != NodeStatus::partial;
  } catch (const Error& error) {
    failure_ = error.what_failed();
    return false;
  }
}

std::vector<std::string> Place::rows(const std::string& sql) {
  return testing::sorted_rows(*adapter_, sql);
}

std::vector<std::string> Place::columns(const std::string& identifier) {
  std::vector<std::string> names;
  auto found = adapter_->columns({"", schema_, identifier});
  if (found) {
    for (const sql::RelationColumn& column : *found) names.push_back(column.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string Place::named(const std::string& identifier) const {
  return warehouse_->dialect().quote(schema_) + "." + warehouse_->dialect().quote(identifier);
}

int histories() {
  const char* given = std::getenv("LEAT_HISTORIES");
  return given ? std::atoi(given) : 1;
}

}  // namespace leat::dbt
