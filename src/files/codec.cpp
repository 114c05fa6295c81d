#include "files/codec.h"

#include <zlib.h>
#include <zstd.h>

#include "base/error.h"

namespace leat::files {
namespace {

constexpr std::size_t kPiece = 1 << 20;
constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for a gzip header
constexpr int kGzipLevel = 4, kZstdLevel = 3;

[[noreturn]] void raise(const char* what) {
  throw Error(ErrorCode::file_format, what);
}

class Plain : public Compressor {
 public:
  void write(std::string_view bytes, std::string& out) override { out += bytes; }
  void finish(std::string&) override {}
};

class Gzip : public Compressor {
 public:
  Gzip() {
    LEAT_ASSERT(deflateInit2(&stream_, kGzipLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ~Gzip() override { deflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  void write(std::string_view bytes, std::string& out) override {
    while (!bytes.empty()) {  // zlib counts in 32 bits
      std::string_view piece = bytes.substr(0, kPiece);
      bytes.remove_prefix(piece.size());
      run(piece, Z_NO_FLUSH, out);
    }
  }
  void finish(std::string& out) override {
    run({}, Z_FINISH, out);
    deflateReset(&stream_);
  }

 private:
  void run(std::string_view bytes, int flush, std::string& out) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    int code = Z_OK;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      code = deflate(&stream_, flush);
      LEAT_ASSERT(code != Z_STREAM_ERROR);
      out.append(buffer_.data(), buffer_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }
  z_stream stream_{};
  std::string buffer_ = std::string(64 << 10, '\0');
};

class Zstd : public Compressor {
 public:
  Zstd() : context_(ZSTD_createCCtx(), ZSTD_freeCCtx) {
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kZstdLevel);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }
  void write(std::string_view bytes, std::string& out) override { run(bytes, ZSTD_e_continue, out); }
  void finish(std::string& out) override { run({}, ZSTD_e_end, out); }

 private:
  void run(std::string_view bytes, ZSTD_EndDirective end, std::string& out) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::size_t left = 0;
    do {
      ZSTD_outBuffer piece{buffer_.data(), buffer_.size(), 0};
      left = ZSTD_compressStream2(context_.get(), &piece, &in, end);
      LEAT_ASSERT(!ZSTD_isError(left));
      out.append(buffer_.data(), piece.pos);
    } while (end == ZSTD_e_end ? left != 0 : in.pos < in.size);
  }
  std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context_;
  std::string buffer_ = std::string(ZSTD_CStreamOutSize(), '\0');
};

}  // namespace

std::optional<Compression> parse_compression(std::string_view name) {
  if (name.empty() || name == "none") return Compression::none;
  if (name == "gz" || name == "gzip") return Compression::gzip;
  if (name == "zst" || name == "zstd") return Compression::zstd;
  return std::nullopt;
}

std::string_view extension(Compression compression) {
  return compression == Compression::gzip ? ".gz" : compression == Compression::zstd ? ".zst" : "";
}

std::unique_ptr<Compressor> make_compressor(Compression compression) {
  if (compression == Compression::gzip) return std::make_unique<Gzip>();
  if (compression == Compression::zstd) return std::make_unique<Zstd>();
  return std::make_unique<Plain>();
}

struct Decompressor::State {
  std::optional<Compression> kind;
  std::string head;  // the first bytes, until the kind is known
  z_stream gzip{};
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> zstd{nullptr, ZSTD_freeDCtx};
  bool is_inside = false;  // a member has begun and not ended
  std::string buffer = std::string(kPiece, '\0');

  ~State() {
    if (kind == Compression::gzip) inflateEnd(&gzip);
  }
  void run_gzip(std::string_view bytes, const Take& take);
  void run_zstd(std::string_view bytes, const Take& take);
  void run(std::string_view bytes, const Take& take) {
    if (bytes.empty()) return;
    if (kind == Compression::gzip) {
      run_gzip(bytes, take);
    } else if (kind == Compression::zstd) {
      run_zstd(bytes, take);
    } else {
      take(bytes);
    }
  }
};

void Decompressor::State::run_gzip(std::string_view bytes, const Take& take) {
  gzip.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  gzip.avail_in = static_cast<uInt>(bytes.size());
  while (gzip.avail_in > 0) {
    if (!is_inside && inflateReset(&gzip) != Z_OK) raise("The gzip stream can't be begun");
    is_inside = true;
    int code = Z_OK;
    do {
      gzip.next_out = reinterpret_cast<Bytef*>(buffer.data());
      gzip.avail_out = static_cast<uInt>(buffer.size());
      code = inflate(&gzip, Z_NO_FLUSH);
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) raise("The gzip stream is damaged");
      if (std::size_t got = buffer.size() - gzip.avail_out; got > 0) take({buffer.data(), got});
    } while (gzip.avail_out == 0 && code != Z_STREAM_END);
    if (code == Z_STREAM_END) is_inside = false;
  }
}

void Decompressor::State::run_zstd(std::string_view bytes, const Take& take) {
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
  do {
    out.pos = 0;
    std::size_t left = ZSTD_decompressStream(zstd.get(), &out, &in);
    if (ZSTD_isError(left)) raise("The Zstandard stream is damaged");
    is_inside = left != 0;
    if (out.pos > 0) take({buffer.data(), out.pos});
  } while (in.pos < in.size || out.pos == out.size);
}

Decompressor::Decompressor() : state_(std::make_unique<State>()) {}
Decompressor::~Decompressor() = default;

void Decompressor::begin(const Take& take) {
  std::string_view head = state_->head;
  if (head.starts_with("\x1f\x8b")) {
    LEAT_ASSERT(inflateInit2(&state_->gzip, kGzipWindow) == Z_OK);
    state_->kind = Compression::gzip;
  } else if (head.starts_with(std::string_view("\x28\xb5\x2f\xfd", 4))) {
    state_->zstd.reset(ZSTD_createDCtx());
    state_->kind = Compression::zstd;
  } else {
    state_->kind = Compression::none;
  }
  std::string first = std::move(state_->head);
  state_->run(first, take);
}

void Decompressor::push(std::string_view bytes, const Take& take) {
  if (state_->kind) {
    state_->run(bytes, take);
    return;
  }
  state_->head += bytes;
  if (state_->head.size() >= 4) begin(take);
}

void Decompressor::finish(const Take& take) {
  if (!state_->kind) begin(take);
  if (state_->is_inside) raise("The compressed stream ends too early");
}

}  // namespace leat::files
