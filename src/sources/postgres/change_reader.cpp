#include "sources/postgres/change_reader.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "sources/postgres/table_reader.h"
#include "sources/postgres/whole_reader.h"

namespace leat::sources::postgres {
namespace {

constexpr std::int64_t kEpochMicros = 946684800000000LL;  // 2000-01-01
constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr auto kIdleCommit = std::chrono::seconds(10), kLookEvery = std::chrono::seconds(10);
constexpr int kStreamingParallel = 160000, kVersionThree = 150000;

[[noreturn]] void refuse_prepared(const std::string& slot) {
  throw Error(ErrorCode::postgres_setup, "The slot sends prepared transactions before their commit", slot)
      .fix("Let Leat make its own slot, without two_phase.");
}

}  // namespace

class ChangeReader::PatientSink : public stream::Sink {
 public:
  PatientSink(stream::Sink& to, const std::unique_ptr<ChangeStream>& stream) : to_(to), stream_(stream) {}
  void batch(std::size_t index, batch::RecordBatch&& batch) override {
    ChangeStream::Away away(stream_.get());
    to_.batch(index, std::move(batch));
  }
  void checkpoint(std::size_t, stream::State, std::string) override {}
  void reject(std::size_t, stream::RejectedRecord&&) override {}
  void gather(std::size_t index) override {
    ChangeStream::Away away(stream_.get());
    to_.gather(index);
  }
  void clear(std::size_t index) override {
    ChangeStream::Away away(stream_.get());
    to_.clear(index);
  }
  std::optional<std::size_t> add(const stream::Stream& stream) override {
    ChangeStream::Away away(stream_.get());
    return to_.add(stream);
  }
  void checkpoint_all(stream::State state) override {
    ChangeStream::Away away(stream_.get());
    to_.checkpoint_all(std::move(state));
  }
  void settle() override {
    ChangeStream::Away away(stream_.get());
    to_.settle();
  }

