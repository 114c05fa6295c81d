#include "files/signature.h"

#include <doctest/doctest.h>

#include "files/location.h"

using namespace leat;
using files::sign;

namespace {

const files::AwsKeys kSuiteKeys{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
const files::AwsKeys kS3Keys{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};

http::Request asking(const char* method, const char* url) {
  http::Request request;
  request.method = method;
  request.url = url;
  return request;
}

std::string signature(http::Request request, const files::AwsKeys& keys, const files::SigningScope& scope,
                      const char* at) {
  sign(request, keys, scope, *parse_iso_timestamp(at));
  std::string_view header = request.headers.get("Authorization");
  return std::string(header.substr(header.find("Signature=") + 10));
}

}  // namespace

TEST_CASE("Signatures equal those of AWS's published test suite") {
  auto of = [](const char* method, const char* url) {
    return signature(asking(method, url), kSuiteKeys, {"us-east-1", "service"}, "2015-08-30T12:36:00Z");
  };
  CHECK(of("GET", "https://example.amazonaws.com/") ==
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  CHECK(of("GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1") ==
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
  CHECK(of("POST", "https://example.amazonaws.com/") ==
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
}

TEST_CASE("Signatures equal those of the examples in the S3 API reference") {
  auto of = [](http::Request request) {
    return signature(std::move(request), kS3Keys, {"us-east-1", "s3"}, "2013-05-24T00:00:00Z");
  };
  http::Request ranged = asking("GET", "https://examplebucket.s3.amazonaws.com/test.txt");
  ranged.headers.set("Range", "bytes=0-9");
  CHECK(of(ranged) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  CHECK(of(asking("GET", "https://examplebucket.s3.amazonaws.com/?lifecycle=")) ==
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  CHECK(of(asking("GET", "https://examplebucket.s3.amazonaws.com/?prefix=J&max-keys=2")) ==
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
  http::Request put = asking("PUT", "https://examplebucket.s3.amazonaws.com/test%24file.text");
  put.headers.set("Date", "Fri, 24 May 2013 00:00:00 GMT");
  put.headers.set("x-amz-storage-class", "REDUCED_REDUNDANCY");
  put.body = "Welcome to Amazon S3.";
  CHECK(of(put) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST_CASE("A key that holds = is signed encoded once for S3 and twice elsewhere") {
  std::string key = files::percent_encode("ingestion_date=2026-01-05/hour=07/a b+c.gz", true);
  CHECK(key == "ingestion_date%3D2026-01-05/hour%3D07/a%20b%2Bc.gz");
  http::Request request = asking("GET", "");
  request.url = "http://127.0.0.1:9000/bucket/" + key;
  std::string signed_headers;
  std::string s3 = files::canonical_request(request, {"us-east-1", "s3"}, "HASH", &signed_headers);
  CHECK(s3.starts_with(
      "GET\n/bucket/ingestion_date%3D2026-01-05/hour%3D07/a%20b%2Bc.gz\n\nhost:127.0.0.1:9000\n"));
  signed_headers.clear();
  std::string other = files::canonical_request(request, {"us-east-1", "sqs"}, "HASH", &signed_headers);
  CHECK(other.find("ingestion_date%253D2026") != std::string::npos);
}

TEST_CASE("A session token is signed and kept from other origins") {
  http::Request request = asking("GET", "https://b.s3.us-east-1.amazonaws.com/k");
  files::AwsKeys keys = kS3Keys;
  keys.session_token = "token-of-a-session";
  sign(request, keys, {"us-east-1", "s3"}, *parse_iso_timestamp("2026-01-05T00:00:00Z"));
  CHECK(request.headers.get("Authorization").find("x-amz-security-token") != std::string_view::npos);
  CHECK(request.secret_headers == std::vector<std::string>{"x-amz-security-token"});
}
