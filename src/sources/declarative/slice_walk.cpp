#include "sources/declarative/slice_walk.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/secret.h"
#include "http/url.h"
#include "jinja/operations.h"
#include "sources/declarative/json_value.h"

namespace leat::sources::declarative {
namespace {

// The first characters of a body, for messages; never cut inside a character.
std::string beginning_of(std::string_view body, std::size_t most = 80) {
  std::size_t end = std::min(most, body.size());
  while (end > 0 && end < body.size() && (static_cast<unsigned char>(body[end]) & 0xC0) == 0x80) --end;
  std::string text(body.substr(0, end));
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 32; }, ' ');
  return redact(text);
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

constexpr std::int64_t kPagesMax = 10'000'000;
// Answers that wait to be decoded; one more than fits is let through alone.
constexpr std::size_t kBytesAheadMax = 64u << 20;

}  // namespace

SliceWalk::SliceWalk(const Retriever& retriever, const ReadPlan& plan)
    : retriever_(retriever),
      plan_(plan),
      fetcher_(*retriever.requester_, plan.concurrency),
      decoder_(plan.fields, {}, plan.on_batch, plan.on_reject) {}

void SliceWalk::run() {
  while (true) {
    fill();
    if (open_.empty()) break;
    OpenSlice& front = open_.front();
    while (consume_page(front)) fill();
    likely_pages_ = front.consumed;
    drop_ahead(front);
    if (plan_.on_slice_end) {
      decoder_.flush();
      plan_.on_slice_end(front.slice);
    }
    open_.pop_front();
    if (plan_.records_max > 0 && records_ >= plan_.records_max) break;
  }
  decoder_.flush();
}

void SliceWalk::fill() {
  auto fits = [&] {
    std::size_t ahead = fetcher_.outstanding();
    return ahead < plan_.concurrency && (ahead == 0 || (ahead + 1) * largest_body_ <= kBytesAheadMax);
  };
  while (fits() && submit_one()) continue;
}

bool SliceWalk::submit_one() {
  std::optional<jinja::Value> token;
  for (OpenSlice& slice : open_) {
    if (may_submit(slice, token)) {
      submit(slice, std::move(token));
      return true;
    }
  }
  if (no_more_slices_ || open_.size() > plan_.concurrency) return false;
  std::optional<StreamSlice> slice = plan_.next_slice();
  if (!slice) {
    no_more_slices_ = true;
    return false;
  }
  OpenSlice& opened = open_.emplace_back();
  opened.slice = std::move(*slice);
  opened.scope.set_slice(opened.slice.keys);
  submit(opened, retriever_.paginator_->first());
  return true;
}

bool SliceWalk::may_submit(const OpenSlice& slice, std::optional<jinja::Value>& token) const {
  std::int64_t index = slice.submitted;
  if (slice.next_known && index == slice.consumed) {
    token = slice.next_token;
    return true;
  }
  // Pages behind what is known are asked for as far as it is likely that they exist: as many as the slice
  // before had, or twice as many as were full so far. One at a time means: none in vain.
  std::int64_t full = slice.next_known ? slice.consumed : std::max<std::int64_t>(0, slice.consumed - 1);
  if (plan_.concurrency == 1 || index >= std::max(likely_pages_, 2 * full + 1)) return false;
  token = retriever_.paginator_->foretell(index);
  return token.has_value();
}

void SliceWalk::submit(OpenSlice& slice, std::optional<jinja::Value> token) {
  RequestParts parts;
  jinja::Value page = jinja::Value::none();
  std::string path;
  if (token) {
    page = jinja::Value::dict({{"next_page_token", *token}});
    path = retriever_.paginator_->path_of(*token);
  }
  slice.scope.set("next_page_token", page);
  retriever_.paginator_->contribute(parts, slice.scope, token);
  if (!token || !retriever_.slicer_only_first_) {
    for (const RequestContributor* contributor : plan_.contributors) {
      contributor->contribute(parts, slice.scope, slice.slice.keys);
    }
  }
  std::uint64_t number = fetcher_.submit(retriever_.requester_->build(slice.scope, std::move(parts), path));
  slice.pages.emplace_back(number, std::move(token));
  ++slice.submitted;
}

// Reads the slice's next page; false when it was the last one.
bool SliceWalk::consume_page(OpenSlice& slice) {
  // Slices further on may hold all places; the page that is needed now goes first nevertheless.
  if (slice.pages.empty()) submit(slice, slice.next_token);
  auto [number, token] = slice.pages.front();
  slice.pages.pop_front();
  Answer answer = fetcher_.wait(number);
  largest_body_ = std::max(largest_body_, answer.response.body.size());
  ++slice.consumed;
  slice.next_known = false;
  fill();  // the next page is fetched while this one is decoded
  if (plan_.on_response) plan_.on_response(answer.response);
  if (answer.ignored) return false;
  check_version(answer.response, slice);
  PageFacts facts;
  facts.previous = token;
  facts.scope = slice.scope.copy();
  facts.raw_count = decode(answer, slice, facts);
  records_ += facts.raw_count;
  offer_facts(answer, facts);
  std::optional<jinja::Value> next = retriever_.paginator_->next(facts);
  bool enough = plan_.records_max > 0 && records_ >= plan_.records_max;
  std::string url = http::safe_url(answer.response.url);
  retriever_.workshop_.client.recycle(std::move(answer.response.body));
  if (!next || enough) return false;
  if ((token && jinja::equals(*token, *next)) || slice.consumed >= kPagesMax) {
    throw Error(ErrorCode::source_invalid_response, "The next page is the same page again", url)
        .fix("Check the paginator's `cursor_value` and `stop_condition`.");
  }
  bool as_foretold = slice.pages.empty() ||
                     (slice.pages.front().second && jinja::equals(*slice.pages.front().second, *next));
  if (!as_foretold) drop_ahead(slice);
  slice.next_known = true;
  slice.next_token = std::move(next);
  return true;
}

