#include "sources/declarative/decoder.h"

#include <doctest/doctest.h>

#include <random>

#include "http/message.h"
#include "sources/declarative/extract.h"

using namespace leat;
using namespace leat::sources::declarative;
using batch::Type;
using batch::TypeKind;

namespace {

// What a page becomes: each batch printed as "name:type=value|value…", rejects as "field: reason".
struct Decoded {
  std::vector<std::string> columns;
  std::vector<stream::RejectedRecord> rejects;
  std::size_t rows = 0, count = 0, batches = 0;
  bool good = true;
  std::string column(const std::string& name) const {
    for (const std::string& each : columns) {
      if (each.rfind(name + ":", 0) == 0) return each.substr(name.size() + 1);
    }
    return "none";
  }
};

Decoded decode(const std::vector<std::string>& pages, std::vector<Field> fields = {},
               std::vector<std::string> path = {}, BatchLimits limits = {}) {
  Decoded out;
  RecordDecoder decoder(
      std::move(fields), limits,
      [&](batch::RecordBatch&& batch) {
        ++out.batches;
        out.rows += batch.rows();
        out.columns.clear();
        for (std::size_t i = 0; i < batch.schema()->size(); ++i) {
          const batch::Column& column = (*batch.schema())[i];
          std::string text = column.name + ":" + column.type.name() + "=";
          for (std::size_t row = 0; row < batch.rows(); ++row) {
            text += (row ? "|" : "") + (batch.column(i).is_null(row) ? "~" : batch.column(i).print(row));
          }
          out.columns.push_back(std::move(text));
        }
      },
      [&](stream::RejectedRecord&& record) { out.rejects.push_back(std::move(record)); });
  JsonIndex index;
  for (const std::string& page : pages) {
    http::Body body(page);
    if (!index.build(body.view()).empty() ||
        !RecordPath(path).visit(
            index, [&](const char* text, JsonAt at, JsonAt end) { return decoder.record(text, at, end); },
            out.count)) {
      out.good = false;
      return out;
    }
  }
  decoder.flush();
  return out;
}

Field field(std::string name, TypeKind kind) {
  return {std::move(name), Type{kind}, false, false};
}

}  // namespace

TEST_CASE("numbers in quotes, instants and text land in their types; missing and null keys are null") {
  Decoded out =
      decode({R"([{"n":"41.96671217","i":"12","t":"2023-11-06T01:02:03.456","z":"2023-11-14T11:02:01.256Z",
    "s":"a\"\u00e9\n","b":true,"d":"2024-02-29"},
   {"n":null,"s":""},{}])"},
             {field("n", TypeKind::float64), field("i", TypeKind::int64), field("t", TypeKind::timestamp),
              field("z", TypeKind::timestamptz), field("s", TypeKind::text), field("b", TypeKind::boolean),
              field("d", TypeKind::date), field("gone", TypeKind::text)});
  CHECK(out.count == 3);
  CHECK(out.column("n") == "float64=41.96671217|~|~");
  CHECK(out.column("i") == "int64=12|~|~");
  CHECK(out.column("t") == "timestamp=2023-11-06 01:02:03.456|~|~");
  CHECK(out.column("z") == "timestamptz=2023-11-14 11:02:01.256+00|~|~");
  CHECK(out.column("s") == "text=a\"é\n||~");
  CHECK(out.column("b") == "boolean=true|~|~");
  CHECK(out.column("d") == "date=2024-02-29|~|~");
  CHECK(out.column("gone") == "text=~|~|~");
}

TEST_CASE("fields may come in any order, twice, or escaped in another way") {
  Decoded out = decode({R"([{"a":"1","b":"2"},{"b":"3","a":"4"},{"\u0061":"5"},{"a":"x","a":"6"}])"},
                       {field("a", TypeKind::text), field("b", TypeKind::text)});
  CHECK(out.column("a") == "text=1|4|5|6");
  CHECK(out.column("b") == "text=2|3|~|~");
}

TEST_CASE("a record with a value that does not fit is rejected whole, with its field and reason") {
  Decoded out =
      decode({R"([{"a":"1","n":1},{"a":"2","n":"x","late":5},{"a":"3","n":3}, 7, {"a":"4","n":[1]}])"},
             {field("a", TypeKind::text), field("n", TypeKind::float64)});
  CHECK(out.column("a") == "text=1|3");
  CHECK(out.column("n") == "float64=1|3");
  CHECK(out.column("late") == "none");
  REQUIRE(out.rejects.size() == 3);
  CHECK(out.rejects[0].record == R"({"a":"2","n":"x","late":5})");
  CHECK(out.rejects[0].field == "n");
  CHECK(out.rejects[0].reason.find("float64") != std::string::npos);
  CHECK(out.rejects[1].record == "7");
  CHECK(out.rejects[2].field == "n");
}

