#include "pages/page_sources.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "document/value.h"

namespace leat::pages {

namespace fs = std::filesystem;

namespace {

class Loader {
 public:
  Loader(const std::string& root, sql::Adapter& adapter, const Env& env)
      : root_(root), adapter_(adapter), dialect_(adapter.dialect()), env_(env), home_(adapter.database()) {}

  std::vector<Problem> run() {
    std::vector<fs::path> folders;
    if (!fs::is_directory(root_ + "/sources")) {
      load_databases();
      return std::move(problems_);
    }
    for (const fs::directory_entry& entry : fs::directory_iterator(root_ + "/sources")) {
      if (entry.is_directory()) folders.push_back(entry.path());
    }
    std::sort(folders.begin(), folders.end());
    for (const fs::path& folder : folders) load(folder);
    return std::move(problems_);
  }

 private:
  template <class Work>
  bool attempt(const std::string& where, const Work& work) {
    try {
      work();
      return true;
    } catch (const Error& error) {
      problems_.push_back({error.what_failed(), where, error.code(), true});
      return false;
    }
  }

  std::string place(const fs::path& path) const { return fs::relative(path, root_).string(); }

  void load(const fs::path& folder) {
    fs::path file = folder / "connection.yaml";
    document::Value connection;
    if (fs::exists(file) && !attempt(place(file), [&] { connection = document::load_yaml(file.string()); }))
      return;
    std::string type = connection["type"].raw(), name = folder.filename().string();
    std::vector<fs::path> tables, queries;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
      std::string extension = entry.path().extension().string();
      if (extension == ".csv" || extension == ".parquet") tables.push_back(entry.path());
      if (extension == ".sql" && entry.path().filename() != "initialize.sql") queries.push_back(entry.path());
    }
    std::sort(tables.begin(), tables.end());
    std::sort(queries.begin(), queries.end());
    if (tables.empty() && queries.empty() && !fs::exists(file)) return;
    if (!attempt(place(folder), [&] { adapter_.create_schema(name); })) return;
    for (const fs::path& table : tables) load_file(name, table);
    if (type == "duckdb") {
      load_database(name, folder, connection, queries);
    } else if (type != "csv" && !type.empty() && tables.empty()) {
      problems_.push_back({fmt::format("The source {} is of type {}, which pages do not open", name, type),
                           place(file), ErrorCode::page_syntax, true});
      for (const fs::path& query : queries)
        problems_.push_back(
            {fmt::format("its source is of type {}; load the table {}.{} by a connection of leat.yml", type,
                         name, query.stem().string()),
             place(query), ErrorCode::page_syntax, true});
    }
    std::string other = connection["name"].raw();
    if (!other.empty() && other != name) alias(name, other);
  }

