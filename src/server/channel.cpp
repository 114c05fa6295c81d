#include "server/channel.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"

namespace leat::server {
namespace {

using std::chrono::milliseconds;

class OpenSslContext : public TlsContext {
 public:
  OpenSslContext() : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
    SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  }
  ~OpenSslContext() override { SSL_CTX_free(context_); }
  void* native() override { return context_; }
  SSL_CTX* context() { return context_; }

 private:
  SSL_CTX* context_;
};

class TcpChannel : public Channel {
 public:
  TcpChannel(int socket, TlsContext* tls, milliseconds write_timeout, Env& env)
      : socket_(socket), tls_(tls), write_timeout_(write_timeout), env_(env) {
    int one = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(socket_, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
  }
  ~TcpChannel() override {
    if (ssl_) SSL_free(ssl_);
    close(socket_);
  }

  long read(char* into, std::size_t most, milliseconds patience) override {
    for (;;) {
      if (!(ssl_ && SSL_pending(ssl_) > 0) && !wait(POLLIN, patience)) return -1;
      long got =
          ssl_ ? SSL_read(ssl_, into, static_cast<int>(most)) : recv(socket_, into, most, MSG_DONTWAIT);
      if (got > 0) return got;
      if (ssl_) {
        int why = SSL_get_error(ssl_, static_cast<int>(got));
        if (why == SSL_ERROR_WANT_READ) continue;
        return 0;
      }
      if (got == 0 || (errno != EAGAIN && errno != EINTR)) return 0;
    }
  }

  void write(std::string_view bytes) override {
    while (!bytes.empty()) {
      long sent = ssl_ ? SSL_write(ssl_, bytes.data(), static_cast<int>(std::min(bytes.size(), kPiece)))
                       : send(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
        continue;
      }
      bool is_full = ssl_ ? SSL_get_error(ssl_, static_cast<int>(sent)) == SSL_ERROR_WANT_WRITE
                          : errno == EAGAIN || errno == EINTR;
      if (!is_full) throw Error(ErrorCode::http_interrupted, "The client has gone");
      if (!wait(POLLOUT, write_timeout_))
        throw Error(ErrorCode::http_timeout, "The client does not take its answers");
    }
  }

  bool begin_tls(milliseconds patience) override {
    if (!tls_) return false;
    ssl_ = SSL_new(static_cast<SSL_CTX*>(tls_->native()));
    SSL_set_fd(ssl_, socket_);
    nonblocking();
    auto began = env_.steady();
    for (;;) {
      int done = SSL_accept(ssl_);
      if (done == 1) return true;
      int why = SSL_get_error(ssl_, done);
      short event = why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
      if ((why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) ||
          env_.elapsed_ms(began) > patience.count() || !wait(event, patience)) {
        ERR_clear_error();
        throw Error(ErrorCode::http_tls, "The client and the server agree on no TLS");
      }
    }
  }
  bool has_tls() const override { return ssl_ != nullptr; }
  bool offers_tls() const override { return tls_ != nullptr; }
  void end() noexcept override { shutdown(socket_, SHUT_RD); }

 private:
  static constexpr std::size_t kPiece = 1 << 16;

  void nonblocking() {
    timeval none{0, 1};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof none);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof none);
  }

  bool wait(short event, milliseconds patience) {
    pollfd one{socket_, event, 0};
    int ready = poll(&one, 1, static_cast<int>(patience.count()));
    return ready != 0;
  }

  int socket_;
  TlsContext* tls_;
  milliseconds write_timeout_;
  Env& env_;
  SSL* ssl_ = nullptr;
};

}  // namespace

std::unique_ptr<TlsContext> TlsContext::load(const std::string& certificate, const std::string& key) {
  auto out = std::make_unique<OpenSslContext>();
  if (SSL_CTX_use_certificate_chain_file(out->context(), certificate.c_str()) != 1) {
    ERR_clear_error();
    throw Error(ErrorCode::config_invalid, "The certificate can't be read", certificate)
        .fix("It has to be a PEM file, the server's certificate first.");
  }
  if (SSL_CTX_use_PrivateKey_file(out->context(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
    ERR_clear_error();
    throw Error(ErrorCode::config_invalid, "The key can't be read, or is not that of the certificate", key)
        .fix("It has to be a PEM file without a passphrase.");
  }
  return out;
}

std::unique_ptr<Channel> make_tcp_channel(int socket, TlsContext* tls, milliseconds write_timeout, Env& env) {
  return std::make_unique<TcpChannel>(socket, tls, write_timeout, env);
}

}  // namespace leat::server
