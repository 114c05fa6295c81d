// A page's file: front matter, SQL blocks, SQL files; the body is body_parser.cpp's.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "pages/body_parser.h"
#include "pages/page.h"

namespace leat::pages {

namespace {

// Fences with these words are code to be shown; another single word names a query, as old pages write it.
constexpr std::array<std::string_view, 44> kLanguages = {
    "bash",       "c",          "c++",   "code",      "console",    "cpp",    "csharp", "css",
    "csv",        "dart",       "dax",   "diff",      "dockerfile", "go",     "html",   "http",
    "java",       "javascript", "jinja", "js",        "json",       "jsx",    "kotlin", "markdown",
    "matlab",     "md",         "php",   "plaintext", "powershell", "python", "r",      "ruby",
    "rust",       "sh",         "shell", "svelte",    "text",       "toml",   "ts",     "txt",
    "typescript", "xml",        "yaml",  "yml"};

bool is_identifier(std::string_view text) {
  auto fits = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$'; };
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), fits);
}

// The name of the query that a fence begins, or "" where it is code to be shown.
std::string query_name(const std::string& info) {
  if (info.starts_with("sql ") || info.starts_with("sql\t")) return trimmed(std::string_view(info).substr(4));
  std::string lowered = info;
  for (char& c : lowered) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  bool language = std::find(kLanguages.begin(), kLanguages.end(), lowered) != kLanguages.end();
  return info != "sql" && !language && is_identifier(info) ? info : "";
}

// Takes the front matter off; returns how many lines it had.
int take_front_matter(Page& page, std::string& body) {
  if (!body.starts_with("---\n") && !body.starts_with("--- \n")) return 0;
  std::size_t end = body.find("\n---", 3);
  if (end == std::string::npos)
    throw Error(ErrorCode::page_syntax, "The front matter is not closed with ---", page.path + ":1");
  // From the end of the first line on, so that its lines count as those of the file.
  std::size_t first = body.find('\n');
  page.front_matter = document::parse_yaml(body.substr(first, std::max(end, first) + 1 - first), page.path);
  end = std::min(body.find('\n', end + 1), body.size() - 1) + 1;
  auto lines = std::count(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(end), '\n');
  body.erase(0, end);
  return static_cast<int>(lines);
}

void check_name(const std::string& query, const std::string& where) {
  if (!is_identifier(query))
    throw Error(ErrorCode::page_syntax, fmt::format("`{}` is no name for a query", query), where)
        .fix("Use letters, digits and underscores.");
}

// queries: [orders.sql, {top: reports/top.sql}] reads files of the project's folder queries/.
void take_query_files(Page& page, const FileReader& read_file) {
  const document::Value& list = page.front_matter["queries"];
  for (const document::Value& item : list.items()) {
    std::string name, file = item.raw();
    if (item.is_mapping() && !item.members().empty()) {
      name = item.members()[0].first;
      file = item.members()[0].second.raw();
    }
    if (file.empty())
      throw Error(ErrorCode::page_syntax, "An entry of `queries` is a file, or name: file", item.where());
    if (!file.ends_with(".sql")) continue;
    std::string path = "queries/" + file;
    // Evidence calls reports/Top.sql reports_top; the file's own name is good, too.
    std::string whole = name;
    if (name.empty()) {
      whole = file.substr(0, file.rfind(".sql"));
      std::size_t slash = whole.rfind('/');
      name = slash == std::string::npos ? whole : whole.substr(slash + 1);
      if (std::size_t first = whole.find('/'); first != std::string::npos) whole[first] = '_';
    }
    for (char& c : whole) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    check_name(name, item.where());
    std::string sql = read_named(read_file, path, item.where());
    page.text += sql;
    page.queries.push_back({name, trimmed(sql), path});
    if (whole != name && is_identifier(whole)) page.queries.push_back({whole, trimmed(sql), path});
  }
}

// "shop/[city]/week-[n]" has city and n.
std::vector<std::string> params_of(const std::string& id) {
  std::vector<std::string> names;
  for (std::size_t at = id.find('['); at != std::string::npos; at = id.find('[', at + 1)) {
    std::size_t close = id.find(']', at);
    if (close != std::string::npos) names.push_back(id.substr(at + 1, close - at - 1));
  }
  return names;
}

// A query that reads its own name means the earlier one, which gets another name; true when it does.
bool reads_earlier(Query& query, Query& earlier) {
  std::string reference = "${" + query.name + "}", other = earlier.name + "_earlier";
  bool reads = false;
  for (std::size_t at = 0; (at = query.sql.find(reference, at)) != std::string::npos; at += other.size()) {
    query.sql.replace(at + 2, query.name.size(), other);
    reads = true;
  }
  if (reads) earlier.name = other;
  return reads;
}

