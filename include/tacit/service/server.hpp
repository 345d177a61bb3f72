#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace tacit::service {

/// What one customer may use. Reached limits are refused with quota_exceeded, which names the limit.
struct Quota {
    std::uint64_t bytes = 64'000'000'000;         ///< stored, results among them
    std::uint64_t object_bytes = 16'000'000'000;  ///< of one object
    std::uint32_t jobs = 16;                      ///< queued or running
    double seconds = 86'400;                      ///< of computing in 24 hours
};

struct ServerOptions {
    std::filesystem::path identity_folder;  ///< the server's identity, and the pins of its customers
    std::filesystem::path store_folder;
    std::string address = "0.0.0.0:7433";  ///< port 0: any free one
    std::string metrics_address{};         ///< host:port for Prometheus; empty: none
    Quota quota{};
    /// Of a worker's heap; 0: a third of the machine's memory. Two may run, one of which only checks.
    std::uint64_t worker_memory_bytes = 0;
    int worker_threads = 0;          ///< 0: all cores
    double checkpoint_seconds = 60;  ///< between checkpoints of a training that runs
    /// How long a worker whose training waits for a refresh keeps the keys in memory, while no other training comes.
    double rest_seconds = 600;
    /// The program that calls run_worker() with the arguments that follow, and its first arguments.
    std::vector<std::string> worker_command;
};

/// The service: takes uploads of pinned customers over TLS 1.3, checks their jobs, trains one at a time in a process
/// of its own, has states refreshed by their owners, and hands out results. It logs one JSON object per line to stderr.
/// docs/service.md has the model of the adversary and what lies on the disk.
class Server {
public:
    /// Throws io_failure if folder or port cannot be had, and what Identity::open throws.
    explicit Server(const ServerOptions& options);
    /// Ends the worker, whose job starts again next time, and all calls.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] int port() const noexcept;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tacit::service
