#include "tacit/party/local_network.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "base/fail.hpp"

namespace tacit::party {

namespace {

/// Bytes that were sent together, with the round in which they arrive.
struct Chunk {
    std::vector<std::byte> bytes;
    std::size_t read = 0;
    int round = 0;
};

/// One direction between two parties.
struct Link {
    std::deque<Chunk> chunks;
    std::size_t available = 0;
    std::uint32_t frames = 0;
    Hasher trace;
    std::optional<Digest> digest;
};

struct Member {
    enum class Phase { running, waiting, finished, failed };
    Phase phase = Phase::running;
    int waits_for = 0;
    std::size_t wanted = 0;
    const char* what = "";
    int round = 0;
    bool is_consequence = false;  ///< it failed because of another party
    std::exception_ptr error;
    std::condition_variable wake;
};

/// Thrown inside the lock; the caller is marked as a consequence.
[[noreturn]] void fail_waiting(Member& member, const std::string& why) {
    member.is_consequence = true;
    throw Error(ErrorCode::unreachable, why);
}

}  // namespace

struct LocalNetwork::State {
    State(std::size_t count, Seed root, std::function<void(Frame&)> hook)
        : parties(count), seed(root), tamper(std::move(hook)) {}

    [[nodiscard]] Link& link(int from, int to) {
        return links[static_cast<std::size_t>(from) * parties + static_cast<std::size_t>(to)];
    }
    [[nodiscard]] Member& member(int party) { return members[static_cast<std::size_t>(party)]; }
    [[nodiscard]] const Link& awaited(std::size_t party) {
        return link(members[party].waits_for, static_cast<int>(party));
    }

    void begin() {
        links = std::vector<Link>(parties * parties);
        members = std::vector<Member>(parties);
        traffic.assign(parties, {});
        stuck.clear();
        ++runs;
    }

    void send(int from, int to, std::span<const std::byte> header, std::span<const std::byte> payload) {
        Frame frame{.from = from, .to = to, .number = 0, .bytes = {header.begin(), header.end()}};
        frame.bytes.insert(frame.bytes.end(), payload.begin(), payload.end());
        const std::lock_guard guard(mutex);
        Link& way = link(from, to);
        frame.number = way.frames++;
        if (tamper) tamper(frame);
        way.trace.update(frame.bytes.size());
        way.trace.update(frame.bytes);
        way.available += frame.bytes.size();
        way.chunks.push_back({.bytes = std::move(frame.bytes), .round = member(from).round + 1});
        member(to).wake.notify_one();
    }

    void receive(int from, int to, const char* what, std::span<std::byte> out) {
        std::unique_lock guard(mutex);
        Link& way = link(from, to);
        Member& me = member(to);
        me.waits_for = from;
        me.wanted = out.size();
        me.what = what;
        while (way.available < out.size()) {
            check_alive(from, me);
            me.phase = Member::Phase::waiting;
            detect_deadlock();
            if (stuck.empty()) me.wake.wait(guard);
            me.phase = Member::Phase::running;
        }
        take(way, me, out);
    }

    void take(Link& way, Member& me, std::span<std::byte> out) {
        way.available -= out.size();
        while (!out.empty()) {
            Chunk& chunk = way.chunks.front();
            const std::size_t size = std::min(out.size(), chunk.bytes.size() - chunk.read);
            std::copy_n(chunk.bytes.begin() + static_cast<std::ptrdiff_t>(chunk.read), size, out.begin());
            if (size != 0) me.round = std::max(me.round, chunk.round);
            chunk.read += size;
            out = out.subspan(size);
            if (chunk.read == chunk.bytes.size()) way.chunks.pop_front();
        }
    }

    /// Throws if what `me` waits for can never come.
    void check_alive(int from, Member& me) {
        if (!stuck.empty()) fail_waiting(me, stuck);
        if (member(from).phase == Member::Phase::failed) {
            fail_waiting(me, fmt::format("party {} ended the run while '{}' was due from it", from, me.what));
        }
        if (member(from).phase == Member::Phase::finished) {
            fail_waiting(me, fmt::format("party {} finished without sending '{}'", from, me.what));
        }
    }

