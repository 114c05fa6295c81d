#include "pages/project.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/spec.h"
#include "base/time.h"
#include "pages/component.h"
#include "pages/drawing.h"
#include "pages/page_sources.h"
#include "pages/site.h"
#include "pages/still.h"

namespace leat::pages {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kFormsMax = 5000, kAnswersMax = 5000;

// "customers/index" and SvelteKit's "customers/+page" are the page of /customers.
std::string id_of(std::string file) {
  file = file.substr(0, file.size() - 3);
  for (std::string_view last : {"index", "+page"}) {
    if (file == last) return "index";
    if (file.ends_with("/" + std::string(last))) return file.substr(0, file.size() - last.size() - 1);
  }
  return file;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto digit = [&](std::size_t at) {
      char c = at < text.size() ? text[at] : 'x';
      return c >= '0' && c <= '9'   ? c - '0'
             : c >= 'a' && c <= 'f' ? c - 'a' + 10
             : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                    : -1;
    };
    if (text[i] == '%' && digit(i + 1) >= 0 && digit(i + 2) >= 0) {
      out.push_back(static_cast<char>(digit(i + 1) * 16 + digit(i + 2)));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// A part of a link becomes the name of a file, below the site's folder and nowhere else.
bool names_a_file(const std::string& part) {
  constexpr std::size_t kNameMax = 200;  // of the 255 that file systems allow
  bool leads_away =
      part == "." || part == ".." || part.find('/') != std::string::npos || part.size() > kNameMax;
  return !leads_away && std::none_of(part.begin(), part.end(), [](unsigned char c) { return c < 0x20; });
}

// A link such as /customers/ada against customers/[customer]: the values of its parameters.
std::optional<std::map<std::string, std::string>> matched(const std::string& id, const std::string& link) {
  std::map<std::string, std::string> params;
  std::size_t at = 0;
  std::string path = link.substr(1);
  while (path.ends_with('/')) path.pop_back();
  for (std::size_t i = 0; i < id.size();) {
    if (id[i] != '[') {
      if (at >= path.size() || path[at++] != id[i++]) return std::nullopt;
      continue;
    }
    std::size_t close = id.find(']', i);
    if (close == std::string::npos) return std::nullopt;
    char next = close + 1 < id.size() ? id[close + 1] : '/';
    std::size_t end = std::min(path.find(next == '/' ? '/' : next, at), path.size());
    if (end == at || !names_a_file(decoded(path.substr(at, end - at)))) return std::nullopt;
    params[id.substr(i + 1, close - i - 1)] = path.substr(at, end - at);
    at = end;
    i = close + 1;
  }
  if (at != path.size()) return std::nullopt;
  return params;
}

std::string filled(const std::string& id, const std::map<std::string, std::string>& params) {
  std::string out = id;
  for (const auto& [name, value] : params) {
    std::size_t at = out.find("[" + name + "]");
    if (at != std::string::npos) out.replace(at, name.size() + 2, value);
  }
  return out;
}

}  // namespace

bool Project::is_evidence(const std::string& root) {
  bool pages = fs::exists(root + "/pages") || fs::exists(root + "/src/pages");
  return pages &&
         (fs::exists(root + "/evidence.config.yaml") || fs::exists(root + "/evidence.plugins.yaml") ||
          fs::exists(root + "/sources") || fs::exists(root + "/package.json"));
}

std::string Project::evidence_pages(const std::string& root) {
  return root + (fs::exists(root + "/pages") ? "/pages" : "/src/pages");
}

std::unique_ptr<Project> Project::load(const std::string& folder) {
  auto project = std::make_unique<Project>();
  project->folder_ = folder;
  if (!fs::exists(folder))
    throw Error(ErrorCode::config_not_found, "The folder of the pages does not exist", folder);
  fs::path root = fs::path(folder).lexically_normal();
  if (!root.has_filename()) root = root.parent_path();
  root = root.parent_path();
  if (root.filename() == "src") root = root.parent_path();
  project->root_ = root.string();
  project->is_evidence_ = is_evidence(project->root_);
  for (const char* place : {"/.evidence/customization/custom-formatting.json", "/custom-formatting.json"}) {
    std::string file = project->root_ + place;
    if (fs::is_regular_file(file) && project->formats_.empty())
      project->formats_ = read_custom_formats(document::read_file(file), file);
  }
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    std::string name = entry.path().filename().string();
    bool is_page = entry.is_regular_file() && entry.path().extension() == ".md" && name != "README.md";
    if (is_page) files.push_back(fs::relative(entry.path(), folder).string());
  }
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    std::string id = id_of(file), path = "pages/" + file;
    Page page;
    try {
      page = parse_page(id, path, document::read_file(folder + "/" + file),
                        [&](const std::string& included) { return project->read_file(included); });
    } catch (const Error& error) {
      page = Page();
      page.id = id;
      page.path = path;
      page.broken = std::make_shared<const Error>(error);
    }
    project->pages_.push_back(std::move(page));
  }
  project->navigation_ = std::make_unique<const Navigation>(project->pages_);
  return project;
}

