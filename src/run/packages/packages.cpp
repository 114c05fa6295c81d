#include "run/packages/packages.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>

#include "base/error.h"
#include "dbt/digest.h"
#include "document/value.h"
#include "http/client.h"
#include "run/packages/version_range.h"

namespace leat::run {

namespace fs = std::filesystem;
using document::Value;

namespace {

constexpr const char* kHub = "https://hub.getdbt.com";
constexpr std::size_t kPackagesMax = 500;

std::string shell_word(const std::string& word) {
  std::string out = "'";
  for (char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// Runs a command; what it says goes into the error.
void command(const std::string& line, const std::string& what, const std::string& where) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen((line + " 2>&1").c_str(), "r"), ::pclose);
  if (!pipe) throw Error(ErrorCode::file_io, "No program can be started", what);
  std::string said;
  char buffer[512];
  while (std::fgets(buffer, sizeof buffer, pipe.get())) said += buffer;
  if (::pclose(pipe.release()) == 0) return;
  while (!said.empty() && said.back() == '\n') said.pop_back();
  throw Error(ErrorCode::dbt_project, fmt::format("{} failed: {}", what, said), where);
}

// One entry of packages.yml that has to be installed.
struct Wanted {
  enum class Kind { local, hub, git, tarball } kind = Kind::hub;
  std::string source;        // path, "owner/name" or URL
  std::string revision;      // of git
  std::string subdirectory;  // of git
  std::string name;          // of tarballs
  VersionRange range;        // of the hub
  bool prereleases = false;
  std::string where;
};

Wanted wanted_of(const Value& entry, const std::string& folder) {
  Wanted wanted;
  wanted.where = entry.where();
  auto text = [&](const char* key) { return entry.find(key) ? entry[key].as_text(key) : std::string(); };
  if (entry.find("local")) {
    wanted.kind = Wanted::Kind::local;
    fs::path path = text("local");
    wanted.source = (path.is_absolute() ? path : fs::path(folder) / path).lexically_normal().string();
  } else if (entry.find("package")) {
    wanted.source = text("package");
    const Value& version = entry["version"];
    for (const Value& each : version.items()) wanted.range.add(each.as_text("version"));
    if (!version.is_list() && !version.is_null()) wanted.range.add(version.as_text("version"));
    wanted.prereleases = entry["install_prerelease"].boolean() || entry["install-prerelease"].boolean();
  } else if (entry.find("git")) {
    wanted.kind = Wanted::Kind::git;
    wanted.source = text("git");
    wanted.revision = text("revision");
    wanted.subdirectory = text("subdirectory");
  } else if (entry.find("tarball")) {
    wanted.kind = Wanted::Kind::tarball;
    wanted.source = text("tarball");
    wanted.name = text("name");
  } else {
    throw Error(ErrorCode::dbt_project, "A package has none of `package`, `git`, `tarball`, `local`",
                entry.where());
  }
  return wanted;
}

class Installation {
 public:
  Installation(const PackageOptions& options, Env& env) : options_(options), env_(env), client_(env) {
    hub_ = env.variable("DBT_PACKAGE_HUB_URL").value_or(kHub);
    while (hub_.ends_with('/')) hub_.pop_back();
    Value project = document::load_yaml(options.project_folder + "/dbt_project.yml");
    const Value& below = project["packages-install-path"];
    target_ = options.project_folder + "/" + (below.is_null() ? "dbt_packages" : below.raw());
    work_ = target_ + ".new";
  }
  ~Installation() {
    std::error_code none;
    fs::remove_all(work_, none);
  }

  std::vector<InstalledPackage> run() {
    Value asked = read_asked();
    std::string fingerprint = dbt::sha256_hex(document::to_json(asked, true));
    Value entries = asked;
    if (std::optional<Value> locked = options_.upgrade ? std::nullopt : read_lock(fingerprint, asked))
      entries = *locked;
    fs::remove_all(work_);
    fs::create_directories(work_);
    collect(entries, options_.project_folder);
    for (std::size_t i = 0; i < order_.size(); ++i) fetch(order_[i]);
    write_lock(fingerprint);
    if (!options_.lock_only) take_place();
    return installed_;
  }

 private:
  Value read_asked() const {
    for (const char* file : {"packages.yml", "dependencies.yml"}) {
      std::string path = options_.project_folder + "/" + file;
      if (!fs::exists(path)) continue;
      Value packages = render(document::load_yaml(path)["packages"]);
      if (!packages.items().empty()) return packages;
    }
    return Value::list();
  }

