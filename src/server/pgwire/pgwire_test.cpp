#include <doctest/doctest.h>

#include "base/error.h"
#include "duck/client.h"
#include "server/pgwire/backend_orders.h"
#include "server/pgwire/commands.h"
#include "server/pgwire/duck_engine.h"
#include "server/pgwire/duck_times.h"
#include "server/pgwire/errors.h"
#include "server/pgwire/messages.h"
#include "server/pgwire/numeric.h"
#include "server/pgwire/parameters.h"
#include "server/pgwire/rewrite.h"
#include "support/temporary_folder.h"

namespace leat::server::pgwire {
namespace {

std::string rewritten(std::string_view sql) {
  RewriteOptions options;
  options.database = "project";
  options.catalog = "warehouse";
  options.settings = [](const std::string& name) -> std::optional<std::string> {
    if (name == "server_version_num") return "150000";
    if (name.starts_with("leat.")) return "me";
    return std::nullopt;
  };
  options.parameter_types = {"INTEGER"};
  return rewrite(sql, options);
}

std::string numeric(std::string_view text) {
  std::string bytes;
  append_numeric(text, bytes);
  return parameter_text(kNumeric, Format::binary, bytes);
}

std::string state_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(sqlstate(error));
  }
  return "";
}

}  // namespace

TEST_CASE("PostgreSQL's own SQL becomes DuckDB's, other SQL stays as it is") {
  CHECK(rewritten("select a,  b -- c\nfrom t /* d */ where x='it''s'") ==
        "select a, b from t where x='it''s'");
  CHECK(rewritten(R"(select E'a\'b', $$c'd$$)") == "select 'a''b', 'c''d'");
  CHECK(rewritten("select * from pg_catalog.pg_class") == "select * from pg_class");
  CHECK(rewritten("select * from public.t, project.public.u") ==
        "select * from main.t, \"warehouse\".main.u");
  CHECK(rewritten("a OPERATOR(pg_catalog.~) '^b$' COLLATE pg_catalog.default") ==
        "a ~ leat_pattern( '^b$' )");
  CHECK(rewritten("a ~* 'b'") == "a ~ leat_pattern_any_case( 'b' )");
  CHECK(rewritten("where c.oid = 'raw.t'::regclass") == "where c.oid = leat_regclass_oid('raw.t')");
  CHECK(rewritten("select c.oid::pg_catalog.regclass::pg_catalog.text") ==
        "select leat_regclass_name(c.oid)");
  CHECK(rewritten("a::numeric, b::numeric(3,1), c::name") ==
        "a::DECIMAL(38,10), b::numeric(3,1), c::VARCHAR");
  CHECK(rewritten("'{1,2}'::int[]") == "'[1,2]'::int[]");
  CHECK(rewritten("select count(*) from t") == "select count(*) AS \"count\" from t");
  CHECK(rewritten("select current_setting('server_version_num')") == "select '150000'");
  CHECK(rewritten("$1 + $2") == "CAST($1 AS INTEGER) + $2");
  CHECK(rewritten("a OPERATOR(pg_catalog.~) $1") == "a ~ leat_pattern( CAST($1 AS INTEGER) )");
  for (const char* cut : {"a ~ $", "a ~ $ b", "a OPERATOR(pg_catalog.~) $", "a OPERATOR(pg_catalog.~) '$"})
    CHECK_FALSE(rewritten(cut).empty());
  std::string deep = "select ";
  for (int i = 0; i < 300000; ++i) deep += "pg_catalog.";
  CHECK(rewritten(deep + "version()") == rewritten("select pg_catalog.version()"));
  CHECK(rewritten("to_char(a, 'YYYY-MM')") == "strftime(a, '%Y-%m')");
}

TEST_CASE("statements are divided at their semicolons and known by their words") {
  CHECK(split_statements("select ';'; ; begin -- ;\n;select $$;$$").size() == 3);
  CHECK(parse_command("with a as (select 1) select * from a").kind == CommandKind::query);
  CHECK(parse_command("DECLARE \"C\" NO SCROLL CURSOR WITH HOLD FOR select 1").name == "C");
  CHECK(parse_command("fetch forward all in c").count == -1);
  CHECK(parse_command("copy (select ')') to stdout csv header").has_header);
  CHECK(parse_command("copy t from stdin").kind == CommandKind::refused);
  for (const char* sql : {"insert into t values (1)", "attach 'x'", "pragma version", "install httpfs",
                          "explain delete from t"})
    CHECK(parse_command(sql).kind == CommandKind::refused);
}

TEST_CASE("decimals keep every digit in the binary form") {
  for (const char* text :
       {"0", "-1", "10000", "0.0001", "12345678901234567890.123456789", "-0.50", "100000000", "3.10"})
    CHECK(numeric(text) == text);
}

