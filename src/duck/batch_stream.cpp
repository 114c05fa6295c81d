#include "duck/batch_stream.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>

#include "batch/bounded_queue.h"
#include "duck/chunks.h"

namespace leat::duck {
namespace {

using Queue = batch::BoundedQueue<batch::RecordBatch>;

// One reading thread's place. Chunks point into the batch's text, so it stays until the next call.
struct Place {
  std::optional<batch::RecordBatch> batch;
  std::size_t next_row = 0;
};

}  // namespace

struct BatchStream::Reading {
  batch::SchemaPtr schema;
  std::unique_ptr<Queue> queue;
  int threads = 1;

  static Reading& of(void* extra) { return **static_cast<std::shared_ptr<Reading>*>(extra); }

  static void bind(duckdb_bind_info info) {
    for (const batch::Column& column : of(duckdb_bind_get_extra_info(info)).schema->columns()) {
      duckdb_logical_type type = scan_type(column.type);
      duckdb_bind_add_result_column(info, column.name.c_str(), type);
      duckdb_destroy_logical_type(&type);
    }
  }

  static void init(duckdb_init_info info) {
    Reading& reading = of(duckdb_init_get_extra_info(info));
    duckdb_init_set_max_threads(info, static_cast<idx_t>(reading.threads));
  }

  static void init_thread(duckdb_init_info info) {
    duckdb_init_set_init_data(info, new Place, [](void* held) { delete static_cast<Place*>(held); });
  }

  static void scan(duckdb_function_info info, duckdb_data_chunk out) {
    Reading& reading = of(duckdb_function_get_extra_info(info));
    Place& place = *static_cast<Place*>(duckdb_function_get_local_init_data(info));
    while (!place.batch || place.next_row == place.batch->rows()) {
      place.batch = reading.queue->pop();
      place.next_row = 0;
      if (!place.batch) return duckdb_data_chunk_set_size(out, 0);
    }
    std::size_t count = std::min<std::size_t>(duckdb_vector_size(), place.batch->rows() - place.next_row);
    for (std::size_t i = 0; i < reading.schema->size(); ++i) {
      fill_vector(place.batch->column(i), place.next_row, count, duckdb_data_chunk_get_vector(out, i));
    }
    place.next_row += count;
    duckdb_data_chunk_set_size(out, count);
  }
};

BatchStream::BatchStream(Connection& connection, std::size_t bytes_max)
    : connection_(connection), bytes_max_(bytes_max), reading_(std::make_shared<Reading>()) {
  static std::atomic<int> counter{0};
  name_ = fmt::format("leat_batches_{}", counter++);
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_table_function_set_name(function, name_.c_str());
  duckdb_table_function_set_extra_info(function, new std::shared_ptr<Reading>(reading_), [](void* held) {
    delete static_cast<std::shared_ptr<Reading>*>(held);
  });
  duckdb_table_function_set_bind(function, Reading::bind);
  duckdb_table_function_set_init(function, Reading::init);
  duckdb_table_function_set_local_init(function, Reading::init_thread);
  duckdb_table_function_set_function(function, Reading::scan);
  duckdb_state registered = duckdb_register_table_function(connection.handle(), function);
  duckdb_destroy_table_function(&function);
  if (registered != DuckDBSuccess)
    raise("DuckDB refused to register the batch stream", connection.database()->path(), "");
}

BatchStream::~BatchStream() {
  cancel();
}

void BatchStream::begin(batch::SchemaPtr schema, std::string statement, int threads) {
  reading_->schema = std::move(schema);
  reading_->threads = threads;
  reading_->queue = std::make_unique<Queue>(bytes_max_);
  changed_ = 0;
  failure_ = nullptr;
  running_ = std::thread([this, statement = std::move(statement)] {
    try {
      changed_ = connection_.execute(statement);
    } catch (...) {
      failure_ = std::current_exception();
    }
    reading_->queue->cancel();
  });
}

void BatchStream::push(batch::RecordBatch&& batch) {
  std::size_t bytes = batch.byte_size();
  if (reading_->queue->push(std::move(batch), bytes)) return;
  join();
  if (failure_) std::rethrow_exception(failure_);
  raise("The statement ended before its rows did", connection_.database()->path(), "");
}

std::int64_t BatchStream::finish() {
  reading_->queue->close();
  join();
  if (failure_) std::rethrow_exception(failure_);
  return changed_;
}

void BatchStream::cancel() noexcept {
  if (!is_open()) return;
  reading_->queue->cancel();
  connection_.interrupt();
  join();
}

void BatchStream::join() {
  if (running_.joinable()) running_.join();
}

}  // namespace leat::duck
