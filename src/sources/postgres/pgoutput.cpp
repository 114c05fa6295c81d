#include "sources/postgres/pgoutput.h"

#include <fmt/core.h>

#include <charconv>
#include <cstring>

namespace leat::sources::postgres {
namespace {

// Reads big-endian numbers and zero-ended names; once something is missing everything reads as nothing.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  bool good() const { return good_; }
  bool at_end() const { return good_ && rest_.empty(); }
  std::string_view take(std::size_t count) {
    if (rest_.size() < count) {
      good_ = false;
      rest_ = {};
      return {};
    }
    std::string_view out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }
  template <class Number>
  Number number() {
    std::string_view raw = take(sizeof(Number));
    Number value = 0;
    for (char c : raw) value = static_cast<Number>(value << 8 | static_cast<unsigned char>(c));
    return value;
  }
  std::uint8_t byte() { return number<std::uint8_t>(); }
  std::uint32_t word() {
    std::string_view raw = take(4);
    std::uint32_t value = 0;
    if (!raw.empty()) std::memcpy(&value, raw.data(), 4);
    return __builtin_bswap32(value);
  }
  std::uint64_t wide() { return number<std::uint64_t>(); }
  std::string_view name() {
    std::size_t end = rest_.find('\0');
    if (end == std::string_view::npos) return take(rest_.size() + 1);
    std::string_view out = take(end);
    take(1);
    return out;
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

bool read_tuple(Reader& reader, std::vector<TupleValue>& to) {
  std::uint16_t count = reader.number<std::uint16_t>();
  to.clear();
  for (std::uint16_t i = 0; i < count && reader.good(); ++i) {
    TupleValue& value = to.emplace_back();
    value.form = static_cast<char>(reader.byte());
    if (value.form == 't' || value.form == 'b') {
      value.bytes = reader.take(reader.word());
    } else if (value.form != 'n' && value.form != 'u') {
      return false;
    }
  }
  return reader.good();
}

bool read_relation(Reader& reader, Message& to) {
  to.relation = reader.word();
  to.schema = reader.name();
  to.name = reader.name();
  to.identity = static_cast<char>(reader.byte());
  std::uint16_t count = reader.number<std::uint16_t>();
  to.columns.clear();
  for (std::uint16_t i = 0; i < count && reader.good(); ++i) {
    RelationColumn& column = to.columns.emplace_back();
    column.is_key = reader.byte() & 1;
    column.name = reader.name();
    column.type = reader.word();
    column.modifier = static_cast<std::int32_t>(reader.word());
  }
  return reader.good();
}

// Insert, update and delete: the relation, then tuples behind their letters.
bool read_change(Reader& reader, Message& to) {
  to.relation = reader.word();
  to.old_kind = 0;
  to.old_values.clear();
  to.new_values.clear();
  char letter = static_cast<char>(reader.byte());
  if (to.kind != MessageKind::insert && (letter == 'K' || letter == 'O')) {
    to.old_kind = letter;
    if (!read_tuple(reader, to.old_values)) return false;
    if (to.kind == MessageKind::remove) return true;
    letter = static_cast<char>(reader.byte());
  }
  return to.kind != MessageKind::remove && letter == 'N' && read_tuple(reader, to.new_values);
}

bool read_truncate(Reader& reader, Message& to) {
  std::uint32_t count = reader.word();
  reader.byte();  // CASCADE and RESTART IDENTITY make no difference here
  to.relations.clear();
  for (std::uint32_t i = 0; i < count && reader.good(); ++i) to.relations.push_back(reader.word());
  return reader.good();
}

void read_positions(Reader& reader, Message& to) {
  to.lsn = reader.wide();
  to.end_lsn = reader.wide();
  to.time = static_cast<std::int64_t>(reader.wide());
}

// The ends of transactions, of whatever sort.
bool read_end(Reader& reader, Message& to) {
  switch (to.kind) {
    case MessageKind::begin:
      to.lsn = reader.wide();
      to.time = static_cast<std::int64_t>(reader.wide());
      to.xid = reader.word();
      return reader.at_end();
    case MessageKind::commit:
      reader.byte();
      read_positions(reader, to);
      return reader.at_end();
    case MessageKind::stream_commit:
      to.xid = reader.word();
      reader.byte();
      read_positions(reader, to);
      return reader.at_end();
    default:
      return true;  // prepared transactions are refused, whatever they say
  }
}

bool read_stream(Reader& reader, Message& to) {
  to.xid = reader.word();
  if (to.kind == MessageKind::stream_start) {
    to.is_first = reader.byte() == 1;
    return reader.at_end();
  }
  to.subxid = reader.word();
  return reader.good();  // version 4 with streaming 'parallel' adds position and time
}

bool read_logical(Reader& reader, Message& to) {
  to.is_transactional = reader.byte() == 1;
  to.lsn = reader.wide();
  to.name = reader.name();
  to.content = reader.take(reader.word());
  return reader.at_end();
}

}  // namespace

bool decode(std::string_view bytes, bool in_stream, Message& to) {
  Reader reader(bytes);
  to.kind = static_cast<MessageKind>(reader.byte());
  to.xid = 0;
  switch (to.kind) {
    case MessageKind::relation:
    case MessageKind::type:
    case MessageKind::insert:
    case MessageKind::update:
    case MessageKind::remove:
    case MessageKind::truncate:
    case MessageKind::logical:
      if (in_stream) to.xid = reader.word();
      break;
    default:
      break;
  }
  switch (to.kind) {
    case MessageKind::relation:
      return read_relation(reader, to) && reader.at_end();
    case MessageKind::insert:
    case MessageKind::update:
    case MessageKind::remove:
      return read_change(reader, to) && reader.at_end();
    case MessageKind::truncate:
      return read_truncate(reader, to) && reader.at_end();
    case MessageKind::logical:
      return read_logical(reader, to);
    case MessageKind::type:
      to.relation = reader.word();
      to.schema = reader.name();
      to.name = reader.name();
      return reader.at_end();
    case MessageKind::origin:
      to.lsn = reader.wide();
      to.name = reader.name();
      return reader.at_end();
    case MessageKind::stream_start:
    case MessageKind::stream_abort:
      return read_stream(reader, to);
    case MessageKind::stream_stop:
      return reader.at_end();
    case MessageKind::begin:
    case MessageKind::commit:
    case MessageKind::stream_commit:
    case MessageKind::begin_prepare:
    case MessageKind::prepare:
    case MessageKind::stream_prepare:
    case MessageKind::commit_prepared:
    case MessageKind::rollback_prepared:
      return read_end(reader, to);
  }
  return false;
}

std::uint32_t transaction_of(std::string_view bytes) {
  Reader reader(bytes);
  reader.byte();
  return reader.word();
}

std::string print_lsn(Lsn lsn) {
  return fmt::format("{:X}/{:X}", lsn >> 32, lsn & 0xffffffff);
}

Lsn parse_lsn(std::string_view text) {
  std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return 0;
  std::uint32_t high = 0, low = 0;
  auto first = std::from_chars(text.data(), text.data() + slash, high, 16);
  auto second = std::from_chars(text.data() + slash + 1, text.data() + text.size(), low, 16);
  if (first.ptr != text.data() + slash || second.ptr != text.data() + text.size()) return 0;
  return static_cast<Lsn>(high) << 32 | low;
}

}  // namespace leat::sources::postgres
