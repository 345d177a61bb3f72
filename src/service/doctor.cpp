#include "tacit/service/doctor.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "base/fail.hpp"
#include "identity/tcp.hpp"
#include "service/wire.hpp"
#include "tacit/service/client.hpp"

namespace tacit::service {

namespace {

using Verdict = Finding::Verdict;
using identity::Addresses;

template <auto free_function>
struct Free {
    template <class T>
    void operator()(T* object) const noexcept {
        free_function(object);
    }
};

/// While it lives: a socket that the other side has reset is an error and does not end the process. OpenSSL writes
/// without MSG_NOSIGNAL.
class NoPipeSignal {
public:
    NoPipeSignal() noexcept {
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~NoPipeSignal() {
        const timespec at_once{};
        while (sigtimedwait(&pipe_, nullptr, &at_once) > 0) {
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    NoPipeSignal(const NoPipeSignal&) = delete;
    NoPipeSignal& operator=(const NoPipeSignal&) = delete;

private:
    sigset_t pipe_{};
    sigset_t before_{};
};

/// Thrown where the way ends.
struct Stop {};

class Diagnosis {
public:
    Diagnosis(const identity::Identity& identity, const identity::Pin& service)
        : identity_(identity), service_(service) {}

    std::vector<Finding> run() {
        const NoPipeSignal silence;
        try {
            const Addresses addresses = resolve();
            const Descriptor socket = connect(*addresses);
            check_key(handshake(socket));
            check_service();
        } catch (const Stop&) {
            // the last finding says why
        }
        return std::move(findings_);
    }

private:
    void good(const char* what, std::string detail) { findings_.push_back({Verdict::good, what, std::move(detail)}); }
    [[noreturn]] void wrong(const char* what, std::string detail) {
        findings_.push_back({Verdict::wrong, what, std::move(detail)});
        throw Stop{};
    }

    Addresses resolve() {
        const identity::Endpoint endpoint = identity::split_address(service_.address);
        auto found = identity::resolve(endpoint);
        if (!found) {
            wrong("name",
                  fmt::format("{}; your side: mend the pin's address, or your name service", found.error().what()));
        }
        good("name", fmt::format("'{}' has an address", endpoint.host));
        return *std::move(found);
    }

    Descriptor connect(const addrinfo& addresses) {
        std::string reason;
        for (const addrinfo* at = &addresses; at != nullptr; at = at->ai_next) {
            Descriptor socket(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol));
            const timeval patience{.tv_sec = 5, .tv_usec = 0};
            setsockopt(socket.value(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
            setsockopt(socket.value(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
            if (::connect(socket.value(), at->ai_addr, at->ai_addrlen) == 0) {
                good("port", fmt::format("{} accepts connections", service_.address));
                return socket;
            }
            reason = errno == EINPROGRESS ? "no answer within 5 seconds" : std::strerror(errno);
        }
        wrong("port", fmt::format("{}: {}; their side: `tacit serve` does not run there, or a firewall is in between",
                                  service_.address, reason));
    }

    /// The certificate that the other side shows in a handshake of TLS 1.3.
    std::string handshake(const Descriptor& socket) {
        const std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>> context(SSL_CTX_new(TLS_client_method()));
        SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
        const std::unique_ptr<SSL, Free<SSL_free>> tls(SSL_new(context.get()));
        SSL_set_fd(tls.get(), socket.value());
        constexpr unsigned char http2[] = {2, 'h', '2'};
        SSL_set_alpn_protos(tls.get(), http2, sizeof http2);
        if (SSL_connect(tls.get()) != 1) {
            const char* reason = ERR_reason_error_string(ERR_peek_last_error());
            ERR_clear_error();
            wrong("TLS",
                  fmt::format("no handshake of TLS 1.3: {}; their side: another program listens at {}, or a proxy "
                              "is in between",
                              reason == nullptr ? "the other side went silent" : reason, service_.address));
        }
        good("TLS", SSL_get_version(tls.get()));
        const std::unique_ptr<X509, Free<X509_free>> certificate(SSL_get1_peer_certificate(tls.get()));
        const std::unique_ptr<BIO, Free<BIO_free_all>> text(BIO_new(BIO_s_mem()));
        PEM_write_bio_X509(text.get(), certificate.get());
        char* bytes = nullptr;
        const long size = BIO_get_mem_data(text.get(), &bytes);
        return {bytes, static_cast<std::size_t>(size)};
    }

    void check_key(const std::string& certificate) {
        const auto key = identity::fingerprint_of_certificate(certificate);
        if (!key || *key != service_.fingerprint) {
            wrong("pin",
                  fmt::format("it has key {}, your pin '{}' says {}; their side has a new key, or another machine "
                              "answers: ask the operator before you pin it",
                              key ? identity::to_string(*key) : "?", service_.name,
                              identity::to_string(service_.fingerprint)));
        }
        good("pin", fmt::format("its key is that of your pin '{}'", service_.name));
    }

    void check_service() {
        const ServiceInfo info = hello();
        good("customer", fmt::format("it knows your key and calls you '{}'", info.customer));
        if (info.version == version) {
            good("version", fmt::format("both sides have {}", version));
        } else {
            findings_.push_back(
                {Verdict::warning, "version",
                 fmt::format("it has {}, you have {}; a job runs only if both build the same circuit: use one version",
                             info.version, version)});
        }
        const std::int64_t ahead = info.clock_ahead;
        if (std::abs(ahead) <= 60) return good("clock", "both clocks agree within a minute");
        findings_.push_back({Verdict::warning, "clock",
                             fmt::format("its clock is {} seconds {} yours; set the wrong one right: times of jobs and "
                                         "quotas mislead, nothing else depends on it",
                                         std::abs(ahead), ahead > 0 ? "ahead of" : "behind")});
    }

    /// Asked twice: a connection that was cut by chance is no verdict on the key.
    ServiceInfo hello() {
        try {
            return Client(identity_, service_).hello();
        } catch (const Error& error) {
            if (error.code() != ErrorCode::unreachable) refused(error);
        }
        try {
            return Client(identity_, service_).hello();
        } catch (const Error& error) {
            refused(error);
        }
    }

    [[noreturn]] void refused(const Error& error) {
        if (error.code() != ErrorCode::unreachable && error.code() != ErrorCode::untrusted_peer) {
            wrong("service", error.what());
        }
        wrong("customer", fmt::format("it ends the connection once it sees your key {}; their side: the operator has "
                                      "to pin it (`tacit identity show` prints the line to send)",
                                      identity::to_string(identity_.fingerprint())));
    }

    const identity::Identity& identity_;
    const identity::Pin& service_;
    std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> diagnose(const identity::Identity& identity, const identity::Pin& service) {
    if (service.address.empty()) {
        fail(ErrorCode::invalid_argument,
             "the pin '{}' has no address; pin the service again, with `tacit identity pin --address host:port`",
             service.name);
    }
    return Diagnosis(identity, service).run();
}

}  // namespace tacit::service
