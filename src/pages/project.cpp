#include "pages/project.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/embedded.h"
#include "base/error.h"
#include "base/time.h"
#include "pages/html.h"
#include "pages/render.h"

namespace leat {
LEAT_EMBEDDED(pages_web);
LEAT_EMBEDDED(theme);
LEAT_EMBEDDED(echarts);
}  // namespace leat

namespace leat::pages {

namespace fs = std::filesystem;

namespace {

void write_file(const fs::path& path, std::string_view text) {
  std::error_code made;
  fs::create_directories(path.parent_path(), made);
  fs::path beside = path;
  beside += ".new";
  {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(beside.c_str(), "wb"), std::fclose);
    bool whole = out && std::fwrite(text.data(), 1, text.size(), out.get()) == text.size() &&
                 std::fflush(out.get()) == 0;
    if (!whole) throw Error(ErrorCode::file_io, std::strerror(errno), path.string());
  }
  fs::rename(beside, path);
}

// Chained queries: ${other} is the other query's SQL in parentheses.
std::string resolve(const Page& page, const Query& query, std::vector<std::string> trail = {}) {
  if (std::find(trail.begin(), trail.end(), query.name) != trail.end()) {
    throw Error(ErrorCode::page_syntax, fmt::format("The query {} reads itself", query.name),
                fmt::format("{}:{}", page.path, query.line));
  }
  trail.push_back(query.name);
  std::string out = query.sql;
  for (std::size_t at = out.find("${"); at != std::string::npos; at = out.find("${", at)) {
    std::size_t close = out.find('}', at);
    std::string name = close == std::string::npos ? "" : out.substr(at + 2, close - at - 2);
    auto other = std::find_if(page.queries.begin(), page.queries.end(),
                              [&](const Query& each) { return each.name == name; });
    if (other == page.queries.end()) {
      throw Error(ErrorCode::page_syntax, fmt::format("${{{}}} names no query of this page", name),
                  fmt::format("{}:{}", page.path, query.line));
    }
    std::string inner = "(" + resolve(page, *other, trail) + ")";
    out.replace(at, close + 1 - at, inner);
    at += inner.size();
  }
  while (!out.empty() && (out.back() == ';' || out.back() == '\n' || out.back() == ' ')) out.pop_back();
  return out;
}

std::string file_of(const Page& page) {
  return page.id + ".html";
}

std::string root_of(const Page& page) {
  std::string up;
  for (char c : page.id) up += c == '/' ? "../" : "";
  return up;
}

std::string navigation(const std::vector<Page>& pages, const Page& current) {
  if (pages.size() < 2) return "";
  std::string links;
  for (const Page& page : pages) {
    std::string title = page.title.empty() ? page.id : page.title;
    links += fmt::format("<a href=\"{}{}\"{}>{}</a>", root_of(current), escape(file_of(page)),
                         page.id == current.id ? " aria-current=\"page\"" : "", escape(title));
  }
  return "<nav>" + links + "</nav>";
}

}  // namespace

std::unique_ptr<Project> Project::load(const std::string& folder) {
  auto project = std::make_unique<Project>();
  project->folder_ = folder;
  if (!fs::exists(folder))
    throw Error(ErrorCode::config_not_found, "The folder of the pages does not exist", folder);
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == ".md" &&
        entry.path().filename() != "README.md") {
      files.push_back(fs::relative(entry.path(), folder).string());
    }
  }
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    project->pages_.push_back(parse_page(file.substr(0, file.size() - 3), "pages/" + file,
                                         document::read_file(folder + "/" + file)));
  }
  return project;
}

std::vector<sql::RelationName> Project::relations(const Page& page) const {
  std::vector<sql::RelationName> all;
  for (const Query& query : page.queries) {
    for (sql::RelationName& name : sql::relations_read(query.sql)) {
      if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(std::move(name));
    }
  }
  return all;
}

