#include "http/message.h"

#include <curl/curl.h>
#include <strings.h>

#include <cstring>

namespace leat::http {
namespace {
bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}
}  // namespace

void Headers::add(std::string name, std::string value) {
  entries_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string name, std::string value) {
  erase(name);
  add(std::move(name), std::move(value));
}

void Headers::erase(std::string_view name) {
  std::erase_if(entries_, [&](const Entry& entry) { return same_name(entry.first, name); });
}

const std::string* Headers::find(std::string_view name) const {
  for (std::size_t i = entries_.size(); i-- > 0;) {
    if (same_name(entries_[i].first, name)) return &entries_[i].second;
  }
  return nullptr;
}

std::string_view Headers::get(std::string_view name) const {
  const std::string* value = find(name);
  return value ? std::string_view(*value) : std::string_view();
}

void Body::swap(Body& other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
}

void Body::reserve(std::size_t bytes) {
  if (bytes <= capacity_ && bytes_) return;
  std::unique_ptr<char[]> grown(new char[bytes + kPadding]);
  if (size_ > 0) std::memcpy(grown.get(), bytes_.get(), size_);
  std::memset(grown.get() + size_, 0, kPadding);
  bytes_ = std::move(grown);
  capacity_ = bytes;
}

void Body::append(std::string_view bytes) {
  std::size_t needed = size_ + bytes.size();
  if (needed > capacity_ || !bytes_) reserve(std::max(needed, capacity_ + capacity_ / 2 + 4096));
  if (!bytes.empty()) std::memcpy(bytes_.get() + size_, bytes.data(), bytes.size());
  size_ = needed;
  std::memset(bytes_.get() + size_, 0, kPadding);
}

void Body::clear() {
  size_ = 0;
  if (bytes_) std::memset(bytes_.get(), 0, kPadding);
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
  std::time_t seconds = curl_getdate(std::string(text).c_str(), nullptr);
  if (seconds == -1) return std::nullopt;
  return Timestamp(std::chrono::seconds(seconds));
}

}  // namespace leat::http
