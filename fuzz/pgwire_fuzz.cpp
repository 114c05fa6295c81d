// rooms: server
// A session of the SQL endpoint over a channel that reads what it is fed: any bytes are served or refused,
// the answers stay well-formed messages, and memory stays bounded. The first byte says who listens: with or
// without a password; without one, the rest begins behind the startup message.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "base/error.h"
#include "server/pgwire/errors.h"
#include "server/pgwire/parameters.h"
#include "server/pgwire/rewrite.h"
#include "server/pgwire/session.h"
#include "support/fed_channel.h"

namespace {

using namespace leat;
using namespace leat::server;
using testing::FedChannel;
using namespace leat::server::pgwire;

void demand(bool is_so) {
  if (!is_so) std::abort();
}

// An engine whose queries answer three rows of what they were asked.
class EchoRows : public OpenRows {
 public:
  EchoRows(std::vector<Field> fields, std::string text)
      : fields_(std::move(fields)), text_(std::move(text)) {}
  const std::vector<Field>& fields() const override { return fields_; }
  bool next(const std::vector<Format>& formats, std::string& out) override {
    demand(formats.size() == fields_.size());
    if (left_-- == 0) return false;
    append_number(out, std::uint16_t{1});
    append_number(out, static_cast<std::uint32_t>(text_.size()));
    out += text_;
    return true;
  }

 private:
  std::vector<Field> fields_;
  std::string text_;
  int left_ = 3;
};

class EchoPrepared : public Prepared {
 public:
  EchoPrepared(std::string sql, std::vector<Oid> types) : sql_(std::move(sql)), types_(std::move(types)) {}
  const std::vector<Oid>& parameters() const override { return types_; }
  const std::vector<Field>& fields() const override { return fields_; }
  std::unique_ptr<OpenRows> open(const std::vector<Parameter>& parameters) override {
    demand(parameters.size() == types_.size());
    std::string text = sql_.substr(0, 20);
    for (const Parameter& each : parameters) text += each.value_or("").substr(0, 20);
    return std::make_unique<EchoRows>(fields_, text);
  }

 private:
  std::string sql_;
  std::vector<Oid> types_;
  std::vector<Field> fields_ = {{"echo", kText}};
};

class EchoSession : public EngineSession {
 public:
  explicit EchoSession(SettingLookup settings) : settings_(std::move(settings)) {}
  std::unique_ptr<Prepared> prepare(const std::string& sql, const std::vector<Oid>& types,
                                    const std::string&) override {
    std::vector<Oid> all = types;
    all.resize(std::max(all.size(), std::min<std::size_t>(parameter_count(sql), 100)));
    RewriteOptions options{"db", "catalog", "public", settings_, {"INTEGER", "", "BIGINT[]"}};
    std::string once = rewrite(sql, options);
    demand(once.size() <= 400 * sql.size() + 1000);
    return std::make_unique<EchoPrepared>(once, all);
  }
  void set(const std::string&, const std::string&) override {}
  void rest() override {}
  void cancel() override {}

 private:
  SettingLookup settings_;
};

class EchoEngine : public Engine {
 public:
  std::unique_ptr<EngineSession> begin(const std::string&, SettingLookup settings) override {
    return std::make_unique<EchoSession>(std::move(settings));
  }
};

// What was told has to be whole messages of known types, after the letters that answer TLS requests.
void check_told(std::string_view told) {
  while (told.starts_with('N') && (told.size() < 5 || told[1] != 0 || told[2] != 0)) told.remove_prefix(1);
  while (!told.empty()) {
    demand(told.size() >= 5);
    demand(std::string_view("123CDEGHIKNRSTZcdnstvA").find(told[0]) != std::string_view::npos);
    std::uint32_t length = 0;
    for (std::size_t i = 1; i < 5; ++i) length = (length << 8) | static_cast<unsigned char>(told[i]);
    demand(length >= 4 && length < told.size());
    told.remove_prefix(length + 1);
  }
}

const EndpointSettings& settings(bool needs_password) {
  static const EndpointSettings open = [] {
    EndpointSettings out;
    out.database = "db";
    out.needs_password = false;
    out.everyone.name = "leat";
    out.message_bytes_max = 65536;
    out.everyone.rows_max = 5000;
    return out;
  }();
  static const EndpointSettings closed = [] {
    EndpointSettings out = open;
    out.needs_password = true;
    out.roles.push_back(out.everyone);
    out.roles[0].verifier = make_verifier("word");
    return out;
  }();
  return needs_password ? closed : open;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  // What binds a value needs a statement; here each kind gets the bytes outright.
  if (data[0] & 4) {
    for (Oid type : {kBool, kInt2, kInt4, kInt8, kFloat4, kFloat8, kNumeric, kDate, kTime, kTimestamp,
                     kTimestampTz, kInterval, kUuid, kBytea, kJsonb, Oid{1007}, Oid{1009}, Oid{1231}}) {
      for (Format format : {Format::text, Format::binary}) {
        try {
          parameter_text(type, format, bytes);
        } catch (const Error&) {
          continue;
        }
      }
    }
    return 0;
  }
  Env env(fixed_clock({}), 1);
  const EndpointSettings& endpoint = settings(data[0] & 1);
  FedChannel channel(bytes, data[0] & 2 ? 3 : 65536);
  MessageReader reader(channel, endpoint.message_bytes_max, env);
  EchoEngine engine;
  try {
    std::optional<Login> login;
    if (data[0] & 1) {
      login = log_in(channel, reader, endpoint);
    } else {
      login = Login{{}, &endpoint.everyone, "leat", {}};
    }
    if (login && !login->cancel) {
      Running running;
      Session(channel, reader, engine, endpoint, std::move(*login), running, env).run(1, 2);
    }
  } catch (const Error& error) {
    demand(is_fatal(error) || !std::string_view(error.what()).empty());
  }
  check_told(channel.told);
  return 0;
}