std::string Project::read_file(const std::string& path) const {
  if (path.starts_with("http://") || path.starts_with("https://"))
    throw Error(ErrorCode::page_syntax,
                "A page asks nothing from another host, when it is built and when it is read", path)
        .fix("Save the file in the project's folder static/ and write its path there: /areas.geojson.");
  std::string name = path.starts_with("/") ? path.substr(1) : path;
  if (("/" + name + "/").find("/../") != std::string::npos)
    throw Error(ErrorCode::config_not_found, "A page reads files below its own project only", path);
  for (const std::string& place : {root_ + "/" + name, root_ + "/static/" + name, folder_ + "/" + name}) {
    if (fs::is_regular_file(place)) return document::read_file(place);
  }
  throw Error(ErrorCode::config_not_found, "The file does not exist", folder_ + "/" + name);
}

void Project::begin_run() {
  std::scoped_lock lock(mutex_, prepare_mutex_);
  asked_.clear();
  links_.clear();
  source_problems_.clear();
  own_components_.clear();
  is_prepared_ = false;
}

void Project::take_answers(Project& before) {
  std::scoped_lock lock(mutex_, prepare_mutex_, before.mutex_, before.prepare_mutex_);
  if (before.asked_.size() <= kAnswersMax) asked_ = std::move(before.asked_);
  links_ = std::move(before.links_);
  source_problems_ = std::move(before.source_problems_);
  is_prepared_ = before.is_prepared_;
}

std::vector<sql::RelationName> Project::relations(const Page& page) const {
  std::vector<sql::RelationName> all;
  auto add = [&](const Page& of) {
    for (const Query& query : of.queries) {
      for (sql::RelationName& name : sql::relations_read(query.sql)) {
        if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(std::move(name));
      }
    }
  };
  add(page);
  // Which forms a templated page has is what the other pages' rows say.
  for (const Page& other : pages_) {
    if (!page.params.empty() && other.params.size() <= page.params.size()) add(other);
  }
  return all;
}

std::string Project::fingerprint(const Page& page, const SiteOptions& options) const {
  SiteLook look = this->look(options);
  std::string out =
      page.text + look.title + look.css + look.appearance + LEAT_VERSION + navigation_->html(page.id, "");
  for (const CustomFormat& format : formats_) out += format.name + "=" + format.code + "\n";
  return out + runtime_text();
}

SiteLook Project::look(const SiteOptions& options) const {
  return is_evidence_ ? read_look(root_, folder_, options.title) : read_look("", "", options.title);
}

std::string Project::output_file(const Page& page, const SiteOptions& options) const {
  if (!page.params.empty()) return options.output + "/_leat/forms/" + page.id + ".txt";
  return options.output + "/" + page.id + ".html";
}

bool Project::is_left_over(const std::string& name, const SiteOptions& options) const {
  if (!name.ends_with(".html") || fs::is_regular_file(root_ + "/static/" + name)) return false;
  std::string id = name.substr(0, name.size() - 5);
  return std::none_of(pages_.begin(), pages_.end(), [&](const Page& page) {
    if (page.params.empty()) return page.id == id;
    std::string list = output_file(page, options);
    if (!fs::is_regular_file(list)) return false;
    std::string forms = "\n" + decoded(document::read_file(list));
    return forms.find("\n" + id + "\n") != std::string::npos;
  });
}

// What all pages share is made by the first that is built.
void Project::prepare(sql::Adapter& adapter, const Env& env, const SiteOptions& options) const {
  std::lock_guard lock(prepare_mutex_);
  if (!is_prepared_) {
    write_runtime(options.output);
    copy_static(root_, options.output);
    if (is_evidence_) {
      std::vector<Problem> problems = load_page_sources(root_, adapter, env);
      std::lock_guard state(mutex_);
      source_problems_ = std::move(problems);
    }
  }
  is_prepared_ = true;
  if (is_evidence_) set_page_session(root_, adapter);
}

