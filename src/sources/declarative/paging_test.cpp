#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "support/connector.h"
#include "support/lines.h"

using namespace leat;
using leat::testing::Connector;
using leat::testing::RecordingSink;
using Reply = Connector::Reply;
using Asked = Connector::Asked;
using leat::testing::Lines;

namespace {

std::string paged(const std::string& strategy, const std::string& more = "",
                  const std::string& token = "RequestOption") {
  return "streams:\n"
         "- type: DeclarativeStream\n"
         "  name: s\n"
         "  retriever:\n"
         "    type: SimpleRetriever\n"
         "    record_selector: {extractor: {field_path: [data]}}\n"
         "    paginator:\n"
         "      type: DefaultPaginator\n"
         "      pagination_strategy: " +
         strategy + "\n" +
         (token == "RequestPath" ? "      page_token_option: {type: RequestPath}\n"
                                 : "      page_token_option: {type: RequestOption, inject_into: "
                                   "request_parameter, field_name: p}\n") +
         "    requester: {type: HttpRequester, url: \"{{ config['url'] }}\", path: s, request_parameters: "
         "{k: v}}\n" +
         more;
}

std::string records(int from, int count) {
  std::string out = "{\"data\":[";
  for (int i = 0; i < count; ++i)
    out += (i ? "," : "") + std::string("{\"id\":") + std::to_string(from + i) + "}";
  return out + "]}";
}

Lines ids(int count) {
  Lines out;
  for (int i = 0; i < count; ++i) out.push_back("id=" + std::to_string(i));
  return out;
}

// Serves `total` records by offset p and page size.
Connector::Reply page_by_offset(const Asked& asked, int total, int size) {
  int from = asked.parameter("p").empty() ? 0 : std::stoi(asked.parameter("p"));
  return Reply{.body = records(from, std::clamp(total - from, 0, size))};
}

}  // namespace

TEST_CASE("offsets grow by what the page held, and a short page is the last") {
  for (std::string settings : {"concurrency: 1", "concurrency: 4"}) {
    Connector api(
        paged("{type: OffsetIncrement, page_size: 10}"),
        [](const Asked& asked) { return page_by_offset(asked, 25, 10); }, settings);
    RecordingSink sink = api.read();
    CHECK(sink.rows == ids(25));
    Lines asked = api.targets();
    CHECK(asked[0] == "/s?k=v");
    CHECK(std::count(asked.begin(), asked.end(), "/s?p=10&k=v") == 1);
    CHECK(std::count(asked.begin(), asked.end(), "/s?p=20&k=v") == 1);
    if (settings == "concurrency: 1") CHECK(asked.size() == 3);
  }
}

TEST_CASE("a last page that is full is followed by an empty one") {
  Connector api(
      paged("{type: OffsetIncrement, page_size: 10, inject_on_first_request: true}"),
      [](const Asked& asked) { return page_by_offset(asked, 20, 10); }, "concurrency: 1");
  CHECK(api.read().rows == ids(20));
  CHECK(api.targets() == Lines{"/s?p=0&k=v", "/s?p=10&k=v", "/s?p=20&k=v"});
}

TEST_CASE("pages are fetched ahead, delivered in order, and the waste behind the end is bounded") {
  for (int total : {1, 9, 10, 11, 99, 100, 101, 250}) {
    Connector api(
        paged("{type: OffsetIncrement, page_size: 10}"),
        [&](const Asked& asked) { return page_by_offset(asked, total, 10); }, "concurrency: 4");
    CHECK(api.read().rows == ids(total));
    std::size_t needed = static_cast<std::size_t>(total / 10 + 1);
    CHECK(api.server.request_count() >= needed);
    CHECK(api.server.request_count() <= needed + 4);
    Lines asked = api.targets();
    CHECK(std::set<std::string>(asked.begin(), asked.end()).size() == asked.size());
  }
}

