// Retriever: reads the slices of a stream, page by page, into record batches or records.
//
// Guarantees: slices and pages are handed on in order, though up to `concurrency` pages are fetched ahead;
//   on_slice_end is called after all rows of a slice were handed on. A page that is not what it should be
//   ends the read.
// Threads: a run is stepped by one thread, which decodes; pages are fetched on others.
// Owns: requester, paginator, selector, router. A run must not outlive its retriever and its plan.
// Errors: Error(http_…, source_invalid_response, source_stale, jinja_…).
// Source: behaviour of the Airbyte CDK's SimpleRetriever.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sources/declarative/body_decoders.h"
#include "sources/declarative/decoder.h"
#include "sources/declarative/paginators.h"
#include "sources/declarative/partition_routers.h"
#include "sources/declarative/query_properties.h"
#include "sources/declarative/record_selector.h"
#include "sources/declarative/requester.h"

namespace leat::sources::declarative {

/// A part of a stream that is read page by page.
struct StreamSlice {
  jinja::Value keys = jinja::Value::dict();       ///< partition and window together: what templates see
  jinja::Value partition = jinja::Value::dict();  ///< the router's keys
  jinja::Value window = jinja::Value::dict();     ///< the cursor's keys
  jinja::Value extra = jinja::Value::dict();
  std::string name;
};

/// The slice as templates see it: its keys, and partition, cursor_slice and extra_fields.
jinja::Value slice_value(const StreamSlice& slice);

/// Who takes what a read yields.
struct ReadPlan {
  std::string stream;
  std::vector<Field> fields;
  std::size_t concurrency = 4;
  std::size_t ahead_bytes_max = 64u << 20;  ///< of answers that wait to be decoded
  std::optional<std::vector<std::string>> wanted = {};  ///< fields that are selected; none: all
  std::size_t batch_rows_max = 50'000;
  std::int64_t records_max = 0;  ///< ends the read after so many records; 0: none
  std::function<std::optional<StreamSlice>()> next_slice;
  std::function<void(batch::RecordBatch&&)> on_batch = {};
  std::function<void(stream::RejectedRecord&&)> on_reject = {};
  /// Takes records as values instead of on_batch.
  std::function<void(jinja::Value&& record, const StreamSlice&)> on_record = {};
  std::function<void(const http::Response&)> on_response = {};
  std::function<void(const StreamSlice&)> on_slice_end = {};  ///< none: batches are not cut at slice ends
  std::vector<const RequestContributor*> contributors = {};
  /// Changes a record to the types of the stream's schema.
  std::function<void(jinja::Value& record)> normalize = {};
  /// Whether a record of the oldest open slice has to be read. `covers_filters`: others are left out before
  /// anything is counted. `covers_ends`: the first page that ends in one is the last.
  std::function<bool(const jinja::Value& record)> covers = {};
  bool covers_filters = false, covers_ends = false;
  /// What is left of the oldest open slice, as the window's keys.
  std::function<std::optional<jinja::Value>(const StreamSlice&)> rest_of = {};
};

class RetrieverRun {
 public:
  virtual ~RetrieverRun() = default;
  /// Reads a page; false when everything was read.
  virtual bool step() = 0;
};

class Retriever {
 public:
  virtual ~Retriever() = default;
  virtual std::unique_ptr<RetrieverRun> start(const ReadPlan& plan) const = 0;
  virtual const Requester& requester() const = 0;
  virtual const PartitionRouter* router() const = 0;
  void read(const ReadPlan& plan) const;
};

class SimpleRetriever final : public Retriever {
 public:
  SimpleRetriever(const Value& component, const Value& transformations, const Workshop& workshop);
  std::unique_ptr<RetrieverRun> start(const ReadPlan& plan) const override;
  const Requester& requester() const override { return *requester_; }
  const PartitionRouter* router() const override { return router_.get(); }

 private:
  friend class SliceWalk;
  Workshop workshop_;
  std::unique_ptr<Requester> requester_;
  std::unique_ptr<Paginator> paginator_;
  std::unique_ptr<PartitionRouter> router_;
  std::unique_ptr<BodyDecoder> decoder_;  // null: JSON
  std::unique_ptr<QueryProperties> properties_;
  RecordSelector selector_;
  bool slicer_only_first_;
  bool resets_by_cursor_ = false;
  std::int64_t reset_after_records_ = 0;  // 0: never
};

std::unique_ptr<Retriever> make_retriever(const Value& component, const Value& transformations,
                                          const Workshop& workshop);
/// The paginator of a component, or one without pages.
std::unique_ptr<Paginator> paginator_of(const Value& component, std::string_view name,
                                        const Workshop& workshop);

}  // namespace leat::sources::declarative
