// One of four parties cheats: every message that it sends, altered in every way. Nobody honest may take a wrong result,
// and somebody honest must say that somebody cheats.
#include <cstdlib>
#include <cstring>
#include <map>

#include "../base/seeded.hpp"
#include "mpc/replicated_support.hpp"
#include "tacit/mpc/auction.hpp"
#include "tacit/mpc/sort.hpp"

namespace tacit::mpc {

namespace {

using party::Frame;

enum class Attack { value, lowest_bit, length, empty, order, replay, reflection, other_run, silence_of_type };
constexpr Attack attacks[] = {Attack::value,      Attack::lowest_bit, Attack::length,
                              Attack::empty,      Attack::order,      Attack::replay,
                              Attack::reflection, Attack::other_run,  Attack::silence_of_type};

/// The frames of an honest run, and which one is attacked now.
struct Cheater {
    int index;
    Attack attack;
    std::size_t target;                            ///< the so-manieth frame that the cheater sends
    std::vector<Frame> sent{};                     ///< by the cheater, so far
    std::map<int, std::vector<std::byte>> last{};  ///< the last frame that each party sent to the cheater
    const std::vector<Frame>* other_run = nullptr;
    bool changed = false;

    void operator()(Frame& frame) {
        if (frame.to == index) last[frame.from] = frame.bytes;
        if (frame.from != index) return;
        const std::vector<std::byte> honest = frame.bytes;
        if (sent.size() == target) alter(frame);
        changed = changed || frame.bytes != honest;
        sent.push_back({.from = frame.from, .to = frame.to, .number = frame.number, .bytes = honest});
    }

    /// Another frame's payload under this frame's header, as far as it goes.
    static void put_payload(Frame& frame, const std::vector<std::byte>& other) {
        for (std::size_t i = party::frame_header_bytes; i < std::min(frame.bytes.size(), other.size()); ++i) {
            frame.bytes[i] = other[i];
        }
    }

