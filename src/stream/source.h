// Source: yields Streams. Sink: takes what a Source reads.
//
// Guarantees: a State handed to Sink::checkpoint covers every batch and
//   rejected record of that stream handed over before it, and none after it. A
//   read that is given a State goes on after it; rows at the boundary may
//   repeat.
// Threads: one Source object is used by one thread; Sink's functions may be
//   called from several reading threads as long as the calls for one stream are
//   in order.
// Owns: after Sink::batch the sink owns the batch.
// Errors: Error(…) for what ends the read; a bad record is rejected instead.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "batch/record_batch.h"
#include "stream/stream.h"

namespace leat::stream {

class Sink {
 public:
  virtual ~Sink() = default;
  /// Takes a batch of stream `index` (of the selections given to read). May block: that is the back-pressure.
  /// The batch's schema may differ from the stream's: columns may appear or widen while reading.
  virtual void batch(std::size_t index, batch::RecordBatch&& batch) = 0;
  /// `partition` names the slice that ends here ("2023-11-06/2023-11-12"), "" where there is none.
  virtual void checkpoint(std::size_t index, State state, std::string partition) = 0;
  virtual void reject(std::size_t index, RejectedRecord&& record) = 0;
  // Of streams that share a state:
  /// Says that the rows of the stream that follow replace those of its table.
  virtual void replace(std::size_t /*index*/) {}
  /// Says that the rows of the stream that follow, up to the next checkpoint, have each key once.
  virtual void gather(std::size_t /*index*/) {}
  /// Says that all rows of the stream so far were deleted at once (TRUNCATE).
  virtual void clear(std::size_t /*index*/) {}
  /// Tells of a stream that came to the source while it is read; its index from now on, nullopt where it is
  /// not wanted.
  virtual std::optional<std::size_t> add(const Stream& /*stream*/) { return std::nullopt; }
  /// Makes everything before it, of all streams, durable at once, with their state.
  virtual void checkpoint_all(State /*state*/) {}
  /// Returns once all that was handed over is durable; throws Error(cancelled) where it will not be.
  virtual void settle() {}
};

/// What a source's own look at its set-up found.
struct Finding {
  enum class Level { good, note, problem };
  Level level = Level::good;
  std::string what;  ///< one sentence
  std::string mend;  ///< what mends it, in the source's own language; "" where nothing has to be done
};

/// How far a stream of changes is behind its source, as the source tells.
struct Lag {
  std::string slot;
  bool is_read = false;          ///< somebody reads it just now
  bool is_lost = false;          ///< it can't be read on
  std::int64_t bytes = 0;        ///< of log that were not told to be durable
  std::int64_t held_bytes = 0;   ///< of log that are kept for it
  std::int64_t safe_bytes = -1;  ///< so many more and it is lost; -1: no limit
};

class Source {
 public:
  virtual ~Source() = default;
  /// Tries to reach the source with its settings; throws the error that tells why it can't.
  virtual void check() = 0;
  /// Looks at everything that reading will need, and at what is best seen in time; does not change a thing.
  virtual std::vector<Finding> diagnose() { return {}; }
  /// How far what is read by a state of its own is behind; nullopt where there is no such thing yet.
  virtual std::optional<Lag> lag() { return std::nullopt; }
  /// Lists what can be read, with schemas.
  virtual Catalog discover() = 0;
  /// The same with schemas at least for the streams of these names: asks the source for no more than needed.
  virtual Catalog describe(std::span<const std::string> /*names*/) { return discover(); }
  /// Decodes records as dead letters keep them (JSON, as the source sent them) and hands rows and rejects to
  /// the sink as stream 0; false where this source can't.
  virtual bool decode(const Stream& /*stream*/, std::span<const std::string> /*records*/, Sink& /*sink*/) {
    return false;
  }
  /// Tells that a state of checkpoint_all is durable. Called from another thread while read() is at work.
  virtual void committed(const State& /*state*/) {}
  /// Tells `listener` of the whole config, as JSON, whenever reading changed it: rotated tokens, migrations.
  /// May be called from any thread. A source that never changes its config ignores it.
  virtual void listen_config(std::function<void(const std::string& json)> /*listener*/) {}
  /// Reads the selections to their end. Ends every stream with a checkpoint. A stream that fails does not
  /// keep the others from being read; the first failure is thrown at the end.
  virtual void read(std::span<const Selection> selections, Sink& sink) = 0;
};

}  // namespace leat::stream
