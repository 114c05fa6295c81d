// scan_blocks: cuts dbt's top-level blocks (macro, test, materialization, snapshot, docs) out of a file,
// without parsing what stands between or inside them.
//
// Guarantees: a file whose other text is no valid template still gives its blocks, as dbt does. Blocks inside
//   comments and raw parts are not found. `text` is the whole block with its tags, ready for Template::parse
//   with first_line = line.
// Threads: any.
// Owns: nothing; views point into the source.
// Errors: Error(jinja_syntax) for a block that is not closed.
// Source: dbt-core's reading of macro files (reference: pitfall "macro files are not Jinja templates").
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace leat::jinja {

struct SourceBlock {
  std::string_view type;  ///< "macro", "test", "materialization", "snapshot", "docs"
  std::string_view name;
  std::string_view text;      ///< from {% to %}, tags included
  std::string_view contents;  ///< between the tags
  std::size_t offset = 0;     ///< of `text` in the source
  std::size_t line = 1;
};

/// Finds the blocks of `source`; `file` stands in messages.
std::vector<SourceBlock> scan_blocks(std::string_view source, std::string_view file);

}  // namespace leat::jinja
