#include "party/mesh.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <list>
#include <optional>

#include "base/fail.hpp"
#include "party/callers.hpp"
#include "tacit/base/interrupt.hpp"

namespace tacit::party {

namespace {

using Clock = std::chrono::steady_clock;
using identity::TlsStep;
using identity::TlsStream;
using std::chrono::milliseconds;

constexpr milliseconds between_attempts{250};
constexpr std::chrono::seconds longest_attempt{10};

/// The way to a party that listens; tried again and again, because parties start at different times.
class Outbound {
public:
    Outbound(std::size_t index, const std::vector<Member>& members, Clock::time_point first_attempt)
        : index_(index), members_(&members), member_(&members[index]), next_attempt_(first_attempt) {}
    [[nodiscard]] std::size_t index() const noexcept { return index_; }

    /// One step; true if `link` has its connection now, or never will.
    bool advance(const identity::TlsContext& context, PeerLink& link) {
        if (stream_) return shake_hands(link);
        if (socket_.value() >= 0) return finish_connect(context, link);
        if (Clock::now() >= next_attempt_) begin(link);
        return false;
    }
    /// What to wait for; a descriptor of -1 is passed over by poll().
    [[nodiscard]] pollfd waits() const noexcept {
        if (stream_) return {stream_->descriptor(), POLLIN, 0};
        return {socket_.value(), POLLOUT, 0};
    }

private:
    void begin(PeerLink& link) {
        attempt_ends_ = Clock::now() + longest_attempt;
        if (link.obstacle.empty()) link.obstacle = fmt::format("{}: no answer", member_->address);
        if (at_ == nullptr) {
            auto found = identity::resolve(identity::split_address(member_->address));
            if (!found) return again(link, Reached::nothing, found.error().what());
            addresses_ = *std::move(found);
            at_ = addresses_.get();
        }
        come_to(link, Reached::name, fmt::format("{}: no answer", member_->address));
        socket_ = identity::begin_connect(*at_);
        at_ = at_->ai_next;
        if (socket_.value() < 0) again(link, Reached::name, fmt::format("{}: no route", member_->address));
    }
    bool finish_connect(const identity::TlsContext& context, PeerLink& link) {
        pollfd one = waits();
        int error = 0;
        socklen_t size = sizeof error;
        if (poll(&one, 1, 0) == 0) {
            if (Clock::now() < attempt_ends_) return false;
            error = ETIMEDOUT;
        } else {
            getsockopt(socket_.value(), SOL_SOCKET, SO_ERROR, &error, &size);
        }
        if (error != 0) {
            again(link, Reached::name, fmt::format("{}: {}", member_->address, std::strerror(error)));
            return false;
        }
        stream_.emplace(context, std::move(socket_), identity::TlsSide::connects);
        socket_ = Descriptor();
        come_to(link, Reached::port, "no handshake of TLS 1.3: silence");
        return shake_hands(link);
    }
    /// What is true if nothing more comes before the time is over.
    static void come_to(PeerLink& link, Reached reached, std::string so_far) {
        if (link.reached > reached) return;
        link.reached = reached;
        link.obstacle = std::move(so_far);
    }
    bool shake_hands(PeerLink& link) {
        const TlsStep step = stream_->handshake();
        if (step == TlsStep::wants_to_read || step == TlsStep::wants_to_write) {
            if (Clock::now() >= attempt_ends_) again(link, Reached::port, "no handshake of TLS 1.3: silence");
            return false;
        }
        if (step != TlsStep::done) {
            again(link, Reached::port, "no handshake of TLS 1.3: the other side ended it");
            return false;
        }
        const auto key = stream_->peer();
        if (!key || *key != member_->pin) {
            link.reached = Reached::tls;
            link.obstacle = fmt::format("{} has key {}, the roster says {}", member_->address,
                                        key ? described(*key) : "?", identity::to_string(member_->pin));
            return true;
        }
        link = {
            .reached = Reached::key, .obstacle = {}, .connection = std::make_unique<Connection>(std::move(*stream_))};
        return true;
    }
    [[nodiscard]] std::string described(const identity::Fingerprint& key) const {
        const auto owner = std::ranges::find(*members_, key, &Member::pin);
        const std::string digits = identity::to_string(key);
        return owner == members_->end() ? digits : fmt::format("{} (that of '{}')", digits, owner->name);
    }
    void again(PeerLink& link, Reached reached, std::string obstacle) {
        link.reached = reached;
        link.obstacle = std::move(obstacle);
        stream_.reset();
        socket_ = Descriptor();
        next_attempt_ = Clock::now() + between_attempts;
    }

