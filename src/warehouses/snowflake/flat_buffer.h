// FlatTable, FlatVector: read access to FlatBuffers, the form of Arrow's metadata.
//
// Guarantees: never reads outside of the buffer; a field that is absent or points outside has its default.
// Threads: values; any.
// Owns: nothing: they point into the buffer, which has to outlive them.
// Source: https://flatbuffers.dev/internals
#pragma once
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace leat::warehouses::snowflake {

class FlatVector;

class FlatTable {
 public:
  FlatTable() = default;
  FlatTable(std::string_view buffer, std::size_t at) : buffer_(buffer), at_(at) {}
  /// The root table of a buffer.
  static FlatTable root(std::string_view buffer);

  /// A scalar field; `index` is its place in the schema.
  template <class T>
  T scalar(int index, T otherwise) const {
    std::size_t at = field(index);
    return at == 0 ? otherwise : read<T>(at).value_or(otherwise);
  }
  FlatTable table(int index) const;
  FlatVector vector(int index) const;
  std::string_view text(int index) const;

 private:
  friend class FlatVector;
  template <class T>
  std::optional<T> read(std::size_t at) const {
    if (at > buffer_.size() || buffer_.size() - at < sizeof(T)) return std::nullopt;
    T out;
    std::memcpy(&out, buffer_.data() + at, sizeof(T));
    return out;
  }
  /// Where a field's value stands, 0 when it is absent.
  std::size_t field(int index) const;
  /// Where the offset at `at` leads, 0 when outside.
  std::size_t follow(std::size_t at) const;

  std::string_view buffer_;
  std::size_t at_ = 0;
};

class FlatVector {
 public:
  FlatVector() = default;
  FlatVector(FlatTable inside, std::size_t at, std::size_t size) : inside_(inside), at_(at), size_(size) {}
  std::size_t size() const { return size_; }
  /// An item of a vector of tables.
  FlatTable table(std::size_t index) const;
  /// The n-th 64-bit word of an item of a vector of structs of `words` of them; 0 when outside.
  std::int64_t word(std::size_t index, std::size_t words, std::size_t n) const;

 private:
  FlatTable inside_;
  std::size_t at_ = 0, size_ = 0;
};

}  // namespace leat::warehouses::snowflake
