// Dialect: how a program of one protocol is asked: check, discover, read. One file each: Airbyte, Singer.
//
// Guarantees: a checkpoint covers what the program wrote before its state, and none after it; a program that
//   fails ends the read without a further checkpoint.
// Threads: one.
// Owns: nothing beyond a call.
// Errors: as ProgramRun; Error(state_invalid).
// Source: Airbyte protocol 0.18; Singer specification 0.3.
#pragma once
#include <memory>
#include <vector>

#include "sources/process/program.h"
#include "stream/source.h"

namespace leat::sources::process {

/// A stream, and its entry in the program's own catalog.
struct ProgramStream {
  stream::Stream stream;
  document::Value entry;
};

class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual void check(const ProgramSettings& settings) = 0;
  virtual std::vector<ProgramStream> discover(const ProgramSettings& settings) = 0;
  /// Reads the stream at `which` of what discover told.
  virtual void read(const ProgramSettings& settings, const std::vector<ProgramStream>& all, std::size_t which,
                    const stream::Selection& selection, stream::Sink& sink) = 0;
};

std::unique_ptr<Dialect> make_airbyte(Env& env);
std::unique_ptr<Dialect> make_singer(Env& env);

}  // namespace leat::sources::process
