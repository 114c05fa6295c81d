#include "jinja/value.h"

#include <functional>

#include "jinja/object.h"
#include "jinja/operations.h"
#include "jinja/utf8.h"

namespace leat::jinja {

// A nest of a million lists must not free itself by a million nested destructors: beyond a depth, boxes wait
// in a list that the outermost call empties.
void Box::dispose(const Box* box) {
  constexpr int kDepth = 64;
  static thread_local int depth = 0;
  static thread_local std::vector<const Box*> waiting;
  if (depth >= kDepth) {
    waiting.push_back(box);
    return;
  }
  ++depth;
  delete box;
  --depth;
  while (depth == 0 && !waiting.empty()) {
    const Box* next = waiting.back();
    waiting.pop_back();
    ++depth;
    delete next;
    --depth;
  }
}

Value::Value(std::string text) : Value(Kind::string, new String(std::move(text))) {}
Value::Value(Ref<String> text) : Value(Kind::string, text.get()) {}
Value::Value(Ref<List> list) : Value(Kind::list, list.get()) {}
Value::Value(Ref<Tuple> tuple) : Value(Kind::tuple, tuple.get()) {}
Value::Value(Ref<Dict> dict) : Value(Kind::dict, dict.get()) {}
Value::Value(Ref<Set> set) : Value(Kind::set, set.get()) {}

Value Value::bytes(std::string content) {
  return Value(Kind::bytes, new String(std::move(content)));
}
Value Value::undefined(Ref<Absence> absence) {
  return Value(Kind::undefined, absence.get());
}
Value Value::list(std::vector<Value> items) {
  return Value(make_ref<List>(std::move(items)));
}
Value Value::tuple(std::vector<Value> items) {
  return Value(make_ref<Tuple>(std::move(items)));
}
Value Value::dict(std::vector<std::pair<std::string, Value>> items) {
  Ref<Dict> dict = make_ref<Dict>();
  for (auto& [key, value] : items) dict->set(Value(std::move(key)), std::move(value));
  return Value(std::move(dict));
}
Object& Value::as_object() const {
  return *static_cast<Object*>(box_);
}

std::size_t String::length() const {
  std::int64_t known = length_.load(std::memory_order_relaxed);
  if (known < 0) {
    known = static_cast<std::int64_t>(count_code_points(text));
    length_.store(known, std::memory_order_relaxed);
  }
  return static_cast<std::size_t>(known);
}

std::size_t String::hash() const {
  std::size_t known = hash_.load(std::memory_order_relaxed);
  if (known == 0) {
    known = std::hash<std::string_view>()(text);
    if (known == 0) known = 1;
    hash_.store(known, std::memory_order_relaxed);
  }
  return known;
}

namespace {
constexpr std::size_t kLinearMax = 8;  // so few entries are found faster by walking than by slots
constexpr std::int32_t kFree = -1;
}  // namespace

template <class Same>
std::int64_t Dict::locate(std::size_t hash, Same&& same) const {
  if (slots_.empty()) {
    for (std::size_t at = 0; at < entries_.size(); ++at)
      if (entries_[at].hash == hash && same(entries_[at].key)) return static_cast<std::int64_t>(at);
    return -1;
  }
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    const std::int32_t at = slots_[slot];
    if (at == kFree) return -1;
    const Entry& entry = entries_[static_cast<std::size_t>(at)];
    if (entry.hash == hash && same(entry.key)) return at;
  }
}

std::int64_t Dict::locate(const Value& key, std::size_t hash) const {
  if (key.is_string())
    return locate(hash, [&](const Value& other) {
      return other.same_as(key) || (other.is_string() && other.as_string() == key.as_string());
    });
  return locate(hash, [&](const Value& other) { return !other.is_absent() && equals(other, key); });
}

Value* Value::find(std::string_view key) const {
  return is_dict() ? as_dict().find(key) : nullptr;
}

const Value& Value::member(std::string_view key) const {
  static const Value kNone = Value::none();
  const Value* found = find(key);
  return found ? *found : kNone;
}

Value* Dict::find(const Value& key) const {
  if (entries_.empty() && !key.is_list() && !key.is_dict()) return nullptr;
  const std::int64_t at = locate(key, hash_of(key));
  return at < 0 ? nullptr : const_cast<Value*>(&entries_[static_cast<std::size_t>(at)].value);
}

Value* Dict::find(std::string_view key) const {
  if (entries_.empty()) return nullptr;
  std::size_t hash = std::hash<std::string_view>()(key);
  if (hash == 0) hash = 1;
  const std::int64_t at =
      locate(hash, [&](const Value& other) { return other.is_string() && other.as_string() == key; });
  return at < 0 ? nullptr : const_cast<Value*>(&entries_[static_cast<std::size_t>(at)].value);
}

void Dict::set(Value key, Value value) {
  const std::size_t hash = hash_of(key);
  if (const std::int64_t at = locate(key, hash); at >= 0) {
    entries_[static_cast<std::size_t>(at)].value = std::move(value);
    return;
  }
  entries_.push_back({hash, std::move(key), std::move(value)});
  ++live_;
  if (entries_.size() <= kLinearMax) return;
  if (slots_.size() < entries_.size() * 2) {
    rebuild();
    return;
  }
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  while (slots_[slot] != kFree) slot = (slot + 1) & mask;
  slots_[slot] = static_cast<std::int32_t>(entries_.size() - 1);
}

void Dict::rebuild() {
  std::erase_if(entries_, [](const Entry& entry) { return entry.key.is_absent(); });
  if (entries_.size() <= kLinearMax) {
    slots_.clear();
    return;
  }
  std::size_t size = 32;
  while (size < entries_.size() * 4) size *= 2;
  slots_.assign(size, kFree);
  for (std::size_t at = 0; at < entries_.size(); ++at) {
    std::size_t slot = entries_[at].hash & (size - 1);
    while (slots_[slot] != kFree) slot = (slot + 1) & (size - 1);
    slots_[slot] = static_cast<std::int32_t>(at);
  }
}

std::optional<Value> Dict::erase(const Value& key) {
  const std::int64_t at = locate(key, hash_of(key));
  if (at < 0) return std::nullopt;
  Entry& entry = entries_[static_cast<std::size_t>(at)];
  Value taken = std::move(entry.value);
  entry.key = Value();
  entry.value = Value();
  --live_;
  // Erased entries keep their slot, so that probes go on past them, until they are half of all.
  if (entries_.size() > kLinearMax ? live_ * 2 < entries_.size() : live_ < entries_.size()) rebuild();
  return taken;
}

Dict::Entry Dict::pop_last() {
  while (entries_.back().key.is_absent()) entries_.pop_back();
  Entry last = entries_.back();
  entries_.pop_back();
  --live_;
  rebuild();
  return last;
}

void Dict::clear() {
  entries_.clear();
  slots_.clear();
  live_ = 0;
}

}  // namespace leat::jinja
