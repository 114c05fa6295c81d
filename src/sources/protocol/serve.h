// Serve: answers the four questions of the Airbyte protocol for a source: spec, check, discover, read.
//
// Guarantees: whatever happens is told as a message; a stream that fails does not stop the others. Every
//   stream that was read ends with a state. A record that does not fit its declared columns is written as the
//   source sent it: who reads the messages decides what to do with it.
// Threads: one; a source may hand rows over from several.
// Owns: nothing.
// Errors: Error(file_io) when the reading side is gone, Error(cancelled); all else becomes messages.
// Source: Airbyte protocol 0.18.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "sources/protocol/message_writer.h"
#include "sources/protocol/stream_catalog.h"
#include "stream/source.h"

namespace leat::sources::protocol {

/// A column that holds a record as the source sent it; written in place of the others where it is there.
inline constexpr std::string_view kRecordColumn = "_leat_record";

using OpenSource = std::function<std::unique_ptr<stream::Source>()>;

/// Says whether the source answers; the exit code is 0 either way.
int serve_check(const OpenSource& open, MessageWriter& writer);
/// Tells the streams; the records of `file_streams` stand for files.
int serve_discover(const OpenSource& open, MessageWriter& writer,
                   const std::set<std::string>& file_streams = {});
/// Reads the streams of a configured catalog after the states; returns 1 when one failed.
int serve_read(const OpenSource& open, const std::vector<Wanted>& wanted, const GivenState& given,
               MessageWriter& writer, Env& env);

}  // namespace leat::sources::protocol
