#include "warehouses/snowflake/staged_load.h"

#include <fmt/core.h>

#include "warehouses/bookkeeping.h"
#include "warehouses/snowflake/dialect.h"
#include "warehouses/snowflake/merge.h"
#include "warehouses/snowflake/result.h"

namespace leat::warehouses::snowflake {

using stream::WriteMode;

namespace {

std::string qualified(const sql::Relation& relation) {
  return snow_dialect().render(relation);
}

class Application {
 public:
  Application(const StagedLoad& load, warehouses::Session& changes, Session& session,
              stream::LoadResult& result)
      : load_(load),
        target_(load.target),
        plan_(load.plan),
        changes_(changes),
        db_(session),
        result_(result) {}

  void run() {
    if (target_.clears) result_.rows_deleted = clear_table(changes_, snow_dialect(), target_, plan_);
    if (load_.keeps_values) {
      db_.execute(fill_kept_statement(plan_, load_.columns, sql::KeptFrom::own_key));
      db_.execute(fill_kept_statement(plan_, load_.columns, sql::KeptFrom::stored_key));
    }
    switch (target_.mode) {
      case WriteMode::append_dedup:
        return upsert();
      case WriteMode::scd2:
        return apply_history(changes_, snow_dialect(), target_, plan_, load_.columns,
                             format_iso_timestamp(load_.extracted_at), result_);
      case WriteMode::overwrite:
      case WriteMode::overwrite_dedup:
        return replace();
      case WriteMode::append:
        if (target_.is_bag) take_out_equals();
        return insert();
    }
  }

 private:
  void insert() {
    result_.rows_inserted = db_.execute(sql::insert_staged(snow_dialect(), plan_));
    result_.rows_unchanged = std::max<std::int64_t>(0, load_.rows - result_.rows_inserted);
  }

  void upsert() {
    if (plan_.is_newest) {
      document::Value counts = db_.run(merge_newest_statement(plan_, target_.deletes_hard));
      result_.rows_inserted = count_of(counts, "number of rows inserted");
      result_.rows_updated = count_of(counts, "number of rows updated");
      result_.rows_deleted += count_of(counts, "number of rows deleted");
      return;
    }
    if (!load_.table_is_new) return apply_merge(changes_, snow_dialect(), target_, plan_, false, result_);
    settle_stage(changes_, snow_dialect(), target_, plan_);
    insert();
  }

  void take_out_equals() {
    if (plan_.deleted.empty()) return;
    db_.execute(stage_spared_equals(plan_));
    std::int64_t gone = db_.execute(delete_equals(plan_));
    db_.execute(sql::drop_deletions(snow_dialect(), plan_));
    result_.rows_deleted += gone;
  }

  bool is_same_as_before() {
    if (db_.account().is_emulator) return false;  // it has no HASH_AGG
    std::string columns;
    for (const std::string& name : plan_.columns)
      columns += (columns.empty() ? "" : ", ") + snow_dialect().quote(name);
    auto content = [&](const sql::Relation& relation) {
      return db_.value(
          fmt::format("select concat(count(*), ':', coalesce(cast(hash_agg({}) as varchar), '')) from {}",
                      columns, qualified(relation)));
    };
    return content(plan_.stage) == content(plan_.table);
  }

  void replace() {
    stream::Target settled = target_;
    if (target_.mode == WriteMode::overwrite) settled.primary_key.clear();  // it keeps repeated keys
    settle_stage(changes_, snow_dialect(), settled, plan_);
    if (!load_.table_is_new && is_same_as_before()) {
      // What did not change is not touched, so that nothing below it has to be built again.
      result_.rows_unchanged = load_.rows;
      return;
    }
    if (!load_.table_is_new) result_.rows_deleted = db_.execute("delete from " + qualified(plan_.table));
    insert();
  }

  const StagedLoad& load_;
  const stream::Target& target_;
  const sql::MergePlan& plan_;
  warehouses::Session& changes_;
  Session& db_;
  stream::LoadResult& result_;
};

}  // namespace

stream::LoadResult StagedLoad::apply(warehouses::Session& changes, Session& session, Env& env) const {
  stream::LoadResult result;
  result.rows_staged = rows;
  Application(*this, changes, session, result).run();
  env.failpoint("load_after_merge");
  for (const std::string& sql : commit_statements(snow_dialect(), target, commit, result))
    session.execute(sql);
  env.failpoint("load_after_state");
  return result;
}

void StagedLoad::drop(Session& session) {
  session.execute("drop table if exists " + qualified(landing));
  session.execute("drop table if exists " + qualified(plan.stage));
  if (files) files->drop();
}

}  // namespace leat::warehouses::snowflake
