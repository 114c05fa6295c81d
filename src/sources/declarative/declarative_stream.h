// DeclarativeStream: one way to read a stream: a retriever, perhaps a cursor, perhaps a router.
//
// Guarantees: see streams.h.
// Threads: one at a time.
// Owns: retriever, cursor and schema loader.
// Errors: see streams.h.
#pragma once
#include "sources/declarative/cursors.h"
#include "sources/declarative/normalizer.h"
#include "sources/declarative/retriever.h"
#include "sources/declarative/schema_loaders.h"
#include "sources/declarative/slice_feed.h"
#include "sources/declarative/state_migrations.h"
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
  std::unique_ptr<RecordRun> records(const Value& state, bool keeps_state) override;
  std::string cursor_field() const override { return cursor_ ? cursor_->field() : std::string(); }

  /// What a walk over the stream tells while it goes on.
  struct Listener {
    std::function<void(const batch::RecordBatch&)> on_batch = {};
    std::function<void(const http::Response&)> on_response = {};
    /// The state after a window; `partition` names it.
    std::function<void(Value state, const std::string& partition)> on_state = {};
    std::optional<std::vector<std::string>> wanted = {};  ///< fields that are selected; none: all
  };
  /// Reads after `state` (null: from the beginning) and hands rows to the sink; states go to the listener.
  void walk(const Value& state, const std::optional<stream::Window>& window, std::size_t index,
            stream::Sink& sink, std::size_t concurrency, const Listener& listener);
  const Cursor* cursor() const { return cursor_.get(); }
  const std::vector<Field>& fields();

 private:
  friend class StreamRecordRun;
  FeedParts feed_parts() const;
  Value migrated(const Value& state) const;
  void fill_plan(ReadPlan& plan, SliceFeed& feed, bool with_all_fields = false);

  std::string name_;
  Workshop workshop_;
  std::vector<std::string> primary_key_;
  std::unique_ptr<Retriever> retriever_;
  std::unique_ptr<Cursor> cursor_;
  std::unique_ptr<SchemaLoader> schema_;
  std::vector<std::unique_ptr<StateMigration>> migrations_;
  std::optional<Normalization> normalization_;
  std::optional<std::vector<Field>> fields_;  // once they are known
  std::string json_schema_;
  std::optional<Normalizer> normalizer_;
};

/// The stream's name, from its component.
std::string stream_name(const Value& component, const Workshop& workshop);

}  // namespace leat::sources::declarative
