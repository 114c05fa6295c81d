#include "sources/declarative/connector_context.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/secret.h"
#include "sources/declarative/api_budget.h"

namespace leat::sources::declarative {
namespace {

using document::Value;

constexpr std::size_t kCacheBytesMax = 256u << 20;

const Value* find_at(const Value& value, const std::vector<std::string>& path) {
  const Value* at = &value;
  for (const std::string& segment : path) {
    at = at->find(segment);
    if (!at) return nullptr;
  }
  return at;
}

// A leaf that is null takes the value away.
void set_at(Value& value, const std::vector<std::string>& path, const Value& leaf) {
  Value* at = &value;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    if (!at->find(path[i]) || !at->find(path[i])->is_mapping()) at->set(path[i], Value::mapping());
    at = at->find(path[i]);
  }
  if (leaf.is_null()) {
    at->erase(path.back());
  } else {
    at->set(path.back(), leaf);
  }
}

// Of a value that was replaced only a fingerprint is kept: enough to see that somebody set it anew.
std::string fingerprint(const Value* value) {
  std::uint64_t hash = 1469598103934665603ULL;
  for (char c : value ? value->raw() : std::string())
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return fmt::format("{:016x}", hash);
}

}  // namespace

std::optional<http::Response> AnswerCache::find(const std::string& key) {
  std::lock_guard lock(mutex_);
  auto found = kept_.find(key);
  if (found == kept_.end()) return std::nullopt;
  http::Response out;
  out.status = found->second.status;
  out.headers = found->second.headers;
  out.body = http::Body(found->second.body);
  out.url = found->second.url;
  return out;
}

void AnswerCache::keep(const std::string& key, const http::Response& response) {
  std::lock_guard lock(mutex_);
  if (bytes_ + response.body.size() > kCacheBytesMax || kept_.count(key)) return;
  bytes_ += response.body.size();
  kept_[key] = {response.status, response.headers, std::string(response.body.view()), response.url};
}

LiveConfig::LiveConfig(Value config, std::string file)
    : original_(config), config_(std::move(config)), changes_(Value::list()), file_(std::move(file)) {
  if (file_.empty() || access(file_.c_str(), F_OK) != 0) return;
  Value kept = document::parse_json(document::read_file(file_), file_);
  for (const Value& change : kept["changes"].items()) {
    std::vector<std::string> path;
    for (const Value& segment : change["path"].items()) path.push_back(segment.raw());
    if (path.empty() || change["instead_of"].raw() != fingerprint(find_at(original_, path))) continue;
    register_secret(change["value"].raw());
    set_at(config_, path, change["value"]);
    changes_.items().push_back(change);
  }
}

Value LiveConfig::get() {
  std::lock_guard lock(mutex_);
  return config_;
}

void LiveConfig::listen(Listener listener) {
  std::lock_guard lock(mutex_);
  listener_ = std::move(listener);
}

void LiveConfig::set(const std::vector<std::pair<std::vector<std::string>, Value>>& changes) {
  std::lock_guard lock(mutex_);
  for (const auto& [path, value] : changes) {
    if (path.empty()) continue;
    set_at(config_, path, value);
    Value row = Value::mapping(), segments = Value::list();
    for (const std::string& segment : path) segments.items().push_back(Value::of(segment));
    std::erase_if(changes_.items(), [&](const Value& each) { return each["path"] == segments; });
    row.set("path", std::move(segments));
    row.set("value", value);
    row.set("instead_of", Value::of(fingerprint(find_at(original_, path))));
    changes_.items().push_back(std::move(row));
  }
  save();
  if (listener_) listener_(config_);
}

// Beside its place first, so that a death leaves the old tokens or the new ones.
void LiveConfig::save() const {
  if (file_.empty()) return;
  Value whole = Value::mapping();
  whole.set("changes", changes_);
  std::string text = document::to_json(whole) + "\n", beside = file_ + ".new";
  int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool good = file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
              fsync(file) == 0;
  if (file >= 0) good = close(file) == 0 && good;
  if (!good || std::rename(beside.c_str(), file_.c_str()) != 0) {
    throw Error(ErrorCode::file_io,
                fmt::format("The credentials that the API changed can't be kept: {}", std::strerror(errno)),
                file_);
  }
}

ConnectorContext::ConnectorContext(Value first, std::string credentials_file)
    : config(std::move(first), std::move(credentials_file)) {}

ConnectorContext::~ConnectorContext() = default;

std::shared_ptr<TokenSlot> ConnectorContext::token(const std::string& name) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<TokenSlot>& slot = tokens_[name];
  if (!slot) slot = std::make_shared<TokenSlot>();
  return slot;
}

}  // namespace leat::sources::declarative
