#include "server/pgwire/duck_query.h"

#include <fmt/core.h>

#include <limits>

#include "base/error.h"
#include "duck/chunks.h"
#include "server/pgwire/commands.h"
#include "server/pgwire/duck_values.h"
#include "server/pgwire/errors.h"
#include "server/pgwire/messages.h"

namespace leat::server::pgwire {
namespace {

constexpr Oid kInt2Array = 1005;

// Columns of pg_index; DuckDB keeps no alias of a list's type.
bool is_vector(const std::string& column) {
  return column == "indkey" || column == "indoption" || column == "indclass" || column == "indcollation";
}

constexpr std::uint32_t kNull = std::numeric_limits<std::uint32_t>::max();

// An answer that DuckDB computes while it is read.
class DuckRows : public OpenRows {
 public:
  DuckRows(DuckSession& session, Slot& slot, const std::vector<Field>& fields)
      : session_(session), slot_(slot), fields_(fields) {
    slot_.is_busy = true;
    slot_.connection->run("begin transaction read only");
  }
  ~DuckRows() override {
    duck::duckdb_destroy_data_chunk(&chunk_);
    duck::duckdb_destroy_result(&result_);
    duckdb_result ended{};
    duck::duckdb_query(slot_.connection->handle(), "rollback", &ended);
    duck::duckdb_destroy_result(&ended);
    slot_.is_busy = false;
  }
  DuckRows(const DuckRows&) = delete;
  DuckRows& operator=(const DuckRows&) = delete;

  void execute(duckdb_prepared_statement handle) {
    session_.run_on(&slot_);
    if (duck::duckdb_execute_prepared_streaming(handle, &result_) != DuckDBSuccess) fail();
    for (idx_t i = 0; i < duck::duckdb_column_count(&result_); ++i) {
      duck::LogicalType type(duck::duckdb_column_logical_type(&result_, i));
      columns_.emplace_back(type.get());
    }
    bool is_same = columns_.size() == fields_.size();
    for (std::size_t i = 0; is_same && i < columns_.size(); ++i) {
      if (fields_[i].type == kInt2Vector) columns_[i].become_vector();
      is_same = columns_[i].oid() == fields_[i].type;
    }
    if (!is_same)
      throw refusal(State::unsupported, "cached plan must not change result type")
          .fix("Prepare the statement again.");
  }

  const std::vector<Field>& fields() const override { return fields_; }

  bool next(const std::vector<Format>& formats, std::string& out) override {
    while (row_ == rows_) {
      if (is_at_end_) return false;
      fetch();
    }
    append_number(out, static_cast<std::uint16_t>(columns_.size()));
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].is_null(row_)) {
        append_number(out, kNull);
        continue;
      }
      std::size_t begin = out.size();
      out.append(4, '\0');
      if (i < formats.size() && formats[i] == Format::binary) {
        columns_[i].append_binary(row_, out);
      } else {
        columns_[i].append_text(row_, out);
      }
      auto length = static_cast<std::uint32_t>(out.size() - begin - 4);
      for (std::size_t byte = 0; byte < 4; ++byte)
        out[begin + byte] = static_cast<char>(length >> (24 - 8 * byte));
    }
    ++row_;
    return true;
  }

 private:
  void fetch() {
    session_.run_on(&slot_);
    duck::duckdb_destroy_data_chunk(&chunk_);
    chunk_ = duck::duckdb_fetch_chunk(result_);
    row_ = 0;
    rows_ = chunk_ ? duck::duckdb_data_chunk_get_size(chunk_) : 0;
    if (rows_ == 0) {
      const char* why = duck::duckdb_result_error(&result_);
      if (why && *why) fail();
      if (!chunk_) is_at_end_ = true;
      return;
    }
    for (std::size_t i = 0; i < columns_.size(); ++i)
      columns_[i].look_at(duck::duckdb_data_chunk_get_vector(chunk_, i));
  }

  [[noreturn]] void fail() {
    is_at_end_ = true;
    const char* why = duck::duckdb_result_error(&result_);
    duck::raise(why && *why ? why : "DuckDB gives no reason", "", "the statement");
  }

  DuckSession& session_;
  Slot& slot_;
  std::vector<Field> fields_;
  duckdb_result result_{};
  duckdb_data_chunk chunk_ = nullptr;
  std::vector<DuckColumn> columns_;
  idx_t row_ = 0, rows_ = 0;
  bool is_at_end_ = false;
};

