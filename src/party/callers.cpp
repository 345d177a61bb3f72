#include "party/callers.hpp"

#include <utility>

namespace tacit::party {

namespace {

using Clock = std::chrono::steady_clock;
using identity::TlsStep;
using identity::TlsStream;

constexpr std::size_t most_callers = 64;
constexpr std::chrono::seconds longest_handshake{10};

}  // namespace

Callers::Callers(const Member& self, const identity::TlsContext& context)
    : context_(context), listener_(identity::listen_at(identity::split_address(self.address))) {}

void Callers::advance(const Welcome& welcome) {
    while (callers_.size() < most_callers) {
        Descriptor socket = identity::accept_from(listener_);
        if (socket.value() < 0) break;
        callers_.push_back(
            {TlsStream(context_, std::move(socket), identity::TlsSide::accepts), Clock::now() + longest_handshake});
    }
    for (auto at = callers_.begin(); at != callers_.end();) {
        const TlsStep step = at->stream.handshake();
        if (step == TlsStep::done) {
            if (const auto key = at->stream.peer()) welcome(std::move(at->stream), *key);
        }
        const bool stays =
            (step == TlsStep::wants_to_read || step == TlsStep::wants_to_write) && Clock::now() < at->ends;
        at = stays ? std::next(at) : callers_.erase(at);
    }
}

void Callers::add_waits(std::vector<pollfd>& waits) const {
    if (callers_.size() < most_callers) waits.push_back({listener_.value(), POLLIN, 0});
    for (const Caller& one : callers_) waits.push_back({one.stream.descriptor(), POLLIN, 0});
}

}  // namespace tacit::party
