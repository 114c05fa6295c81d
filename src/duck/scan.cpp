#include "duck/scan.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>

#include "duck/chunks.h"

namespace leat::duck {

struct BatchScan::Cursor {
  const batch::RecordBatch* batch = nullptr;
  std::size_t next_row = 0;

  static void bind(duckdb_bind_info info) {
    auto& cursor = *static_cast<std::shared_ptr<Cursor>*>(duckdb_bind_get_extra_info(info));
    for (const batch::Column& column : cursor->batch->schema()->columns()) {
      duckdb_logical_type type = scan_type(column.type);
      duckdb_bind_add_result_column(info, column.name.c_str(), type);
      duckdb_destroy_logical_type(&type);
    }
    duckdb_bind_set_cardinality(info, cursor->batch->rows(), true);
  }

  static void init(duckdb_init_info info) {
    auto& cursor = *static_cast<std::shared_ptr<Cursor>*>(duckdb_init_get_extra_info(info));
    cursor->next_row = 0;
    duckdb_init_set_max_threads(info, 1);
  }

  static void scan(duckdb_function_info info, duckdb_data_chunk out) {
    auto& cursor = *static_cast<std::shared_ptr<Cursor>*>(duckdb_function_get_extra_info(info));
    const batch::RecordBatch& batch = *cursor->batch;
    std::size_t count = std::min<std::size_t>(duckdb_vector_size(), batch.rows() - cursor->next_row);
    for (std::size_t i = 0; i < batch.schema()->size(); ++i) {
      fill_vector(batch.column(i), cursor->next_row, count, duckdb_data_chunk_get_vector(out, i));
    }
    cursor->next_row += count;
    duckdb_data_chunk_set_size(out, count);
  }
};

BatchScan::BatchScan(Connection& connection) : cursor_(std::make_shared<Cursor>()) {
  static std::atomic<int> counter{0};
  name_ = fmt::format("leat_scan_{}", counter++);
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_table_function_set_name(function, name_.c_str());
  duckdb_table_function_set_extra_info(function, new std::shared_ptr<Cursor>(cursor_), [](void* held) {
    delete static_cast<std::shared_ptr<Cursor>*>(held);
  });
  duckdb_table_function_set_bind(function, Cursor::bind);
  duckdb_table_function_set_init(function, Cursor::init);
  duckdb_table_function_set_function(function, Cursor::scan);
  duckdb_state registered = duckdb_register_table_function(connection.handle(), function);
  duckdb_destroy_table_function(&function);
  if (registered != DuckDBSuccess)
    raise("DuckDB refused to register the batch scan", connection.database()->path(), "");
}

std::string BatchScan::sql() const {
  return name_ + "()";
}

void BatchScan::set(const batch::RecordBatch* batch) {
  cursor_->batch = batch;
}

}  // namespace leat::duck
