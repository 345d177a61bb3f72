#include "identity/tls.hpp"

#include <openssl/pem.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace tacit::identity {

namespace {

using openssl::require;

constexpr std::size_t read_buffer_bytes = std::size_t{1} << 16;

int socket_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

template <class Transfer>
int transfer(BIO* bio, int retry_flag, const Transfer& call) {
    BIO_clear_retry_flags(bio);
    const auto moved = call(socket_of(bio));
    if (moved < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        BIO_set_flags(bio, retry_flag | BIO_FLAGS_SHOULD_RETRY);
    }
    return static_cast<int>(moved);
}

/// OpenSSL's own socket BIO raises SIGPIPE when the peer is gone.
BIO_METHOD* quiet_socket() {
    static BIO_METHOD* const method = [] {
        BIO_METHOD* const made = require(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "quiet socket"));
        BIO_meth_set_write(made, [](BIO* bio, const char* bytes, int size) {
            return transfer(bio, BIO_FLAGS_WRITE,
                            [&](int s) { return send(s, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL); });
        });
        BIO_meth_set_read(made, [](BIO* bio, char* bytes, int size) {
            return transfer(bio, BIO_FLAGS_READ,
                            [&](int s) { return recv(s, bytes, static_cast<std::size_t>(size), 0); });
        });
        BIO_meth_set_ctrl(made, [](BIO*, int command, long, void*) -> long { return command == BIO_CTRL_FLUSH; });
        BIO_meth_set_create(made, [](BIO* bio) {
            BIO_set_init(bio, 1);
            return 1;
        });
        return made;
    }();
    return method;
}

/// Chains of certificates mean nothing here; that the peer has the key, TLS checks by itself.
int accept_any_chain(X509_STORE_CTX*, void*) { return 1; }

}  // namespace

TlsContext make_tls_context(const Identity& identity) {
    TlsContext context = require(TlsContext(SSL_CTX_new(TLS_method())));
    SSL_CTX* const raw = context.get();
    require(SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION));
    require(SSL_CTX_set_num_tickets(raw, 0));
    const openssl::Certificate certificate =
        require(openssl::read_certificate(std::as_bytes(std::span(identity.certificate_pem()))));
    const openssl::Bio text = openssl::reader(std::as_bytes(std::span(identity.secret_key_pem())));
    const openssl::Key key = require(openssl::Key(PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr)));
    require(SSL_CTX_use_certificate(raw, certificate.get()));
    require(SSL_CTX_use_PrivateKey(raw, key.get()));
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_cert_verify_callback(raw, accept_any_chain, nullptr);
    SSL_CTX_set_read_ahead(raw, 1);  // several records by one call, not each by two
    SSL_CTX_set_default_read_buffer_len(raw, read_buffer_bytes);
    SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return context;
}

TlsStream::TlsStream(const TlsContext& context, Descriptor socket, TlsSide side)
    : socket_(std::move(socket)), tls_(require(SSL_new(context.get()))) {
    BIO* const bio = require(BIO_new(quiet_socket()));
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket_.value())));
    SSL_set_bio(tls_.get(), bio, bio);
    if (side == TlsSide::connects) SSL_set_connect_state(tls_.get());
    if (side == TlsSide::accepts) SSL_set_accept_state(tls_.get());
}

TlsStep TlsStream::step_of(int result) {
    if (result > 0) return TlsStep::done;
    const int error = SSL_get_error(tls_.get(), result);
    ERR_clear_error();
    if (error == SSL_ERROR_WANT_READ) return TlsStep::wants_to_read;
    if (error == SSL_ERROR_WANT_WRITE) return TlsStep::wants_to_write;
    return error == SSL_ERROR_ZERO_RETURN ? TlsStep::ended : TlsStep::broken;
}

TlsStep TlsStream::handshake() { return step_of(SSL_do_handshake(tls_.get())); }

TlsStep TlsStream::read(std::span<std::byte> out, std::size_t& count) {
    return step_of(SSL_read_ex(tls_.get(), out.data(), out.size(), &count));
}

TlsStep TlsStream::write(std::span<const std::byte> bytes, std::size_t& count) {
    return step_of(SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &count));
}

void TlsStream::end() noexcept {
    SSL_shutdown(tls_.get());
    ERR_clear_error();
    shutdown(socket_.value(), SHUT_WR);
}

std::optional<Fingerprint> TlsStream::peer() const {
    const openssl::Certificate certificate(SSL_get1_peer_certificate(tls_.get()));
    if (!certificate) return std::nullopt;
    const openssl::Bio text = require(openssl::Bio(BIO_new(BIO_s_mem())));
    require(PEM_write_bio_X509(text.get(), certificate.get()));
    const auto pem = openssl::content(text);
    const auto found = fingerprint_of_certificate({reinterpret_cast<const char*>(pem.data()), pem.size()});
    return found ? std::optional(*found) : std::nullopt;
}

Digest TlsStream::exporter(std::string_view label) const {
    Digest out{};
    require(SSL_export_keying_material(tls_.get(), reinterpret_cast<unsigned char*>(out.data()), out.size(),
                                       label.data(), label.size(), nullptr, 0, 0) == 1);
    return out;
}

}  // namespace tacit::identity
