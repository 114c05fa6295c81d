#include "dbt/kept/archive.h"

#include <bit>
#include <cstring>
#include <functional>

namespace leat::dbt {

using document::Value;
using ScalarKind = document::Value::Kind;

void ArchiveWriter::number(std::uint64_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<char>(value));
}

std::string_view ArchiveWriter::text_at(std::uint32_t number) const {
  std::size_t from = number ? ends_[number - 1] : 0;
  return std::string_view(contents_).substr(from, ends_[number] - from);
}

void ArchiveWriter::widen() {
  std::vector<std::uint32_t> wider(places_.size() * 4);
  for (std::uint32_t number = 0; number < ends_.size(); ++number) {
    std::size_t at = hashes_[number] & (wider.size() - 1);
    while (wider[at]) at = (at + 1) & (wider.size() - 1);
    wider[at] = number + 1;
  }
  places_ = std::move(wider);
}

std::uint32_t ArchiveWriter::number_of(std::string_view text) {
  auto hash = static_cast<std::uint32_t>(std::hash<std::string_view>()(text));
  std::size_t at = hash & (places_.size() - 1);
  for (; places_[at]; at = (at + 1) & (places_.size() - 1)) {
    std::uint32_t number = places_[at] - 1;
    if (hashes_[number] == hash && text_at(number) == text) return number;
  }
  if (contents_.size() + text.size() > UINT32_MAX) throw ArchiveRefused();
  contents_ += text;
  ends_.push_back(static_cast<std::uint32_t>(contents_.size()));
  hashes_.push_back(hash);
  auto number = static_cast<std::uint32_t>(ends_.size() - 1);
  places_[at] = number + 1;
  if (ends_.size() * 2 > places_.size()) widen();
  return number;
}

void ArchiveWriter::text(std::string_view value) {
  number(number_of(value));
}

namespace {

bool is_key(const jinja::Value& value) {
  return value.is_string() || value.is_number() || value.is_none();
}

}  // namespace

// A number keeps how it was written ("0820"); read again that gives the same value.
void ArchiveWriter::scalar(const Value& value) {
  number(static_cast<std::uint64_t>(value.kind()));
  if (value.kind() == ScalarKind::null) return;
  if (value.kind() != ScalarKind::text && document::parse_scalar(value.raw()).kind() != value.kind())
    throw ArchiveRefused();
  text(value.raw());
}

void ArchiveWriter::mark(const document::Mark& mark) {
  number(mark.file ? 1 : 0);
  if (!mark.file) return;
  text(*mark.file);
  number(static_cast<std::uint32_t>(mark.line));
  number(static_cast<std::uint32_t>(mark.column));
}

void ArchiveWriter::value(const jinja::Value& value) {
  using jinja::Kind;
  number(static_cast<std::uint64_t>(value.kind()));
  auto each = [this](const std::vector<jinja::Value>& items) {
    number(items.size());
    for (const jinja::Value& item : items) this->value(item);
  };
  switch (value.kind()) {
    case Kind::undefined:
      if (!value.is_absent()) throw ArchiveRefused();
      return;
    case Kind::none:
      return;
    case Kind::boolean:
      return number(value.as_bool());
    case Kind::integer:
      return number(static_cast<std::uint64_t>(value.as_integer()));
    case Kind::real:
      return number(std::bit_cast<std::uint64_t>(value.as_real()));
    case Kind::string:
      return text(value.as_string());
    case Kind::list:
    case Kind::tuple:
      return each(value.items());
    case Kind::dict:
      number(value.as_dict().size());
      value.as_dict().each([this](const jinja::Value& key, const jinja::Value& item) {
        if (!is_key(key)) throw ArchiveRefused();
        this->value(key);
        this->value(item);
      });
      return;
    case Kind::bytes:
    case Kind::set:
    case Kind::object:
      throw ArchiveRefused();
  }
}

