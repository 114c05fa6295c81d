#include "pages/drawing.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <mutex>
#include <semaphore>
#include <thread>

#include "base/embedded.h"
#include "document/value.h"
#include "pages/html.h"
#include "script/engine.h"

namespace leat {
LEAT_EMBEDDED(pages_web);
LEAT_EMBEDDED(drawing_web);
LEAT_EMBEDDED(echarts);
LEAT_EMBEDDED(outlines);
}  // namespace leat

namespace leat::pages {
namespace {

using std::chrono::seconds;
constexpr double kSlim = 350;
constexpr seconds kLoadLimit{30}, kDrawLimit{20};

std::string_view file_of(std::span<const EmbeddedFile> files, std::string_view path) {
  for (const EmbeddedFile& file : files) {
    if (file.path == path) return file.contents;
  }
  return "";
}

// An engine that has read the chart library and the runtime's drawing parts.
class Board {
 public:
  /// Null where there is no engine.
  static std::unique_ptr<Board> open() {
    auto board = std::make_unique<Board>();
    if (!board->load()) board = nullptr;
    return board;
  }
  bool is_lost() const { return is_lost_; }

  bool outline(const std::string& name) {
    if (outlines_.count(name) > 0) return true;
    outlines_.insert(name);
    return read(name, file_of(embedded_outlines(), name));
  }
  std::optional<std::string> draw(const std::string& page) {
    script::Answer answer = engine_->call("leatDraw", page, kDrawLimit);
    is_lost_ = answer.kind == script::Answer::Kind::too_long || answer.kind == script::Answer::Kind::gone;
    if (!answer.is_done()) return std::nullopt;
    return answer.text;
  }

 private:
  bool read(const std::string& name, std::string_view text) {
    return engine_->evaluate(name, text, kLoadLimit).is_done();
  }
  bool load() {
    engine_ = script::Engine::open();
    if (!engine_ || !read("first.js", file_of(embedded_drawing_web(), "first.js")) ||
        !read("echarts.min.js", file_of(embedded_echarts(), "echarts.min.js")))
      return false;
    for (const char* name : {"format.js", "charts.js", "figures.js", "maps.js"}) {
      if (!read(name, file_of(embedded_pages_web(), name))) return false;
    }
    return read("last.js", file_of(embedded_drawing_web(), "last.js"));
  }

  std::unique_ptr<script::Engine> engine_;
  std::set<std::string> outlines_;
  bool is_lost_ = false;
};

// The boards of this process: as many as there are processors, since one that is new is slow.
class Boards {
 public:
  std::unique_ptr<Board> take() {
    places_.acquire();
    {
      std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        std::unique_ptr<Board> board = std::move(free_.back());
        free_.pop_back();
        return board;
      }
      if (is_missing_) return nullptr;
    }
    std::unique_ptr<Board> board = Board::open();
    std::lock_guard lock(mutex_);
    is_missing_ = !board;
    return board;
  }
  // One that a page took down is not used again.
  void give_back(std::unique_ptr<Board> board) {
    if (board && !board->is_lost()) {
      std::lock_guard lock(mutex_);
      free_.push_back(std::move(board));
    }
    places_.release();
  }