// Of two queries of one name the later counts: a page's own stands behind those of its files.
void drop_overridden(Page& page) {
  std::vector<Query> kept;
  for (Query& query : page.queries) {
    std::erase_if(
        kept, [&](Query& earlier) { return earlier.name == query.name && !reads_earlier(query, earlier); });
    kept.push_back(std::move(query));
  }
  page.queries = std::move(kept);
}

}  // namespace

std::size_t closing_fence(std::string_view text, std::size_t open, std::string_view fence) {
  std::string wanted(fence);
  for (std::size_t i = open + fence.size(); i < text.size() && text[i] == fence[0]; ++i)
    wanted.push_back(fence[0]);
  for (std::size_t at = text.find('\n', open); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    std::size_t first = text.find_first_not_of(' ', at + 1);
    if (first != std::string_view::npos && first - at <= 4 && text.substr(first).starts_with(wanted))
      return at;
  }
  return std::string_view::npos;
}

std::vector<Query> take_queries(std::string& text, const std::string& path, int first_line) {
  std::vector<Query> queries;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t line_end = std::min(text.find('\n', at), text.size());
    std::size_t blanks = 0;
    while (blanks < 4 && at + blanks < text.size() && text[at + blanks] == ' ') ++blanks;
    if (blanks > 3 || text.compare(at + blanks, 3, "```") != 0) {
      at = line_end + 1;
      continue;
    }
    at += blanks;
    auto begin = text.begin();
    int line =
        first_line + static_cast<int>(std::count(begin, begin + static_cast<std::ptrdiff_t>(at), '\n'));
    std::string name = query_name(trimmed(std::string_view(text).substr(at + 3, line_end - at - 3)));
    std::size_t close = closing_fence(text, at, "```");
    if (close == std::string::npos && name.empty()) break;
    if (close == std::string::npos)
      throw Error(ErrorCode::page_syntax, "A query is not closed with ```", fmt::format("{}:{}", path, line));
    std::size_t end = std::min(text.find('\n', close + 1), text.size());
    if (name.empty()) {
      at = end;
      continue;
    }
    queries.push_back({name, trimmed(std::string_view(text).substr(line_end, close - line_end)),
                       fmt::format("{}:{}", path, line)});
    auto lines =
        std::count(begin + static_cast<std::ptrdiff_t>(at), begin + static_cast<std::ptrdiff_t>(end), '\n');
    text.replace(at, end - at, static_cast<std::size_t>(lines), '\n');
    at += static_cast<std::size_t>(lines);
  }
  return queries;
}

Page parse_component(const std::string& name, const std::string& path, std::string text,
                     const FileReader& read_file) {
  std::erase(text, '\r');
  // Its styles are written for a tool that is not here; the lines stay.
  for (std::size_t at = text.find("<style"); at != std::string::npos; at = text.find("<style", at)) {
    std::size_t end = std::min(text.find("</style>", at), text.size() - 8) + 8;
    auto lines = std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                            text.begin() + static_cast<std::ptrdiff_t>(end), '\n');
    text.replace(at, end - at, static_cast<std::size_t>(lines), '\n');
  }
  Page page;
  page.id = name;
  page.path = path;
  Body body = parse_body(text, path, 1, read_file);
  page.body = std::move(body.nodes);
  page.script = std::move(body.script);
  page.notes = std::move(body.notes);
  return page;
}

Page parse_page(std::string id, std::string path, std::string text, const FileReader& read_file) {
  Page page;
  page.id = std::move(id);
  page.path = std::move(path);
  std::erase(text, '\r');
  page.text = text;
  int line = 1 + take_front_matter(page, text);
  take_query_files(page, read_file);
  for (Query& query : take_queries(text, page.path, line)) page.queries.push_back(std::move(query));
  // A partial brings its own queries and its text counts for the fingerprint.
  FileReader including = [&](const std::string& file) {
    std::string included = read_file(file), body = included;
    page.text += included;
    std::erase(body, '\r');
    for (Query& query : take_queries(body, file, 1)) page.queries.push_back(std::move(query));
    return included;
  };
  Body body = parse_body(text, page.path, line, including);
  page.body = std::move(body.nodes);
  page.script = std::move(body.script);
  page.notes = std::move(body.notes);
  page.params = params_of(page.id);
  drop_overridden(page);
  for (const Query& query : page.queries) check_name(query.name, query.where);
  page.title = page.front_matter["title"].raw();
  page.thresholds = read_thresholds(page.front_matter, page.path);
  return page;
}

}  // namespace leat::pages
