#include "server/pgwire/session.h"

#include <utility>

#include "server/pgwire/busy.h"
#include "server/pgwire/errors.h"

namespace leat::server::pgwire {
namespace {

constexpr std::size_t kFlushBytes = 1 << 16;

}  // namespace

void Running::cancel(Why why) {
  std::lock_guard lock(mutex_);
  if (!is_busy_ || why_ != Why::nothing) return;
  why_ = why;
  engine_->cancel();
}

void Running::close() {
  std::lock_guard lock(mutex_);
  is_closed_ = true;
  if (!is_busy_) return;
  why_ = Why::asked;
  engine_->cancel();
}

void Running::check(std::chrono::steady_clock::time_point now) {
  std::lock_guard lock(mutex_);
  if (!is_busy_) return;
  if (why_ == Why::nothing) {
    if (deadline_ > now) return;
    why_ = Why::late;
  }
  // Asked again and again: an engine forgets what comes before its statement begins.
  engine_->cancel();
}

Session::Session(Channel& channel, MessageReader& reader, Engine& engine, const EndpointSettings& endpoint,
                 Login login, Running& running, Env& env, OrderOthers order)
    : channel_(channel),
      endpoint_(endpoint),
      login_(std::move(login)),
      running_(running),
      env_(env),
      order_(std::move(order)),
      engine_(engine.begin(login_.user, [this](const std::string& name) { return setting(name); })),
      reader_(reader) {
  variables_.begin("session_authorization", login_.user);
  variables_.begin("max_connections", std::to_string(endpoint.connections_max));
  variables_.begin("port", std::to_string(endpoint.port));
  std::lock_guard lock(running_.mutex_);
  running_.engine_ = engine_.get();
}

Session::~Session() {
  std::lock_guard lock(running_.mutex_);
  running_.engine_ = nullptr;
  running_.is_busy_ = false;
}

std::optional<std::string> Session::setting(const std::string& name) const {
  if (name == "leat.pg_backend_pid") return std::to_string(process_);
  return variables_.get(name);
}

void Session::run(std::int32_t process, std::int32_t secret) {
  process_ = process;
  try {
    answers_.begin('R').int32(0);
    for (const auto& [name, value] : login_.settings) {
      variables_.begin(name, variables_.get(variables_.set(name, value)).value_or(""));
      if (lower(name) == "search_path" || lower(name) == "timezone") engine_->set(lower(name), value);
    }
    for (const auto& [name, value] : variables_.all()) report(name);
    answers_.begin('K').int32(process).int32(secret);
    tell_ready();
    while (serve_next()) {
    }
  } catch (const Error& error) {
    append_error(answers_, error, true);
    channel_.write(answers_.take());
  }
}

bool Session::serve_next() {
  if (!reader_.has_bytes()) {
    flush();
    if (!reader_.wait(endpoint_.rest_after)) {
      engine_->rest();
      if (!reader_.wait(endpoint_.idle_timeout))
        throw refusal(State::idle, "terminating connection due to idle-session timeout");
    }
  }
  std::optional<Message> message = reader_.next(endpoint_.write_timeout);
  if (is_closed()) throw refusal(State::shutdown, "terminating connection due to administrator command");
  if (!message || message->type == 'X') return false;
  if (skips_to_sync_ && message->type != 'S') return true;
  try {
    handle(*message);
  } catch (const Error& error) {
    if (is_fatal(error)) throw;
    tell(error, false);
    if (message->type == 'Q') {
      tell_ready();
    } else {
      skips_to_sync_ = true;
    }
  }
  return true;
}

bool Session::is_closed() {
  std::lock_guard lock(running_.mutex_);
  return running_.is_closed_;
}

void Session::handle(const Message& message) {
  Fields fields(message.body);
  switch (message.type) {
    case 'Q': {
      std::string sql(fields.text());
      fields.end();
      run_simple(sql);
      return tell_ready();
    }
    case 'P':
      return parse(fields);
    case 'B':
      return bind(fields);
    case 'D':
      return describe(fields);
    case 'E':
      return execute(fields);
    case 'C':
      return close(fields);
    case 'S':
      fields.end();
      return sync();
    case 'H':
      fields.end();
      return flush();
    case 'F':
      throw refusal(State::unsupported, "fastpath function calls are not there").fix("Use SELECT.");
    default:
      return;  // what is left of a COPY that did not come about
  }
}

void Session::tell(const Error& error, bool is_last) {
  answers_.finish();
  Error told = error;
  if (error.code() == ErrorCode::warehouse_cancelled) {
    std::lock_guard lock(running_.mutex_);
    if (running_.why_ == Running::Why::late) {
      told = refusal(State::timeout, "canceling statement due to statement timeout");
    } else {
      told = Error(ErrorCode::warehouse_cancelled, "canceling statement due to user request");
    }
  }
  append_error(answers_, told, is_last);
  if (block_ == Block::open) block_ = Block::failed;
}

void Session::tell_ready() {
  constexpr char kLetters[] = {'I', 'T', 'E'};
  if (block_ == Block::none) end_block(Block::none);
  answers_.begin('Z').byte(kLetters[static_cast<int>(block_)]);
}

void Session::flush() {
  std::string bytes = answers_.take();
  if (!bytes.empty()) channel_.write(bytes);
}

void Session::report(const std::string& name) {
  if (Variables::is_reported(name)) answers_.begin('S').text(name).text(variables_.get(name).value_or(""));
}

Session::Busy::Busy(Session& session) : running_(session.running_) {
  std::chrono::milliseconds limit = session.login_.role->timeout,
                            asked = session.variables_.statement_timeout();
  if (asked.count() > 0 && (limit.count() == 0 || asked < limit)) limit = asked;
  std::lock_guard lock(running_.mutex_);
  running_.is_busy_ = true;
  running_.why_ = Running::Why::nothing;
  running_.deadline_ =
      limit.count() > 0 ? session.env_.steady() + limit : std::chrono::steady_clock::time_point::max();
}

Session::Busy::~Busy() {
  std::lock_guard lock(running_.mutex_);
  running_.is_busy_ = false;
}

void Session::Busy::check() {
  std::lock_guard lock(running_.mutex_);
  if (running_.why_ != Running::Why::nothing)
    throw Error(ErrorCode::warehouse_cancelled, "The statement was interrupted");
}

bool Session::send_rows(Portal& portal, std::int64_t rows_max) {
  Busy busy(*this);
  open(portal);
  for (std::int64_t row = 0; rows_max <= 0 || row < rows_max; ++row) {
    constexpr std::int64_t kCheckEach = 256;
    if (row % kCheckEach == 0) busy.check();
    std::size_t before = (answers_.finish(), answers_.size());
    answers_.begin('D');
    if (!portal.rows->next(portal.formats, answers_.body())) {
      answers_.take_back(before);
      portal.is_done = true;
      return true;
    }
    if (++portal.sent > login_.role->rows_max) {
      answers_.take_back(before);
      throw refusal(State::too_large, "The answer has more rows than this role may ask for: " +
                                          std::to_string(login_.role->rows_max))
          .fix("Add a LIMIT, or raise the role's `rows_max` in leat.yml.");
    }
    if (answers_.size() > kFlushBytes) flush();
  }
  return false;
}

void Session::copy_out(Portal& portal) {
  Busy busy(*this);
  open(portal);
  CopyWriter writer(portal.statement->command);
  const std::vector<Field>& fields = portal.rows->fields();
  answers_.begin('H').byte('\0').int16(static_cast<int>(fields.size()));
  for (std::size_t i = 0; i < fields.size(); ++i) answers_.int16(0);
  if (portal.statement->command.has_header) writer.append_header(fields, answers_.begin('d').body());
  std::string row;
  while (row.clear(), portal.rows->next(portal.formats, row)) {
    busy.check();
    if (++portal.sent > login_.role->rows_max)
      throw refusal(State::too_large, "The copy has more rows than this role may ask for");
    writer.append_row(row, answers_.begin('d').body());
    if (answers_.size() > kFlushBytes) flush();
  }
  answers_.begin('c');
  complete("COPY " + std::to_string(portal.sent));
}

}  // namespace leat::server::pgwire
