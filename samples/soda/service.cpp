#include "service.h"

#include <fmt/core.h>
#include <httplib.h>
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <shared_mutex>
#include <thread>

#include "load.h"
#include "metadata.h"
#include "mutate.h"

namespace soda {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;
constexpr std::size_t kPieceRows = 128;
constexpr std::size_t kTypeHeaderMax = 4096;
constexpr std::size_t kLogMax = 10000;

std::string http_date(std::int64_t micros) {
  const std::time_t seconds = micros / 1000000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  const std::size_t length = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text, length};
}

std::int64_t now_micros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string decoded(std::string_view text) {
  return httplib::detail::decode_url(std::string(text), true);
}

/// The parameters as they came. The library's own list cuts a value at its last "=".
Parameters parameters_of(std::string_view target) {
  Parameters parameters;
  std::size_t at = target.find('?');
  while (at != std::string_view::npos) {
    const std::size_t end = target.find('&', ++at);
    const std::string_view pair = target.substr(at, end == std::string_view::npos ? end : end - at);
    const std::size_t mark = pair.find('=');
    const std::string_view value = mark == std::string_view::npos ? "" : pair.substr(mark + 1);
    if (!pair.empty()) parameters.emplace_back(decoded(pair.substr(0, mark)), decoded(value));
    at = end;
  }
  return parameters;
}

std::string url_of(const httplib::Request& request) {
  std::string url = request.path;
  char mark = '?';
  for (const auto& [name, value] : parameters_of(request.target)) {
    url += mark + name + "=" + value;
    mark = '&';
  }
  return url;
}

bool accepts_gzip(const httplib::Request& request) {
  return request.get_header_value("Accept-Encoding").find("gzip") != std::string::npos;
}

/// zlib's stream, with a gzip frame.
class Gzip {
 public:
  Gzip() { deflateInit2(&stream_, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY); }
  ~Gzip() { deflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  void press(const std::string& piece, bool last, std::string& out) {
    out.resize(deflateBound(&stream_, piece.size()) + 64);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream_.avail_in = static_cast<uInt>(piece.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
    out.resize(out.size() - stream_.avail_out);
  }

 private:
  z_stream stream_{};
};

}  // namespace

/// An answer on its way: renders the next piece whenever the last is sent.
struct Service::Body {
  Body(Answer given, Format format) : answer(std::move(given)), renderer(answer, format) {}
  Answer answer;
  Renderer renderer;
  std::size_t next_row = 0, sent = 0;
  std::unique_ptr<Gzip> gzip;
  std::optional<std::size_t> cut_after;
  std::string piece, pressed;
  std::function<void(std::size_t bytes)> finished;

