// ls_line: one line of `leat dbt ls`, as dbt prints it.
//
// Threads: pure functions.
// Errors: Error(cli_usage) for a format that does not exist.
#pragma once
#include <string>
#include <vector>

#include "dbt/node.h"

namespace leat::cli {

/// `format` is selector, name, path or json.
std::string ls_line(const dbt::Node& node, const std::string& format,
                    const std::vector<std::string>& keys = {});

}  // namespace leat::cli