TEST_CASE(
    "the first and the last days that DuckDB knows are sent as they are, or refused where the form ends") {
  auto text = [](duckdb_type type, auto value) {
    std::string out;
    append_time_text(type, &value, 0, out);
    return out;
  };
  constexpr std::int64_t kFirst = -9223372022400000000, kLast = INT64_MAX - 1;
  CHECK(text(DUCKDB_TYPE_TIMESTAMP, kFirst) == "290309-12-22 00:00:00 BC");
  CHECK(text(DUCKDB_TYPE_TIMESTAMP_TZ, kLast) == "294247-01-10 04:00:54.775806+00");
  CHECK(text(DUCKDB_TYPE_DATE, INT32_MAX - 1) == "5881580-07-10");
  CHECK(text(DUCKDB_TYPE_DATE, -INT32_MAX) == "-infinity");
  auto binary = [](duckdb_type type, auto value) {
    std::string out;
    return state_of([&] { append_time_binary(type, &value, 0, out); });
  };
  CHECK(binary(DUCKDB_TYPE_TIMESTAMP, kFirst) == "22008");
  CHECK(binary(DUCKDB_TYPE_DATE, -INT32_MAX + 1) == "22008");
  CHECK(binary(DUCKDB_TYPE_TIMESTAMP, kLast) == "");
  CHECK(binary(DUCKDB_TYPE_TIMESTAMP, -INT64_MAX) == "");  // no date: -infinity
}

TEST_CASE("a body that is too short or too long is refused") {
  CHECK(state_of([] { Fields("abc").text(); }) == "08P01");
  CHECK(state_of([] { Fields(std::string_view("\0\5", 2)).count(4); }) == "08P01");
  CHECK(state_of([] { Fields("a").end(); }) == "08P01");
  CHECK(state_of([] { parameter_text(kInt4, Format::binary, "abc"); }) == "22P02");
  // A list of lists: PostgreSQL has none, and each level would be one call deeper.
  constexpr Oid kInt4List = 1007;
  std::string nested("\0\0\0\1\0\0\0\0\0\0\3\xEF\0\0\0\1\0\0\0\1\0\0\0\0", 24);
  CHECK(state_of([&] { parameter_text(kInt4List, Format::binary, nested); }) == "22P02");
}

TEST_CASE("queries reach tables and views, not files, settings or what writes") {
  testing::TemporaryFolder folder;
  folder.write("secret.csv", "a\n1\n");
  Env env;
  DuckEngineSettings settings;
  settings.warehouse.path = folder.path() + "/w.duckdb";
  settings.database = "project";
  DuckEngine engine(settings, env);
  auto session = engine.begin("me", [](const std::string&) { return std::optional<std::string>(); });
  auto asked = [&](const std::string& sql) {
    return state_of([&] {
      auto rows = session->prepare(sql, {}, "")->open({});
      std::string row;
      while (rows->next({Format::text}, row)) row.clear();
    });
  };
  std::string file = folder.path() + "/secret.csv";
  CHECK(asked("select oid from pg_catalog.pg_class limit 1") == "");
  CHECK(asked("select * from generate_series(1, 3) s") == "");
  for (const std::string& sql :
       {"select * from read_csv('" + file + "')", "select * from '" + file + "'", "from \"" + file + "\"",
        std::string("select * from read_text('/etc/passwd')"), std::string("from t: glob('*')"),
        std::string("select * from duckdb_settings()"), std::string("select * from duckdb_settings"),
        std::string("select * from system.pg_catalog.pg_settings"),
        std::string("select * from query('select 1')"), std::string("select * from sniff_csv('x')"),
        std::string("select * from arrow_scan(1, 2, 3)"),
        std::string("select current_setting(name) from (values ('temp_directory')) v(name)"),
        std::string("select (select count(*) from glob('/*'))")})
    CHECK_MESSAGE(asked(sql) == "42501", sql);
  CHECK(asked("with a as (delete from t) select 1") != "");
  CHECK(asked("select * from nothing") == "42P01");
  CHECK(asked("selec 1") != "");
  // While nobody asks, the file is free for others.
  session->rest();
  session.reset();
  CHECK_NOTHROW(duck::Database::open({folder.path() + "/w.duckdb", "", "", "", true}));
}

TEST_CASE("what the catalogue's readers do with vectors is said in DuckDB's words") {
  CHECK(rewritten("select 1 from a left join b on a.x = ANY(b.indkey) and true") ==
        "select 1 from a left join b on leat_any(a.x,b.indkey) and true");
  CHECK(rewritten("select ix.indkey::varchar, y") == "select leat_vector(ix.indkey), y");
  CHECK(rewritten("select i.indkey[k.n-1] from i") == "select i.indkey[1+(k.n-1)] from i");
  CHECK(rewritten("select 1 where x = any(select 2)") == "select 1 where x = any(select 2)");
  CHECK(rewritten("select 1 where x = any(ARRAY[1])") == "select 1 where x = any(ARRAY[1])");
}

TEST_CASE("what a statement asks of other sessions is found in it") {
  using Orders = std::vector<BackendOrder>;
  CHECK(backend_orders("select pg_cancel_backend(7)", {}) == Orders{{7, false}});
  CHECK(backend_orders("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid='12'",
                       {}) == Orders{{12, true}});
  CHECK(backend_orders("select pg_cancel_backend($1)", {Parameter("9")}) == Orders{{9, false}});
  CHECK(backend_orders("select pg_cancel_backend($2)", {Parameter("9")}).empty());
  CHECK(backend_orders("select 'pg_cancel_backend(7)', pg_terminate_backend(pid) from pg_stat_activity", {})
            .empty());
}

}  // namespace leat::server::pgwire