    /// Everybody who has not finished waits for bytes that are not there.
    void detect_deadlock() {
        std::string why;
        for (std::size_t i = 0; i < parties; ++i) {
            const Member& one = members[i];
            if (one.phase == Member::Phase::running) return;
            if (one.phase != Member::Phase::waiting) continue;
            const Link& way = awaited(i);
            if (way.available >= one.wanted || member(one.waits_for).phase == Member::Phase::failed ||
                member(one.waits_for).phase == Member::Phase::finished) {
                return;  // it will wake up
            }
            why += fmt::format("{}party {} waits for '{}' from party {}", why.empty() ? "" : ", ", i, one.what,
                               one.waits_for);
        }
        if (why.empty()) return;
        stuck = "deadlock: " + why;
        for (Member& one : members) one.wake.notify_one();
    }

    void end(int party, std::exception_ptr error, const Traffic& moved) {
        const std::lock_guard guard(mutex);
        Member& me = member(party);
        me.phase = error ? Member::Phase::failed : Member::Phase::finished;
        me.error = std::move(error);
        traffic[static_cast<std::size_t>(party)] = moved;
        for (Member& one : members) one.wake.notify_one();
    }

    std::size_t parties;
    Seed seed;
    std::function<void(Frame&)> tamper;
    std::uint64_t runs = 0;
    std::mutex mutex;
    std::vector<Link> links;
    std::vector<Member> members;
    std::vector<Traffic> traffic;
    std::string stuck;  ///< why nobody can go on; empty: somebody can
};

namespace {

template <class State>
class LocalTransport final : public Transport {
public:
    LocalTransport(State& state, int party) : state_(state), party_(party) {}
    void send(int to, std::span<const std::byte> header, std::span<const std::byte> payload) override {
        state_.send(party_, to, header, payload);
    }
    void receive(int from, const char* what, std::span<std::byte> out) override {
        state_.receive(from, party_, what, out);
    }
    void flush() override {}

private:
    State& state_;
    int party_;
};

}  // namespace

LocalNetwork::LocalNetwork(int parties, const Seed& seed, std::function<void(Frame&)> tamper) : parties_(parties) {
    if (parties < 2 || parties > 1000) {
        fail(ErrorCode::invalid_argument, "a network of {} parties; 2 to 1000 fit one process", parties);
    }
    state_ = std::make_unique<State>(static_cast<std::size_t>(parties), seed, std::move(tamper));
}

LocalNetwork::~LocalNetwork() = default;

void LocalNetwork::run_threads(const std::function<void(Party&)>& protocol) {
    State& state = *state_;
    state.begin();
    Hasher hasher;
    hasher.update(state.seed);
    hasher.update(state.runs);
    const Digest session = hasher.finish();
    std::vector<std::string> names;
    for (int i = 0; i < parties_; ++i) names.push_back(fmt::format("party {}", i));
    std::vector<std::thread> threads;
    for (int i = 0; i < parties_; ++i) {
        threads.emplace_back([&, i] {
            LocalTransport<State> transport(state, i);
            Rng rng(session, static_cast<std::uint64_t>(i));
            Party party(i, names, session, std::move(rng), transport);
            std::exception_ptr error;
            try {
                protocol(party);
            } catch (...) {
                error = std::current_exception();
            }
            state.end(i, error, party.traffic());
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (Link& link : state.links) link.digest = link.trace.finish();
}

void LocalNetwork::rethrow_cause() const {
    const auto& members = state_->members;
    const auto failed = [](const Member& member) { return member.error != nullptr; };
    auto cause = std::ranges::find_if(members, [&](const auto& m) { return failed(m) && !m.is_consequence; });
    if (cause == members.end()) cause = std::ranges::find_if(members, failed);
    if (cause != members.end()) std::rethrow_exception(cause->error);
    for (int from = 0; from < parties_; ++from) {
        for (int to = 0; to < parties_; ++to) {
            const std::size_t left = state_->link(from, to).available;
            if (left == 0) continue;
            fail(ErrorCode::internal, "party {} sent {} bytes to party {} that were never read", from, left, to);
        }
    }
}

Error LocalNetwork::error_of(std::size_t party) const {
    try {
        std::rethrow_exception(state_->members[party].error);
    } catch (const Error& error) {
        return error;
    }
}

int LocalNetwork::rounds() const noexcept {
    int rounds = 0;
    for (const Member& member : state_->members) rounds = std::max(rounds, member.round);
    return rounds;
}

const std::vector<Traffic>& LocalNetwork::traffic() const noexcept { return state_->traffic; }

Digest LocalNetwork::trace() const {
    Hasher hasher;
    for (const Link& link : state_->links) hasher.update(link.digest.value());
    return hasher.finish();
}

}  // namespace tacit::party