TEST_CASE("a record with half of a surrogate pair is rejected: no column of text can hold it") {
  Decoded out = decode({R"([{"a":"x\ud83d\ude00"},{"a":"x\ud83d"},{"a":"\ude00"},{"a":"y"}])"},
                       {field("a", TypeKind::text)});
  CHECK(out.column("a") == "text=x\xF0\x9F\x98\x80|y");
  REQUIRE(out.rejects.size() == 2);
  CHECK(out.rejects[0].reason == "Half of a surrogate pair is no character");
}

TEST_CASE("nothing of a rejected record stays, also where bits of nulls are shared") {
  std::string page = "[";
  for (int i = 0; i < 40; ++i) {
    page += i ? "," : "";
    page += i % 3 == 1 ? R"({"a":"bad","n":"?"})" : i % 2 ? R"({"a":"ok"})" : R"({"n":1})";
  }
  Decoded out = decode({page + "]"}, {field("a", TypeKind::text), field("n", TypeKind::int64)});
  CHECK(out.rejects.size() == 13);
  CHECK(out.rows == 27);
  std::string a = "text=", n = "int64=";
  for (int i = 0; i < 40; ++i) {
    if (i % 3 == 1) continue;
    a += std::string(i ? "|" : "") + (i % 2 ? "ok" : "~");
    n += std::string(i ? "|" : "") + (i % 2 ? "~" : "1");
  }
  CHECK(out.column("a") == a);
  CHECK(out.column("n") == n);
}

TEST_CASE("an integer that is only a guess widens when a fraction comes, and still rejects words") {
  Field guess{"n", Type{TypeKind::int64}, true, false};
  Decoded out = decode({R"([{"n":"1"},{"n":"2.5"},{"n":"x"}])"}, {guess});
  CHECK(out.column("n") == "float64=1|2.5");
  CHECK(out.rejects.size() == 1);
}

TEST_CASE("fields that nobody declared get columns, whose types widen as values demand") {
  Decoded out = decode({R"([{"a":1,"b":"x","c":true,"d":{"k":[1, 2]},"e":null},
                            {"a":2.5,"b":3,"c":"yes","d":[],"f":"new"},{"a":"012"}])"});
  CHECK(out.column("a") == "text=1|2.5|012");
  CHECK(out.column("b") == "text=x|3|~");
  CHECK(out.column("c") == "text=true|yes|~");
  CHECK(out.column("d") == "json={\"k\":[1, 2]}|[]|~");
  CHECK(out.column("e") == "none");
  CHECK(out.column("f") == "text=~|new|~");
  CHECK(decode({R"([{"a":1},{"a":2.5}])"}).column("a") == "float64=1|2.5");
}

TEST_CASE("points bring longitude and latitude beside their JSON") {
  Field point{"at", Type{TypeKind::json}, false, true};
  Decoded out = decode({R"([{"at":{"type":"Point","coordinates":[-87.6,41.9]}},
    {"at":{"latitude":"41.5","longitude":"-87.5","human_address":"{\"a\": \"\"}"}},
    {"at":{"human_address":""}},{},{"at":{"latitude":"north","longitude":"1"}}])"},
                       {point});
  CHECK(out.column("at_longitude") == "float64=-87.6|-87.5|~|~");
  CHECK(out.column("at_latitude") == "float64=41.9|41.5|~|~");
  CHECK(
      out.column("at") ==
      R"(json={"type":"Point","coordinates":[-87.6,41.9]}|{"latitude":"41.5","longitude":"-87.5","human_address":"{\"a\": \"\"}"}|{"human_address":""}|~)");
  REQUIRE(out.rejects.size() == 1);
  CHECK(out.rejects[0].field == "at");
}

TEST_CASE("batches end at their limit of rows or bytes, and no row is lost between them") {
  std::string page = "[";
  for (int i = 0; i < 1000; ++i)
    page += (i ? "," : "") + std::string("{\"a\":\"") + std::string(100, 'x') + "\"}";
  page += "]";
  Decoded by_rows =
      decode({page}, {field("a", TypeKind::text)}, {}, {.rows_max = 300, .bytes_max = 1u << 30});
  CHECK(by_rows.rows == 1000);
  CHECK(by_rows.batches == 4);
  Decoded by_bytes =
      decode({page}, {field("a", TypeKind::text)}, {}, {.rows_max = 50000, .bytes_max = 30000});
  CHECK(by_bytes.rows == 1000);
  CHECK(by_bytes.batches == 2);
}

TEST_CASE("text that is no JSON is found out, wherever it breaks") {
  for (const char* page : {R"([{"a":1},])", R"([{"a":1)", R"([{"a" 1}])", R"([{"a":tru}])",
                           R"([{"a":1}{"a":2}])", R"([{"a":01}])", R"([{"a":{"b":1]}])", R"({"a":1} x)",
                           R"([{"a":"\x"}])", "<html>", "[", R"([{"a":nul}])", R"([{"a":-}])", R"([{,}])",
                           R"([{"a"b:1}])", R"([{"a":"x"1}])", R"([{"a":{"k"x:1}}])"}) {
    CAPTURE(page);
    CHECK_FALSE(decode({page}).good);
  }
}