    std::size_t index_;
    const std::vector<Member>* members_;
    const Member* member_;
    identity::Addresses addresses_;
    const addrinfo* at_ = nullptr;
    Descriptor socket_;
    std::optional<TlsStream> stream_;
    Clock::time_point next_attempt_;
    Clock::time_point attempt_ends_{};
};

class Mesh {
public:
    Mesh(const std::vector<Member>& members, std::size_t self, const identity::Identity& identity)
        : members_(members), self_(self), context_(identity::make_tls_context(identity)), links_(members.size()) {
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (i == self) continue;
            if (connects(members, self, i)) {
                outbound_.emplace_back(i, members, Clock::now());
            } else if (connects(members, i, self)) {
                links_[i].obstacle = fmt::format("it did not connect to {}", members[self].address);
            } else {
                continue;
            }
            ++missing_;
        }
        if (missing_ != outbound_.size()) callers_.emplace(members[self], context_);
    }

    std::vector<PeerLink> run(std::chrono::seconds patience) {
        for (const auto deadline = Clock::now() + patience; missing_ != 0 && Clock::now() < deadline;) {
            throw_if_interrupted();
            advance_outbound();
            if (callers_) {
                callers_->advance([&](TlsStream stream, const auto& key) { welcome(std::move(stream), key); });
            }
            drop_broken();
            if (missing_ != 0) wait();
        }
        return std::move(links_);
    }

private:
    void advance_outbound() {
        for (auto at = outbound_.begin(); at != outbound_.end();) {
            if (!at->advance(context_, links_[at->index()])) {
                ++at;
                continue;
            }
            --missing_;
            at = outbound_.erase(at);
        }
    }
    /// Keeps the connection if a later party of the roster made it; drops it without a word otherwise.
    void welcome(TlsStream stream, const identity::Fingerprint& key) {
        const auto at = std::ranges::find(members_, key, &Member::pin);
        const auto index = static_cast<std::size_t>(at - members_.begin());
        if (at == members_.end()) {
            for (std::size_t i = 0; i < members_.size(); ++i) {
                if (links_[i].connection || !connects(members_, i, self_)) continue;
                links_[i].obstacle =
                    fmt::format("it did not connect to {}, but somebody did whose key {} the roster does not have",
                                members_[self_].address, identity::to_string(key));
            }
            return;
        }
        if (!connects(members_, index, self_)) return;
        if (!links_[index].connection) --missing_;  // else it was started again
        links_[index] = {
            .reached = Reached::key, .obstacle = {}, .connection = std::make_unique<Connection>(std::move(stream))};
    }
    /// Parties that were stopped, and perhaps started again, while others are still to come.
    void drop_broken() {
        for (std::size_t i = 0; i < links_.size(); ++i) {
            if (!links_[i].connection) continue;
            links_[i].connection->read_some();
            if (!links_[i].connection->ended()) continue;
            links_[i].connection.reset();
            links_[i].obstacle = "it ended the connection: it stopped, or its roster does not have our key";
            if (connects(members_, self_, i)) outbound_.emplace_back(i, members_, Clock::now() + between_attempts);
            ++missing_;
        }
    }
    void wait() {
        std::vector<pollfd> waits;
        for (const Outbound& one : outbound_) waits.push_back(one.waits());
        if (callers_) callers_->add_waits(waits);
        poll(waits.data(), waits.size(), 20);
    }

    const std::vector<Member>& members_;
    std::size_t self_;
    identity::TlsContext context_;
    std::vector<PeerLink> links_;
    std::list<Outbound> outbound_;
    std::optional<Callers> callers_;  ///< if anybody connects to us
    std::size_t missing_ = 0;         ///< neither connected nor known to have a wrong key
};

}  // namespace

bool connects(const std::vector<Member>& members, std::size_t from, std::size_t to) {
    return from != to && !members[to].address.empty() && (to < from || members[from].address.empty());
}

std::vector<PeerLink> connect_all(const std::vector<Member>& members, std::size_t self,
                                  const identity::Identity& identity, std::chrono::seconds patience) {
    return Mesh(members, self, identity).run(patience);
}

}  // namespace tacit::party