void SliceWalk::drop_ahead(OpenSlice& slice) {
  for (auto& page : slice.pages) fetcher_.forget(page.first);
  slice.pages.clear();
  slice.submitted = slice.consumed;
}

std::int64_t SliceWalk::decode(Answer& answer, OpenSlice& slice, PageFacts& facts) {
  std::string_view body = answer.response.body.view();
  if (is_blank(body)) return 0;
  if (std::string wrong = index_.build(body); !wrong.empty()) refuse_page(answer.response, wrong);
  if (!retriever_.selector_.is_plain()) return decode_selected(slice, answer.response.url, facts);
  JsonAt last = nullptr;
  std::size_t count = 0;
  bool good = retriever_.selector_.path().visit(
      index_,
      [&](const char* text, JsonAt at, JsonAt end) {
        last = at;
        return decoder_.record(text, at, end);
      },
      count);
  if (!good) refuse_page(answer.response, "");
  facts.scope.set("last_page_size", jinja::Value(static_cast<std::int64_t>(count)));
  facts.scope.set_lazy("last_record", [this, last] {
    return last ? to_jinja(index_.text(), last, index_.end()) : jinja::Value::none();
  });
  return static_cast<std::int64_t>(count);
}

// The long way: each record becomes a value, is filtered and changed, and goes back into JSON for the
// decoder.
std::int64_t SliceWalk::decode_selected(OpenSlice& slice, const std::string& url, PageFacts& facts) {
  std::string kept = "[";
  std::int64_t emitted = 0;
  jinja::Value last = jinja::Value::none();
  std::size_t count = 0;
  bool good = retriever_.selector_.path().visit(
      index_,
      [&](const char* text, JsonAt at, JsonAt end) -> JsonAt {
        JsonAt after = skip_value(text, at, end);
        if (!after) return nullptr;
        jinja::Value record = to_jinja(text, at, end);
        if (record.is_dict() && !retriever_.selector_.select(record, slice.scope)) return after;
        if (emitted++ > 0) kept += ',';
        append_json(kept, record);
        last = record;
        return after;
      },
      count);
  if (!good)
    throw Error(ErrorCode::source_invalid_response, "The page is no valid JSON", http::safe_url(url));
  kept += ']';
  facts.scope.set("last_page_size", jinja::Value(emitted));
  facts.scope.set("last_record", last);
  selected_.clear();
  selected_.append(kept);
  std::string wrong = selected_index_.build(selected_.view());
  std::size_t decoded = 0;
  static const RecordPath kItems({});
  if (wrong.empty() &&
      !kItems.visit(
          selected_index_,
          [&](const char* text, JsonAt at, JsonAt end) { return decoder_.record(text, at, end); }, decoded)) {
    wrong = "a record could not be written as JSON";
  }
  if (!wrong.empty()) throw Error(ErrorCode::source_invalid_response, wrong, http::safe_url(url));
  return static_cast<std::int64_t>(count);
}

void SliceWalk::offer_facts(const Answer& answer, PageFacts& facts) {
  facts.scope.set("headers", page_headers_value(answer.response.headers));
  facts.scope.set_lazy("response", [body = answer.response.body.view()] {
    jinja::Value value = parse_json_value(body).value_or(jinja::Value::dict());
    if (!value.is_list()) return value;
    return value.items().empty() ? jinja::Value::dict() : value.items()[0];
  });
  if (answer.response.body.empty()) facts.scope.set("last_page_size", jinja::Value(0));
}

// A data set that is replaced while its pages are read may show rows twice or never.
void SliceWalk::check_version(const http::Response& response, OpenSlice& slice) {
  std::string version(response.headers.get("X-SODA2-Truth-Version"));
  if (version.empty()) return;
  if (!slice.truth_version.empty() && version != slice.truth_version && !warned_of_version_) {
    warned_of_version_ = true;
    retriever_.workshop_.env.emit(
        {"source_changed_while_reading",
         EventLevel::warning,
         {{"stream", plan_.stream}, {"slice", slice.slice.name}, {"url", http::safe_url(response.url)}}});
  }
  slice.truth_version = std::move(version);
}

void SliceWalk::refuse_page(const http::Response& response, const std::string& reason) const {
  throw Error(ErrorCode::source_invalid_response,
              fmt::format("The page is not JSON{}. It begins: {}", reason.empty() ? "" : " (" + reason + ")",
                          beginning_of(response.body.view())),
              http::safe_url(response.url));
}

}  // namespace leat::sources::declarative
