// CTEs: common table expressions put in front of SQL.
//
// Guarantees: they stand after the WITH [RECURSIVE] that the code begins with, or it gets one; comments
//   before it stay where they are.
// Threads: pure functions.
// Errors: none.
#pragma once
#include <string>
#include <vector>

namespace leat::dbt {

struct Cte {
  std::string name, code;
};

std::string with_ctes(const std::string& code, const std::vector<Cte>& ctes);

}  // namespace leat::dbt
