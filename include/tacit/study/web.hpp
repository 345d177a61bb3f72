#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tacit/study/store.hpp"

/// The way of submissions over HTTP: the server with the contributors' page, and a client that needs no browser.
namespace tacit::study {

struct WebOptions {
    std::string host = "0.0.0.0";         ///< where it listens
    int port = 0;                         ///< 0: any
    std::filesystem::path certificate{};  ///< PEM: the server's certificate, the chain behind it
    std::filesystem::path key{};          ///< PEM
};

/// Serves a study's page and takes submissions. It sees who is invited and ciphertexts; but whoever can change what it
/// sends can send contributors another page (docs/study.md). No answer lets a page load or send anything elsewhere.
///
///     GET  /, /study.js, /study.css, /study.json
///     POST /status  an invitation in hex            {"open", "version"}
///     POST /submit  16 bytes invitation, submission  {"receipt"}
///
/// Errors are {"error"} with status 400, 403 (no such invitation), 409 (not the next version), 410 (closed).
class WebServer {
public:
    /// HTTPS (TLS 1.2 or later). Throws invalid_argument for certificate and key that are none; unreachable if the port
    /// is taken.
    WebServer(const Store& store, const WebOptions& options);
    /// Plain HTTP on 127.0.0.1, for tests and behind a proxy on this machine.
    [[nodiscard]] static WebServer plain_on_loopback(const Store& store, int port);
    ~WebServer();
    WebServer(WebServer&&) noexcept;
    WebServer& operator=(WebServer&&) = delete;

    [[nodiscard]] int port() const noexcept;
    /// Serves until interruption_requested() or stop().
    void run();
    /// From another thread.
    void stop();

private:
    struct State;
    explicit WebServer(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

/// What a contributor is told.
struct Receipt {
    std::uint64_t version = 0;
    Digest receipt{};
};
/// Hands a table in as the page does, with the next version. HTTPS with the system's certificate authorities, or those
/// of a PEM file; plain HTTP to a loopback address alone. Throws invalid_argument for another plain address;
/// unreachable, with the reason; what the server refuses as protocol_violation, in its words.
[[nodiscard]] Receipt submit(const Study& study, const Link& link, const Table& table,
                             const std::filesystem::path& authorities, Rng& rng);

}  // namespace tacit::study
