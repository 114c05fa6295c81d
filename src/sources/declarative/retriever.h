// Retriever: reads the slices of a stream, page by page, into record batches.
//
// Guarantees: slices and pages are handed on in order, though up to `concurrency` pages are fetched ahead;
//   on_slice_end is called after all rows of a slice were handed on. A page that is not what it should be
//   ends the read.
// Threads: read is called from one thread, which decodes; pages are fetched on others.
// Owns: requester, paginator, selector, router.
// Errors: Error(http_…, source_invalid_response, source_stale, jinja_…).
// Source: behaviour of the Airbyte CDK's SimpleRetriever.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sources/declarative/decoder.h"
#include "sources/declarative/paginators.h"
#include "sources/declarative/partition_routers.h"
#include "sources/declarative/record_selector.h"
#include "sources/declarative/requester.h"

namespace leat::sources::declarative {

/// A part of a stream that is read page by page.
struct StreamSlice {
  jinja::Value keys = jinja::Value::dict();
  std::string name;
};

/// Who takes what a read yields.
struct ReadPlan {
  std::string stream;
  std::vector<Field> fields;
  std::size_t concurrency = 4;
  std::int64_t records_max = 0;  ///< ends the read after so many records; 0: none
  std::function<std::optional<StreamSlice>()> next_slice;
  std::function<void(batch::RecordBatch&&)> on_batch;
  std::function<void(stream::RejectedRecord&&)> on_reject;
  std::function<void(const http::Response&)> on_response = {};
  std::function<void(const StreamSlice&)> on_slice_end = {};  ///< none: batches are not cut at slice ends
  std::vector<const RequestContributor*> contributors = {};
};

class Retriever {
 public:
  Retriever(const Value& component, const Value& transformations, const Workshop& workshop);
  void read(const ReadPlan& plan) const;
  const Requester& requester() const { return *requester_; }
  const PartitionRouter* router() const { return router_.get(); }

 private:
  friend class SliceWalk;
  Workshop workshop_;
  std::unique_ptr<Requester> requester_;
  std::unique_ptr<Paginator> paginator_;
  std::unique_ptr<PartitionRouter> router_;
  RecordSelector selector_;
  bool slicer_only_first_;
};

std::unique_ptr<Retriever> make_retriever(const Value& component, const Value& transformations,
                                          const Workshop& workshop);

}  // namespace leat::sources::declarative