std::string ArchiveWriter::take() {
  std::string whole;
  auto add = [&whole](std::uint32_t size) {
    whole.append(reinterpret_cast<const char*>(&size), sizeof size);
  };
  whole.reserve(8 + ends_.size() * 4 + contents_.size() + bytes_.size());
  add(static_cast<std::uint32_t>(ends_.size()));
  for (std::uint32_t end : ends_) add(end);
  whole += contents_;
  whole += bytes_;
  return whole;
}

namespace {

std::uint32_t size_at(const char* place) {
  std::uint32_t size = 0;
  std::memcpy(&size, place, sizeof size);
  return size;
}

std::string_view front(std::string_view& bytes, std::size_t size) {
  if (bytes.size() < size) throw ArchiveBroken();
  std::string_view taken = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return taken;
}

}  // namespace

ArchiveReader::ArchiveReader(std::string_view bytes) : rest_(bytes) {
  texts_ = size_at(front(rest_, 4).data());
  ends_ = front(rest_, texts_ * 4).data();
  contents_ = front(rest_, texts_ ? size_at(ends_ + (texts_ - 1) * 4) : 0);
  boxes_.resize(texts_);
  files_.resize(texts_);
}

std::uint8_t ArchiveReader::byte() {
  if (rest_.empty()) throw ArchiveBroken();
  auto byte = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return byte;
}

std::uint64_t ArchiveReader::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    std::uint8_t next = byte();
    value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
    if (next < 0x80) return value;
  }
  throw ArchiveBroken();
}

std::size_t ArchiveReader::count() {
  std::uint64_t count = number();
  if (count > rest_.size()) throw ArchiveBroken();
  return count;
}

std::uint32_t ArchiveReader::text_number() {
  std::uint64_t found = number();
  if (found >= texts_) throw ArchiveBroken();
  return static_cast<std::uint32_t>(found);
}

std::string_view ArchiveReader::text() {
  std::uint32_t found = text_number();
  std::uint32_t from = found ? size_at(ends_ + (found - 1) * 4) : 0, to = size_at(ends_ + found * 4);
  if (from > to || to > contents_.size()) throw ArchiveBroken();
  return contents_.substr(from, to - from);
}

Value ArchiveReader::scalar() {
  auto kind = static_cast<ScalarKind>(number());
  if (kind == ScalarKind::null) return {};
  std::string_view raw = text();
  return kind == ScalarKind::text ? Value::of(std::string(raw)) : document::parse_scalar(raw);
}

document::Mark ArchiveReader::mark() {
  document::Mark mark;
  if (!number()) return mark;
  std::string_view before = rest_, name = text();
  rest_ = before;
  std::shared_ptr<const std::string>& file = files_[text_number()];
  if (!file) file = std::make_shared<const std::string>(name);
  mark.file = file;
  mark.line = static_cast<int>(number());
  mark.column = static_cast<int>(number());
  return mark;
}

jinja::Value ArchiveReader::value() {
  using jinja::Kind;
  auto kind = static_cast<Kind>(number());
  switch (kind) {
    case Kind::undefined:
      return {};
    case Kind::none:
      return jinja::Value::none();
    case Kind::boolean:
      return jinja::Value(number() != 0);
    case Kind::integer:
      return jinja::Value(static_cast<std::int64_t>(number()));
    case Kind::real:
      return jinja::Value(std::bit_cast<double>(number()));
    case Kind::string: {
      std::string_view before = rest_, content = text();
      rest_ = before;
      jinja::Value& box = boxes_[text_number()];
      if (box.is_absent()) box = jinja::Value(content);
      return box;
    }
    case Kind::list:
    case Kind::tuple: {
      std::vector<jinja::Value> items(count());
      for (jinja::Value& item : items) item = value();
      return kind == Kind::list ? jinja::Value::list(std::move(items))
                                : jinja::Value::tuple(std::move(items));
    }
    case Kind::dict: {
      jinja::Value dict = jinja::Value::dict();
      for (std::size_t left = count(); left > 0; --left) {
        jinja::Value key = value();
        if (!is_key(key)) throw ArchiveBroken();
        dict.as_dict().set(std::move(key), value());
      }
      return dict;
    }
    default:
      throw ArchiveBroken();
  }
}

}  // namespace leat::dbt