TEST_CASE("a server that ignores the page size is paged by what it gives") {
  // It is asked for 10 a page and gives 7: fewer than asked for ends the paging, as in the CDK; 13 goes on
  // by 13.
  Connector more(
      paged("{type: OffsetIncrement, page_size: 10}"),
      [](const Asked& asked) { return page_by_offset(asked, 30, 13); }, "concurrency: 4");
  CHECK(more.read().rows == ids(30));
  Connector less(
      paged("{type: OffsetIncrement, page_size: 10}"),
      [](const Asked& asked) { return page_by_offset(asked, 30, 7); }, "concurrency: 4");
  CHECK(less.read().rows == ids(7));
}

TEST_CASE("page numbers begin where they should, also when the first page is asked for without one") {
  auto by_number = [](int first) {
    return [first](const Asked& asked) {
      int page = asked.parameter("p").empty() ? 0 : std::stoi(asked.parameter("p")) - first;
      return Reply{.body = records(page * 2, page < 2 ? 2 : 1)};
    };
  };
  Connector plain(paged("{type: PageIncrement, page_size: 2, start_from_page: 1}"), by_number(1),
                  "concurrency: 1");
  CHECK(plain.read().rows == ids(5));
  CHECK(plain.targets() == Lines{"/s?k=v", "/s?p=2&k=v", "/s?p=3&k=v"});
  Connector first(paged("{type: PageIncrement, page_size: 2, inject_on_first_request: true}"), by_number(0),
                  "concurrency: 1");
  CHECK(first.read().rows == ids(5));
  CHECK(first.targets() == Lines{"/s?p=0&k=v", "/s?p=1&k=v", "/s?p=2&k=v"});
}

TEST_CASE("without a page size pages go on until one is empty") {
  Connector api(paged("{type: PageIncrement, start_from_page: 1}"), [](const Asked& asked) {
    int page = asked.parameter("p").empty() ? 1 : std::stoi(asked.parameter("p"));
    return Reply{.body = records((page - 1) * 3, page < 4 ? 3 : 0)};
  });
  CHECK(api.read().rows == ids(9));
  CHECK(api.server.request_count() == 4);
}

TEST_CASE("a cursor in the answer leads on until it is empty or the condition says stop") {
  auto chain = [](const Asked& asked) {
    int at = asked.parameter("p").empty() ? 0 : std::stoi(asked.parameter("p"));
    std::string next = at + 2 < 6 ? std::to_string(at + 2) : "";
    std::string body = records(at, 2);
    body.insert(body.size() - 1, ",\"next\":\"" + next + "\",\"more\":" + (at + 2 < 4 ? "true" : "false"));
    return Reply{.body = body};
  };
  Connector until_empty(paged("{type: CursorPagination, cursor_value: \"{{ response['next'] }}\"}"), chain);
  CHECK(until_empty.read().rows == ids(6));
  Connector until_stop(
      paged("{type: CursorPagination, cursor_value: \"{{ response.next }}\", stop_condition: \"{{ not "
            "response['more'] }}\"}"),
      chain);
  CHECK(until_stop.read().rows == ids(4));
  Connector by_record(
      paged("{type: CursorPagination, cursor_value: \"{{ last_record['id'] + 1 }}\", stop_condition: "
            "\"{{ last_page_size < 2 or last_record.id == 5 }}\"}"),
      chain);
  CHECK(by_record.read().rows == ids(6));
}

TEST_CASE("a stop condition that yields none goes on, as in the CDK") {
  Connector api(
      paged("{type: CursorPagination, cursor_value: \"{{ response['next'] }}\", stop_condition: \"{{ "
            "response.get('nothing') }}\"}"),
      [](const Asked& asked) {
        return Reply{.body = asked.parameter("p") == "x" ? R"({"data":[{"id":1}],"next":null})"
                                                         : R"({"data":[{"id":0}],"next":"x"})"};
      });
  CHECK(api.read().rows == ids(2));
}

