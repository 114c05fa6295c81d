#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "batch/bounded_queue.h"
#include "batch/decimal.h"
#include "batch/record_batch.h"

using namespace leat::batch;

TEST_CASE("a column keeps values and nulls in row order, whatever their pattern") {
  for (unsigned pattern = 0; pattern < 4096; ++pattern) {
    ColumnData column(Type{TypeKind::int64});
    ColumnData words(Type{TypeKind::text});
    for (int row = 0; row < 12; ++row) {
      if (pattern >> row & 1) {
        column.append<std::int64_t>(row);
        words.append_text(std::to_string(row));
      } else {
        column.append_null();
        words.append_null();
      }
    }
    for (std::size_t row = 0; row < 12; ++row) {
      bool there = pattern >> row & 1;
      REQUIRE(column.is_null(row) == !there);
      REQUIRE(words.is_null(row) == !there);
      if (there) REQUIRE(column.value<std::int64_t>(row) == static_cast<std::int64_t>(row));
      REQUIRE(words.text(row) == (there ? std::to_string(row) : ""));
    }
  }
}

TEST_CASE("types have names that can be read back") {
  for (const char* name :
       {"boolean", "int16", "int64", "decimal(18,3)", "text", "timestamptz", "json", "uuid"}) {
    CHECK(parse_type(name)->name() == name);
  }
  CHECK_FALSE(parse_type("decimal(40,2)"));
  CHECK_FALSE(parse_type("varchar"));
}

TEST_CASE("two types widen to one that holds both") {
  auto widened = [](const char* a, const char* b) {
    return common_type(*parse_type(a), *parse_type(b)).name();
  };
  CHECK(widened("int32", "int64") == "int64");
  CHECK(widened("int64", "float64") == "float64");
  CHECK(widened("int32", "decimal(10,2)") == "decimal(12,2)");
  CHECK(widened("date", "timestamp") == "timestamp");
  CHECK(widened("boolean", "int64") == "text");
}

TEST_CASE("decimals are exact or refused") {
  CHECK(format_decimal(*parse_decimal("-12.50", 10, 3), 3) == "-12.500");
  CHECK(format_decimal(*parse_decimal("1.5e3", 10, 0), 0) == "1500");
  CHECK(format_decimal(*parse_decimal("0.001", 10, 3), 3) == "0.001");
  CHECK_FALSE(parse_decimal("1.2345", 10, 3));
  CHECK_FALSE(parse_decimal("12345678901", 10, 0));
  // One digit more than 38, and the whole turn of 128 bits, which would be 0.
  CHECK_FALSE(parse_decimal("100000000000000000000000000000000000000", 38, 0));
  CHECK_FALSE(parse_decimal("340282366920938463463374607431768211456", 38, 0));
  CHECK(format_decimal(*parse_decimal("-99999999999999999999999999999999999999", 38, 0), 0) ==
        "-99999999999999999999999999999999999999");
  CHECK_FALSE(parse_decimal("abc", 10, 0));
  CHECK_FALSE(parse_decimal("", 10, 0));
}

TEST_CASE("a bounded queue hands items over in order and holds the producer back") {
  BoundedQueue<int> queue(10);
  std::thread producer([&] {
    for (int i = 0; i < 1000; ++i) queue.push(int(i), 4);
    queue.close();
  });
  int next = 0;
  while (std::optional<int> item = queue.pop()) CHECK(*item == next++);
  producer.join();
  CHECK(next == 1000);
}

TEST_CASE("an item larger than the queue passes alone, and cancel frees both sides") {
  BoundedQueue<int> queue(10);
  CHECK(queue.push(1, 100));
  std::thread blocked([&] { CHECK_FALSE(queue.push(2, 1)); });
  queue.cancel();
  blocked.join();
  CHECK_FALSE(queue.pop());
}

TEST_CASE("a column that is cut back goes on as if the rows had never been") {
  for (std::size_t keep : {0U, 1U, 7U, 8U, 9U, 15U, 16U}) {
    ColumnData cut{Type{TypeKind::text}}, plain{Type{TypeKind::text}};
    auto add = [](ColumnData& column, std::size_t row) {
      if (row % 3 == 2) return column.append_null();
      column.append_text(std::string(row % 5, static_cast<char>('a' + row % 26)));
    };
    for (std::size_t row = 0; row < 20; ++row) add(cut, row);
    cut.truncate(keep);
    for (std::size_t row = 0; row < keep; ++row) add(plain, row);
    CHECK(cut.null_count() == plain.null_count());
    for (std::size_t row = keep; row < 30; ++row) {
      add(cut, row);
      add(plain, row);
    }
    REQUIRE(cut.size() == plain.size());
    CHECK(cut.null_count() == plain.null_count());
    for (std::size_t row = 0; row < plain.size(); ++row) {
      CHECK(cut.is_null(row) == plain.is_null(row));
      CHECK(cut.text(row) == plain.text(row));
    }
  }
}