std::string Project::fingerprint(const Page& page, const SiteOptions& options) const {
  std::string out = page.text + options.title + LEAT_VERSION + navigation(pages_, page);
  for (const EmbeddedFile& file : embedded_pages_web()) out += file.contents;
  for (const EmbeddedFile& file : embedded_theme()) out += file.contents;
  return out;
}

std::string Project::output_file(const Page& page, const SiteOptions& options) const {
  return options.output + "/" + file_of(page);
}

namespace {

std::map<std::string, TablePtr> run_queries(const Page& page, sql::Adapter& adapter,
                                            const SiteOptions& options, PageResult& result) {
  std::map<std::string, TablePtr> tables;
  for (const Query& query : page.queries) {
    try {
      sql::QueryResult rows = adapter.query(resolve(page, query), options.rows_max);
      result.rows += rows.rows();
      ++result.queries;
      tables[query.name] = make_table(query.name, rows);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::warehouse_sql) throw;
      throw Error(ErrorCode::page_query,
                  fmt::format("The query {} failed: {}", query.name, error.what_failed()),
                  fmt::format("{}:{}", page.path, query.line));
    }
  }
  return tables;
}

void write_runtime(const SiteOptions& options) {
  for (const EmbeddedFile& file : embedded_pages_web())
    write_file(fs::path(options.output) / "_leat" / file.path, file.contents);
  for (const EmbeddedFile& file : embedded_theme())
    write_file(fs::path(options.output) / "_leat" / file.path, file.contents);
  for (const EmbeddedFile& file : embedded_echarts())
    write_file(fs::path(options.output) / "_leat" / file.path, file.contents);
}

}  // namespace

PageResult Project::build_page(const Page& page, sql::Adapter& adapter, Env& env,
                               const SiteOptions& options) const {
  PageResult result;
  std::map<std::string, TablePtr> tables = run_queries(page, adapter, options, result);
  Rendered body = render_body(page, tables, [this](const std::string& file) {
    std::string name = file.starts_with("/") ? file.substr(1) : file;
    if (name.find("..") != std::string::npos)
      throw Error(ErrorCode::config_not_found, "A page reads files below its own folder only", file);
    return document::read_file(folder_ + "/" + name);
  });
  std::string data;
  for (const auto& [name, table] : body.tables)
    data += fmt::format("<script type=\"application/json\" id=\"data-{}\">{}</script>\n", escape(name),
                        to_json(*table));
  std::string title = page.title.empty() ? options.title : page.title, root = root_of(page),
              built = format_iso_timestamp(env.now());
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}</title>\n<meta name=\"generator\" content=\"Leat {1}\">\n<link rel=\"stylesheet\" "
      "href=\"{2}_leat/tokens.css\">\n"
      "<link rel=\"stylesheet\" href=\"{2}_leat/page.css\">\n<script "
      "src=\"{2}_leat/theme.js\"></script>\n</head>\n<body>\n"
      "<header class=\"bar\"><span class=\"site\">{3}</span>{4}<button class=\"theme\" type=\"button\" "
      "aria-label=\"Switch between light and dark\">◐</button></header>\n"
      "<main>\n{5}{6}\n</main>\n<footer><span>Built {7}</span><span>Leat</span></footer>\n{8}"
      "<script src=\"{2}_leat/echarts.min.js\"></script>\n<script "
      "src=\"{2}_leat/page.js\"></script>\n</body>\n</html>\n",
      escape(title), LEAT_VERSION, root, escape(options.title), navigation(pages_, page),
      page.title.empty() ? "" : "<h1>" + escape(page.title) + "</h1>\n", body.html,
      built.substr(0, 10) + " " + built.substr(11, 5) + " UTC", data);
  write_runtime(options);
  env.failpoint("pages_before_swap");
  write_file(output_file(page, options), html);
  result.bytes = static_cast<std::int64_t>(html.size());
  return result;
}

}  // namespace leat::pages