  /// Returns false to cut the connection.
  bool send(httplib::DataSink& sink) {
    piece.clear();
    piece.reserve(kPieceBytes + 64 * 1024);
    if (sent == 0 && next_row == 0) piece = renderer.head();
    {
      std::shared_lock<std::shared_mutex> guard;
      if (answer.from_data_set) guard = std::shared_lock(answer.table->lock);
      while (next_row < answer.rows.count && piece.size() < kPieceBytes) {
        const std::size_t count = std::min(kPieceRows, answer.rows.count - next_row);
        renderer.rows(next_row, count, piece);
        next_row += count;
      }
    }
    const bool last = next_row == answer.rows.count;
    if (last) piece += renderer.tail();
    const std::string* out = &piece;
    if (gzip) {
      gzip->press(piece, last, pressed);
      out = &pressed;
    }
    if (cut_after && sent + out->size() >= *cut_after) {
      sink.write(out->data(), *cut_after - sent);
      finished(*cut_after);
      return false;
    }
    sent += out->size();
    if (!out->empty() && !sink.write(out->data(), out->size())) return false;
    if (last) {
      finished(sent);
      sink.done();
    }
    return true;
  }
};

void Service::add(std::shared_ptr<Table> table) {
  auto set = std::make_unique<DataSet>();
  set->table = std::move(table);
  sets_[set->table->id()] = std::move(set);
}

Service::DataSet& Service::data_set(const std::string& id) {
  const auto found = sets_.find(id);
  if (found == sets_.end())
    throw Problem(404, "soda.dataset.not-found", fmt::format("Cannot find dataset with id {}", id),
                  fmt::format("{{\"dataset\":{}}}", json_string(id)));
  return *found->second;
}

void Service::start(httplib::Server& server) {
  const auto guarded = [this](auto answer) {
    return [this, answer](const httplib::Request& request, httplib::Response& response) {
      const std::size_t number = log(request);
      run_pending(url_of(request));
      const Effect effect = faults_.next(url_of(request));
      if (effect.delay_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(effect.delay_ms));
      response.set_header("X-Socrata-RequestId", fmt::format("{:016x}{:016x}", mix(number), mix(number + 1)));
      response.set_header("X-Socrata-Region", "stand-in");
      response.set_header("Date", http_date(now_micros()));
      try {
        if (effect.status) {
          if (!effect.retry_after.empty()) response.set_header("Retry-After", effect.retry_after);
          if (!effect.location.empty()) response.set_header("Location", effect.location);
          const bool limited = *effect.status == 429;
          throw Problem(*effect.status, limited ? "too-many-requests" : "internal-error",
                        limited ? "Too many requests" : "The stand-in was told to fail");
        }
        if (effect.garbage) {
          response.set_content("<!DOCTYPE html>\n<html><body><h1>We'll be back soon</h1></body></html>\n",
                               "text/html");
          return complete(number, 200, 0, 0);
        }
        check_token(request);
        answer(request, response, effect, number);
      } catch (const Problem& problem) {
        put_problem(problem, response);
        complete(number, problem.status(), 0, 0);
      }
    };
  };
  server.Get(R"(/resource/([^/.]+)(?:\.([a-z]+))?)",
             guarded([this](const auto& request, auto& response, const Effect& effect, std::size_t number) {
               answer_rows(request, response, effect, number);
             }));
  server.Get(R"(/api/views/(?:metadata/v1/)?([^/.]+)(?:\.json)?)",
             guarded([this](const auto& request, auto& response, const Effect&, std::size_t number) {
               answer_view(request, response);
               complete(number, 200, 0, response.body.size());
             }));
  server.Get("/api/catalog/v1",
             guarded([this](const auto&, auto& response, const Effect&, std::size_t number) {
               answer_catalog(response);
               complete(number, 200, 0, response.body.size());
             }));
  // Orders are taken before the library waits for a body, which `curl -X POST` does not send.
  server.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
    if (!request.path.starts_with("/__soda/")) return httplib::Server::HandlerResponse::Unhandled;
    response.set_header("Connection", "close");
    try {
      answer_admin(request, response);
    } catch (const Problem& problem) {
      put_problem(problem, response);
    }
    return httplib::Server::HandlerResponse::Handled;
  });
}

void Service::check_token(const httplib::Request& request) const {
  if (options_.token.empty()) return;
  std::string given = request.get_header_value("X-App-Token");
  for (const auto& [name, value] : parameters_of(request.target))
    if (given.empty() && name == "$$app_token") given = value;
  if (given != options_.token) throw Problem(403, "permission_denied", "Invalid app_token specified");
}

void Service::put_problem(const Problem& problem, httplib::Response& response) const {
  response.status = problem.status();
  response.set_content(problem.body(options_.shape.value_or(problem.usual_shape())),
                       "application/json;charset=utf-8");
}

void Service::put_headers(const DataSet& set, const Effect& effect, httplib::Response& response) {
  const Table& table = *set.table;
  const std::int64_t seen = effect.stale ? table.stale_before : table.rows_updated_at;
  response.set_header("Last-Modified", http_date(seen));
  response.set_header("X-SODA2-Truth-Last-Modified", http_date(table.rows_updated_at));
  response.set_header("X-SODA2-Secondary-Last-Modified", http_date(seen));
  response.set_header("X-SODA2-Truth-Version", fmt::format("{}", table.version));
  response.set_header("X-SODA2-Truth-Copy-Number", "1");
  response.set_header("X-SODA2-Data-Out-Of-Date", effect.stale ? "true" : "false");
}