    void alter(Frame& frame) {
        auto& bytes = frame.bytes;
        switch (attack) {
            case Attack::value: bytes.back() ^= std::byte{0x80}; break;
            case Attack::lowest_bit: bytes.at(party::frame_header_bytes) ^= std::byte{1}; break;
            case Attack::length:
                bytes.pop_back();
                bytes[0] = static_cast<std::byte>(std::to_integer<int>(bytes[0]) - 1);
                break;
            case Attack::empty:
                bytes.resize(party::frame_header_bytes);
                std::fill_n(bytes.begin(), 4, std::byte{});
                break;
            case Attack::order: bytes.at(6) ^= std::byte{1}; break;  // as if it overtook another
            case Attack::replay:
                for (const Frame& before : sent) {
                    if (before.to == frame.to && before.bytes.size() == bytes.size()) put_payload(frame, before.bytes);
                }
                break;
            case Attack::reflection: put_payload(frame, last[frame.to]); break;
            case Attack::other_run: put_payload(frame, other_run->at(target).bytes); break;
            case Attack::silence_of_type: bytes.at(4) ^= std::byte{0x10}; break;  // another message than due
        }
    }
};

/// A protocol that uses every kind of message: keys, inputs, products, checks, openings, dealt shares, shuffles.
std::vector<std::uint64_t> everything(party::Party& me) {
    Replicated ring(me);
    const std::vector<std::uint64_t> values{5, 3, 9};
    const Numbers x = ring.input(0, values, 3);
    const Numbers y = ring.input(3, values, 3);
    ring.confirm_dealt(std::vector{&x.parts});
    const auto sorted = sort_by(ring, ring.multiply(x, y)).front();
    std::vector<std::uint64_t> out = ring.open(sorted);
    const Bits bids = ring.constant(ClearBits(values, 4));
    const Bits reserve = ring.constant(ClearBits(std::vector<std::uint64_t>{4}, 4));
    const auto result =
        open_result(ring, hold_auction(ring, bids, reserve, {.bid_bits = 4}), Opened::price_and_winners);
    out.push_back(*result.price);
    out.push_back(result.winners.at(0));
    return out;
}
const std::vector<std::uint64_t> right_answer{9, 25, 81, 5, 2};

}  // namespace

namespace {

/// Which kind of message a frame is.
std::uint16_t type_of(const Frame& frame) {
    std::uint16_t type = 0;
    std::memcpy(&type, &frame.bytes[4], sizeof type);
    return type;
}

/// All that the cheater sends when it does not cheat.
std::vector<Frame> honest_frames(int cheater, const Seed& seed) {
    Cheater honest{.index = cheater, .attack = Attack::value, .target = ~std::size_t{0}};
    party::LocalNetwork network(4, seed, std::ref(honest));
    EXPECT_EQ(network.run(everything)[0], right_answer);
    return honest.sent;
}

/// One run with one altered frame. Nobody honest may take a wrong result; somebody must say that somebody cheats.
/// Returns whether the alteration changed anything.
bool attacked(Cheater cheat, const Seed& seed) {
    party::LocalNetwork network(4, seed, std::ref(cheat));
    const auto outcomes = network.run_each(everything);
    bool caught = !cheat.changed;
    for (int i = 0; i < 4; ++i) {
        if (i == cheat.index) continue;
        const auto& outcome = outcomes[static_cast<std::size_t>(i)];
        if (outcome) {
            EXPECT_EQ(*outcome, right_answer) << "party " << i << " was deceived";
        } else if (outcome.error().code() == ErrorCode::protocol_violation) {
            caught = true;
        }
    }
    EXPECT_TRUE(caught) << "cheater " << cheat.index << ", frame " << cheat.target << ", attack "
                        << static_cast<int>(cheat.attack);
    return cheat.changed;
}

}  // namespace

TEST(FourParties, EveryAlteredMessageIsCaughtBeforeAWrongResult) {
    const Seeded seeded;
    const bool thorough = std::getenv("TACIT_SOAK") != nullptr;
    std::size_t tried = 0;
    std::size_t effective = 0;
    std::map<std::uint16_t, std::size_t> by_type;
    for (int cheater = 0; cheater < 4; ++cheater) {
        const auto frames = honest_frames(cheater, seeded.seed);
        auto earlier = honest_frames(cheater, Seed{});
        earlier.resize(std::max(earlier.size(), frames.size()));
        // Of each kind of message from this cheater to each receiver the first two, or all.
        std::map<std::pair<std::uint16_t, int>, int> seen;
        for (std::size_t target = 0; target < frames.size(); ++target) {
            const std::uint16_t type = type_of(frames[target]);
            if (seen[{type, frames[target].to}]++ >= 2 && !thorough) continue;
            for (const Attack attack : attacks) {
                Cheater cheat{.index = cheater, .attack = attack, .target = target};
                cheat.other_run = &earlier;
                ++tried;
                ++by_type[type];
                effective += attacked(std::move(cheat), seeded.seed) ? 1 : 0;
            }
        }
    }
    EXPECT_EQ(by_type.size(), 9U) << "a kind of message was not attacked";
    std::printf("%zu attacks on %zu kinds of messages, %zu of them altered one\n", tried, by_type.size(), effective);
}

TEST(ThreeParties, ACheaterCanChangeAResultUnnoticedAsTheHeaderSays) {
    Cheater cheat{.index = 1, .attack = Attack::lowest_bit, .target = 1};
    bool deceived = false;
    for (cheat.target = 0; cheat.target < 4; ++cheat.target) {
        party::LocalNetwork network(3, Seed{}, std::ref(cheat));
        cheat.sent.clear();
        const auto outcomes = network.run_each([](party::Party& me) {
            Replicated ring(me);
            const Numbers x = ring.constant(std::vector<std::uint64_t>{5});
            return ring.open(ring.multiply(x, x));
        });
        for (const auto& outcome : outcomes) deceived = deceived || (outcome && outcome->front() != 25);
    }
    EXPECT_TRUE(deceived) << "the warning about three parties would be out of date";
}

}  // namespace tacit::mpc
