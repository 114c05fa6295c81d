#include "dbt/query_comment.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "dbt/basics.h"
#include "dbt/json_writer.h"
#include "jinja/operations.h"

namespace leat::dbt {

namespace {

std::string default_comment(const Rendering& rendering) {
  const Project& project = *rendering.project;
  const TargetInfo& target = project.options().target;
  JsonWriter out;
  out.begin_object();
  out.member("app", "dbt");
  out.member("dbt_version", kDbtVersion);
  out.member("profile_name", target.profile.empty() ? project.name() : target.profile);
  out.member("target_name", target.name);
  if (rendering.node) {
    out.member("node_id", rendering.node->unique_id);
  } else {
    out.member("connection_name", "master");
  }
  out.end_object();
  return out.take();
}

std::string rendered(const std::string& text, const Rendering& rendering) {
  if (text.find('{') == std::string::npos) return std::string(trimmed(text));
  Rendering own;
  own.project = rendering.project;
  own.node = rendering.node;
  own.adapter = rendering.adapter;
  own.env = rendering.env;
  // Its own statements have no comment. It is the body of a macro, so it may return().
  own.comment = "";
  std::string macro =
      fmt::format("{{%- macro query_comment(connection_name, node) -%}}{}{{%- endmacro -%}}", text);
  std::string call =
      fmt::format("{{{{ query_comment('{}', {}) }}}}", rendering.node ? rendering.node->unique_id : "master",
                  rendering.node ? "model" : "none");
  std::string comment =
      rendering.project->renderer().render_text(macro + call, "dbt_project.yml, query-comment", own);
  return std::string(trimmed(comment));
}

std::string comment_of(const Rendering& rendering) {
  const document::Value* given = rendering.project->packages().front().file.find("query-comment");
  if (given && given->is_mapping()) given = given->find("comment");
  if (!given) return default_comment(rendering);
  std::string text = given->is_text() ? rendered(given->raw(), rendering) : "";
  if (text.find("*/") != std::string::npos)
    throw Error(ErrorCode::dbt_project, fmt::format("query comment contains illegal value \"*/\": {}", text),
                given->where());
  return text;
}

// Snowflake takes comments off the front of its statements.
bool is_behind(const Project& project) {
  const document::Value* append = project.packages().front().file["query-comment"].find("append");
  return append ? append->boolean() : project.options().target.type == "snowflake";
}

}  // namespace

std::int64_t lines_before(const Rendering& rendering) {
  if (!rendering.comment || rendering.comment->empty() || is_behind(*rendering.project)) return 0;
  return 1 + std::count(rendering.comment->begin(), rendering.comment->end(), '\n');
}

std::string commented(const std::string& sql, Rendering& rendering) {
  if (!rendering.comment) rendering.comment = comment_of(rendering);
  if (rendering.comment->empty()) return sql;
  std::string comment = fmt::format("/* {} */", *rendering.comment);
  if (!is_behind(*rendering.project)) return comment + "\n" + sql;
  std::size_t end = sql.find_last_not_of(" \t\r\n");
  bool ends = end != std::string::npos && sql[end] == ';';
  return fmt::format("{}\n{}{}", std::string_view(sql).substr(0, ends ? end : end + 1), comment,
                     ends ? ";" : "");
}

}  // namespace leat::dbt