  // {{ env_var('NAME') }} and {{ env_var('NAME', 'else') }}, as private repositories need them.
  Value render(Value value) const {
    for (Value& item : value.items()) item = render(std::move(item));
    for (auto& [key, member] : value.members()) member = render(std::move(member));
    if (!value.is_text()) return value;
    std::string text = value.raw();
    for (std::size_t at = text.find("{{"); at != std::string::npos; at = text.find("{{", at)) {
      std::size_t end = text.find("}}", at), open = text.find("env_var(", at),
                  quote = text.find_first_of("'\"", open);
      if (end == std::string::npos || open == std::string::npos || open > end || quote > end) break;
      std::size_t close = text.find(text[quote], quote + 1);
      std::string name = text.substr(quote + 1, close - quote - 1);
      std::optional<std::string> found = env_.variable(name);
      if (!found)
        throw Error(ErrorCode::config_env_missing, fmt::format("The variable {} is not set", name),
                    value.where());
      text.replace(at, end + 2 - at, *found);
      at += found->size();
    }
    Value out = Value::of(text);
    out.set_mark(value.mark());
    return out;
  }

  std::optional<Value> read_lock(const std::string& fingerprint, const Value& asked) const {
    std::string path = options_.project_folder + "/package-lock.yml";
    if (!fs::exists(path)) return std::nullopt;
    Value lock = document::load_yaml(path);
    bool holds =
        lock.find("leat_hash") ? lock["leat_hash"].raw() == fingerprint : covers(lock["packages"], asked);
    return holds ? std::optional<Value>(lock["packages"]) : std::nullopt;
  }

  // A lock that dbt wrote has another hash: it counts as long as it answers everything that is asked for.
  bool covers(const Value& locked, const Value& asked) const {
    return std::all_of(asked.items().begin(), asked.items().end(), [&](const Value& entry) {
      Wanted wanted = wanted_of(entry, options_.project_folder);
      return std::any_of(locked.items().begin(), locked.items().end(), [&](const Value& each) {
        Wanted held = wanted_of(each, options_.project_folder);
        if (held.source != wanted.source) return false;
        if (wanted.kind == Wanted::Kind::hub) return wanted.range.holds(each["version"].raw());
        return wanted.revision.empty() || wanted.revision == held.revision;
      });
    });
  }

  void collect(const Value& entries, const std::string& folder) {
    for (const Value& entry : entries.items()) {
      Wanted wanted = wanted_of(entry, folder);
      auto [held, fresh] = wanted_.try_emplace(wanted.source, wanted);
      if (fresh) {
        order_.push_back(wanted.source);
        if (order_.size() > kPackagesMax)
          throw Error(ErrorCode::dbt_project, "There are more packages than can be meant", entry.where());
      } else if (wanted.kind == Wanted::Kind::hub && !wanted.range.text().empty()) {
        held->second.range.add(wanted.range.text());
        check_still_fits(held->second, wanted);
      }
    }
  }

  // A package was installed before another one limited its versions.
  void check_still_fits(const Wanted& held, const Wanted& more) const {
    auto version = versions_.find(held.source);
    if (version == versions_.end() || held.range.holds(version->second)) return;
    throw Error(ErrorCode::dbt_project,
                fmt::format("No version of {} suits all that need it: {} ({} is taken so far)", held.source,
                            held.range.text(), version->second),
                more.where)
        .fix("Name a version of it in packages.yml that all of them allow.");
  }

  void fetch(const std::string& source) {
    const Wanted wanted = wanted_.at(source);
    std::string place = work_ + "/." + std::to_string(installed_.size()), version;
    switch (wanted.kind) {
      case Wanted::Kind::local:
        place = wanted.source;
        if (!fs::exists(place + "/dbt_project.yml"))
          throw Error(ErrorCode::dbt_unresolved, "There is no package in this folder", place);
        break;
      case Wanted::Kind::hub:
        version = fetch_from_hub(wanted, place);
        break;
      case Wanted::Kind::git:
        version = fetch_from_git(wanted, place);
        break;
      case Wanted::Kind::tarball:
        unpack(wanted.source, place);
    }
    if (!wanted.subdirectory.empty()) place += "/" + wanted.subdirectory;
    Value project = document::load_yaml(place + "/dbt_project.yml");
    std::string name = project["name"].as_text("name");
    fs::path there = fs::path(work_) / name;
    if (fs::exists(fs::symlink_status(there)))
      throw Error(ErrorCode::dbt_project, fmt::format("Two packages are named `{}`", name), wanted.where);
    wanted.kind == Wanted::Kind::local ? fs::create_directory_symlink(fs::absolute(place), there)
                                       : fs::rename(place, there);
    installed_.push_back({name, wanted.source, version});
    for (const char* file : {"packages.yml", "dependencies.yml"}) {
      if (std::string path = (there / file).string(); fs::exists(path))
        collect(render(document::load_yaml(path)["packages"]), fs::canonical(there).string());
    }
  }

  Value hub_json(const std::string& path, const Wanted& wanted) {
    http::Request request;
    request.url = hub_ + path;
    http::Response response = client_.send(request);
    if (response.status == 404)
      throw Error(ErrorCode::dbt_unresolved, fmt::format("The hub {} has no {}", hub_, wanted.source),
                  wanted.where)
          .fix("Check the name, or set DBT_PACKAGE_HUB_URL to a mirror that has it.");
    if (response.status != 200)
      throw Error(ErrorCode::dbt_unresolved, fmt::format("The hub answered {}", response.status),
                  request.url);
    return document::parse_json(response.body.view(), request.url);
  }

