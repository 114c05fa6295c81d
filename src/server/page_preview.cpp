#include "server/page_preview.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "document/value.h"
#include "pages/project.h"
#include "pages/site.h"
#include "run/workspace.h"
#include "server/folder_watch.h"
#include "server/live_site.h"

namespace leat::server {

namespace fs = std::filesystem;

namespace {

using Changes = std::set<std::string>;

bool any_begins(const Changes& changes, std::initializer_list<std::string_view> names) {
  return std::any_of(changes.begin(), changes.end(), [&](const std::string& file) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return file.starts_with(name); });
  });
}

class Preview {
 public:
  Preview(const PreviewOptions& options, Env& env, const std::function<void(const PreviewNews&)>& tell)
      : options_(options), env_(env), tell_(tell) {}

  void run() {
    run::ProjectFile file = options_.load();
    fs::create_directories(file.site_folder);
    StaticSite site = options_.site;
    site.folder = file.site_folder;
    LiveSite live(site);
    live_ = &live;
    FolderWatch watch(file.folder, {file.site_folder, file.folder + "/target", file.folder + "/logs"});
    tell_({PreviewNews::Kind::listening, live.url(), "", 0});
    attempt({});
    while (!env_.stop().stop_requested()) {
      Changes changes = watch.wait(env_.stop());
      if (!changes.empty()) attempt(changes);
    }
  }

 private:
  void attempt(const Changes& changes) {
    auto began = env_.steady();
    try {
      build(changes);
      problems_.erase("");
    } catch (const Error& error) {
      if (error.code() == ErrorCode::cancelled) return;
      fail("", error, began);
    }
    tell_problems();
  }

  // Everything where data or settings were saved (or at first: no changes); else what the texts touch.
  void build(const Changes& changes) {
    run::ProjectFile file = options_.load();
    run::WorkspaceOptions workspace_options;
    workspace_options.target = options_.target;
    workspace_options.stand_in = false;
    auto fresh = pages::Project::load(file.pages_folder);
    bool anew = !pages_ || any_begins(changes, {"sources/", "leat.yml", "evidence.config", ".env", "data/"});
    if (!anew) fresh->take_answers(*pages_);
    pages_ = std::move(fresh);
    pages::SiteOptions options;
    options.output = file.site_folder;
    options.draws = false;  // the browser is there already
    options.title = file.title;
    if (any_begins(changes, {"static/"})) pages::copy_static(file.folder, file.site_folder);
    std::vector<const pages::Page*> touched = touched_pages(options, changes, anew);
    if (touched.empty()) return;
    run::Workspace workspace(std::move(file), workspace_options, env_);
    auto adapter = workspace.warehouse().adapter();
    for (const pages::Page* page : touched) build_page(*page, *adapter, options);
  }

  std::vector<const pages::Page*> touched_pages(const pages::SiteOptions& options, const Changes& changes,
                                                bool anew) {
    std::vector<const pages::Page*> touched;
    std::map<std::string, std::size_t> now;
    for (const pages::Page& page : pages_->pages()) {
      std::string text = pages_->fingerprint(page, options);
      if (page.broken) text += page.broken->where() + page.broken->what_failed();
      now[page.id] = std::hash<std::string>()(text);
      auto before = known_.find(page.id);
      bool reads = std::any_of(changes.begin(), changes.end(), [&](const std::string& file) {
        return page.text.find(fs::path(file).filename().string()) != std::string::npos;
      });
      if (anew || reads || before == known_.end() || before->second != now[page.id]) touched.push_back(&page);
    }
    for (const auto& [id, hash] : known_) {
      if (now.contains(id)) continue;
      problems_.erase(id);
      std::error_code gone;
      fs::remove(options.output + "/" + id + ".html", gone);
    }
    known_ = std::move(now);
    // Those that somebody looks at come first; forms of links come behind the pages that have the links.
    std::set<std::string> open = live_->open_pages();
    auto rank = [&](const pages::Page* page) {
      return open.contains(page->id + ".html") ? 0 : page->params.empty() ? 1 : 2;
    };
    std::stable_sort(touched.begin(), touched.end(),
                     [&](const pages::Page* a, const pages::Page* b) { return rank(a) < rank(b); });
    return touched;
  }

  void build_page(const pages::Page& page, sql::Adapter& adapter, const pages::SiteOptions& options) {
    env_.check_cancelled();
    auto began = env_.steady();
    try {
      pages_->build_page(page, adapter, env_, options);
      problems_.erase(page.id);
      tell_({PreviewNews::Kind::built, page.id, "", env_.elapsed_ms(began)});
    } catch (const Error& error) {
      fail(page.id, error, began);
    }
    tell_problems();
    live_->send("built", "[" + document::json_quote(page.id) + "]");
  }

  void fail(const std::string& page, const Error& error, std::chrono::steady_clock::time_point began) {
    problems_[page] = {error.where(), error.what_failed()};
    tell_({PreviewNews::Kind::failed, error.what_failed(), error.where(), env_.elapsed_ms(began)});
  }

  void tell_problems() {
    std::string list;
    for (const auto& [page, problem] : problems_)
      list += (list.empty() ? "" : ",") + ("{\"where\":" + document::json_quote(problem.first)) +
              ",\"what\":" + document::json_quote(problem.second) + "}";
    if (list != told_) live_->keep("problems", "[" + list + "]");
    told_ = list;
  }

  const PreviewOptions& options_;
  Env& env_;
  const std::function<void(const PreviewNews&)>& tell_;
  LiveSite* live_ = nullptr;
  std::unique_ptr<pages::Project> pages_;
  std::map<std::string, std::size_t> known_;  // hashes of what pages are made of, by id
  std::map<std::string, std::pair<std::string, std::string>> problems_;  // where and what, by page
  std::string told_;
};

}  // namespace

void preview_pages(const PreviewOptions& options, Env& env,
                   const std::function<void(const PreviewNews&)>& tell) {
  Preview(options, env, tell).run();
}

}  // namespace leat::server
