#include "server/live_site.h"

#include <fmt/core.h>

#include <charconv>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

#include "base/embedded.h"
#include "base/error.h"
#include "server/web_server.h"

namespace leat {
LEAT_EMBEDDED(live_web);
}  // namespace leat

namespace leat::server {

namespace {

constexpr const char* kSeen = "X-Leat-Seen";
constexpr std::size_t kReadersMax = 64, kWaitingMax = 200;
constexpr std::chrono::seconds kSignOfLife{10};

struct Reader {
  std::string page;
  std::deque<std::string> waiting;
};

}  // namespace

class LiveSite::Impl {
 public:
  explicit Impl(const StaticSite& site) : server_(env_) {
    if (!server_.set_mount_point("/", site.folder))
      throw Error(ErrorCode::config_not_found, "There is no such folder", site.folder);
    // A reader's events take a thread as long as the page is open.
    server_.new_task_queue = [] { return new httplib::ThreadPool(kReadersMax + 8); };
    server_.set_keep_alive_timeout(2);
    // Answers are small and come one by one.
    server_.set_tcp_nodelay(true);
    server_.set_file_request_handler([](const httplib::Request& request, httplib::Response& response) {
      bool is_page = request.path.ends_with(".html") || request.path.ends_with("/");
      bool is_runtime = request.path.starts_with("/_leat/");
      if (is_page)
        response.body += fmt::format("<script src=\"/_leat/live.js\" data-seen=\"{}\"></script>\n",
                                     response.get_header_value(kSeen));
      response.set_header("Cache-Control", is_runtime ? "max-age=600" : "no-store");
    });
    // Before the file is read: what is sent meanwhile is told again.
    server_.set_pre_routing_handler([this](const httplib::Request&, httplib::Response& response) {
      std::lock_guard lock(mutex_);
      response.set_header(kSeen, fmt::format("{}", sent_));
      return httplib::Server::HandlerResponse::Unhandled;
    });
    server_.Get("/_leat/live.js", [](const httplib::Request&, httplib::Response& response) {
      std::string text;
      for (const EmbeddedFile& file : embedded_live_web()) text += file.contents;
      response.set_content(text, "text/javascript");
    });
    server_.Get("/_leat/events", [this](const httplib::Request& request, httplib::Response& response) {
      listen(request.get_param_value("page"), request.get_param_value("seen"), response);
    });
    server_.bind(site.host, site.port);
    url_ = server_.url() + "/";
    server_.start();
  }
  ~Impl() {
    {
      std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    news_.notify_all();
    server_.stop();
  }

  const std::string& url() const { return url_; }

  void send(std::string_view event, const std::string& json, bool keep) {
    std::string text = fmt::format("event: {}\ndata: {}\n\n", event, json);
    {
      std::lock_guard lock(mutex_);
      if (keep) {
        kept_[std::string(event)] = text;
      } else {
        recent_[++sent_] = text;
        if (recent_.size() > kWaitingMax) recent_.erase(recent_.begin());
      }
      for (const auto& reader : readers_) {
        if (reader->waiting.size() < kWaitingMax) reader->waiting.push_back(text);
      }
    }
    news_.notify_all();
  }

  std::set<std::string> open_pages() const {
    std::lock_guard lock(mutex_);
    std::set<std::string> pages;
    for (const auto& reader : readers_) pages.insert(reader->page);
    return pages;
  }

 private:
  void listen(const std::string& page, const std::string& seen, httplib::Response& response) {
    auto reader = std::make_shared<Reader>();
    reader->page = page;
    {
      std::lock_guard lock(mutex_);
      if (readers_.size() >= kReadersMax) {
        response.status = 503;
        return;
      }
      for (const auto& [name, text] : kept_) reader->waiting.push_back(text);
      std::int64_t last = sent_;
      std::from_chars(seen.data(), seen.data() + seen.size(), last);
      for (auto each = recent_.upper_bound(last); each != recent_.end(); ++each)
        reader->waiting.push_back(each->second);
      readers_.insert(reader);
    }
    response.set_header("Cache-Control", "no-store");
    response.set_chunked_content_provider(
        "text/event-stream",
        [this, reader](std::size_t, httplib::DataSink& sink) { return write(*reader, sink); },
        [this, reader](bool) {
          std::lock_guard lock(mutex_);
          readers_.erase(reader);
        });
  }

  bool write(Reader& reader, httplib::DataSink& sink) {
    std::string text;
    {
      std::unique_lock lock(mutex_);
      news_.wait_for(lock, kSignOfLife, [&] { return is_over_ || !reader.waiting.empty(); });
      if (is_over_) return false;
      for (const std::string& each : reader.waiting) text += each;
      reader.waiting.clear();
    }
    // A comment tells whether the reader is still there.
    if (text.empty()) text = ": \n\n";
    return sink.write(text.data(), text.size());
  }

  std::string url_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable news_;
  bool is_over_ = false;
  std::map<std::string, std::string> kept_;
  std::int64_t sent_ = 0;
  std::map<std::int64_t, std::string> recent_;  // by their number, for pages that were loaded meanwhile
  std::set<std::shared_ptr<Reader>> readers_;
  Env env_;           // the machine's clock
  WebServer server_;  // the last: it uses what stands before
};

LiveSite::LiveSite(const StaticSite& site) : impl_(std::make_unique<Impl>(site)) {}
LiveSite::~LiveSite() = default;
const std::string& LiveSite::url() const {
  return impl_->url();
}
void LiveSite::send(std::string_view event, const std::string& json) {
  impl_->send(event, json, false);
}
void LiveSite::keep(std::string_view event, const std::string& json) {
  impl_->send(event, json, true);
}
std::set<std::string> LiveSite::open_pages() const {
  return impl_->open_pages();
}

}  // namespace leat::server
