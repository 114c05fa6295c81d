#include "warehouses/snowflake/statements.h"

#include <algorithm>

namespace leat::warehouses::snowflake {
namespace {

class Splitter {
 public:
  explicit Splitter(std::string_view sql) : sql_(sql) {}

  std::vector<std::string> split() {
    while (at_ < sql_.size()) step();
    end_statement();
    return std::move(statements_);
  }

 private:
  bool follows(std::string_view text) const { return sql_.substr(at_).starts_with(text); }
  void skip_past(std::string_view end, std::size_t from) {
    std::size_t found = sql_.find(end, from);
    at_ = found == std::string_view::npos ? sql_.size() : found + end.size();
  }

  void step() {
    char c = sql_[at_];
    if (follows("--") || follows("//")) {
      at_ = std::min(sql_.find('\n', at_), sql_.size());
    } else if (follows("/*")) {
      skip_past("*/", at_ + 2);
    } else if (follows("$$")) {
      skip_past("$$", at_ + 2);
      is_empty_ = false;
    } else if (c == '"') {
      skip_past("\"", at_ + 1);
      is_empty_ = false;
    } else if (c == '\'') {
      skip_text();
      is_empty_ = false;
    } else if (c == ';') {
      end_statement();
      from_ = ++at_;
    } else {
      if (c != ' ' && c != '\n' && c != '\t' && c != '\r') is_empty_ = false;
      ++at_;
    }
  }

  void skip_text() {
    for (++at_; at_ < sql_.size() && sql_[at_] != '\''; ++at_) {
      if (sql_[at_] == '\\') ++at_;
    }
    at_ = std::min(at_ + 1, sql_.size());
  }

  void end_statement() {
    if (!is_empty_) statements_.emplace_back(sql_.substr(from_, at_ - from_));
    is_empty_ = true;
  }

  std::string_view sql_;
  std::size_t at_ = 0, from_ = 0;
  bool is_empty_ = true;
  std::vector<std::string> statements_;
};

}  // namespace

std::vector<std::string> split_statements(std::string_view sql) {
  return Splitter(sql).split();
}

}  // namespace leat::warehouses::snowflake
