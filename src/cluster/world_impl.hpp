#pragma once

#include <mpi.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tacit/cluster/world.hpp"

namespace tacit::cluster {

/// Two channels: one for ciphertexts, whose tags are values of the plan; one for what ranks tell each other.
class World::Impl {
public:
    using Clock = std::chrono::steady_clock;

    explicit Impl(std::chrono::milliseconds timeout);
    ~Impl();
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    int rank = 0;
    int ranks = 1;
    std::chrono::milliseconds timeout;
    MPI_Comm values = MPI_COMM_NULL;
    MPI_Comm words = MPI_COMM_NULL;
    bool failed = false;

    /// Throws Error(unreachable) unless an MPI function succeeded.
    static void check(int result, const char* what);
    /// Takes what others say: signs of life, and that they stop, which is thrown.
    void listen();
    /// Says that this rank lives, every quarter of the time-out.
    void live();
    /// Listens, lives and watches.
    void keep_in_touch();
    /// From now on silence counts.
    void start_watch();
    /// Throws Error(unreachable) for a rank that has been silent for too long; ranks that left are not expected to
    /// speak.
    void watch();
    /// Says that this rank is done, so that its silence means nothing.
    void leave();
    [[nodiscard]] bool all_left() const;
    /// Once all have left: before the next run.
    void forget_who_left();
    void tell(int other, int tag, const std::string& text);
    void tell_all(int tag, const std::string& text);
    /// Lets MPI go on with what is under way.
    void push();

    static constexpr int alive = 1;
    static constexpr int stops = 2;
    static constexpr int leaves = 3;

private:
    struct Word {
        std::string text;
        MPI_Request request;
    };
    std::vector<std::unique_ptr<Word>> said_;
    std::vector<Clock::time_point> heard_;
    std::vector<bool> left_;
    Clock::time_point spoke_ = {};
};

/// A short rest between two looks at the network.
void rest();

}  // namespace tacit::cluster
