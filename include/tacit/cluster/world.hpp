#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "tacit/base/hash.hpp"

namespace tacit::cluster {

/// The processes that one `mpirun` started, seen from one of them (a rank). WARNING: MPI traffic is neither encrypted
/// nor authenticated: only inside one service's own network. What travels are ciphertexts and public facts.
///
/// One at a time, made and used by the main thread alone. Nothing waits for ever: a rank that stops with an error tells
/// the others, and one that falls silent is given up after the time-out; both become Error(unreachable) here.
class World {
public:
    /// Joins. Throws Error(unreachable) if MPI cannot start.
    explicit World(std::chrono::milliseconds timeout = std::chrono::seconds(60));
    /// Leaves; after a failure it ends all ranks, with a second for each to say why.
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    [[nodiscard]] int rank() const noexcept;
    [[nodiscard]] int ranks() const noexcept;
    [[nodiscard]] std::chrono::milliseconds timeout() const noexcept;

    /// Waits until all ranks have come here with the same digest. Throws parameter_mismatch, on every rank, naming
    /// those that have another than rank 0. `patience` is for how long others may still be loading.
    void agree(const std::string& what, const Digest& digest,
               std::chrono::milliseconds patience = std::chrono::minutes(10));

    /// Tells the others why this rank stops. To be called before leaving because of an error.
    void fail(const std::string& reason) noexcept;

    class Impl;
    [[nodiscard]] Impl& impl() noexcept { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace tacit::cluster
