#include "run/watch/sensor.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/glob.h"
#include "base/secret.h"
#include "document/texts.h"
#include "document/value.h"
#include "files/object_store.h"
#include "files/signature.h"
#include "http/client.h"
#include "run/jobs/launcher.h"
#include "run/versions.h"

namespace leat::run {

using document::Value;

const Spec& sensor_spec() {
  static const Spec spec = [] {
    Spec out{
        "a sensor",
        "What is watched, and what runs when it changes.",
        {{"type",
          FieldKind::text,
          "files: new ones at `url`; freshness: a table that others fill; http: an address; webhook: a call.",
          "",
          true,
          {"files", "freshness", "http", "webhook"}},
         {"select", FieldKind::list, "What runs, in dbt's selection language; everything when left out."},
         {"exclude", FieldKind::list, "What does not."},
         {"every", FieldKind::duration, "How often it looks.", "30s"},
         {"url", FieldKind::text, "files: a path or s3:// with `*`, `?` and `**`; http: the address."},
         {"table", FieldKind::text, "freshness: the table, as SQL names it."},
         {"column", FieldKind::text, "freshness: its column whose largest value is watched."},
         {"sql", FieldKind::text, "freshness: a query of one value instead."},
         {"member", FieldKind::text,
          "http: of an answer in JSON, the member that is watched (`data.version`)."},
         {"headers", FieldKind::mapping, "http: headers that are sent."},
         {"secret", FieldKind::secret, "webhook: what its caller knows."},
         {"retries", FieldKind::integer, "How often its job is tried again.", "2"},
         {"priority", FieldKind::integer, "Of its jobs.", "0"},
         {"pool", FieldKind::text, "Of its jobs."},
         {"enabled", FieldKind::boolean, "Whether it looks at all.", "true"}}};
    for (SpecField& field : files::store_fields()) out.fields.push_back(field);
    return out;
  }();
  return spec;
}

namespace {

constexpr std::chrono::milliseconds kShortest{1'000};
constexpr std::size_t kFilesKept = 20'000, kFilesNamed = 3;

Sensor read_sensor(const std::string& name, const Value& mapping, const Env& env) {
  if (!mapping.is_mapping())
    throw Error(ErrorCode::sensor_invalid, fmt::format("The sensor `{}` has to be a mapping", name),
                mapping.where());
  Sensor out;
  out.name = name;
  out.settings =
      document::read_settings(sensor_spec(), document::with_lists(mapping, {"select", "exclude"}), env);
  out.type = out.settings.text("type");
  out.select = document::texts(out.settings, "select");
  out.exclude = document::texts(out.settings, "exclude");
  out.every = out.settings.duration("every");
  out.is_enabled = out.settings.boolean("enabled");
  out.priority = static_cast<int>(out.settings.integer("priority"));
  out.retries = static_cast<int>(std::clamp<std::int64_t>(out.settings.integer("retries"), 0, 100));
  if (out.settings.has("pool")) out.pool = out.settings.text("pool");
  auto need = [&](bool is_there, const char* what) {
    if (!is_there)
      throw Error(ErrorCode::sensor_invalid, fmt::format("A sensor of type {} needs {}", out.type, what),
                  mapping.where());
  };
  need(out.every >= kShortest, "an `every` of at least 1s");
  if (out.type == "files" || out.type == "http") need(out.settings.has("url"), "`url`");
  if (out.type == "webhook") need(out.settings.has("secret"), "`secret`");
  if (out.type == "freshness")
    need(out.settings.has("sql") != (out.settings.has("table") && out.settings.has("column")),
         "`table` and `column`, or `sql`");
  return out;
}

// What is below the folder that no wildcard is in.
std::pair<std::string, std::string> folder_and_glob(const std::string& url) {
  std::size_t wildcard = std::min(url.find_first_of("*?"), url.size());
  std::size_t slash = url.rfind('/', wildcard);
  if (slash == std::string::npos) return {".", url};
  return {url.substr(0, slash + 1), url.substr(slash + 1)};
}

// The position is the files that were seen, a hash each.
Look look_at_files(const Sensor& sensor, const std::string& position, const std::string& folder, Env& env) {
  auto [place, glob] = folder_and_glob(sensor.settings.text("url"));
  auto store = files::open_store(files::parse_location(place, folder).folder(),
                                 files::read_store_options(sensor.settings), env);
  std::set<std::string> before;
  for (std::size_t at = 0, end; (end = position.find('\n', at)) != std::string::npos; at = end + 1)
    before.insert(position.substr(at, end - at));
  std::string now = "seen\n";
  std::vector<std::string> fresh;
  std::size_t fresh_count = 0, count = 0;
  store->list("", "", [&, &wanted = glob](const files::ObjectInfo& file) {
    if (!matches_path_glob(wanted, file.key)) return true;
    std::string hash =
        hash_of({file.key, std::to_string(file.size), file.etag, format_iso_timestamp(file.modified)})
            .substr(0, 16);
    if (before.count(hash) == 0 && ++fresh_count <= kFilesNamed) fresh.push_back(file.key);
    if (++count <= kFilesKept) now += hash + "\n";
    return true;
  });
  if (count > kFilesKept)
    throw Error(ErrorCode::sensor_failed, fmt::format("There are more than {} files", kFilesKept),
                sensor.settings.text("url"))
        .fix("Narrow `url`, or move files away that are loaded; a pipe reads any number of them.");
  Look out{now, {}};
  if (position.empty() || fresh_count == 0) return out;
  std::string names;
  for (const std::string& each : fresh) names += (names.empty() ? "" : ", ") + each;
  if (fresh_count > kFilesNamed) names += fmt::format(" and {} more", fresh_count - kFilesNamed);
  out.reason = "new: " + names;
  return out;
}

Look look_at_table(const Sensor& sensor, const std::string& position, const Ask& ask) {
  const document::Settings& settings = sensor.settings;
  std::string sql = settings.has("sql") ? settings.text("sql")
                                        : fmt::format("select cast(max({}) as varchar) from {}",
                                                      settings.text("column"), settings.text("table"));
  std::string value = ask(sql);
  Look out{"=" + value, {}};
  if (!position.empty() && position != out.position) out.reason = "now " + value;
  return out;
}

const Value* member_of(const Value& json, const std::string& path) {
  const Value* at = &json;
  for (std::size_t from = 0; at && from <= path.size();) {
    std::size_t end = std::min(path.find('.', from), path.size());
    at = at->find(path.substr(from, end - from));
    from = end + 1;
  }
  return at;
}

Look look_at_address(const Sensor& sensor, const std::string& position, Env& env) {
  const document::Settings& settings = sensor.settings;
  http::ClientOptions options;
  options.connect_timeout = options.timeout = std::chrono::seconds(15);
  options.response_bytes_max = 16 << 20;
  http::Client client(env, options);
  http::Request request;
  request.url = settings.text("url");
  for (const auto& member : settings.value("headers").members()) {
    request.headers.set(member.first, member.second.as_text(member.first));
    request.secret_headers.push_back(member.first);
  }
  http::Response response = client.send(request);
  if (!response.ok())
    throw Error(ErrorCode::sensor_failed, fmt::format("The address answers {}", response.status),
                "sensors." + sensor.name);
  std::string seen;
  if (settings.has("member")) {
    Value json = document::parse_json(std::string(response.body.view()), "the answer");
    const Value* member = member_of(json, settings.text("member"));
    if (!member)
      throw Error(ErrorCode::sensor_failed, fmt::format("The answer has no `{}`", settings.text("member")),
                  "sensors." + sensor.name);
    seen = document::to_json(*member, true);
  } else if (std::string_view etag = response.headers.get("ETag"); !etag.empty()) {
    seen = etag;
  } else if (std::string_view modified = response.headers.get("Last-Modified"); !modified.empty()) {
    seen = modified;
  } else {
    seen = hash_of({std::string(response.body.view())});
  }
  Look out{"=" + seen, {}};
  if (!position.empty() && position != out.position) out.reason = "changed to " + seen.substr(0, 100);
  return out;
}

bool is_same(std::string_view one, std::string_view other) {
  // Of hashes, so that time tells nothing of the secret.
  return files::sha256_hex(one) == files::sha256_hex(other);
}

}  // namespace

NewJob Sensor::job() const {
  JobSpec spec;
  spec.select = select;
  spec.exclude = exclude;
  NewJob out;
  out.kind = "sensor";
  out.name = name;
  out.spec = to_json(spec);
  out.priority = priority;
  out.pool = pool;
  out.lane = "sensor:" + name;
  out.lane_width = 1;
  out.attempts_max = retries + 1;
  return out;
}

std::vector<Sensor> read_sensors(const Value& all, const Env& env) {
  std::vector<Sensor> out;
  for (const Value::Member& member : all.members())
    out.push_back(read_sensor(member.first, member.second, env));
  return out;
}

const Sensor* find_sensor(const std::vector<Sensor>& all, const std::string& name) {
  auto found = std::find_if(all.begin(), all.end(), [&](const Sensor& each) { return each.name == name; });
  return found == all.end() ? nullptr : &*found;
}

Look look(const Sensor& sensor, const std::string& position, const std::string& folder, const Ask& ask,
          Env& env) {
  if (sensor.type == "files") return look_at_files(sensor, position, folder, env);
  if (sensor.type == "freshness") return look_at_table(sensor, position, ask);
  if (sensor.type == "http") return look_at_address(sensor, position, env);
  return {position, {}};
}

bool shows_secret(const Sensor& sensor, const std::string& signature, const std::string& authorization,
                  const std::string& body) {
  std::string secret = sensor.settings.text("secret");
  if (!signature.empty()) {
    std::string wanted = "sha256=";
    for (char c : files::hmac_sha256(secret, body))
      wanted += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return is_same(signature, wanted);
  }
  constexpr std::string_view kBearer = "Bearer ";
  return authorization.starts_with(kBearer) && is_same(authorization.substr(kBearer.size()), secret);
}

}  // namespace leat::run