  // A project of the time before sources/: its database lies beside its pages.
  void load_databases() {
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(root_)) {
      if (entry.path().extension() == ".duckdb") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      std::string attached = attached_name(file);
      attempt(place(file), [&] {
        attach(file, attached);
        TablePtr tables = make_table(
            "tables",
            adapter_.query(fmt::format("SELECT table_schema, table_name FROM information_schema.tables "
                                       "WHERE table_catalog = {} ORDER BY ALL",
                                       dialect_.literal(attached)),
                           10'000));
        for (const auto& row : tables->rows) {
          std::string table = dialect_.quote(row[0].text) + "." + dialect_.quote(row[1].text);
          attempt(place(file) + "/" + row[1].text, [&] {
            adapter_.create_schema(row[0].text);
            adapter_.execute(fmt::format("CREATE OR REPLACE TABLE {}.{} AS SELECT * FROM {}.{}",
                                         dialect_.quote(home_), table, dialect_.quote(attached), table));
          });
        }
      });
      attempt(place(file),
              [&] { adapter_.execute("DETACH DATABASE IF EXISTS " + dialect_.quote(attached)); });
    }
  }

  // Views name the tables that they read by the file's own name.
  std::string attached_name(const fs::path& file) const {
    std::string stem = file.stem().string();
    bool taken = stem == home_ || stem == "main" || stem == "system" || stem == "temp" || stem == "memory";
    return taken ? "_leat_source" : stem;
  }
  void attach(const fs::path& file, const std::string& as) {
    adapter_.execute(
        fmt::format("ATTACH {} AS {} (READ_ONLY)", dialect_.literal(file.string()), dialect_.quote(as)));
  }

  std::string target(const std::string& schema, const fs::path& file) const {
    return dialect_.quote(home_) + "." + dialect_.quote(schema) + "." + dialect_.quote(file.stem().string());
  }

  void load_file(const std::string& schema, const fs::path& file) {
    std::string reader = file.extension() == ".csv" ? "read_csv" : "read_parquet";
    attempt(place(file), [&] {
      adapter_.execute(fmt::format("CREATE OR REPLACE TABLE {} AS SELECT * FROM {}({})", target(schema, file),
                                   reader, dialect_.literal(file.string())));
    });
  }

  void load_database(const std::string& schema, const fs::path& folder, const document::Value& connection,
                     const std::vector<fs::path>& queries) {
    std::string name = connection["options"]["filename"].raw();
    fs::path file = name == ":memory:" || name.empty() ? fs::path() : folder / name;
    if (!file.empty() && !fs::exists(file)) file = fs::path(root_) / name;
    if (!file.empty() && !fs::exists(file)) {
      for (const fs::path& query : queries)
        problems_.push_back({fmt::format("its database {} does not exist", name), place(query),
                             ErrorCode::config_not_found, true});
      return;
    }
    if (file.empty()) {
      for (const fs::path& query : queries) load_query(schema, query);
      return;
    }
    std::string attached = attached_name(file);
    bool open = attempt(place(folder / "connection.yaml"), [&] { attach(file, attached); });
    if (!open) {
      for (const fs::path& query : queries)
        problems_.push_back({fmt::format("its database {} can't be opened", name), place(query),
                             ErrorCode::config_not_found, true});
      return;
    }
    // A schema here may have the same name as the database.
    adapter_.execute("USE " + dialect_.quote(attached) + ".main");
    fs::path first = folder / "initialize.sql";
    if (fs::exists(first))
      attempt(place(first), [&] { adapter_.execute(document::read_file(first.string())); });
    for (const fs::path& query : queries) load_query(schema, query);
    adapter_.execute("USE " + dialect_.quote(home_));
    adapter_.execute("DETACH " + dialect_.quote(attached));
  }

  void load_query(const std::string& schema, const fs::path& file) {
    attempt(place(file), [&] {
      std::string sql = with_variables(document::read_file(file.string()));
      while (!sql.empty() && (sql.back() == ';' || std::isspace(static_cast<unsigned char>(sql.back()))))
        sql.pop_back();
      adapter_.execute(fmt::format("CREATE OR REPLACE TABLE {} AS {}\n", target(schema, file), sql));
    });
  }

  // ${schema} is what the variable EVIDENCE_VAR__schema says.
  std::string with_variables(const std::string& sql) const {
    std::string out;
    for (std::size_t at = 0; at < sql.size();) {
      std::size_t open = sql.find("${", at), close = open == std::string::npos ? open : sql.find('}', open);
      out += sql.substr(at, close == std::string::npos ? close : open - at);
      if (close == std::string::npos) break;
      std::string name = sql.substr(open + 2, close - open - 2);
      auto value = env_.variable("EVIDENCE_VAR__" + name);
      out += value ? *value : sql.substr(open, close + 1 - open);
      at = close + 1;
    }
    return out;
  }

  // A source whose connection has another name than its folder is found under both.
  void alias(const std::string& folder, const std::string& name) {
    attempt("sources/" + folder, [&] {
      adapter_.create_schema(name);
      for (const sql::Relation& table : adapter_.list_relations(folder))
        adapter_.execute(fmt::format("CREATE OR REPLACE VIEW {0}.{1} AS SELECT * FROM {2}.{1}",
                                     dialect_.quote(name), dialect_.quote(table.identifier),
                                     dialect_.quote(folder)));
    });
  }

  const std::string& root_;
  sql::Adapter& adapter_;
  const sql::Dialect& dialect_;
  const Env& env_;
  std::string home_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> load_page_sources(const std::string& root, sql::Adapter& adapter, const Env& env) {
  if (adapter.dialect().name() != "duckdb") return {};
  adapter.execute("SET file_search_path = " + adapter.dialect().literal(root));
  return Loader(root, adapter, env).run();
}

void set_page_session(const std::string& root, sql::Adapter& adapter) {
  if (adapter.dialect().name() != "duckdb") return;
  std::string path;
  std::vector<std::string> schemas = adapter.list_schemas();
  std::sort(schemas.begin(), schemas.end());
  for (const std::string& schema : schemas) {
    if (schema == "main" || schema == "information_schema" || schema == "pg_catalog" ||
        schema.starts_with("_leat"))
      continue;
    path += "," + adapter.dialect().quote(schema);
  }
  // The search path is one text in quotes.
  adapter.execute("SET search_path = " + adapter.dialect().literal("main" + path));
  adapter.execute("SET file_search_path = " + adapter.dialect().literal(root));
  adapter.execute("SET ieee_floating_point_ops = false; SET old_implicit_casting = true");
}

}  // namespace leat::pages
