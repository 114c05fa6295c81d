// leat firehose: a delivery stream of our own, and a sender for any.
#include <fmt/core.h>

#include <charconv>
#include <cstdio>

#include "base/error.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "lake/endpoint.h"
#include "lake/firehose_client.h"

namespace leat::cli {
namespace {

using document::Value;

class FirehoseCommand : public Command {
 public:
  std::string_view name() const override { return "firehose"; }
  std::string_view summary() const override {
    return "Take records as Amazon Data Firehose does, or send them";
  }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {
        {"--listen", "Take records at this address; port 0 chooses one", &listen_, false, "HOST:PORT"},
        {"--to", "Where they go: s3://BUCKET/PREFIX or a folder", &to_, false, "URL"},
        {"--spool", "Where they wait until then", &spool_, false, "FOLDER"},
        {"--drain", "Deliver what waits in the spool, and end", &drain_},
        {"--format", "jsonl, jsonl.gz, jsonl.zst or parquet", &format_, false, "FORMAT"},
        {"--prefix", "The key of a file in it, with expressions such as !{timestamp:yyyy/MM/dd}", &prefix_,
         false, "TEXT"},
        {"--buffer-size", "A file is delivered when this much is held", &buffer_size_, false, "SIZE"},
        {"--buffer-interval", "… or when its first record has waited so long", &buffer_interval_, false,
         "TIME"},
        {"--endpoint", "The address of the S3 server, or with --send of the delivery stream", &endpoint_,
         false, "URL"},
        {"--region", "The region", &region_, false, "NAME"},
        {"--send", "Send the lines of a file as records; - reads the standard input", &send_, false, "FILE"},
        {"--stream", "With --send: the delivery stream", &stream_, false, "NAME"},
        {"--session", "With --send: a name under which the same lines are taken once", &session_, false,
         "NAME"}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat firehose --listen 127.0.0.1:4573 --to s3://my-bucket/landing
  leat firehose --send calls.jsonl --stream calls --endpoint http://127.0.0.1:4573
  leat firehose --drain --to s3://my-bucket/landing)";
  }
  int run(const Globals& globals, Env& env) override {
    Progress progress(globals, env);
    if (!send_.empty()) return send(env);
    if (to_.empty() || (listen_.empty() && !drain_))
      throw Error(ErrorCode::cli_usage, "There is nothing to do", "leat firehose")
          .fix("Use --listen with --to, --drain with --to, or --send with --stream.");
    lake::EndpointOptions options;
    options.spool = spool_;
    options.lake = lake_settings(env);
    if (drain_) {
      std::int64_t records = lake::drain_spool(options, env);
      progress.stop();
      Terminal::line(fmt::format("{} records", format_count(records)));
      return kExitOk;
    }
    std::size_t colon = listen_.rfind(':');
    options.host = colon == std::string::npos ? listen_ : listen_.substr(0, colon);
    if (colon != std::string::npos)
      std::from_chars(listen_.data() + colon + 1, listen_.data() + listen_.size(), options.port);
    lake::serve_endpoint(options, env, [](const std::string& url) { Terminal::line("listening on " + url); });
    return kExitOk;
  }

 private:
  lake::LakeSettings lake_settings(Env& env) const {
    Value mapping = Value::mapping({{"url", Value::of(to_)}});
    auto set = [&](const char* field, const std::string& value) {
      if (!value.empty()) mapping.set(field, Value::of(value));
    };
    set("format", format_);
    set("prefix", prefix_);
    set("buffer_size", buffer_size_);
    set("buffer_interval", buffer_interval_);
    set("endpoint", endpoint_);
    set("region", region_);
    set("retry_for", "20s");  // the spool waits; a longer silence is told
    return lake::read_lake_settings(document::read_settings(lake::kLakeSpec, mapping, env));
  }

  int send(Env& env) const {
    if (stream_.empty()) throw Error(ErrorCode::cli_usage, "--send needs --stream", "leat firehose");
    lake::FirehoseOptions options;
    options.stream = stream_;
    options.endpoint = endpoint_;
    options.account.region = region_;
    options.session = session_;
    lake::FirehoseClient client(options, env);
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(nullptr, std::fclose);
    if (send_ != "-") file.reset(std::fopen(send_.c_str(), "rb"));
    std::FILE* from = send_ == "-" ? stdin : file.get();
    if (!from) throw Error(ErrorCode::file_io, "The file can't be read", send_);
    std::int64_t too_large = send_lines(from, client, env);
    client.flush();
    Terminal::line(
        fmt::format("{} records sent, {} of them again{}", format_count(client.records_sent()),
                    format_count(client.records_resent()),
                    too_large > 0 ? fmt::format(", {} larger than 1,000 KiB left out", too_large) : ""));
    return too_large > 0 ? kExitStepsFailed : kExitOk;
  }

  static std::int64_t send_lines(std::FILE* from, lake::FirehoseClient& client, Env& env) {
    std::string line, piece(1 << 20, '\0');
    std::int64_t too_large = 0;
    auto give = [&] {
      if (!line.empty() && !client.add(line)) ++too_large;
      line.clear();
    };
    for (std::size_t got; (got = std::fread(piece.data(), 1, piece.size(), from)) > 0;) {
      env.check_cancelled();
      std::string_view rest(piece.data(), got);
      for (std::size_t end; (end = rest.find('\n')) != std::string_view::npos; rest.remove_prefix(end + 1)) {
        line += rest.substr(0, end);
        give();
      }
      line += rest;
    }
    give();
    return too_large;
  }

  std::string listen_, to_, spool_ = ".leat/spool", format_, prefix_, buffer_size_, buffer_interval_,
                            endpoint_, region_, send_, stream_, session_;
  bool drain_ = false;
};

}  // namespace

std::unique_ptr<Command> make_firehose() {
  return std::make_unique<FirehoseCommand>();
}

}  // namespace leat::cli
