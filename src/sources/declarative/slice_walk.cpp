#include "sources/declarative/slice_walk.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/secret.h"
#include "http/cassette.h"
#include "http/url.h"
#include "jinja/operations.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/query_properties.h"

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

constexpr std::size_t kSelectedBytesMax = 128 * 1024;  // of changed records that are held before they go on
constexpr std::int64_t kPagesMax = 10'000'000;
constexpr std::int64_t kResetsMax = 100;  // of pages of one slice, without getting on

}  // namespace

SliceWalk::SliceWalk(const SimpleRetriever& retriever, const ReadPlan& plan)
    : retriever_(retriever),
      plan_(plan),
      fetcher_(*retriever.requester_, plan.concurrency),
      decoder_(plan.fields, {.rows_max = plan.batch_rows_max}, plan.on_batch, plan.on_reject) {}

bool SliceWalk::step() {
  fill();
  if (open_.empty()) {
    decoder_.flush();
    return false;
  }
  OpenSlice& front = open_.front();
  try {
    if (consume_page(front)) return true;
  } catch (const Error&) {
    // Where a recording is full, or ends, the pages before still count.
    if (http::cassette_is_over(retriever_.workshop_.env)) decoder_.flush();
    throw;
  }
  likely_pages_ = front.consumed;
  drop_ahead(front);
  if (plan_.on_slice_end) {
    decoder_.flush();
    plan_.on_slice_end(front.slice);
  }
  open_.pop_front();
  if (plan_.records_max == 0 || records_ < plan_.records_max) return true;
  decoder_.flush();
  return false;
}