TEST_CASE("the address of the next page replaces the path, and equal parameters are not sent twice") {
  std::string url;
  Connector api(paged("{type: CursorPagination, cursor_value: \"{{ headers['link']['next']['url'] }}\", "
                      "stop_condition: \"{{ 'next' not in headers['link'] }}\"}",
                      "", "RequestPath"),
                [&](const Asked& asked) {
                  Reply reply{.body = records(asked.path == "/s" ? 0 : 1, 1)};
                  if (asked.path == "/s") {
                    reply.headers = {
                        {"Link", "<" + url + "/t?k=v&page=2>; rel=\"next\", <" + url + "/z>; rel=\"last\""}};
                  } else {
                    reply.headers = {{"Link", "<" + url + "/z>; rel=\"last\""}};
                  }
                  return reply;
                });
  url = api.server.url();
  CHECK(api.read().rows == ids(2));
  CHECK(api.targets() == Lines{"/s?k=v", "/t?k=v&page=2"});
}

TEST_CASE("a next page that is the same page again ends the read") {
  Connector api(paged("{type: CursorPagination, cursor_value: \"{{ response['next'] }}\"}"),
                [](const Asked&) { return Reply{.body = R"({"data":[{"id":1}],"next":"again"})"}; });
  auto error = api.failure([&] { api.read(); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::source_invalid_response);
  CHECK(api.server.request_count() == 2);
}

TEST_CASE("pages begin anew after so many records, each time counted from there") {
  int given = 0;
  Connector api(
      paged("{type: OffsetIncrement, page_size: 2}",
            "    pagination_reset: {type: PaginationReset, action: RESET, limits: {type: "
            "PaginationResetLimits, number_of_records: 4}}\n"),
      [&](const Asked&) {
        int count = std::min(2, 10 - given);
        given += count;
        return Reply{.body = records(given - count, count)};
      },
      "concurrency: 1");
  CHECK(api.read().rows == ids(10));
  Lines offsets;
  for (const Asked& each : api.server.requests()) offsets.push_back(each.parameter("p"));
  CHECK(offsets == Lines{"", "2", "", "2", "", "2"});
}

TEST_CASE("an error that the connector ignores ends the paging without records") {
  Connector api(
      paged("{type: OffsetIncrement, page_size: 2}"),
      [](const Asked& asked) {
        if (!asked.parameter("p").empty()) return Reply{.status = 404, .body = R"({"data":[{"id":9}]})"};
        return Reply{.body = records(0, 2)};
      },
      "concurrency: 1");
  std::string with_filter = api.manifest;
  with_filter.replace(
      with_filter.find("path: s,"), 8,
      "path: s, error_handler: {type: DefaultErrorHandler, response_filters: [{http_codes: [404], "
      "action: IGNORE}]},");
  api.manifest = with_filter;
  CHECK(api.read().rows == ids(2));
}

TEST_CASE("slices are fetched ahead and still end in order") {
  std::string manifest = paged("{type: OffsetIncrement, page_size: 10}");
  manifest.insert(
      manifest.find("    requester:"),
      "    partition_router: {type: ListPartitionRouter, cursor_field: part, values: [1, 2, 3, 4, 5, 6, 7, "
      "8], request_option: {inject_into: request_parameter, field_name: part}}\n");
  Connector api(manifest, [](const Asked& asked) {
    int part = std::stoi(asked.parameter("part"));
    int from = asked.parameter("p").empty() ? 0 : std::stoi(asked.parameter("p"));
    return Reply{.body = records(part * 100 + from, std::clamp(part * 7 - from, 0, 10))};
  });
  Lines expected;
  for (int part = 1; part <= 8; ++part) {
    for (int i = 0; i < part * 7; ++i) expected.push_back("id=" + std::to_string(part * 100 + i));
  }
  CHECK(api.read().rows == expected);
}