TEST_CASE("records are found by a path as Airbyte's extractor finds them") {
  auto rows = [](const char* page, std::vector<std::string> path) {
    return decode({page}, {}, std::move(path)).count;
  };
  CHECK(rows(R"([{"a":1},{"a":2}])", {}) == 2);
  CHECK(rows(R"({"a":1})", {}) == 1);
  CHECK(rows(R"({})", {}) == 0);
  CHECK(rows(R"([])", {}) == 0);
  CHECK(rows(R"({"data":[{"a":1},{"a":2}]})", {"data"}) == 2);
  CHECK(rows(R"({"data":{"a":1}})", {"data"}) == 1);
  CHECK(rows(R"({"data":null})", {"data"}) == 0);
  CHECK(rows(R"({"other":[1]})", {"data"}) == 0);
  CHECK(rows(R"({"data":{"items":[{"a":1}]}})", {"data", "items"}) == 1);
  CHECK(rows(R"({"list":[{"a":1},{"b":[{"c":1},{"c":2}]}]})", {"list", "1", "b"}) == 2);
  CHECK(rows(R"({"x":{"k":{"a":1}},"y":{"k":{"a":2}}})", {"*", "k"}) == 2);
  CHECK(rows(R"({"x":{"k":[{"a":1},{"a":2}]}})", {"x", "k", "*"}) == 2);
  CHECK(rows(R"([{"data":[{"a":1}]},{"data":[{"a":2},{"a":3}]}])", {"data"}) == 3);
}

TEST_CASE("the fast readers agree with the general ones") {
  for (const char* text :
       {"2023-11-06T00:00:00.000", "2023-11-06T23:59:59.999", "2023-11-06T23:59:59.999Z",
        "2024-02-29T12:00:00.001", "2023-02-29T12:00:00.001", "2023-11-06T24:00:00.000",
        "2023-11-06T12:60:00.000", "2023-11-06T12:00:00+01:00", "2023-11-06", "2023-13-01T00:00:00.000",
        "2023-11-06T1a:00:00.000", "", "2023-11-06 12:00:00.5"}) {
    CAPTURE(text);
    std::int64_t micros = 0;
    bool zone = false, expected_zone = false;
    bool good = parse_instant(text, micros, zone);
    std::optional<Timestamp> expected = parse_iso_timestamp(text, expected_zone);
    CHECK(good == expected.has_value());
    if (good && expected) {
      CHECK(micros == expected->time_since_epoch().count());
      CHECK(zone == expected_zone);
    }
  }
  for (const char* text :
       {"0", "-0", "1", "41.96671217", "-87.687866208", "9007199254740993", "0.1", "1e5", "1E-7",
        "123456789012345678901234567890", "1.5e400", "5e-324", "0.30000000000000004"}) {
    CAPTURE(text);
    double value = 0;
    bool good = parse_float64(text, value);
    bool is_number = std::string_view(text) != "1.5e400";
    CHECK(good == is_number);
    if (good) CHECK(value == std::strtod(text, nullptr));
    double padded_value = 0;
    http::Body padded(text);
    CHECK(parse_float64_padded(padded.view(), padded_value) == good);
    if (good) CHECK(padded_value == value);
  }
  std::mt19937_64 random(5);
  for (int i = 0; i < 200000; ++i) {
    static constexpr std::string_view kLetters = "0123456789012345678901234567890123456789..-e+x";
    std::string text;
    for (std::size_t n = random() % 24; n > 0; --n)
      text += kLetters[random() % (i % 2 ? kLetters.size() : 41)];
    double plain = 0, fast = 0;
    http::Body padded(text);
    bool good = parse_float64(text, plain);
    if (parse_float64_padded(padded.view(), fast) != good || (good && fast != plain)) FAIL(text);
    char* end = nullptr;
    double standard = std::strtod(text.c_str(), &end);
    if (good && (*end != 0 || standard != plain)) FAIL(text);
  }
  double number;
  for (const char* text : {"nan", "inf", "-inf", "", "-", "abc", "0x10", "1 ", " 1", "--1"}) {
    CHECK_FALSE(parse_float64(text, number));
  }
  std::int64_t whole;
  CHECK(parse_int64("12.0", whole));
  CHECK(whole == 12);
  CHECK(parse_int64("-9223372036854775808", whole));
  CHECK(whole == INT64_MIN);
  for (const char* text : {"9223372036854775808", "1.5", "", "-", "x", "1e30"})
    CHECK_FALSE(parse_int64(text, whole));
}