void SliceWalk::fill() {
  auto fits = [&] {
    std::size_t ahead = fetcher_.outstanding();
    // An answer that is larger than all may be is let through alone.
    return ahead < plan_.concurrency && (ahead == 0 || (ahead + 1) * largest_body_ <= plan_.ahead_bytes_max);
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
  opened.scope.set_slice(slice_value(opened.slice));
  // What a slice carries along is known by its own name, too.
  opened.slice.extra.as_dict().each([&](const jinja::Value& key, const jinja::Value& value) {
    opened.scope.set(jinja::to_text(key), value);
  });
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

http::Request SliceWalk::request_of(OpenSlice& slice, const std::optional<jinja::Value>& token) {
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
  return retriever_.requester_->build(slice.scope, std::move(parts), path);
}

void SliceWalk::submit(OpenSlice& slice, std::optional<jinja::Value> token) {
  // Pages of properties in chunks take several requests, which are sent when the page is needed.
  std::uint64_t number = retriever_.properties_ ? 0 : fetcher_.submit(request_of(slice, token));
  slice.pages.emplace_back(number, std::move(token));
  ++slice.submitted;
}

// Reads the slice's next page; false when it was the last one.
bool SliceWalk::consume_page(OpenSlice& slice) {
  // Slices further on may hold all places; the page that is needed now goes first nevertheless.
  if (slice.pages.empty()) submit(slice, slice.next_token);
  auto [number, token] = slice.pages.front();
  slice.pages.pop_front();
  PageFacts facts;
  facts.previous = token;
  Answer answer;
  if (retriever_.properties_) {
    ++slice.consumed;
    slice.next_known = false;
    facts.scope = slice.scope.copy();
    facts.raw_count = read_chunks(slice, token, answer, facts);
  } else {
    answer = fetcher_.wait(number);
    largest_body_ = std::max(largest_body_, answer.response.body.size());
    ++slice.consumed;
    slice.next_known = false;
    if (plan_.concurrency > 1) fill();  // the next page is fetched while this one is decoded
    if (plan_.on_response) plan_.on_response(answer.response);
    if (!answer.ignored && !answer.reset) {
      check_version(answer.response, slice);
      facts.scope = slice.scope.copy();
      facts.raw_count = decode(answer, slice, facts);
    }
  }
  if (answer.reset) return restart(slice, answer.response.url);
  if (answer.ignored) return false;
  bool goes_on = end_page(slice, answer, facts);
  retriever_.workshop_.client.recycle(std::move(answer.response.body));
  return goes_on;
}

// A token that comes again means nothing by itself: some APIs keep one for all pages of a search.
bool SliceWalk::goes_round(OpenSlice& slice, const Answer& answer, const jinja::Value& next) const {
  if (retriever_.paginator_->foretell(1)) return false;
  std::hash<std::string_view> hash;
  std::size_t mark = hash(answer.response.body.view()) * 31 + hash(jinja::to_repr(next));
  if (slice.consumed > 1 && mark == slice.page_mark) return true;
  if (++slice.marked_for == slice.mark_lasts || slice.consumed == 1) {
    slice.page_mark = mark;
    slice.mark_lasts *= 2;
    slice.marked_for = 0;
  }
  return false;
}

// Decides on the next page.
bool SliceWalk::end_page(OpenSlice& slice, const Answer& answer, PageFacts& facts) {
  records_ += facts.raw_count;
  slice.records += facts.raw_count;
  offer_facts(answer, facts);
  std::string url = http::safe_url(answer.response.url);
  if (retriever_.reset_after_records_ > 0 && slice.records >= retriever_.reset_after_records_)
    return restart(slice, url);
  std::optional<jinja::Value> next;
  if (!facts.is_over) next = retriever_.paginator_->next(facts);
  bool enough = plan_.records_max > 0 && records_ >= plan_.records_max;
  if (!next || enough) return false;
  if (goes_round(slice, answer, *next) || slice.consumed >= kPagesMax) {
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

// Begins with the slice anew, or with what is left of it: for APIs that end their pages early.
bool SliceWalk::restart(OpenSlice& slice, const std::string& url) {
  drop_ahead(slice);
  bool moved = false;
  if (retriever_.resets_by_cursor_ && plan_.rest_of) {
    decoder_.flush();
    if (std::optional<jinja::Value> rest = plan_.rest_of(slice.slice)) {
      moved = !jinja::equals(*rest, slice.slice.window);
      slice.slice.window = *rest;
      rest->as_dict().each([&](const jinja::Value& key, const jinja::Value& value) {
        slice.slice.keys.as_dict().set(key, value);
      });
      slice.scope.set_slice(slice_value(slice.slice));
    }
  }
  slice.resets = moved ? 0 : slice.resets + 1;
  if (slice.resets > kResetsMax) {
    throw Error(ErrorCode::source_invalid_response, "The pages begin anew without end", http::safe_url(url))
        .fix("Check the stream's `pagination_reset` and the filter with RESET_PAGINATION.");
  }
  slice.records = 0;
  slice.next_known = true;
  slice.next_token = retriever_.paginator_->first();
  return true;
}

// One page of properties in chunks: a request for each, records put together by their key.
std::int64_t SliceWalk::read_chunks(OpenSlice& slice, const std::optional<jinja::Value>& token,
                                    Answer& answer, PageFacts& facts) {
  MergedRecords merged(*retriever_.properties_);
  std::int64_t count = 0;
  Selected selected;
  for (const std::vector<std::string>& chunk : retriever_.properties_->chunks(plan_.wanted)) {
    slice.slice.extra = jinja::Value::dict({{"query_properties", retriever_.properties_->value_of(chunk)}});
    slice.scope.set_slice(slice_value(slice.slice));
    answer = fetcher_.wait(fetcher_.submit(request_of(slice, token)));
    selected.url = answer.response.url;
    if (plan_.on_response) plan_.on_response(answer.response);
    if (answer.reset) return 0;
    if (answer.ignored || is_blank(answer.response.body.view())) continue;
    const JsonIndex* index = index_of(answer);
    std::size_t records = 0;
    retriever_.selector_.path().visit(
        *index,
        [&](const char* text, JsonAt at, JsonAt end) -> JsonAt {
          JsonAt after = skip_value(text, at, end);
          if (!after) return nullptr;
          jinja::Value record = to_jinja(text, at, keys_);
          if (!record.is_dict() || !retriever_.selector_.select(record, slice.scope)) return after;
          if (!merged.add(record)) take(std::move(record), slice, selected);
          return after;
        },
        records);
    count = std::max(count, static_cast<std::int64_t>(records));
  }
  for (jinja::Value& record : merged.records()) take(std::move(record), slice, selected);
  hand_on(selected);
  facts.scope.set("last_page_size", jinja::Value(selected.emitted));
  facts.scope.set("last_record", selected.last);
  return count;
}

void SliceWalk::drop_ahead(OpenSlice& slice) {
  for (auto& page : slice.pages) fetcher_.forget(page.first);
  slice.pages.clear();
  slice.submitted = slice.consumed;
}

bool SliceWalk::is_plain() const {
  return retriever_.selector_.is_plain() && !plan_.on_record && !plan_.normalize && !plan_.covers_filters &&
         !plan_.covers_ends;
}

// The JSON of an answer, decoded where it is not JSON itself.
const JsonIndex* SliceWalk::index_of(const Answer& answer) {
  std::string_view body = answer.response.body.view();
  if (retriever_.decoder_) {
    decoded_ = retriever_.decoder_->to_json(body, http::safe_url(answer.response.url));
    body = decoded_.view();
  }
  if (std::string wrong = index_.build(body); !wrong.empty()) refuse_page(answer.response, wrong);
  return &index_;
}

std::int64_t SliceWalk::decode(Answer& answer, OpenSlice& slice, PageFacts& facts) {
  if (is_blank(answer.response.body.view())) return 0;
  index_of(answer);
  if (!is_plain()) return decode_selected(slice, answer.response.url, facts);
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
  Selected selected;
  selected.url = url;
  std::size_t count = 0, expanded = 0;
  bool good = retriever_.selector_.path().visit(
      index_,
      [&](const char* text, JsonAt at, JsonAt end) -> JsonAt {
        JsonAt after = skip_value(text, at, end);
        if (!after) return nullptr;
        for (jinja::Value& record : retriever_.selector_.expand(to_jinja(text, at, keys_))) {
          ++expanded;
          if (record.is_absent()) continue;  // dropped, and counted
          if (record.is_dict() && plan_.covers_filters && plan_.covers) {
            // Left out by time first, then by the connector's own filter.
            if (!retriever_.selector_.select(record, slice.scope, plan_.covers)) continue;
          } else if (record.is_dict() && !retriever_.selector_.select(record, slice.scope)) {
            continue;
          }
          take(std::move(record), slice, selected);
        }
        return after;
      },
      count);
  if (!good)
    throw Error(ErrorCode::source_invalid_response, "The page is no valid JSON", http::safe_url(url));
  facts.scope.set("last_page_size", jinja::Value(selected.emitted));
  facts.scope.set("last_record", selected.last);
  bool ended = plan_.covers_ends && plan_.covers && selected.last.is_dict() && !plan_.covers(selected.last);
  facts.is_over = ended;
  hand_on(selected);
  return static_cast<std::int64_t>(expanded);
}

void SliceWalk::take(jinja::Value record, OpenSlice& slice, Selected& selected) {
  if (plan_.normalize && record.is_dict()) plan_.normalize(record);
  ++selected.emitted;
  selected.last = record;
  // Of a feed, what was read before is counted and not kept.
  if (plan_.covers_ends && plan_.covers && record.is_dict() && !plan_.covers(record)) return;
  if (plan_.on_record) return plan_.on_record(std::move(record), slice.slice);
  if (selected.json.size() > 1) selected.json += ',';
  append_json(selected.json, record);
  if (selected.json.size() >= kSelectedBytesMax) hand_on(selected);
}

void SliceWalk::hand_on(Selected& selected) {
  if (plan_.on_record || selected.json.size() <= 1) return;
  selected_.clear();
  selected_.append(selected.json);
  selected_.append("]");
  selected.json = "[";
  std::string wrong = selected_index_.build(selected_.view());
  std::size_t decoded = 0;
  static const RecordPath kItems({});
  if (wrong.empty() &&
      !kItems.visit(
          selected_index_,
          [&](const char* text, JsonAt at, JsonAt end) { return decoder_.record(text, at, end); }, decoded)) {
    wrong = "a record could not be written as JSON";
  }
  if (!wrong.empty()) throw Error(ErrorCode::source_invalid_response, wrong, http::safe_url(selected.url));
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
