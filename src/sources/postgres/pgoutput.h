// pgoutput: the messages of PostgreSQL's logical replication, decoded.
//
// Guarantees: protocol versions 1 to 4. What a Message refers to lies in the bytes that it was decoded from.
//   No I/O, no allocation for values but the lists' own growth; a Message is used again and again.
// Threads: pure function.
// Owns: lists and names.
// Errors: decode returns false for bytes that are no message.
// Source: PostgreSQL 15 documentation, 55.9 (logical replication message formats)
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leat::sources::postgres {

using Lsn = std::uint64_t;

enum class MessageKind : char {
  begin = 'B',
  commit = 'C',
  origin = 'O',
  relation = 'R',
  type = 'Y',
  insert = 'I',
  update = 'U',
  remove = 'D',
  truncate = 'T',
  logical = 'M',
  stream_start = 'S',
  stream_stop = 'E',
  stream_commit = 'c',
  stream_abort = 'A',
  begin_prepare = 'b',
  prepare = 'P',
  commit_prepared = 'K',
  rollback_prepared = 'r',
  stream_prepare = 'p',
};

/// One value of a tuple: 'n' null, 'u' unchanged and not sent, 't' text, 'b' binary.
struct TupleValue {
  char form = 'n';
  std::string_view bytes;
};

struct RelationColumn {
  std::string name;
  std::uint32_t type = 0;
  std::int32_t modifier = -1;
  bool is_key = false;
  bool operator==(const RelationColumn&) const = default;
};

struct Message {
  MessageKind kind = MessageKind::begin;
  std::uint32_t xid = 0;  ///< of begin, stream_…, and of changes inside a stream (may be a subtransaction's)
  std::uint32_t subxid = 0;       ///< of stream_abort
  Lsn lsn = 0;                    ///< begin: of the commit; commit: of the commit; logical: of the message
  Lsn end_lsn = 0;                ///< commit, prepare: behind it
  std::int64_t time = 0;          ///< of the commit, microseconds since 2000-01-01
  bool is_first = false;          ///< stream_start: the first of its transaction
  bool is_transactional = false;  ///< logical
  std::uint32_t relation = 0;     ///< of relation, insert, update, remove
  char identity = 'd';            ///< of relation
  std::string_view schema,
      name;                  ///< of relation; name: of origin, type, logical's prefix, a prepared transaction
  std::string_view content;  ///< of logical
  std::vector<RelationColumn> columns;
  char old_kind = 0;  ///< 'K': old_values holds the key, 'O': all; 0: none
  std::vector<TupleValue> old_values, new_values;
  std::vector<std::uint32_t> relations;  ///< of truncate
};

/// Decodes one message. `in_stream`: between stream_start and stream_stop, where changes name their
/// transaction.
bool decode(std::string_view bytes, bool in_stream, Message& to);

/// The transaction that a message between stream_start and stream_stop names, 0 for none.
std::uint32_t transaction_of(std::string_view bytes);

/// "16/B374D848" and back; 0 where it is none.
std::string print_lsn(Lsn lsn);
Lsn parse_lsn(std::string_view text);

}  // namespace leat::sources::postgres
