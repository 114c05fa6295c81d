#include <doctest/doctest.h>
#include <fmt/core.h>

#include <fstream>
#include <optional>

#include "base/error.h"
#include "files/codec.h"
#include "files/ini_file.h"
#include "files/json_lines.h"
#include "files/json_records.h"
#include "files/location.h"
#include "files/table_file.h"
#include "files/xml.h"
#include "support/temporary_folder.h"

using namespace leat;
using namespace leat::files;
using batch::TypeKind;

namespace {

std::optional<ErrorCode> failure(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

std::string decompressed(std::string_view bytes, std::size_t piece) {
  Decompressor decompressor;
  std::string out;
  auto take = [&](std::string_view part) { out += part; };
  for (std::size_t at = 0; at < bytes.size(); at += piece) decompressor.push(bytes.substr(at, piece), take);
  decompressor.finish(take);
  return out;
}

std::vector<std::string> records(std::string_view text, std::size_t piece = 7) {
  std::vector<std::string> out;
  JsonRecords cutter;
  auto take = [&](const JsonRecord& record) {
    out.push_back((record.problem.empty() ? "" : "BAD ") + std::string(record.text));
  };
  for (std::size_t at = 0; at < text.size(); at += piece) cutter.push(text.substr(at, piece), take);
  cutter.finish(take);
  return out;
}

batch::RecordBatch sample() {
  auto schema = std::make_shared<const batch::Schema>(std::vector<batch::Column>{
      {"id", {TypeKind::int64}},
      {"say \"it\"", {TypeKind::text}},
      {"amount", {TypeKind::decimal, 38, 2}},
      {"at", {TypeKind::timestamptz}},
      {"point", {TypeKind::json}},
      {"part", {TypeKind::float64}},
  });
  batch::RecordBatch batch(schema);
  batch.column(0).append<std::int64_t>(9007199254740993);
  batch.column(1).append_text("a\n\"b\"\t\x01");
  batch.column(2).append<__int128>(-1250);
  batch.column(3).append<std::int64_t>(1767571200000000);
  batch.column(4).append_text("{\"x\":\n[1,2]}");
  batch.column(5).append<double>(0.1);
  for (std::size_t i = 0; i < 6; ++i) batch.column(i).append_null();
  return batch;
}

}  // namespace

TEST_CASE("A location is a bucket with a prefix or a folder") {
  Location bucket = parse_location("s3://my-bucket/some/prefix");
  CHECK(bucket.scheme == Location::Scheme::s3);
  CHECK(bucket.bucket == "my-bucket");
  CHECK(bucket.path == "some/prefix");
  CHECK(bucket.folder().path == "some/prefix/");
  CHECK(parse_location("s3://my-bucket").folder().path.empty());
  CHECK(parse_location("file:///data/a%20b").path == "/data/a b");
  CHECK(parse_location("lake/x", "/project").path == "/project/lake/x");
  CHECK(failure([] { parse_location("ftp://host/x"); }) == ErrorCode::config_invalid);
  CHECK(failure([] { parse_location("s3:///x"); }) == ErrorCode::config_invalid);
}

TEST_CASE("gzip and Zstandard come back as they went, in pieces of any size and several members") {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "line " + std::to_string(i) + "\n";
  for (Compression kind : {Compression::none, Compression::gzip, Compression::zstd}) {
    auto compressor = make_compressor(kind);
    std::string bytes;
    compressor->write(std::string_view(text).substr(0, 1000), bytes);
    compressor->write(std::string_view(text).substr(1000), bytes);
    compressor->finish(bytes);
    CHECK(decompressed(bytes, 13) == text);
    compressor->write("more", bytes);
    compressor->finish(bytes);
    CHECK(decompressed(bytes, 1 << 20) == text + "more");
    if (kind == Compression::none) continue;
    CHECK(failure([&] { decompressed(std::string_view(bytes).substr(0, bytes.size() - 5), 100); }) ==
          ErrorCode::file_format);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
    CHECK(failure([&] { decompressed(bytes, 4096); }) == ErrorCode::file_format);
  }
  CHECK(decompressed("", 1).empty());
  CHECK(decompressed("{}", 1) == "{}");
}

TEST_CASE("JSON lines keep every digit and stay on one line") {
  batch::RecordBatch batch = sample();
  std::string out;
  append_json_lines(batch, 0, 2, out);
  CHECK(out ==
        "{\"id\":9007199254740993,\"say \\\"it\\\"\":\"a\\n\\\"b\\\"\\t\\u0001\",\"amount\":-12.50,"
        "\"at\":\"2026-01-05T00:00:00Z\",\"point\":{\"x\": [1,2]},\"part\":0.1}\n"
        "{\"id\":null,\"say \\\"it\\\"\":null,\"amount\":null,\"at\":null,\"point\":null,\"part\":null}\n");
  out.clear();
  append_json_lines(batch, 0, 1, out, "point");
  CHECK(out == "{\"x\": [1,2]}\n");
}

TEST_CASE("Records are told apart, and a bad one costs itself only") {
  CHECK(records("{\"a\":1}\n\n{\"a\":2}") == std::vector<std::string>{"{\"a\":1}", "{\"a\":2}"});
  CHECK(records("{\"a\":\"}{\"}{\"a\":2}") == std::vector<std::string>{"{\"a\":\"}{\"}", "{\"a\":2}"});
  CHECK(records("{\"a\":1}\n{\"a\":\n{\"a\":3}\n") ==
        std::vector<std::string>{"{\"a\":1}", "BAD {\"a\":", "{\"a\":3}"});
  CHECK(records("[{\"a\":1},{\"a\":2}]") == std::vector<std::string>{"{\"a\":1}", "{\"a\":2}"});
  CHECK(records("[\n{\"a\":1},\n{\"a\":2}\n]\n") == std::vector<std::string>{"{\"a\":1}", "{\"a\":2}"});
  CHECK(records("not json\r\n17\r\n") == std::vector<std::string>{"BAD not json", "17"});
  CHECK(records("[1,2]\n") == std::vector<std::string>{"[1,2]"});
  CHECK(records("").empty());
}

TEST_CASE("what a CSV file is like is found out from all of its rows") {
  testing::TemporaryFolder folder;
  auto read = [&](const std::string& name, const std::string& text, TableOptions how = {TableFormat::csv}) {
    const std::string path = folder.write(name, text);
    std::string twice[2];
    for (std::string& out : twice) {
      TableReader reader(path, how);
      for (const batch::Column& column : reader.schema()->columns()) out += column.name + " ";
      while (auto rows = reader.next()) {
        for (std::size_t i = 0; i < rows->rows(); ++i) {
          for (std::size_t k = 0; k < reader.schema()->size(); ++k)
            out += "|" + (rows->column(k).is_null(i) ? "null" : rows->column(k).print(i));
        }
      }
      how.found = reader.found();
      CHECK(how.found.find("columns = {") != std::string::npos);
    }
    CHECK(twice[0] == twice[1]);
    return twice[0];
  };
  // Names and quotes that DuckDB's own account of the file does not mark.
  CHECK(read("marks.csv", "it's;\"a \"\"b\"\"\"\n'x;y';2\n'z';3\n") == "it's \"a \"\"b\"\"\" |x;y|2|z|3");
  CHECK(read("lines.csv", "a,b\r\n1,\"x\r\ny\"\r\n,z\r\n") == "a b |1|x\r\ny|null|z");
  CHECK(read("title.csv", "what it is\n\na,b\n1,2\n3,4\n") == "a b |1|2|3|4");
  CHECK(read("days.csv", "d\n03/04/2021\n25/04/2021\n") == "d |2021-04-03|2021-04-25");
  CHECK(read("one.csv", "a\n1\n") == "a |1");
  CHECK(read("bare.csv", "1|x\n2|y\n", {TableFormat::csv, false, "|", false}) == "column0 column1 |1|x|2|y");
  CHECK(read("zeros.csv", "zip\n00123\n", {TableFormat::csv, false, "", std::nullopt, true}) == "zip |00123");
  // A last row that is no number is seen before the first is read.
  std::string late = "a\n";
  for (int i = 0; i < 30000; ++i) late += "1\n";
  TableReader reader(folder.write("late.csv", late + "x\n"), TableFormat::csv);
  CHECK((*reader.schema())[0].type.kind == TypeKind::text);
}

// A line of this process's status, such as "VmRSS:", in bytes.
std::size_t status_bytes(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::size_t kilobytes = 0;
  while (status >> word && word != name) {
  }
  status >> kilobytes;
  return kilobytes << 10;
}

TEST_CASE("finding out what a CSV file is like takes no memory that grows with the file") {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return;  // they hold freed memory back
#endif
  testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/long.csv", text(2000, 'x');
  {
    std::ofstream file(path);
    file << "id,text\n";
    for (int i = 0; i < 200'000; ++i) file << i << ',' << text << '\n';
  }
  TableReader(folder.write("short.csv", "id,text\n1,x\n"), TableFormat::csv);  // loads DuckDB
  std::ofstream("/proc/self/clear_refs") << 5;                                 // the peak begins anew
  const std::size_t before = status_bytes("VmRSS:");
  TableReader reader(path, TableFormat::csv);
  CHECK((*reader.schema())[0].type.kind == TypeKind::int64);
  CHECK(status_bytes("VmHWM:") < before + (300u << 20));  // of a file of 400 MB
}

TEST_CASE("long rows come in batches of few") {
  testing::TemporaryFolder folder;
  std::string text = "id,text\n";
  for (int i = 0; i < 10'000; ++i) text += fmt::format("{},{}\n", i, std::string(4000, 'x'));
  TableReader reader(folder.write("long.csv", text), TableFormat::csv);
  std::size_t rows = 0;
  while (auto batch = reader.next()) {
    rows += batch->rows();
    CHECK(batch->byte_size() < (20u << 20));
  }
  CHECK(rows == 10'000);
}

TEST_CASE("Parquet comes back as it went, CSV and JSON with their types found") {
  testing::TemporaryFolder folder;
  std::string path = folder.path() + "/a.parquet";
  batch::RecordBatch batch = sample();
  {
    TableWriter writer(path, batch.schema());
    writer.write(sample());
    writer.write(sample());
    writer.finish();
  }
  TableReader reader(path, TableFormat::parquet);
  auto rows = reader.next();
  REQUIRE(rows);
  CHECK(rows->rows() == 4);
  CHECK((*rows->schema())[2].type == batch::Type{TypeKind::decimal, 38, 2});
  CHECK(rows->column(2).print(2) == "-12.50");
  CHECK(rows->column(3).print(0) == batch.column(3).print(0));
  CHECK(rows->column(0).is_null(1));
  CHECK(!reader.next());
  TableReader csv(folder.write("a.csv", "id,name\n1,\"a,b\"\n2,\n"), TableFormat::csv);
  auto csv_rows = csv.next();
  REQUIRE(csv_rows);
  CHECK((*csv_rows->schema())[0].type.kind == TypeKind::int64);
  CHECK(csv_rows->column(1).text(0) == "a,b");
  TableReader json(folder.write("a.json", "{\"id\":1,\"p\":{\"x\":2}}\n"), TableFormat::json);
  auto json_rows = json.next();
  REQUIRE(json_rows);
  CHECK((*json_rows->schema())[1].type.kind == TypeKind::json);
  CHECK(json_rows->column(1).text(0) == "{\"x\":2}");
  CHECK(failure([&] { TableReader(folder.write("b.parquet", "no"), TableFormat::parquet); }) ==
        ErrorCode::file_format);
}

TEST_CASE("XML answers and profile files are read") {
  CHECK(xml_text("<R xmlns=\"x\"><Key>a&amp;b&#x41;</Key></R>", "Key") == "a&bA");
  CHECK(!xml_text("<Keys>1</Keys>", "Key"));
  CHECK(xml_elements("<C><K>1</K></C><C/><C><K>2</K></C>", "C").size() == 3);
  IniFile ini =
      parse_ini("[default]\nregion = eu-west-1 # here\n[profile x]\n  nested = 1\naws_access_key_id=A=B\n");
  CHECK(ini["default"]["region"] == "eu-west-1");
  CHECK(ini["x"]["aws_access_key_id"] == "A=B");
  CHECK(ini["x"].count("nested") == 0);
}