 private:
  stream::Sink& to_;
  const std::unique_ptr<ChangeStream>& stream_;
};

ChangeReader::ChangeReader(const Options& options, Env& env, std::span<const stream::Selection> selections,
                           stream::Sink& sink, std::atomic<Lsn>& committed)
    : options_(options),
      env_(env),
      sink_(sink),
      committed_(committed),
      selections_(selections.begin(), selections.end()),
      patient_(std::make_unique<PatientSink>(sink, stream_)),
      tables_(options, state_, *patient_),
      spool_(static_cast<std::size_t>(options.memory_bytes)) {
  follows_ = !selections_.empty() && selections_[0].follow;
}

ChangeReader::~ChangeReader() = default;

void ChangeReader::read() {
  prepare();
  start_stream();
  follow();
  finish();
}

// The tables as they are now, published.
std::vector<Table> ChangeReader::selected_tables() {
  std::vector<Table> tables = read_change_tables(*session_, options_);
  std::erase_if(tables, [&](const Table& table) {
    return std::none_of(selections_.begin(), selections_.end(),
                        [&](const stream::Selection& each) { return each.stream.name == table.stream; });
  });
  ensure_publication(*session_, options_, tables);
  return tables;
}

void ChangeReader::prepare() {
  session_ = std::make_unique<Session>(options_.url, SessionKind::writing);
  replication_ = std::make_unique<Session>(options_.url, SessionKind::replication);
  check_server(*session_);
  tables_.adopt(selected_tables(), selections_);
  bool anew = selections_[0].mode == stream::SyncMode::full_refresh;
  if (!anew) state_ = parse_state(selections_[0].state);
  if (anew || state_.lsn == 0) return begin_anew(!anew);
  check_slot(*session_, *replication_, options_, state_);
  committed_ = state_.lsn;
  tables_.compare();
  resync_stale();
}

// The slot first: from its beginning on nothing is missed, and its snapshot is what stands before it.
void ChangeReader::begin_anew(bool keeps_slot) {
  std::optional<SlotReport> slot = find_slot(*session_, options_.slot);
  Rows system = replication_->rows("IDENTIFY_SYSTEM");
  state_ = {};
  state_.slot = options_.slot;
  state_.system = system.at(0).at(0);
  state_.timeline = static_cast<std::uint32_t>(std::stoul(system[0][1]));
  tables_.forget("it is new");
  if (slot && !keeps_slot) {
    session_->rows(fmt::format("select pg_drop_replication_slot({})", quote_literal(options_.slot)));
    slot.reset();
  }
  if (slot) {
    if (slot->plugin != "pgoutput" || slot->wal_status == "lost" || slot->two_phase)
      throw Error(ErrorCode::postgres_slot_lost, "The slot can't be taken over", options_.slot)
          .fix("`leat sync CONNECTION --full-refresh` makes it anew.");
    state_.lsn = slot->confirmed;
    committed_ = state_.lsn;
    return resync_stale();
  }
  SlotStart start = create_slot(*replication_, options_.slot, false, options_.failover);
  env_.failpoint("changes_after_slot");
  state_.lsn = start.consistent;
  committed_ = state_.lsn;
  WholeReader(options_, env_, state_, tables_, sink_).read_stale(start.snapshot, start.consistent);
}

void ChangeReader::resync_stale() {
  if (!tables_.any_stale()) return;
  for (const auto& table : tables_.all()) {
    if (table->stale.empty()) continue;
    env_.emit(
        {"table_resynced", EventLevel::info, {{"stream", table->table.stream}, {"reason", table->stale}}});
  }
  ChangeStream::Away away(stream_.get());
  // A slot of its own, gone with its session, tells which transactions the snapshot has seen.
  Session beside(options_.url, SessionKind::replication);
  SlotStart start = create_slot(
      beside, fmt::format("{}_{:08x}", options_.slot.substr(0, 50), env_.chance() >> 32), true, false);
  // The log before it is wanted by no table; it may not even be readable (a publication that is newer).
  if (tables_.all_stale() && !tables_.any_unfinished() && !stream_)
    state_.lsn = std::max(state_.lsn, start.consistent);
  WholeReader(options_, env_, state_, tables_, sink_).read_stale(start.snapshot, start.consistent);
}

void ChangeReader::start_stream() {
  binary_ = tables_.are_binary();
  int version = replication_->version();
  bool newest = version >= kStreamingParallel;
  const char* protocol = newest ? "4" : version >= kVersionThree ? "3" : "2";
  stream_ = std::make_unique<ChangeStream>(
      std::move(replication_),
      fmt::format("START_REPLICATION SLOT {} LOGICAL {} (proto_version '{}', publication_names {}, binary "
                  "'{}', streaming '{}')",
                  quote_name(state_.slot), print_lsn(state_.lsn), protocol,
                  quote_literal(quote_name(options_.publication)), binary_ ? "true" : "false",
                  newest ? "parallel" : "on"),
      committed_, env_);
  // A commit of ours carries all before it to disk, from where the stream is sent: they may not wait for it.
  is_standby_ = session_->value("select pg_is_in_recovery()") == "t";
  if (is_standby_) {
    target_ = parse_lsn(session_->value("select pg_last_wal_replay_lsn()"));
  } else {
    session_->rows("set synchronous_commit = local; select pg_logical_emit_message(true, 'leat', '')");
    target_ = parse_lsn(session_->value("select pg_current_wal_flush_lsn()"));
  }
  last_flush_ = last_look_ = last_beat_ = env_.steady();
}

bool ChangeReader::is_caught_up() const {
  return !follows_ && at_rest() && std::max(stream_->server_end(), state_.lsn) >= target_;
}

void ChangeReader::follow() {
  while (!is_caught_up()) {
    std::string_view message = stream_->next(kPoll);
    if (message.empty()) {
      idle();
    } else {
      take(message);
    }
  }
}

// Nothing came: what is there is committed when it is time, and the server is asked where it is.
void ChangeReader::idle() {
  env_.check_cancelled();
  auto now = env_.steady();
  note_freshness();
  // Whoever waits for the end only wants it soon; each batch has its price.
  bool is_late = now - last_flush_ >= (follows_ ? options_.interval : kIdleCommit);
  if (at_rest() && is_late && rows_ > 0) flush();
  if (at_rest() && spool_.empty() && stream_->server_end() > state_.lsn && now - last_flush_ >= kIdleCommit) {
    state_.lsn = stream_->server_end();
    flush();
  }
  if (follows_ && at_rest() && now - last_look_ >= kLookEvery) look_around();
  if (!is_standby_ && options_.heartbeat.count() > 0 && now - last_beat_ >= options_.heartbeat) {
    session_->rows("select pg_logical_emit_message(false, 'leat', '')");
    last_beat_ = now;
  }
  if (follows_) {
    stream_->tell_what_is_new();
  } else {
    stream_->tell(true);
  }
}

// Tables that came since it began join the others, where they are wanted and published.
void ChangeReader::welcome() {
  for (const Table& table : read_change_tables(*session_, options_)) {
    if (tables_.has(table.stream) || unwanted_.contains(table.stream)) continue;
    std::vector<Table> alone = {table};
    PublicationReport published = find_publication(*session_, options_, alone);
    if (published.exists && !published.is_ours && !published.missing.empty()) continue;
    for (const stream::Stream& stream : change_streams(alone[0], options_)) {
      if (std::optional<std::size_t> index = patient_->add(stream)) {
        LEAT_ASSERT(*index == selections_.size());
        selections_.push_back({.stream = stream, .follow = true});
      } else {
        unwanted_.insert(table.stream);
        break;
      }
    }
  }
}

// Definitions change without a change of a row, too; and others may have taken tables out of the publication.
void ChangeReader::look_around() {
  last_look_ = env_.steady();
  welcome();
  std::vector<Table> tables = selected_tables(), joining;
  for (const Table& table : tables) {
    if (!tables_.has(table.stream)) joining.push_back(table);
  }
  tables_.adopt(std::move(joining), selections_);
  tables_.compare(std::move(tables));
  check_form();
  if (tables_.any_stale()) {
    flush();
    resync_stale();
  }
  tell_lag();
}

void ChangeReader::note_freshness() {
  if (committed_ >= pending_lsn_) {
    fresh_ = std::max(fresh_, pending_time_);
    pending_lsn_ = state_.lsn;
    pending_time_ = origin_.time;
  }
  bool has_all = at_rest() && rows_ == 0 && spool_.empty() && committed_ >= state_.lsn;
  if (has_all) fresh_ = env_.now().time_since_epoch().count();
}

void ChangeReader::tell_lag() {
  std::optional<stream::Lag> lag = slot_lag(*session_, state_.slot);
  if (!lag) return;
  constexpr std::int64_t kMicros = 1'000'000;
  std::int64_t late = fresh_ == 0 ? 0 : env_.now().time_since_epoch().count() - fresh_;
  env_.emit({"changes_lag",
             EventLevel::progress,
             {{"slot", state_.slot},
              {"bytes", lag->bytes},
              {"seconds", std::max<std::int64_t>(0, late) / kMicros},
              {"held_bytes", lag->held_bytes},
              {"safe_bytes", lag->safe_bytes},
              {"lsn", print_lsn(committed_)}}});
}

void ChangeReader::check_form() const {
  if (!binary_ || tables_.are_binary()) return;
  throw Error(ErrorCode::postgres_connect, "A new column's type asks for the stream in text", options_.place)
      .retry();
}

// Parts of transactions under way are kept until their end is known.
void ChangeReader::take(std::string_view bytes) {
  bool in_stream = streaming_xid_ != 0 && bytes[0] != static_cast<char>(MessageKind::stream_stop);
  if (in_stream) return spool_.add(streaming_xid_, transaction_of(bytes), bytes);
  decode_message(bytes, false);
  take_whole();
}

void ChangeReader::decode_message(std::string_view bytes, bool in_stream) {
  if (decode(bytes, in_stream, message_)) return;
  throw Error(ErrorCode::postgres_protocol, fmt::format("A message `{}` is malformed", bytes.substr(0, 1)),
              options_.place);
}

void ChangeReader::take_whole() {
  switch (message_.kind) {
    case MessageKind::begin:
      origin_ = {message_.lsn, message_.time + kEpochMicros, 0};
      xid_ = message_.xid;
      in_transaction_ = true;
      return;
    case MessageKind::commit:
      in_transaction_ = false;
      return end_transaction(message_.end_lsn, xid_);
    case MessageKind::stream_start:
      streaming_xid_ = message_.xid;
      return;
    case MessageKind::stream_stop:
      streaming_xid_ = 0;
      return;
    case MessageKind::stream_abort:
      return spool_.abort(message_.xid, message_.subxid);
    case MessageKind::stream_commit: {
      origin_ = {message_.lsn, message_.time + kEpochMicros, 0};
      Lsn end = message_.end_lsn;
      std::uint32_t xid = message_.xid;
      replay(xid);
      return end_transaction(end, xid);
    }
    case MessageKind::begin_prepare:
    case MessageKind::prepare:
    case MessageKind::stream_prepare:
    case MessageKind::commit_prepared:
    case MessageKind::rollback_prepared:
      refuse_prepared(state_.slot);
    default:
      apply(message_);
  }
}

void ChangeReader::replay(std::uint32_t xid) {
  in_transaction_ = true;
  std::size_t count = 0;
  spool_.replay(xid, [&](std::string_view each) {
    decode_message(each, true);
    apply(message_);
    constexpr std::size_t kLookEveryMessages = 4096;
    if (++count % kLookEveryMessages == 0) env_.check_cancelled();
  });
  in_transaction_ = false;
}

void ChangeReader::apply(const Message& message) {
  ++origin_.ordinal;
  switch (message.kind) {
    case MessageKind::relation:
      tables_.learn(message, origin_.lsn, *session_);
      return check_form();
    case MessageKind::truncate:
      return apply_truncate(message);
    case MessageKind::insert:
    case MessageKind::update:
    case MessageKind::remove:
      break;
    default:
      return;
  }
  const std::vector<int>* columns = nullptr;
  ChangeTable* table = tables_.wanted(message.relation, origin_.lsn, &columns);
  if (!table) return;
  std::size_t before = table->changes->bytes();
  table->changes->apply(message, *columns, origin_);
  bytes_ += table->changes->bytes() - before;
  // A transaction may be larger than memory: what there is goes on, uncommitted.
  if (++rows_, bytes_ >= static_cast<std::size_t>(options_.bytes_max)) flush_rows();
}

void ChangeReader::apply_truncate(const Message& message) {
  for (std::uint32_t number : message.relations) {
    if (ChangeTable* table = tables_.wanted(number, origin_.lsn)) {
      table->changes->clear(origin_);
      ++rows_;
    }
  }
}

void ChangeReader::end_transaction(Lsn end, std::uint32_t xid) {
  env_.failpoint("changes_after_transaction");
  state_.lsn = end;
  state_.xid = xid;
  auto now = env_.steady();
  bool full = rows_ >= static_cast<std::size_t>(options_.rows_max) ||
              bytes_ >= static_cast<std::size_t>(options_.bytes_max);
  bool late = follows_ && rows_ > 0 && now - last_flush_ >= options_.interval;
  // Transactions that concern no table move the position, too.
  if (full || late || now - last_flush_ >= kIdleCommit || tables_.any_stale()) flush();
  resync_stale();
  if (follows_ && now - last_look_ >= kLookEvery) look_around();
  env_.check_cancelled();
}

void ChangeReader::flush_rows() {
  tables_.flush();
  rows_ = bytes_ = 0;
}

void ChangeReader::flush() {
  flush_rows();
  note_freshness();
  patient_->checkpoint_all(print_state(state_));
  last_flush_ = env_.steady();
}

// Everything up to here was sent: the end of the log that the server named is the position.
void ChangeReader::finish() {
  if (spool_.empty()) state_.lsn = std::max(state_.lsn, stream_->server_end());
  flush();
  patient_->settle();
  for (const auto& table : tables_.all())
    tell_replaced(env_, table->table.stream, table->changes->replaced());
  stream_->tell(false);
  fresh_ = env_.now().time_since_epoch().count();
  tell_lag();
}

}  // namespace leat::sources::postgres
