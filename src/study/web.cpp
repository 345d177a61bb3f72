#include "tacit/study/web.hpp"

#include <httplib.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/fail.hpp"
#include "base/from_hex.hpp"
#include "base/printable.hpp"
#include "study/page.hpp"
#include "tacit/base/interrupt.hpp"

namespace tacit::study {

namespace {

using nlohmann::json;

constexpr std::size_t threads = 16;
constexpr time_t patience_seconds = 15;
constexpr const char* json_type = "application/json";

/// Pages and answers may load nothing from elsewhere, run no script but ours, and appear in no other page.
const httplib::Headers headers{
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

int status_of(ErrorCode code) {
    if (code == ErrorCode::malformed_input) return 400;
    if (code == ErrorCode::untrusted_peer) return 403;
    if (code == ErrorCode::protocol_violation) return 409;
    if (code == ErrorCode::budget_exceeded) return 410;
    return 500;
}

void answer(httplib::Response& response, const Expected<json>& content) {
    response.status = content ? 200 : status_of(content.error().code());
    // What goes wrong on this machine is nobody else's business.
    const auto reason = [&] {
        return response.status == 500 ? "the server cannot do this now" : content.error().what();
    };
    response.set_content((content ? *content : json{{"error", reason()}}).dump(), json_type);
}

Expected<json> status(const Store& store, const std::string& body) {
    const auto invitation = from_hex<sizeof(Invitation)>(body);
    if (!invitation) return Error(ErrorCode::malformed_input, "this is no invitation; use the link you were sent");
    return store.status(*invitation).transform([](const Store::Status& one) {
        return json{{"open", one.open}, {"version", one.version}};
    });
}

Expected<json> submission(const Store& store, const std::string& body) {
    const auto bytes = std::as_bytes(std::span(body));
    Invitation invitation{};
    if (bytes.size() < invitation.size()) return Error(ErrorCode::malformed_input, "this is no submission");
    std::ranges::copy(bytes.first(invitation.size()), invitation.begin());
    return store.take(invitation, bytes.subspan(invitation.size())).transform([](const Digest& receipt) {
        return json{{"receipt", to_hex(receipt)}};
    });
}

void add_routes(httplib::Server& server, const Store& store) {
    const auto file = [&server](const char* path, std::string_view content, const char* type) {
        server.Get(path, [content, type](const httplib::Request&, httplib::Response& response) {
            response.set_content(content.data(), content.size(), type);
        });
    };
    file("/", page::html(), "text/html; charset=utf-8");
    file("/study.js", page::script(), "text/javascript; charset=utf-8");
    file("/study.css", page::style(), "text/css; charset=utf-8");
    server.Get("/study.json", [text = to_json(store.study())](const httplib::Request&, httplib::Response& response) {
        response.set_content(text, json_type);
    });
    server.Post("/status", [&store](const httplib::Request& request, httplib::Response& response) {
        answer(response, catching([&] { return status(store, request.body); }));
    });
    server.Post("/submit", [&store](const httplib::Request& request, httplib::Response& response) {
        answer(response, catching([&] { return submission(store, request.body); }));
    });
    // The library's default would share the port with whoever else wants it.
    server.set_socket_options([](int socket) {
        const int yes = 1;
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server.set_default_headers(headers);
    server.set_payload_max_length(sizeof(Invitation) + submission_bytes(store.study()));
    server.set_read_timeout(patience_seconds);
    server.set_keep_alive_timeout(2);
    server.new_task_queue = [] { return new httplib::ThreadPool(threads); };  // the library deletes it
}

int bind(httplib::Server& server, const std::string& host, int port) {
    const int bound = port == 0 ? server.bind_to_any_port(host) : server.bind_to_port(host, port) ? port : -1;
    if (bound < 0) fail(ErrorCode::unreachable, "{}:{} cannot be listened on; is the port taken?", host, port);
    return bound;
}

bool is_loopback(std::string_view base) {
    for (const std::string_view host : {"http://127.0.0.1", "http://localhost", "http://[::1]"}) {
        if (base.starts_with(host) && (base.size() == host.size() || base[host.size()] == ':')) return true;
    }
    return false;
}

/// The answer to a POST as JSON.
json post(httplib::Client& client, const std::string& base, const char* path, const std::string& body,
          const char* type) {
    const httplib::Result result = client.Post(path, body, type);
    if (!result) {
        fail(ErrorCode::unreachable, "'{}' does not answer: {}; check address and certificate", base,
             httplib::to_string(result.error()));
    }
    json content = json::parse(result->body, nullptr, false);
    if (!content.is_object()) content = json::object();
    if (result->status == 200) return content;
    const std::string reason = content["error"].is_string() ? content["error"].get<std::string>() : "no reason";
    fail(ErrorCode::protocol_violation, "'{}' refuses, with status {}: {}", base, result->status,
         printable(reason, 300));
}

}  // namespace

struct WebServer::State {
    std::unique_ptr<httplib::Server> server;
    int port = 0;
    std::atomic<bool> stopped = false;
};

WebServer::WebServer(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
WebServer::~WebServer() = default;
WebServer::WebServer(WebServer&&) noexcept = default;

WebServer::WebServer(const Store& store, const WebOptions& options) : state_(std::make_unique<State>()) {
    auto server = std::make_unique<httplib::SSLServer>(options.certificate.c_str(), options.key.c_str());
    if (!server->is_valid()) {
        fail(ErrorCode::invalid_argument, "'{}' and '{}' are not a certificate and its key in PEM",
             options.certificate.string(), options.key.string());
    }
    SSL_CTX_set_min_proto_version(server->ssl_context(), TLS1_2_VERSION);
    state_->server = std::move(server);
    add_routes(*state_->server, store);
    state_->port = bind(*state_->server, options.host, options.port);
}

WebServer WebServer::plain_on_loopback(const Store& store, int port) {
    auto state = std::make_unique<State>();
    state->server = std::make_unique<httplib::Server>();
    add_routes(*state->server, store);
    state->port = bind(*state->server, "127.0.0.1", port);
    return WebServer(std::move(state));
}

int WebServer::port() const noexcept { return state_->port; }

void WebServer::run() {
    std::atomic<bool> ended = false;
    std::thread watch([&] {
        for (bool asked = false; !ended; std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
            const bool due = interruption_requested() || state_->stopped;
            if (asked || !due || !state_->server->is_running())
                continue;  // the library forgets what it is told too early
            state_->server->stop();
            asked = true;
        }
    });
    state_->server->listen_after_bind();
    ended = true;
    watch.join();
}

void WebServer::stop() { state_->stopped = true; }

Receipt submit(const Study& study, const Link& link, const Table& table, const std::filesystem::path& authorities,
               Rng& rng) {
    if (!link.base.starts_with("https://") && !is_loopback(link.base)) {
        fail(ErrorCode::invalid_argument, "'{}' is not encrypted; ask for a link that begins with https://", link.base);
    }
    httplib::Client client(link.base);
    client.set_connection_timeout(patience_seconds);
    client.set_read_timeout(patience_seconds);
    if (!authorities.empty()) client.set_ca_cert_path(authorities.c_str());
    const json before = post(client, link.base, "/status", to_hex(link.invitation), "text/plain");
    if (!before.contains("version") || !before["version"].is_number_unsigned()) {
        fail(ErrorCode::protocol_violation, "'{}' does not answer as a study's server; check the link", link.base);
    }
    const std::uint64_t version = 1 + before["version"].get<std::uint64_t>();
    const auto bytes = make_submission(study, contributor_of(link.invitation), version, table, rng);
    std::string body(reinterpret_cast<const char*>(link.invitation.data()), link.invitation.size());
    body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const Receipt receipt{.version = version, .receipt = read_header(study, bytes).value().receipt};
    const json confirmed = post(client, link.base, "/submit", body, "application/octet-stream");
    if (!confirmed.contains("receipt") || confirmed["receipt"] != to_hex(receipt.receipt)) {
        fail(ErrorCode::protocol_violation, "'{}' confirmed another submission; tell who runs the study", link.base);
    }
    return receipt;
}

}  // namespace tacit::study
