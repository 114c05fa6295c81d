// Query comments: what stands in front of every statement, so that who reads the warehouse's log knows where
// it comes from.
//
// Guarantees: dbt's default as JSON; a text, a template or nothing by `query-comment:` of dbt_project.yml, in
// front or, with `append: true`, behind. target/run keeps the statements without it. Threads: any; nothing is
// kept but in the rendering. Owns: nothing. Errors: those of the template; Error(dbt_project) for a comment
// that ends itself. Source: https://docs.getdbt.com/reference/project-configs/query-comment
#pragma once
#include <string>

#include "dbt/renderer.h"

namespace leat::dbt {

/// The statement with the comment of a rendering's node.
std::string commented(const std::string& sql, Rendering& rendering);

/// How many lines the comment adds before a statement.
std::int64_t lines_before(const Rendering& rendering);

}  // namespace leat::dbt
