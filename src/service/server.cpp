#include "tacit/service/server.hpp"

#include <grpc/support/log.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <unistd.h>

#include <chrono>
#include <string_view>

#include "service/credentials.hpp"
#include "service/handlers.hpp"
#include "service/wire.hpp"

namespace tacit::service {

namespace {

/// What all connections together may hold of messages, and how many calls run at once.
constexpr std::size_t connection_memory_bytes = std::size_t{256} << 20;
constexpr int most_threads = 64;

std::uint64_t third_of_memory() {
    return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) / 3;
}

/// What gRPC itself has to say, failed handshakes for instance, in the form of the rest. That the server's name is not
/// in its certificate is no news: keys are pinned, names are not.
void log_grpc(gpr_log_func_args* message) {
    if (std::string_view(message->message).find("No match found for server name") == 0) return;
    Log(stderr).write("grpc", {{"text", std::string(message->message)}});
}

RunnerOptions runner_options(const ServerOptions& options) {
    return {.worker_command = options.worker_command,
            .worker_memory_bytes = options.worker_memory_bytes > 0 ? options.worker_memory_bytes : third_of_memory(),
            .worker_threads = options.worker_threads,
            .checkpoint_seconds = options.checkpoint_seconds,
            .rest_seconds = options.rest_seconds,
            .quota = options.quota};
}

}  // namespace

struct Server::Parts {
    explicit Parts(const ServerOptions& options)
        : identity(identity::Identity::open(options.identity_folder)),
          pins(options.identity_folder, log),
          metrics(options.metrics_address),
          store(options.store_folder),
          runner(store, metrics, log, runner_options(options)),
          handlers(make_handlers({store, runner, pins, metrics, log, options.quota})) {}

    [[nodiscard]] PeerCheck peer_check() {
        return [this](const identity::Fingerprint& fingerprint) {
            if (pins.find(fingerprint)) return true;
            metrics.count_refused_handshake();
            log.write("handshake_refused", {{"key", identity::to_string(fingerprint)}});
            return false;
        };
    }

    Log log{stderr};
    identity::Identity identity;
    CustomerPins pins;
    Metrics metrics;
    Store store;
    Runner runner;
    std::shared_ptr<grpc::Service> handlers;
    int port = 0;
    std::unique_ptr<grpc::Server> server;
};

Server::Server(const ServerOptions& options) : parts_(std::make_unique<Parts>(options)) {
    gpr_set_log_function(log_grpc);
    grpc::ResourceQuota limits("tacit");
    limits.Resize(connection_memory_bytes).SetMaxThreads(most_threads);
    grpc::ServerBuilder builder;
    builder.SetResourceQuota(limits);
    builder.SetMaxReceiveMessageSize(largest_message_bytes);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, OpenCalls::most);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // a second server at the port is an error
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
    builder.AddListeningPort(options.address, server_credentials(parts_->identity, parts_->peer_check()),
                             &parts_->port);
    builder.RegisterService(parts_->handlers.get());
    parts_->server = builder.BuildAndStart();
    if (!parts_->server || parts_->port == 0) {
        fail(ErrorCode::io_failure, "cannot listen at {}; choose a free port, or an address of this machine",
             options.address);
    }
    const Recovery& recovery = parts_->store.recovery();
    parts_->log.write("started", {{"version", std::string(version)},
                                  {"port", std::int64_t{parts_->port}},
                                  {"key", identity::to_string(parts_->identity.fingerprint())},
                                  {"jobs_requeued", static_cast<std::int64_t>(recovery.jobs_requeued)},
                                  {"files_removed", static_cast<std::int64_t>(recovery.files_removed)},
                                  {"objects_lost", static_cast<std::int64_t>(recovery.objects_lost)}});
}

Server::~Server() {
    if (!parts_ || !parts_->server) return;
    parts_->server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
    parts_->server->Wait();
    parts_->log.write("stopped");
}

int Server::port() const noexcept { return parts_->port; }

}  // namespace tacit::service