TablePtr Project::ask(const std::string& name, const std::string& sql, const std::string& where,
                      sql::Adapter& adapter, const SiteOptions& options) const {
  {
    std::lock_guard lock(mutex_);
    auto found = asked_.find(sql);
    if (found != asked_.end()) {
      if (found->second->name == name) return found->second;
      auto renamed = std::make_shared<Table>(*found->second);
      renamed->name = name;
      return renamed;
    }
  }
  TablePtr table;
  try {
    auto made = std::make_shared<Table>(*make_table(name, adapter.query(sql, options.rows_max)));
    made->sql = sql;
    if (made->rows.size() * made->columns.size() > static_cast<std::size_t>(options.values_max))
      throw Error(ErrorCode::warehouse_sql,
                  fmt::format("The query gives more than {} values, rows times columns", options.values_max),
                  where)
          .fix("Let the warehouse sum them up.");
    table = made;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::warehouse_sql) throw;
    std::string what = fmt::format("The query {} failed: {}", name, error.what_failed());
    std::lock_guard lock(mutex_);
    for (const Problem& problem : source_problems_) {
      std::size_t slash = problem.where.rfind('/'), dot = problem.where.rfind('.');
      std::string source = problem.where.substr(slash + 1, dot - slash - 1);
      if (sql.find(source) != std::string::npos)
        what += fmt::format(" ({}: {})", problem.where, problem.what);
    }
    throw Error(ErrorCode::page_query, what, where);
  }
  std::lock_guard lock(mutex_);
  return asked_.emplace(sql, table).first->second;
}

Project::Built Project::render(const Page& page, const Params& params, sql::Adapter& adapter, Env& env,
                               const SiteOptions& options) const {
  FormatsInForce formats(formats_);
  std::string now = format_iso_timestamp(env.now());
  RenderOptions render_options;
  render_options.read_file = [this](const std::string& file) { return read_file(file); };
  render_options.own_component = [this](const std::string& name) { return own_component(name); };
  render_options.is_evidence = is_evidence_;
  std::string id = filled(page.id, params);
  render_options.root = root_of(id);
  Params values;
  for (const auto& [name, value] : params) values[name] = decoded(value);
  Built built;
  Session session(
      page, values,
      [&](const std::string& name, const std::string& sql, const std::string& where) {
        env.check_cancelled();
        return ask(name, sql, where, adapter, options);
      },
      now);
  built.body = render_body(page, session, now, render_options);
  env.check_cancelled();  // where queries were given up, the page has holes
  built.queries = session.asked();
  built.rows = session.rows();
  return built;
}

std::shared_ptr<const Page> Project::own_component(const std::string& name) const {
  std::lock_guard lock(mutex_);
  auto [entry, is_new] = own_components_.try_emplace(name);
  std::string path = "components/" + name + ".svelte", file = root_ + "/" + path;
  if (!is_new || !fs::is_regular_file(file)) return entry->second;
  Page page;
  try {
    page = parse_component(name, path, document::read_file(file),
                           [this](const std::string& included) { return read_file(included); });
  } catch (const Error& error) {
    page.path = path;
    page.broken = std::make_shared<const Error>(error);
  }
  return entry->second = std::make_shared<const Page>(std::move(page));
}

std::set<std::string> Project::links_to(const Page& page, sql::Adapter& adapter, Env& env,
                                        const SiteOptions& options) const {
  std::set<std::string> all;
  // What leads to customers/[customer] has "customers/" in its text.
  std::string hint = page.id.substr(0, page.id.find('['));
  for (const Page& other : pages_) {
    if (!hint.empty() && other.text.find(hint) == std::string::npos) continue;
    if (&other == &page || other.broken || other.params.size() > page.params.size()) continue;
    if (other.params.size() == page.params.size() && other.id >= page.id) continue;
    {
      std::lock_guard lock(mutex_);
      auto known = links_.find(other.id);
      if (known != links_.end()) {
        all.insert(known->second.begin(), known->second.end());
        continue;
      }
    }
    std::set<std::string> links;
    std::vector<Params> forms = {{}};
    if (!other.params.empty()) forms = forms_of(other, links_to(other, adapter, env, options));
    for (const Params& form : forms) {
      // A page that fails tells so where it is built itself.
      try {
        Built built = render(other, form, adapter, env, options);
        links.insert(built.body.links.begin(), built.body.links.end());
      } catch (const Error&) {
        continue;
      }
    }
    all.insert(links.begin(), links.end());
    std::lock_guard lock(mutex_);
    links_.emplace(other.id, std::move(links));
  }
  return all;
}

std::vector<Project::Params> Project::forms_of(const Page& page, const std::set<std::string>& links) const {
  std::vector<Params> forms;
  for (const std::string& link : links) {
    auto params = matched(page.id, link);
    // A page of its own stands before a templated one.
    bool taken =
        std::any_of(pages_.begin(), pages_.end(), [&](const Page& other) { return "/" + other.id == link; });
    if (params && !taken && forms.size() < kFormsMax) forms.push_back(*params);
  }
  return forms;
}