  std::string fetch_from_hub(const Wanted& wanted, const std::string& place) {
    Value versions = hub_json("/api/v1/" + wanted.source + ".json", wanted)["versions"];
    std::vector<std::string> all;
    for (const auto& [version, told] : versions.members()) all.push_back(version);
    std::string best = wanted.range.newest(all, wanted.prereleases);
    if (best.empty())
      throw Error(ErrorCode::dbt_unresolved,
                  fmt::format("No version of {} is {}", wanted.source, wanted.range.text()), wanted.where);
    const Value& told = *versions.find(best);
    unpack(told["downloads"]["tarball"].as_text("tarball"), place);
    versions_[wanted.source] = best;
    return best;
  }

  void unpack(const std::string& url, const std::string& place) {
    http::Request request;
    request.url = url;
    http::Response response = client_.send(request);
    if (response.status != 200)
      throw Error(ErrorCode::dbt_unresolved, fmt::format("The archive is not to be had: {}", response.status),
                  url);
    fs::create_directories(place);
    std::string archive = place + ".tar.gz";
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(archive.c_str(), "wb"), std::fclose);
    std::string_view bytes = response.body.view();
    if (!out || std::fwrite(bytes.data(), 1, bytes.size(), out.get()) != bytes.size())
      throw Error(ErrorCode::file_io, "The file can't be written", archive);
    out.reset();
    // The archive's one folder is the package.
    command(fmt::format("tar -xzf {} -C {} --strip-components=1 --no-same-owner", shell_word(archive),
                        shell_word(place)),
            "tar", url);
    fs::remove(archive);
  }

  std::string fetch_from_git(const Wanted& wanted, const std::string& place) const {
    command(
        fmt::format("GIT_TERMINAL_PROMPT=0 git clone -q {} {}", shell_word(wanted.source), shell_word(place)),
        "git clone", wanted.source);
    if (!wanted.revision.empty())
      command(fmt::format("git -C {} checkout -q {}", shell_word(place), shell_word(wanted.revision)),
              "git checkout", wanted.where);
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(
        ::popen(fmt::format("git -C {} rev-parse HEAD", shell_word(place)).c_str(), "r"), ::pclose);
    char line[128] = "";
    std::string revision = pipe && std::fgets(line, sizeof line, pipe.get()) ? line : "";
    while (!revision.empty() && revision.back() == '\n') revision.pop_back();
    return revision;
  }

  void write_lock(const std::string& fingerprint) const {
    std::string text = "packages:\n";
    for (const InstalledPackage& each : installed_) {
      const Wanted& wanted = wanted_.at(each.source);
      auto line = [&text](const char* lead, const char* key, const std::string& value) {
        if (!value.empty()) text += fmt::format("{}{}: {}\n", lead, key, document::json_quote(value));
      };
      switch (wanted.kind) {
        case Wanted::Kind::local:
          line("  - ", "local", fs::path(wanted.source).lexically_relative(options_.project_folder).string());
          break;
        case Wanted::Kind::hub:
          line("  - ", "package", wanted.source);
          line("    ", "version", each.version);
          break;
        case Wanted::Kind::git:
          line("  - ", "git", wanted.source);
          line("    ", "revision", each.version);
          line("    ", "subdirectory", wanted.subdirectory);
          break;
        case Wanted::Kind::tarball:
          line("  - ", "tarball", wanted.source);
      }
      line("    ", "name", each.name);
    }
    text += fmt::format("leat_hash: {}\n", fingerprint);
    std::string path = options_.project_folder + "/package-lock.yml";
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(path.c_str(), "wb"), std::fclose);
    if (!out || std::fwrite(text.data(), 1, text.size(), out.get()) != text.size())
      throw Error(ErrorCode::file_io, "The file can't be written", path);
  }

  // The new packages go where the old ones were; a package that nobody installed stays.
  void take_place() {
    fs::create_directories(target_);
    for (const InstalledPackage& each : installed_) {
      fs::path old = fs::path(target_) / each.name;
      fs::remove_all(old);
      fs::rename(fs::path(work_) / each.name, old);
    }
  }

  const PackageOptions& options_;
  Env& env_;
  http::Client client_;
  std::string hub_, target_, work_;
  std::map<std::string, Wanted> wanted_;         // by source
  std::map<std::string, std::string> versions_;  // of the hub, by source
  std::vector<std::string> order_;
  std::vector<InstalledPackage> installed_;
};

}  // namespace

std::vector<InstalledPackage> install_packages(const PackageOptions& options, Env& env) {
  return Installation(options, env).run();
}

}  // namespace leat::run
