#include "run/deliveries.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "document/settings.h"
#include "files/object_store.h"
#include "http/client.h"
#include "http/mail.h"
#include "pages/html.h"
#include "run/pictures.h"
#include "run/versions.h"

namespace leat::run {

namespace fs = std::filesystem;
using document::Value;

namespace {

constexpr const char* kList = "_leat/published.json";

std::vector<SpecField> publish_fields() {
  std::vector<SpecField> fields = {{"to", FieldKind::text, "A folder, or s3://bucket/prefix.", "", true}};
  for (SpecField& field : files::store_fields()) fields.push_back(std::move(field));
  return fields;
}

std::vector<SpecField> sending_fields() {
  std::vector<SpecField> fields = {
      {"page", FieldKind::text, "Which page, as `index` or `customers/ada`.", "index"},
      {"type", FieldKind::text, "What takes it.", "", true, {"email", "slack", "file"}},
      {"subject", FieldKind::text, "email: the subject; the page's title when left out."},
      {"site", FieldKind::text, "The address of the published site: links of the page lead there."}};
  for (SpecField& field : http::mail_fields()) fields.push_back(std::move(field));
  fields.push_back({"url", FieldKind::secret, "slack: the address of the incoming webhook."});
  fields.push_back({"path", FieldKind::path, "file: where the document is written."});
  return fields;
}

std::string content_type(const std::string& file) {
  static const std::map<std::string, std::string, std::less<>> types = {
      {".html", "text/html; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".json", "application/json"},
      {".geojson", "application/geo+json"},
      {".csv", "text/csv; charset=utf-8"},
      {".txt", "text/plain; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".gif", "image/gif"},
      {".webp", "image/webp"},
      {".ico", "image/x-icon"},
      {".pdf", "application/pdf"},
      {".woff2", "font/woff2"}};
  auto found = types.find(fs::path(file).extension().string());
  return found == types.end() ? "application/octet-stream" : found->second;
}

// What a site consists of, with a hash of each file: what pages need first, then the pages.
std::vector<std::pair<std::string, std::string>> files_of(const std::string& folder,
                                                          const LeftOver& is_left_over) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    std::string name = fs::relative(entry.path(), folder).generic_string();
    bool is_ours = name.starts_with("_leat/forms/") || name.ends_with(".new");
    if (entry.is_regular_file() && !entry.is_symlink() && !is_ours && !is_left_over(name))
      all.emplace_back(name, hash_of({document::read_file(entry.path().string())}));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first.ends_with(".html"), a.first) < std::pair(b.first.ends_with(".html"), b.first);
  });
  return all;
}

std::map<std::string, std::string> published_before(files::ObjectStore& store) {
  std::map<std::string, std::string> held;
  std::optional<std::string> list = store.get(kList);
  if (!list) return held;
  Value listed = document::parse_json(*list, store.url(kList));
  for (const auto& [name, hash] : listed.members()) held[name] = hash.raw();
  return held;
}

}  // namespace

const Spec kPublishSpec{"pages.publish", "Where the built site is published.", publish_fields()};
const Spec kSendingSpec{"an entry of pages.send",
                        "A page that is sent: by `leat run delivery:NAME`, or a schedule that selects it.",
                        sending_fields()};

std::vector<Sending> read_sendings(const Value& all) {
  std::vector<Sending> out;
  for (const Value::Member& member : all.members()) {
    if (!member.second.is_mapping())
      throw Error(ErrorCode::config_invalid, fmt::format("`{}` has to be a mapping", member.first),
                  member.second.where());
    const std::string& page = member.second["page"].raw();
    out.push_back({member.first, page.empty() ? "index" : page, member.second});
  }
  return out;
}

Published publish_site(const std::string& folder, const LeftOver& is_left_over, const Value& mapping,
                       Env& env) {
  document::Settings settings = document::read_settings(kPublishSpec, mapping, env);
  std::string base = fs::path(mapping.mark().file ? *mapping.mark().file : "").parent_path().string();
  files::Location place = files::parse_location(settings.text("to"), base.empty() ? "." : base);
  auto store = files::open_store(place, files::read_store_options(settings), env);
  std::map<std::string, std::string> before = published_before(*store);
  Published out;
  out.to = place.folder().text();
  std::string list;
  for (const auto& [name, hash] : files_of(folder, is_left_over)) {
    list += fmt::format("{}{}:\"{}\"", list.empty() ? "" : ",\n", document::json_quote(name), hash);
    auto held = before.find(name);
    bool is_same = held != before.end() && held->second == hash;
    if (held != before.end()) before.erase(held);
    if (is_same) {
      ++out.same;
      continue;
    }
    env.check_cancelled();
    std::string path = folder + "/" + name;
    files::PutOptions options;
    options.content_type = content_type(name);
    store->put_file(name, path, options);
    ++out.put;
    out.bytes += static_cast<std::int64_t>(fs::file_size(path));
  }
  files::PutOptions json;
  json.content_type = "application/json";
  store->put(kList, "{" + list + "}\n", json);
  // What is left was published once and is no part of the site any more.
  for (const auto& [name, hash] : before) {
    store->remove(name);
    ++out.removed;
  }
  return out;
}