void Service::answer_rows(const httplib::Request& request, httplib::Response& response, Effect effect,
                          std::size_t number) {
  DataSet& set = data_set(request.matches[1]);
  const std::string extension = request.matches[2];
  if (!extension.empty() && extension != "json" && extension != "csv" && extension != "geojson")
    throw Problem(406, "not-acceptable", fmt::format("Unsupported format: {}", extension));
  const Format format = extension == "csv"       ? Format::csv
                        : extension == "geojson" ? Format::geojson
                                                 : Format::json;
  Query query = read_query(parameters_of(request.target), options_.limits);
  if (effect.stale_empty) query.limit = 0;

  std::shared_lock guard(set.table->lock);
  const auto before = effect.stale ? std::optional(set.table->stale_before) : std::nullopt;
  std::uint64_t tag = mix(set.table->version + (effect.stale ? 1000003 : 0));
  for (char c : url_of(request)) tag = mix(tag ^ static_cast<unsigned char>(c));
  const std::string etag = fmt::format("\"{:016x}\"", tag);
  put_headers(set, effect, response);
  response.set_header("ETag", etag);
  if (request.get_header_value("If-None-Match") == etag) {
    response.status = 304;
    return complete(number, 304, 0, 0);
  }
  auto body = std::make_shared<Body>(run(set.table, query, options_.limits, set.cache, before), format);
  guard.unlock();

  const std::string names = body->renderer.field_names(), types = body->renderer.field_types();
  if (names.size() <= kTypeHeaderMax && types.size() <= kTypeHeaderMax) {
    response.set_header("X-SODA2-Fields", names);
    response.set_header("X-SODA2-Types", types);
  }
  body->cut_after = effect.cut_after;
  body->finished = [this, number, rows = body->answer.rows.count](std::size_t bytes) {
    complete(number, 200, rows, bytes);
  };
  if (options_.compresses && accepts_gzip(request)) {
    body->gzip = std::make_unique<Gzip>();
    response.set_header("Content-Encoding", "gzip");
    response.set_header("Vary", "Accept-Encoding");
  }
  // The library would compress "text/…" by itself, too; with a space before the name it leaves the body
  // alone.
  const char* type = format == Format::csv       ? " text/csv;charset=utf-8"
                     : format == Format::geojson ? "application/vnd.geo+json;charset=utf-8"
                                                 : "application/json;charset=utf-8";
  response.set_chunked_content_provider(
      type, [body](std::size_t, httplib::DataSink& sink) { return body->send(sink); });
}

void Service::answer_view(const httplib::Request& request, httplib::Response& response) {
  DataSet& set = data_set(request.matches[1]);
  std::shared_lock guard(set.table->lock);
  const bool short_form = request.path.find("/metadata/v1/") != std::string::npos;
  response.set_content(short_form ? metadata_json(*set.table) : view_json(*set.table),
                       "application/json;charset=utf-8");
  put_headers(set, {}, response);
}

void Service::answer_catalog(httplib::Response& response) {
  std::string results;
  for (const auto& [id, set] : sets_) {
    std::shared_lock guard(set->table->lock);
    if (!results.empty()) results += ",";
    results += fmt::format("{{\"resource\":{{\"id\":{},\"name\":{},\"type\":\"dataset\"}}}}", json_string(id),
                           json_string(set->table->name()));
  }
  response.set_content(fmt::format("{{\"results\":[{}],\"resultSetSize\":{}}}\n", results, sets_.size()),
                       "application/json;charset=utf-8");
}

