// SliceWalk: one read of a Retriever: decides which pages to fetch ahead, decodes them in
// order.
//
// Guarantees: a page is fetched ahead only where its token can be foretold, and only as many as
//   the pages read so far make likely; what was fetched in vain is thrown away.
// Threads: one; it hands fetching to a PageFetcher.
// Owns: the decoder and the fetcher of this read.
// Errors: as Retriever::read.
#pragma once
#include <deque>

#include "sources/declarative/json_value.h"
#include "sources/declarative/page_fetcher.h"
#include "sources/declarative/retriever.h"

namespace leat::sources::declarative {

class SliceWalk final : public RetrieverRun {
 public:
  SliceWalk(const SimpleRetriever& retriever, const ReadPlan& plan);
  bool step() override;

 private:
  // A slice of which pages are fetched or under way.
  struct OpenSlice {
    StreamSlice slice;
    Scope scope;
    std::deque<std::pair<std::uint64_t, std::optional<jinja::Value>>> pages;  // submitted: number and token
    std::int64_t submitted = 0, consumed = 0;
    std::optional<jinja::Value> next_token;  // of page `consumed`, once it is known
    bool next_known = false;
    std::string truth_version;
    // The pages go round when one comes again, with the same next page behind it. One page is remembered,
    // ever longer (Brent's way to find a cycle).
    std::size_t page_mark = 0;
    std::int64_t marked_for = 0, mark_lasts = 1;
    std::int64_t records = 0, resets = 0;  ///< records since the last reset
  };
  /// What the long way of a page yields.
  struct Selected {
    std::string json = "[";  // what goes to the decoder
    std::string url;         // of the page
    std::int64_t emitted = 0;
    jinja::Value last = jinja::Value::none();
  };
  void fill();
  bool submit_one();
  bool may_submit(const OpenSlice& slice, std::optional<jinja::Value>& token) const;
  void submit(OpenSlice& slice, std::optional<jinja::Value> token);
  bool consume_page(OpenSlice& slice);
  void drop_ahead(OpenSlice& slice);
  std::int64_t decode(Answer& answer, OpenSlice& slice, PageFacts& facts);
  bool is_plain() const;
  std::int64_t decode_selected(OpenSlice& slice, const std::string& url, PageFacts& facts);
  void take(jinja::Value record, OpenSlice& slice, Selected& selected);
  void hand_on(Selected& selected);
  std::int64_t read_chunks(OpenSlice& slice, const std::optional<jinja::Value>& token, Answer& answer,
                           PageFacts& facts);
  bool goes_round(OpenSlice& slice, const Answer& answer, const jinja::Value& next) const;
  bool end_page(OpenSlice& slice, const Answer& answer, PageFacts& facts);
  bool restart(OpenSlice& slice, const std::string& url);
  http::Request request_of(OpenSlice& slice, const std::optional<jinja::Value>& token);
  const JsonIndex* index_of(const Answer& answer);
  void offer_facts(const Answer& answer, PageFacts& facts);
  void check_version(const http::Response& response, OpenSlice& slice);
  [[noreturn]] void refuse_page(const http::Response& response, const std::string& reason) const;

  const SimpleRetriever& retriever_;
  const ReadPlan& plan_;
  PageFetcher fetcher_;
  RecordDecoder decoder_;
  KnownKeys keys_;
  JsonIndex index_, selected_index_;
  http::Body selected_, decoded_;
  std::deque<OpenSlice> open_;
  bool no_more_slices_ = false, warned_of_version_ = false;
  std::int64_t likely_pages_ = 1, records_ = 0;
  std::size_t largest_body_ = 0;  // seen so far: what a page ahead is likely to take
};

}  // namespace leat::sources::declarative
