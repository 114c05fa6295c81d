// DeclarativeStream: one way to read a stream: a retriever, perhaps a cursor, perhaps a router.
//
// Guarantees: see streams.h.
// Threads: one at a time.
// Owns: retriever, cursor and schema loader.
// Errors: see streams.h.
#pragma once
#include "sources/declarative/cursors.h"
#include "sources/declarative/retriever.h"
#include "sources/declarative/schema_loaders.h"
#include "sources/declarative/streams.h"

namespace leat::sources::declarative {

class DeclarativeStream final : public ManifestStream {
 public:
  DeclarativeStream(const Value& component, const Workshop& workshop);

  const std::string& name() const override { return name_; }
  stream::Stream describe() override;
  void read(const stream::Selection& selection, std::size_t index, stream::Sink& sink,
            std::size_t concurrency) override;
  void decode(std::span<const std::string> records, stream::Sink& sink) override;
  void try_out() override;

  /// What a walk over the stream tells while it goes on.
  struct Listener {
    std::function<void(const batch::RecordBatch&)> on_batch = {};
    std::function<void(const http::Response&)> on_response = {};
    /// The state after a window; `partition` names it.
    std::function<void(Value state, const std::string& partition)> on_state = {};
  };
  /// Reads after `state` (null: from the beginning) and hands rows to the sink; states go to the listener.
  void walk(const Value& state, const std::optional<stream::Window>& window, std::size_t index,
            stream::Sink& sink, std::size_t concurrency, const Listener& listener);
  const Cursor* cursor() const { return cursor_.get(); }
  const std::vector<Field>& fields();

 private:
  void walk_plain(ReadPlan& plan, const Listener& listener);
  void walk_windows(ReadPlan& plan, const Value& state, const std::optional<stream::Window>& window,
                    const Listener& listener);
  void walk_partitions(ReadPlan& plan, const Value& state, const std::optional<stream::Window>& window,
                       const Listener& listener);

  std::string name_;
  Workshop workshop_;
  std::vector<std::string> primary_key_;
  Retriever retriever_;
  std::unique_ptr<Cursor> cursor_;
  std::unique_ptr<SchemaLoader> schema_;
  std::optional<std::vector<Field>> fields_;  // once they are known
};

/// The stream's name, from its component.
std::string stream_name(const Value& component, const Workshop& workshop);

}  // namespace leat::sources::declarative