namespace {

document::Settings settings_of(const Sending& sending, const Env& env) {
  Value mapping = sending.mapping;
  if (const Value* to = mapping.find("to"); to && to->is_text()) mapping.set("to", Value::list({*to}));
  return document::read_settings(kSendingSpec, mapping, env);
}

void need(const document::Settings& settings, const Sending& sending,
          std::initializer_list<const char*> fields) {
  for (const char* field : fields) {
    if (!settings.has(field))
      throw Error(ErrorCode::config_invalid,
                  fmt::format("A page that goes by {} needs `{}`", settings.text("type"), field),
                  sending.mapping.where());
  }
}

std::string optional_text(const document::Settings& settings, const char* field) {
  return settings.has(field) ? settings.text(field) : "";
}

// The first lines of what the page says, for programs that show no HTML.
std::string plain(const std::string& html, const std::string& site) {
  std::string out, text = pages::without_tags(html.substr(std::min(html.find("<body>"), html.size())));
  for (char c : text) {
    bool is_blank = std::isspace(static_cast<unsigned char>(c));
    if (!is_blank || (!out.empty() && out.back() != '\n')) out.push_back(is_blank && c != '\n' ? ' ' : c);
  }
  return site.empty() ? out : out + "\n" + site + "\n";
}

void send_mail(const Sending& sending, const document::Settings& settings, const std::string& title,
               const std::string& html, Env& env) {
  need(settings, sending, {"server", "from", "to"});
  http::Mail mail = http::addressed_mail(settings);
  mail.subject = settings.has("subject") ? settings.text("subject") : title;
  mail.text = plain(html, optional_text(settings, "site"));
  mail.html = html;
  // Most mail programs show no SVG in a message: pictures where this machine can make them, and the document
  // as it is.
  std::vector<Picture> pictures = take_pictures(mail.html);
  for (Picture& picture : pictures)
    mail.pictures.push_back({picture.name, "image/png", std::move(picture.png)});
  mail.attached.push_back({"report.html", "text/html; charset=utf-8", html});
  http::send_mail(http::read_mail_server(settings), mail, env);
}

// What incoming webhooks take: no file, but the beginning of the page and the way to it.
void send_slack(const Sending& sending, const document::Settings& settings, const std::string& title,
                const std::string& html, Env& env) {
  need(settings, sending, {"url"});
  constexpr std::size_t kTextMax = 2800;
  std::string site = optional_text(settings, "site"), text = plain(html, ""), link;
  if (text.size() > kTextMax) {
    text.resize(text.rfind('\n', kTextMax));
    text += "\n…";
  }
  if (!site.empty())
    link = fmt::format("<{}{}{}.html|{}>", site, site.ends_with('/') ? "" : "/", sending.page, title);
  auto section = [](const std::string& markdown) {
    return fmt::format("{{\"type\":\"section\",\"text\":{{\"type\":\"mrkdwn\",\"text\":{}}}}}",
                       document::json_quote(markdown));
  };
  http::Request request;
  request.method = "POST";
  request.url = settings.text("url");
  request.headers.set("Content-Type", "application/json");
  request.body = fmt::format("{{\"text\":{},\"blocks\":[{},{}]}}", document::json_quote(title),
                             section("*" + (link.empty() ? title : link) + "*"), section(text));
  http::Client client(env);
  http::Response answer = client.send(request);
  if (answer.status >= 300)
    throw Error(ErrorCode::http_failed, fmt::format("The webhook answered with {}", answer.status),
                "pages.send." + sending.name);
}

}  // namespace

std::string site_address(const Sending& sending, const Env& env) {
  std::string site = optional_text(settings_of(sending, env), "site");
  return site.empty() || site.ends_with('/') ? site : site + "/";
}

std::string send_page(const Sending& sending, const std::string& title, const std::string& html, Env& env) {
  document::Settings settings = settings_of(sending, env);
  if (settings.text("type") == "file") {
    need(settings, sending, {"path"});
    std::string path = settings.resolve_path("path");
    fs::create_directories(fs::path(path).parent_path());
    auto store = files::open_store(files::parse_location(fs::path(path).parent_path().string()), {}, env);
    store->put(fs::path(path).filename().string(), html, {});
    return path;
  }
  if (settings.text("type") == "slack") {
    send_slack(sending, settings, title, html, env);
    return "slack";
  }
  send_mail(sending, settings, title, html, env);
  std::string to;
  for (const Value& each : settings.value("to").items()) to += (to.empty() ? "" : ", ") + each.raw();
  return to;
}

}  // namespace leat::run