void Project::draw(const Page& page, Built& built) const {
  SiteLook look = is_evidence_ ? read_look(root_, folder_, "") : SiteLook();
  DrawingOptions options;
  options.theme = light_theme(look);
  options.wide = chart_width(page, built.body, look);
  built.body.is_drawn = draw_charts(built.body, options);
}

void Project::tell_thresholds(const std::string& id, const Built& built, Env& env, PageResult& result) const {
  for (const ThresholdState& state : built.body.thresholds) {
    if (!state.is_breached) {
      env.emit({"page_threshold_kept", EventLevel::info, {{"page", id}, {"threshold", state.name}}});
      continue;
    }
    std::string then;
    for (const std::string& channel : state.then) then += (then.empty() ? "" : ",") + channel;
    env.emit({"page_threshold_breached",
              EventLevel::warning,
              {{"page", id},
               {"threshold", state.name},
               {"severity", std::string(state.is_error ? "error" : "warning")},
               {"message", state.text},
               {"then", then},
               {"where", state.where}}});
    result.breached.push_back(state.text);
  }
}

void Project::write(const Page& page, const std::string& id, const Built& built, Env& env,
                    const SiteOptions& options, PageResult& result) const {
  std::string built_at = format_iso_timestamp(env.now());
  std::string html = page_html(page, id, built.body, {pages_, *navigation_}, look(options), built_at);
  write_outlines(options.output, built.body.files);
  env.failpoint("pages_before_swap");
  write_site_file(options.output + "/" + decoded(id) + ".html", html);
  ++result.files;
  result.queries += built.queries;
  result.rows += built.rows;
  result.bytes += static_cast<std::int64_t>(html.size());
}

namespace {

void tell(const std::vector<Problem>& problems) {
  std::vector<const Problem*> errors;
  for (const Problem& problem : problems) {
    if (!problem.is_warning) errors.push_back(&problem);
  }
  if (errors.empty()) return;
  std::string what = errors[0]->what;
  if (errors.size() > 1) what += fmt::format(" (and {} more on the page)", errors.size() - 1);
  throw Error(errors[0]->code, what, errors[0]->where);
}

}  // namespace

PageResult Project::build_page(const Page& page, sql::Adapter& adapter, Env& env,
                               const SiteOptions& options) const {
  prepare(adapter, env, options);
  if (page.broken) {
    write_site_file(options.output + "/" + page.id + ".html",
                    broken_html(page, {pages_, *navigation_}, look(options)));
    throw Error(*page.broken);
  }
  PageResult result;
  std::vector<Problem> problems;
  auto build = [&](const Params& form) {
    Built built = render(page, form, adapter, env, options);
    if (options.draws) draw(page, built);
    write(page, filled(page.id, form), built, env, options, result);
    tell_thresholds(filled(page.id, form), built, env, result);
    problems.insert(problems.end(), built.body.problems.begin(), built.body.problems.end());
    return built.body.links;
  };
  if (page.params.empty()) {
    std::set<std::string> links = build({});
    std::lock_guard lock(mutex_);
    links_.insert_or_assign(page.id, std::move(links));
  } else {
    std::set<std::string> links = links_to(page, adapter, env, options), seen, all;
    // A form may lead to further forms of the same page.
    for (bool more = true; more && seen.size() < kFormsMax;) {
      more = false;
      for (const Params& form : forms_of(page, links)) {
        if (!seen.insert(filled(page.id, form)).second) continue;
        more = true;
        std::set<std::string> found = build(form);
        all.insert(found.begin(), found.end());
      }
      links.insert(all.begin(), all.end());
    }
    std::string list;
    for (const std::string& id : seen) list += id + "\n";
    write_site_file(output_file(page, options), list);
    std::lock_guard lock(mutex_);
    links_.insert_or_assign(page.id, std::move(all));
  }
  tell(problems);
  result.warnings = std::move(problems);
  return result;
}

std::string Project::still_page(const std::string& id, const std::string& address, sql::Adapter& adapter,
                                Env& env, const SiteOptions& options) const {
  for (const Page& page : pages_) {
    auto params =
        page.id == id && page.params.empty() ? std::optional<Params>(Params()) : matched(page.id, "/" + id);
    if (!params) continue;
    if (page.broken) throw Error(*page.broken);
    prepare(adapter, env, options);
    Built built = render(page, *params, adapter, env, options);
    tell(built.body.problems);
    return still_html(page, id, std::move(built.body), look(options),
                      {address, format_iso_timestamp(env.now())});
  }
  std::vector<std::string> names;
  for (const Page& page : pages_) names.push_back(page.id);
  std::string near = nearest(id, names);
  throw Error(ErrorCode::config_invalid,
              fmt::format("There is no page `{}`{}", id,
                          near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
              folder_);
}

}  // namespace leat::pages
