#include "service/channel.hpp"

#include <grpc/support/log.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <thread>

#include "base/printable.hpp"
#include "service/wire.hpp"
#include "tacit/base/interrupt.hpp"

namespace tacit::service {

namespace {

constexpr double longest_silence_seconds = 60;

grpc::ChannelArguments channel_arguments() {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(largest_message_bytes);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // the pin is the service's, not a proxy's
    return arguments;
}

}  // namespace

Channel::Channel(const identity::Identity& identity, const identity::Pin& service)
    : service_(service), own_fingerprint_(identity::to_string(identity.fingerprint())) {
    if (service.address.empty()) {
        fail(ErrorCode::invalid_argument,
             "the pin '{}' has no address; pin the service again, with `tacit identity pin --address host:port`",
             service.name);
    }
    gpr_set_log_function([](gpr_log_func_args*) {});  // errors come as statuses
    channel_ = grpc::CreateCustomChannel(service.address, client_credentials(identity, service.fingerprint, seen_),
                                         channel_arguments());
    stub_ = v1::Training::NewStub(channel_);
}

void Channel::check(const grpc::Status& status) const {
    if (status.ok()) return;
    const ErrorCode code = to_code(status.error_code());
    const auto seen = seen_->get();
    const std::string who = fmt::format("service '{}' at {}", service_.name, service_.address);
    if (code != ErrorCode::unreachable) fail(code, "{}: {}", who, printable(status.error_message()));
    if (seen && *seen != service_.fingerprint) {
        fail(ErrorCode::untrusted_peer,
             "{} has key {}, pinned is {}; ask its operator, and pin the new key only if they made one", who,
             identity::to_string(*seen), identity::to_string(service_.fingerprint));
    }
    fail(code, "{} does not answer: {}; `tacit doctor --server {}` finds out which side is wrong", who,
         printable(status.error_message()), service_.name);
}

void Patience::after(const Error& error) {
    if (error.code() != ErrorCode::unreachable) throw Error(error);
    if (!failing_since_) {
        failing_since_ = SteadyClock::now();
        pause_ = std::chrono::milliseconds(200);
    }
    if (seconds_since(*failing_since_) > longest_silence_seconds) throw Error(error);
    for (auto left = pause_; left.count() > 0; left -= std::chrono::milliseconds(100)) {
        throw_if_interrupted();
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        channel_.wait_for_connection(std::chrono::milliseconds(50));
    }
    pause_ = std::min(2 * pause_, std::chrono::milliseconds(5000));
}

}  // namespace tacit::service
