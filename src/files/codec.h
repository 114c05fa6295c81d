// Compressor and Decompressor: gzip and Zstandard as streams of bytes.
//
// Guarantees: a Decompressor tells the format by its first bytes, whatever a file is called, takes several
//   members one after the other, and hands out pieces of at most 1 MB. Memory does not grow with the content.
// Threads: one at a time.
// Owns: the library's state.
// Errors: Error(file_format) for what is damaged or ends too early.
// Source: RFC 1952 (gzip), RFC 8878 (Zstandard).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace leat::files {

enum class Compression { none, gzip, zstd };

/// "none", "gz" (or "gzip"), "zst" (or "zstd"); nullopt for none of them.
std::optional<Compression> parse_compression(std::string_view name);
/// "", ".gz" or ".zst".
std::string_view extension(Compression compression);

class Compressor {
 public:
  virtual ~Compressor() = default;
  /// Compresses `bytes` to the end of `out`; some may be held back until finish().
  virtual void write(std::string_view bytes, std::string& out) = 0;
  /// Ends the stream; the next write() begins a new one.
  virtual void finish(std::string& out) = 0;
};
std::unique_ptr<Compressor> make_compressor(Compression compression);

class Decompressor {
 public:
  using Take = std::function<void(std::string_view)>;
  Decompressor();
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  /// Hands the content of `bytes` to `take`, piece by piece.
  void push(std::string_view bytes, const Take& take);
  /// Says that the input ended; throws when the content has not.
  void finish(const Take& take);

 private:
  struct State;
  void begin(const Take& take);
  std::unique_ptr<State> state_;
};

}  // namespace leat::files
