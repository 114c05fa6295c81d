// FedChannel: a connection that gives what it is fed, so many bytes at a time, and keeps what it is told.
//
// Guarantees: no TLS, no waiting, no end but that of the bytes.
// Threads: one.
// Owns: what it is told; what it is fed outlives it.
// Errors: none.
#pragma once
#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "server/channel.h"

namespace leat::testing {

class FedChannel : public server::Channel {
 public:
  FedChannel(std::string_view fed, std::size_t piece) : fed_(fed), piece_(piece) {}
  long read(char* into, std::size_t most, std::chrono::milliseconds) override {
    std::size_t count = std::min({most, piece_, fed_.size()});
    std::memcpy(into, fed_.data(), count);
    fed_.remove_prefix(count);
    return static_cast<long>(count);
  }
  void write(std::string_view bytes) override { told.append(bytes); }
  bool begin_tls(std::chrono::milliseconds) override { return false; }
  bool has_tls() const override { return false; }
  bool offers_tls() const override { return false; }
  void end() noexcept override {}
  std::string told;

 private:
  std::string_view fed_;
  std::size_t piece_;
};

}  // namespace leat::testing
