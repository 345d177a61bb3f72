#pragma once

#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "common.hpp"
#include "tacit/party/local_network.hpp"

namespace tacit::fuzz {

/// One party of a protocol against the frames that the others sent in an honest run, some of which an input changes. It
/// draws the same randomness again, so it computes and nobody else has to.
///
/// An input is changes of five bytes: the number of the frame among all that reach the party, the place in it (two
/// bytes), how, and a byte. How: 255 cuts the frame there, 254 does and makes the header say so, all else adds the
/// byte.
class Replay {
public:
    template <class Protocol>
    Replay(int parties, int party, const Protocol& protocol) : party_(party) {
        party::LocalNetwork network(parties, {}, [&](party::Frame& frame) {
            if (frame.to == party) frames_.push_back(frame);
        });
        network.run([&](party::Party& me) {
            if (me.index() == party) {
                session_ = me.session();
                for (int i = 0; i < parties; ++i) names_.push_back(me.name(i));
            }
            return protocol(me), 0;
        });
        // In one order whatever threads did.
        std::ranges::stable_sort(frames_, {}, [](const party::Frame& f) { return std::pair(f.number, f.from); });
        if (!run({}, protocol)) report("the honest frames are refused");
    }

    /// Whether the party came to its end.
    template <class Protocol>
    bool run(std::span<const std::byte> changes, const Protocol& protocol) const {
        std::vector<party::Frame> frames = frames_;
        for (; changes.size() >= 5; changes = changes.subspan(5)) change(frames, changes.first<5>());
        FromFrames transport(names_.size(), frames);
        party::Party me(party_, names_, session_, Rng(session_, static_cast<std::uint64_t>(party_)), transport);
        const auto outcome = catching([&] { return protocol(me), 0; });
        if (outcome) return true;
        const ErrorCode code = outcome.error().code();
        if (code != ErrorCode::protocol_violation && code != ErrorCode::unreachable) report(outcome.error().what());
        return false;
    }

private:
    class FromFrames final : public party::Transport {
    public:
        FromFrames(std::size_t parties, const std::vector<party::Frame>& frames) : links_(parties) {
            for (const party::Frame& frame : frames) {
                auto& link = links_[static_cast<std::size_t>(frame.from)];
                link.insert(link.end(), frame.bytes.begin(), frame.bytes.end());
            }
        }
        void send(int, std::span<const std::byte>, std::span<const std::byte>) override {}
        void receive(int from, const char*, std::span<std::byte> out) override {
            auto& link = links_[static_cast<std::size_t>(from)];
            if (out.size() > link.size()) throw Error(ErrorCode::unreachable, "no more frames");
            const auto end = link.begin() + static_cast<std::ptrdiff_t>(out.size());
            std::copy(link.begin(), end, out.begin());
            link.erase(link.begin(), end);
        }
        void flush() override {}

    private:
        std::vector<std::deque<std::byte>> links_;
    };

    static void change(std::vector<party::Frame>& frames, std::span<const std::byte, 5> how) {
        const auto at = [&](std::size_t i) { return std::to_integer<std::size_t>(how[i]); };
        auto& bytes = frames[at(0) % frames.size()].bytes;
        if (bytes.empty()) return;
        const std::size_t place = (at(1) << 8 | at(2)) % bytes.size();
        if (at(3) < 254) {
            bytes[place] ^= how[4];
            return;
        }
        bytes.resize(place);
        if (at(3) != 254 || place < party::frame_header_bytes) return;
        const std::size_t length = place - party::frame_header_bytes;
        for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::byte>(length >> (8 * i));
    }

    int party_;
    Digest session_{};
    std::vector<std::string> names_;
    std::vector<party::Frame> frames_;
};

}  // namespace tacit::fuzz