 private:
  std::counting_semaphore<> places_{std::max(1, static_cast<int>(std::thread::hardware_concurrency()))};
  std::mutex mutex_;  // guards what follows
  std::vector<std::unique_ptr<Board>> free_;
  bool is_missing_ = false;
};

// A board for as long as it lives.
class Turn {
 public:
  Turn() : board_(boards().take()) {}
  ~Turn() { boards().give_back(std::move(board_)); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  Board* board() const { return board_.get(); }

 private:
  static Boards& boards() {
    static Boards all;
    return all;
  }
  std::unique_ptr<Board> board_;
};

std::string unescaped(std::string_view text) {
  constexpr std::pair<std::string_view, char> kNames[] = {
      {"&quot;", '"'}, {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&#39;", '\''}};
  std::string out;
  while (!text.empty()) {
    bool found = false;
    for (const auto& [name, c] : kNames) {
      if (!text.starts_with(name)) continue;
      out.push_back(c);
      text.remove_prefix(name.size());
      found = true;
      break;
    }
    if (found) continue;
    out.push_back(text.front());
    text.remove_prefix(1);
  }
  return out;
}

// A place on the page where a chart is drawn.
struct Place {
  std::size_t inside;  // of the element, where the drawings go
  std::string spec;
  bool is_spark;
  bool is_pair = false;  // drawn for a phone, too
  double width = 0, height = 0;
};

double pixels(std::string_view tag, std::string_view name, double fallback) {
  std::size_t at = tag.find(name);
  if (at == std::string_view::npos) return fallback;
  double value = fallback;
  const char* from = tag.data() + at + name.size();
  std::from_chars(from, tag.data() + tag.size(), value);
  return value;
}

// How many columns of grids there are at a place of the page: what stands in one is as much narrower.
class Columns {
 public:
  explicit Columns(std::string_view html) : html_(html) {}
  // Requires: `to` is behind the one of the call before.
  double at(std::size_t to) {
    for (;;) {
      std::size_t open = html_.find("<div", at_), close = html_.find("</div>", at_),
                  next = std::min(open, close);
      if (next >= to) break;
      at_ = next + 4;
      if (next == close) {
        if (!divs_.empty()) divs_.pop_back();
        continue;
      }
      std::string_view tag = html_.substr(next, html_.find('>', next) - next);
      bool is_grid = tag.find("class=\"grid") != std::string_view::npos;
      divs_.push_back(is_grid ? std::max(1.0, pixels(tag, "--columns:", 1)) : 1);
    }
    double all = 1;
    for (double columns : divs_) all *= columns;
    return all;
  }

 private:
  std::string_view html_;
  std::size_t at_ = 0;
  std::vector<double> divs_;
};

std::vector<Place> places_of(std::string_view html, double wide, std::size_t pairs_left) {
  constexpr std::string_view kUse = "data-chart=\"";
  std::vector<Place> places;
  Columns columns(html);
  for (std::size_t at = html.find(kUse); at != std::string_view::npos; at = html.find(kUse, at + 1)) {
    std::size_t open = html.rfind('<', at), from = at + kUse.size(), end = html.find('"', from);
    if (open == std::string_view::npos || end == std::string_view::npos) continue;
    std::size_t close = html.find('>', end);
    if (close == std::string_view::npos) continue;
    std::string_view tag = html.substr(open, at - open);
    Place place{close + 1, unescaped(html.substr(from, end - from)), false};
    place.is_spark = tag.find("class=\"spark\"") != std::string_view::npos;
    double beside = columns.at(open);
    constexpr double kGap = 28;
    place.width = place.is_spark ? pixels(tag, "width:", 72) : (wide - (beside - 1) * kGap) / beside;
    place.height = pixels(tag, "height:", place.is_spark ? 24 : 300);
    place.is_pair = !place.is_spark && pairs_left > 0 && pairs_left-- > 0;
    places.push_back(std::move(place));
  }
  return places;
}

// What stands beside charts on the page as JSON, such as outlines of the project's own.
void add_embedded(JsonObject& data, std::string_view html) {
  constexpr std::string_view kOpen = "<script type=\"application/json\" id=\"", kClose = "</script>";
  for (std::size_t at = html.find(kOpen); at != std::string_view::npos; at = html.find(kOpen, at + 1)) {
    std::size_t from = at + kOpen.size(), quote = html.find('"', from), text = html.find('>', quote),
                end = html.find(kClose, text);
    if (end == std::string_view::npos) return;
    data.text(html.substr(from, quote - from), html.substr(text + 1, end - text - 1));
  }
}

std::string tokens_json(std::string_view css) {
  css = css.substr(0, css.find(":root[data-theme=\"dark\"]"));
  JsonObject tokens;
  for (std::size_t at = css.find("--"); at != std::string_view::npos; at = css.find("--", at)) {
    std::size_t colon = css.find(':', at), end = css.find_first_of(";}", colon);
    if (end == std::string_view::npos) break;
    std::string_view value = css.substr(colon + 1, end - colon - 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    tokens.text(css.substr(at, colon - at), value);
    at = end;
  }
  return tokens.done();
}

std::string request(const Rendered& body, const std::vector<Place>& places, const DrawingOptions& options) {
  JsonObject data, page;
  for (const auto& [name, table] : body.data) data.text("data-" + name, to_json(table));
  add_embedded(data, body.html);
  std::string charts;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Place& place = places[i];
    for (double width : {place.width, kSlim}) {
      if (width == kSlim && !place.is_pair) break;
      charts += fmt::format("{}{{\"spec\":{},\"width\":{},\"height\":{},\"label\":\"d{}{}-\"}}",
                            charts.empty() ? "" : ",", place.spec, width, place.height, i,
                            width == kSlim ? "s" : "");
    }
  }
  page.raw("data", data.done());
  page.raw("tokens", tokens_json(options.theme));
  page.raw("live", options.is_live ? "true" : "false");
  page.raw("charts", "[" + charts + "]");
  return page.done();
}

// A drawing as an element of the page; "" where it can't be one.
std::string element(const document::Value& drawn, std::string_view form, const DrawingOptions& options) {
  const std::string& svg = drawn["svg"].raw();
  if (!svg.starts_with("<svg ") || svg.size() > options.chart_bytes_max) return "";
  if (!options.is_live) return svg;
  bool is_light = drawn["foreign"].boolean();
  return fmt::format("<svg class=\"still{}{}\" {}", form, is_light ? " light" : "", svg.substr(5));
}

}  // namespace

bool can_draw() {
  return Turn().board() != nullptr;
}

bool draw_charts(Rendered& body, const DrawingOptions& options) {
  std::vector<Place> places = places_of(body.html, options.wide, options.is_live ? options.pairs_max : 0);
  if (places.empty()) return true;
  Turn turn;
  Board* board = turn.board();
  if (!board) return false;
  bool is_whole = places.size() <= options.charts_max;
  if (!is_whole) places.resize(options.charts_max);
  for (const std::string& name : body.files) board->outline(name);
  std::optional<std::string> answer = board->draw(request(body, places, options));
  if (!answer) return false;
  document::Value drawn = document::parse_json(*answer, "drawings");
  std::string out;
  std::size_t from = 0, next = 0, bytes = 0;
  for (const Place& place : places) {
    bool has_two = place.is_pair;
    const auto& items = drawn.items();
    if (next + (has_two ? 2 : 1) > items.size()) break;
    std::string wide = element(items[next], has_two ? " wide" : "", options), slim;
    // A large drawing serves all widths, as well as it can: the browser draws it anew where it does not fit.
    bool is_large = wide.size() > options.pair_bytes_max;
    if (has_two && is_large) wide = element(items[next], "", options);
    if (has_two && !is_large) slim = element(items[next + 1], " slim", options);
    next += has_two ? 2 : 1;
    bool fits = !wide.empty() && (!has_two || is_large || !slim.empty()) &&
                bytes + wide.size() + slim.size() <= options.page_bytes_max;
    is_whole = is_whole && fits;
    if (!fits) continue;
    bytes += wide.size() + slim.size();
    out += body.html.substr(from, place.inside - from) + wide + slim;
    from = place.inside;
  }
  body.html = out + body.html.substr(from);
  return is_whole;
}

}  // namespace leat::pages
