#include "server/pgwire/login.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "server/pgwire/errors.h"

namespace leat::server::pgwire {
namespace {

constexpr std::int32_t kProtocol3 = 3 << 16;
constexpr std::int32_t kCancelRequest = 80877102, kSslRequest = 80877103, kGssRequest = 80877104;
constexpr int kRequestsMax = 4;  // TLS, GSS and the like before the beginning

// The settings in "-c name=value --name=value", where spaces are escaped by a backslash.
void read_options(std::string_view text, Login& login) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      words.back() += text[++i];
    } else if (text[i] == ' ') {
      words.emplace_back();
    } else {
      words.back() += text[i];
    }
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string word = words[i];
    if (word == "-c" && i + 1 < words.size()) {
      word = words[++i];
    } else if (word.starts_with("-c") || word.starts_with("--")) {
      word.erase(0, 2);
    } else {
      continue;
    }
    std::size_t equals = word.find('=');
    if (equals != std::string::npos)
      login.settings.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
}

struct Beginning {
  Login login;
  std::string database;
  std::vector<std::string> unknown_options;
};

Beginning read_beginning(Fields fields) {
  Beginning out;
  for (;;) {
    std::string name(fields.text());
    if (name.empty()) break;
    std::string value(fields.text());
    if (name == "user") {
      out.login.user = value;
    } else if (name == "database") {
      out.database = value;
    } else if (name == "options") {
      read_options(value, out.login);
    } else if (name == "replication") {
      if (value != "false" && value != "off" && value != "0")
        throw refusal(State::login, "There is nothing to replicate here");
    } else if (name.starts_with("_pq_.")) {
      out.unknown_options.push_back(name);
    } else {
      out.login.settings.emplace_back(name, value);
    }
  }
  fields.end();
  if (out.login.user.empty())
    throw refusal(State::login, "no PostgreSQL user name specified in startup packet");
  return out;
}

[[noreturn]] void refuse(const std::string& user) {
  throw refusal(State::login, fmt::format("password authentication failed for user \"{}\"", user));
}

void authenticate(Channel& channel, MessageReader& reader, const EndpointSettings& endpoint, Login& login) {
  if (!endpoint.needs_password) {
    login.role = &endpoint.everyone;
    return;
  }
  static const Verifier nobody = make_verifier(random_bytes(16));
  auto role = std::find_if(endpoint.roles.begin(), endpoint.roles.end(),
                           [&](const Role& each) { return each.name == login.user; });
  bool is_known = role != endpoint.roles.end();
  ScramExchange exchange(is_known ? role->verifier : nobody, is_known);
  constexpr int kSasl = 10, kContinue = 11, kFinal = 12;
  Answers answers;
  answers.begin('R').int32(kSasl).text("SCRAM-SHA-256").byte('\0');
  channel.write(answers.take());
  auto next = [&] {
    std::optional<Message> message = reader.next(endpoint.login_timeout);
    if (!message || message->type != 'p') refuse(login.user);
    return *message;
  };
  Message first = next();
  Fields fields(first.body);
  if (fields.text() != "SCRAM-SHA-256")
    throw refusal(State::protocol, "The client selected an authentication that was not offered");
  std::optional<std::string_view> begin = fields.value();
  if (!begin) refuse(login.user);
  answers.begin('R').int32(kContinue).bytes(exchange.begin(*begin));
  channel.write(answers.take());
  std::optional<std::string> proof = exchange.finish(next().body);
  if (!proof) refuse(login.user);
  answers.begin('R').int32(kFinal).bytes(*proof);
  channel.write(answers.take());
  login.role = &*role;
}

void check_database(const std::string& wanted, const std::string& user, const EndpointSettings& endpoint) {
  if (wanted.empty() || wanted == endpoint.database || wanted == user || wanted == "postgres") return;
  if (std::find(endpoint.databases.begin(), endpoint.databases.end(), wanted) != endpoint.databases.end())
    return;
  throw refusal(State::database, fmt::format("database \"{}\" does not exist", wanted))
      .fix(fmt::format("Connect to \"{}\".", endpoint.database));
}

// Answers a request for encryption.
void answer_tls(Channel& channel, const MessageReader& reader, std::chrono::milliseconds patience) {
  if (!channel.offers_tls() || channel.has_tls()) {
    channel.write("N");
    return;
  }
  // What follows the request in clear could be anybody's.
  if (reader.has_bytes()) throw refusal(State::protocol, "received unencrypted data after SSL request");
  channel.write("S");
  channel.begin_tls(patience);
}

}  // namespace

std::optional<Login> log_in(Channel& channel, MessageReader& reader, const EndpointSettings& endpoint) {
  for (int requests = 0; requests < kRequestsMax; ++requests) {
    std::optional<std::string> packet = reader.startup(endpoint.login_timeout);
    if (!packet) return std::nullopt;
    Fields fields(*packet);
    std::int32_t code = fields.int32();
    if (code == kSslRequest) {
      answer_tls(channel, reader, endpoint.login_timeout);
      continue;
    }
    if (code == kGssRequest) {
      channel.write("N");
      continue;
    }
    if (code == kCancelRequest) {
      Login login;
      std::int32_t process = fields.int32();
      login.cancel = {process, fields.int32()};
      return login;
    }
    if (code >> 16 != 3)
      throw refusal(State::protocol, fmt::format("unsupported frontend protocol {}.{}: server supports 3.0",
                                                 code >> 16, code & 0xffff));
    Beginning beginning = read_beginning(fields);
    if (endpoint.requires_tls && !channel.has_tls())
      throw refusal(State::login, "This endpoint wants TLS").fix("Connect with sslmode=require.");
    if (code != kProtocol3 || !beginning.unknown_options.empty()) {
      Answers answers;
      answers.begin('v').int32(kProtocol3).int32(static_cast<std::int64_t>(beginning.unknown_options.size()));
      for (const std::string& name : beginning.unknown_options) answers.text(name);
      channel.write(answers.take());
    }
    authenticate(channel, reader, endpoint, beginning.login);
    check_database(beginning.database, beginning.login.user, endpoint);
    return std::move(beginning.login);
  }
  throw refusal(State::protocol, "The client asks for encryption again and again");
}

}  // namespace leat::server::pgwire