void Service::answer_admin(const httplib::Request& request, httplib::Response& response) {
  const std::string kind = request.path.substr(std::string_view("/__soda/").size());
  const Orders orders(parameters_of(request.target));
  if (kind == "requests" && request.method == "GET") {
    response.set_content(requests_json(orders.number("since", 0)), "application/json");
    return;
  }
  if (request.method != "POST") throw Problem(405, "method-not-allowed", "Orders are given with POST");
  response.set_content(run_order(kind, orders), "application/json");
}

std::string Service::run_order(const std::string& kind, const Orders& orders) {
  if (Faults::knows(kind)) return faults_.add(kind, orders);
  if (kind == "reset") {
    faults_.reset();
    std::lock_guard pending_guard(pending_lock_);
    pending_.clear();
    std::lock_guard guard(log_lock_);
    log_.clear();
    return "{\"reset\":true}\n";
  }
  if (!is_mutation(kind))
    throw Problem(404, "soda.stand-in.bad-order", fmt::format("There is no order '{}'", kind));
  if (const std::size_t skip = orders.number("skip", 0); skip > 0) {
    std::lock_guard guard(pending_lock_);
    pending_.push_back({kind, orders, orders.text("match", ""), skip});
    return fmt::format("{{\"pending\":{},\"skip\":{}}}\n", json_string(kind), skip);
  }
  return run_mutation(kind, orders);
}

void Service::run_pending(const std::string& url) {
  std::lock_guard guard(pending_lock_);
  for (Pending& pending : pending_) {
    if (url.find(pending.match) == std::string::npos) continue;
    if (pending.skip == 0) run_mutation(pending.kind, pending.orders);
    pending.is_done = pending.skip == 0;
    if (pending.skip > 0) --pending.skip;
  }
  std::erase_if(pending_, [](const Pending& pending) { return pending.is_done; });
}

std::string Service::run_mutation(const std::string& kind, const Orders& orders) {
  const auto id = orders.text("dataset");
  if (!id && sets_.empty()) throw Problem(404, "soda.dataset.not-found", "There is no data set");
  // Without a name the largest data set is meant.
  Table* chosen = nullptr;
  for (const auto& [name, set] : sets_)
    if (!chosen || set->table->row_count() > chosen->row_count()) chosen = set->table.get();
  return mutate(id ? *data_set(*id).table : *chosen, kind, orders);
}

std::string Service::order(const std::string& line) {
  return run_order(line.substr(0, line.find('?')), Orders(parameters_of(line)));
}

std::string Service::describe() const {
  std::string text;
  for (const auto& [id, set] : sets_)
    text += fmt::format("{}  {} rows  {}\n", id, set->table->live_count(), set->table->name());
  return text;
}

std::size_t Service::log(const httplib::Request& request) {
  std::lock_guard guard(log_lock_);
  Entry entry;
  entry.number = ++request_count_;
  entry.method = request.method;
  entry.url = url_of(request);
  entry.token = request.has_header("X-App-Token") || entry.url.find("$$app_token=") != std::string::npos;
  log_.push_back(std::move(entry));
  if (log_.size() > kLogMax) log_.pop_front();
  return request_count_;
}

void Service::complete(std::size_t number, int status, std::size_t rows, std::size_t bytes) {
  std::lock_guard guard(log_lock_);
  const auto entry =
      std::find_if(log_.begin(), log_.end(), [&](const Entry& each) { return each.number == number; });
  if (entry == log_.end()) return;
  entry->status = status;
  entry->rows = rows;
  entry->bytes = bytes;
}

std::string Service::requests_json(std::size_t since) {
  std::string text = "[";
  std::lock_guard guard(log_lock_);
  for (const Entry& entry : log_) {
    if (entry.number <= since) continue;
    if (text.size() > 1) text += "\n,";
    text += fmt::format(
        "{{\"n\":{},\"method\":{},\"url\":{},\"token\":{},\"status\":{},\"rows\":{},\"bytes\":{}}}",
        entry.number, json_string(entry.method), json_string(entry.url), entry.token, entry.status,
        entry.rows, entry.bytes);
  }
  return text + "]\n";
}

}  // namespace soda
