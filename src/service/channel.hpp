#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/stopwatch.hpp"
#include "service/credentials.hpp"
#include "service/training.grpc.pb.h"
#include "tacit/identity/pins.hpp"

namespace tacit::service {

/// A channel to one service, and its errors as ours.
class Channel {
public:
    Channel(const identity::Identity& identity, const identity::Pin& service);
    [[nodiscard]] v1::Training::Stub& stub() noexcept { return *stub_; }
    /// Lets the channel connect again, for so long at most. gRPC does it while a thread of ours is in a call, and a
    /// call fails at once while there is no connection.
    void wait_for_connection(std::chrono::milliseconds time) {
        channel_->WaitForConnected(std::chrono::system_clock::now() + time);
    }
    /// Throws what a status stands for, naming the service.
    void check(const grpc::Status& status) const;

private:
    identity::Pin service_;
    std::string own_fingerprint_;
    std::shared_ptr<SeenPeer> seen_ = std::make_shared<SeenPeer>();
    std::shared_ptr<grpc::Channel> channel_;
    std::unique_ptr<v1::Training::Stub> stub_;
};

/// A context whose call ends after half a minute.
class ShortCall {
public:
    ShortCall() { context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30)); }
    [[nodiscard]] grpc::ClientContext* get() noexcept { return &context_; }

private:
    grpc::ClientContext context_;
};

/// Counts how long a service has been out of reach.
class Patience {
public:
    explicit Patience(Channel& channel) : channel_(channel) {}
    /// After a failure: waits before the next attempt, longer each time. Throws the error if it is another than
    /// unreachable, or a minute passed since the last success; and Error(interrupted).
    void after(const Error& error);
    /// After a success, even a partial one.
    void renew() noexcept { failing_since_.reset(); }

private:
    Channel& channel_;
    std::optional<SteadyClock::time_point> failing_since_;
    std::chrono::milliseconds pause_{};
};

/// Does what may be done again until the service answers, for a minute.
template <class Work>
auto patiently(Channel& channel, const Work& work) {
    Patience patience(channel);
    while (true) {
        try {
            return work();
        } catch (const Error& error) {
            patience.after(error);
        }
    }
}

}  // namespace tacit::service