// Lines of text.
class LineRows : public OpenRows {
 public:
  LineRows(std::vector<Field> fields, std::string_view text) : fields_(std::move(fields)), rest_(text) {}
  const std::vector<Field>& fields() const override { return fields_; }
  bool next(const std::vector<Format>&, std::string& out) override {
    if (rest_.empty()) return false;
    std::size_t end = std::min(rest_.find('\n'), rest_.size());
    append_number(out, std::uint16_t{1});
    append_number(out, static_cast<std::uint32_t>(end));
    out += rest_.substr(0, end);
    rest_.erase(0, end + 1);
    return true;
  }

 private:
  std::vector<Field> fields_;
  std::string rest_;
};

}  // namespace

void DuckQuery::find_parameter(duckdb_prepared_statement handle, std::size_t index, Oid& type,
                               std::string& cast) const {
  duck::LogicalType found(duck::duckdb_param_logical_type(handle, index + 1));
  duckdb_type id = duck::duckdb_get_type_id(found.get());
  bool is_open = id == DUCKDB_TYPE_INVALID || id == DUCKDB_TYPE_ANY || id == DUCKDB_TYPE_SQLNULL ||
                 id == DUCKDB_TYPE_STRING_LITERAL;
  if (id == DUCKDB_TYPE_INTEGER_LITERAL || id == DUCKDB_TYPE_BIGNUM) {
    type = kInt8;
    cast = "BIGINT";
    return;
  }
  DuckColumn column(found.get());
  if (is_open || column.is_foreign() || id == DUCKDB_TYPE_VARCHAR) {
    type = kText;
    cast = "VARCHAR";
    return;
  }
  type = column.oid();
  cast = duck::native_name(found.get());
}

void DuckQuery::become(std::string sql, std::vector<Oid> types) {
  sql_ = std::move(sql);
  types_ = std::move(types);
}

void DuckQuery::describe(Slot& slot) {
  duckdb_prepared_statement handle = session_.handle(slot, this, sql_);
  duckdb_statement_type kind = duck::duckdb_prepared_statement_type(handle);
  if (kind != DUCKDB_STATEMENT_TYPE_SELECT)
    throw refusal(State::read_only, "cannot execute anything but queries in a read-only transaction");
  std::string inner, outer;
  bool has_foreign = false;
  fields_.clear();
  for (idx_t i = 0; i < duck::duckdb_prepared_statement_column_count(handle); ++i) {
    duck::LogicalType type(duck::duckdb_prepared_statement_column_logical_type(handle, i));
    DuckColumn column(type.get());
    const char* name = duck::duckdb_prepared_statement_column_name(handle, i);
    std::string shown = name ? name : "";
    duck::duckdb_free(const_cast<char*>(name));
    if (is_vector(shown) && column.oid() == kInt2Array) column.become_vector();
    bool is_foreign = column.is_foreign();
    has_foreign = has_foreign || is_foreign;
    inner += fmt::format("{}leat_{}", i ? ", " : "", i);
    std::string cell = fmt::format(fmt::runtime(is_foreign ? "cast(leat_{} as varchar)" : "leat_{}"), i);
    outer += fmt::format("{}{} as {}", i ? ", " : "", cell, quoted_name(shown));
    fields_.push_back({std::move(shown), is_foreign ? Oid{kText} : column.oid(), column.modifier()});
  }
  if (!has_foreign) return;
  session_.forget(this);
  sql_ = fmt::format("select {} from ({}) leat_q({})", outer, sql_, inner);
  session_.handle(slot, this, sql_);
}

void DuckQuery::bind(duckdb_prepared_statement handle, const std::vector<Parameter>& parameters) const {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    duckdb_state state = parameters[i] ? duck::duckdb_bind_varchar_length(
                                             handle, i + 1, parameters[i]->data(), parameters[i]->size())
                                       : duck::duckdb_bind_null(handle, i + 1);
    if (state != DuckDBSuccess) {
      const char* why = duck::duckdb_prepare_error(handle);
      throw refusal(State::parameter, why && *why ? why : "invalid byte sequence for encoding \"UTF8\"");
    }
  }
}

std::unique_ptr<OpenRows> DuckQuery::open(const std::vector<Parameter>& parameters) {
  Slot& slot = session_.free_slot();
  duckdb_prepared_statement handle = session_.handle(slot, this, sql_);
  bind(handle, parameters);
  auto rows = std::make_unique<DuckRows>(session_, slot, fields_);
  rows->execute(handle);
  return rows;
}

std::unique_ptr<OpenRows> DuckExplain::open(const std::vector<Parameter>&) {
  Slot& slot = session_.free_slot();
  session_.run_on(&slot);
  std::string text;
  for (const auto& row : read_texts(*slot.connection, sql_)) text += row.back() + "\n";
  return std::make_unique<LineRows>(fields_, text);
}

}  // namespace leat::server::pgwire
