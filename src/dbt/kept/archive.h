// ArchiveWriter, ArchiveReader: values to bytes and back, for what is kept from one run to the next.
//
// Guarantees: what a writer took a reader gives back in the same order, equal. Each text stands once in the
// bytes, whoever uses it. A reader never reads outside its bytes; the layout is no format for others and may
// change with every build (kept_parse.h ties it to the program).
// Threads: one.
// Owns: the writer its bytes; the reader looks into bytes that outlive it.
// Errors: ArchiveBroken when bytes end early or can't be what a writer wrote; ArchiveRefused for a value that
// has no bytes (a function, a date). Source: varints as in https://protobuf.dev/programming-guides/encoding/
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "document/value.h"
#include "jinja/value.h"

namespace leat::dbt {

struct ArchiveBroken {};
struct ArchiveRefused {};

class ArchiveWriter {
 public:
  static constexpr bool kReads = false;
  void number(std::uint64_t value);
  void text(std::string_view value);
  void scalar(const document::Value& value);
  void value(const jinja::Value& value);
  void mark(const document::Mark& mark);
  /// All that was written: the texts, then the rest.
  std::string take();

 private:
  std::uint32_t number_of(std::string_view text);
  std::string_view text_at(std::uint32_t number) const;
  void widen();

  std::string bytes_, contents_;
  std::vector<std::uint32_t> ends_;    // of each text in contents_
  std::vector<std::uint32_t> hashes_;  // of each text
  // A text's number, one more, at the place of its hash or after it; a power of two, at most half of it
  // taken.
  std::vector<std::uint32_t> places_ = std::vector<std::uint32_t>(1 << 12);
};

class ArchiveReader {
 public:
  static constexpr bool kReads = true;
  explicit ArchiveReader(std::string_view bytes);
  std::uint64_t number();
  std::string_view text();
  /// A value that is no list and no mapping.
  document::Value scalar();
  jinja::Value value();
  document::Mark mark();
  /// A count of things that take a byte or more each.
  std::size_t count();

 private:
  std::uint8_t byte();
  std::uint32_t text_number();
  std::string_view rest_, contents_;
  const char* ends_ = nullptr;
  std::size_t texts_ = 0;
  std::vector<jinja::Value> boxes_;                        // of texts that were values
  std::vector<std::shared_ptr<const std::string>> files_;  // of texts that were files of marks
};

// One list of fields serves both: `archive(x)` writes x or fills it.
template <class Archive, class T>
void keep(Archive& archive, T& value);

template <class Archive, class T>
void keep_number(Archive& archive, T& value) {
  if constexpr (Archive::kReads) {
    value = static_cast<T>(archive.number());
  } else {
    archive.number(static_cast<std::uint64_t>(value));
  }
}

template <class Archive>
void keep(Archive& archive, std::string& value) {
  if constexpr (Archive::kReads) {
    value = archive.text();
  } else {
    archive.text(value);
  }
}

template <class Archive>
void keep(Archive& archive, jinja::Value& value) {
  if constexpr (Archive::kReads) {
    value = archive.value();
  } else {
    archive.value(value);
  }
}

template <class Archive, class T>
void keep(Archive& archive, std::vector<T>& values) {
  if constexpr (Archive::kReads) {
    const std::size_t count = archive.count();
    values.clear();
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      // Clang takes a pair with a Value for one that can't be made without arguments.
      if constexpr (requires { typename T::second_type; }) {
        values.emplace_back(typename T::first_type(), typename T::second_type());
      } else {
        values.emplace_back();
      }
    }
  } else {
    archive.number(values.size());
  }
  for (T& value : values) keep(archive, value);
}

template <class Archive, class A, class B>
void keep(Archive& archive, std::pair<A, B>& value) {
  keep(archive, value.first);
  keep(archive, value.second);
}

template <class Archive, class T>
void keep(Archive& archive, std::optional<T>& value) {
  bool there = value.has_value();
  keep_number(archive, there);
  if constexpr (Archive::kReads) {
    if (there) value.emplace();
  }
  if (there) keep(archive, *value);
}

template <class Archive>
void keep(Archive& archive, std::map<std::string, std::string>& values) {
  std::vector<std::pair<std::string, std::string>> pairs(values.begin(), values.end());
  keep(archive, pairs);
  if constexpr (Archive::kReads) values = {pairs.begin(), pairs.end()};
}

template <class Archive>
void keep(Archive& archive, document::Value& value) {
  using Kind = document::Value::Kind;
  Kind kind = value.kind();
  keep_number(archive, kind);
  if (kind != Kind::list && kind != Kind::mapping) {
    if constexpr (Archive::kReads) {
      value = archive.scalar();
    } else {
      archive.scalar(value);
    }
  } else {
    if constexpr (Archive::kReads)
      value = kind == Kind::list ? document::Value::list() : document::Value::mapping();
    if (kind == Kind::list) {
      keep(archive, value.items());
    } else {
      keep(archive, value.members());
    }
  }
  if constexpr (Archive::kReads) {
    value.set_mark(archive.mark());
  } else {
    archive.mark(value.mark());
  }
}

template <class Archive, class T>
void keep(Archive& archive, T& value) {
  static_assert(std::is_integral_v<T> || std::is_enum_v<T>, "write keep() for it");
  keep_number(archive, value);
}

}  // namespace leat::dbt
