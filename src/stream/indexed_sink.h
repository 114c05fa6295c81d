// IndexedSink: hands on what a source yields as its only stream under another index.
//
// Guarantees: nothing is changed or held back.
// Threads: as the sink behind it.
// Owns: nothing; the sink outlives it.
// Errors: the sink's.
#pragma once
#include <utility>

#include "stream/source.h"

namespace leat::stream {

class IndexedSink final : public Sink {
 public:
  /// What comes as stream 0 goes on to `sink` as stream `index`.
  IndexedSink(Sink& sink, std::size_t index) : sink_(sink), index_(index) {}
  void batch(std::size_t, batch::RecordBatch&& batch) override { sink_.batch(index_, std::move(batch)); }
  void checkpoint(std::size_t, State state, std::string partition) override {
    sink_.checkpoint(index_, std::move(state), std::move(partition));
  }
  void reject(std::size_t, RejectedRecord&& record) override { sink_.reject(index_, std::move(record)); }

 private:
  Sink& sink_;
  std::size_t index_;
};

}  // namespace leat::stream
