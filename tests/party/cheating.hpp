#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tacit/party/local_network.hpp"

namespace tacit::party {

/// One way to alter a frame that a cheating party sends.
struct Alteration {
    const char* name;
    /// `other` is a frame of another run on the same link, `earlier` the one before on this link (empty: none).
    std::function<void(Frame&, const Frame& reflected, const std::vector<std::byte>& other,
                       const std::vector<std::byte>& earlier)>
        apply;
};

/// What became of an altered frame.
struct CheatingReport {
    int altered = 0;      ///< runs in which the cheater sent something else than is due
    int caught = 0;       ///< some honest party ended the run, and no honest party has a wrong result
    int harmless = 0;     ///< all honest parties have the right result
    int undetected = 0;   ///< an honest party has a wrong result
    std::string example;  ///< of the last undetected one
};

/// Value, length, order, replay, reflection, another run's.
inline std::vector<Alteration> alterations() {
    using Bytes = std::vector<std::byte>;
    const auto payload = [](Frame& frame) { return std::span(frame.bytes).subspan(frame_header_bytes); };
    const auto keep_header = [](Frame& frame, const Bytes& from) {  // the header stays right, so that depth is tested
        if (from.size() != frame.bytes.size()) return;
        std::copy(from.begin() + frame_header_bytes, from.end(), frame.bytes.begin() + frame_header_bytes);
    };
    return {
        {"lowest bit of the first byte",
         [=](Frame& f, const Frame&, const Bytes&, const Bytes&) {
             if (!payload(f).empty()) payload(f).front() ^= std::byte{1};
         }},
        {"highest bit of the last byte",
         [=](Frame& f, const Frame&, const Bytes&, const Bytes&) {
             if (!payload(f).empty()) payload(f).back() ^= std::byte{0x80};
         }},
        {"all zero",
         [=](Frame& f, const Frame&, const Bytes&, const Bytes&) { std::ranges::fill(payload(f), std::byte{}); }},
        {"a byte less",
         [](Frame& f, const Frame&, const Bytes&, const Bytes&) {
             if (f.bytes.size() > frame_header_bytes) f.bytes.pop_back();
         }},
        {"a byte less, and the header says so",
         [](Frame& f, const Frame&, const Bytes&, const Bytes&) {
             if (f.bytes.size() == frame_header_bytes) return;
             f.bytes.pop_back();
             const auto length = static_cast<std::uint32_t>(f.bytes.size() - frame_header_bytes);
             for (std::size_t i = 0; i < 4; ++i) f.bytes[i] = static_cast<std::byte>(length >> (8 * i));
         }},
        {"a byte more", [](Frame& f, const Frame&, const Bytes&, const Bytes&) { f.bytes.push_back(std::byte{7}); }},
        {"another type", [](Frame& f, const Frame&, const Bytes&, const Bytes&) { f.bytes[4] ^= std::byte{1}; }},
        {"nothing", [](Frame& f, const Frame&, const Bytes&, const Bytes&) { f.bytes.clear(); }},
        {"twice",
         [](Frame& f, const Frame&, const Bytes&, const Bytes&) {
             const Bytes copy = f.bytes;
             f.bytes.insert(f.bytes.end(), copy.begin(), copy.end());
         }},
        {"the frame before again",
         [](Frame& f, const Frame&, const Bytes&, const Bytes& earlier) {
             if (!earlier.empty()) f.bytes = earlier;
         }},
        {"the payload before again",
         [=](Frame& f, const Frame&, const Bytes&, const Bytes& earlier) { keep_header(f, earlier); }},
        {"what the receiver sent",
         [=](Frame& f, const Frame& reflected, const Bytes&, const Bytes&) { keep_header(f, reflected.bytes); }},
        {"the payload of another run",
         [=](Frame& f, const Frame&, const Bytes& other, const Bytes&) { keep_header(f, other); }},
    };
}

/// The frames of an honest run.
struct Recording {
    template <class Protocol>
    Recording(int parties, const Seed& seed, const Protocol& protocol) {
        LocalNetwork network(parties, seed, [&](Frame& frame) { frames.push_back(frame); });
        static_cast<void>(network.run(protocol));
    }
    [[nodiscard]] Frame find(int from, int to, std::uint32_t number) const {
        for (const Frame& frame : frames) {
            if (frame.from == from && frame.to == to && frame.number == number) return frame;
        }
        return {};
    }
    std::vector<Frame> frames;
};

/// Adds what became of one altered run.
template <class Outcomes, class Values>
void judge(CheatingReport& report, const Outcomes& outcomes, const Values& right, int cheater,
           const std::string& what) {
    bool wrong = false;
    bool ended = false;
    for (std::size_t i = 0; i < right.size(); ++i) {
        if (static_cast<int>(i) == cheater) continue;
        ended = ended || !outcomes[i];
        wrong = wrong || (outcomes[i] && *outcomes[i] != right[i]);
    }
    ++report.altered;
    ++(wrong ? report.undetected : ended ? report.caught : report.harmless);
    if (wrong) report.example = what;
}

/// Runs `protocol` once honestly and then once for every frame that `cheater` sends and every alteration of it. The
/// results of the other parties are compared with the honest ones. `first_frame`: earlier frames on a link are left
/// alone (what a party says of its own inputs, which it may choose). `every`: of the frames, each one of so many.
template <class Protocol>
CheatingReport try_to_cheat(int parties, int cheater, const Protocol& protocol, std::uint32_t first_frame = 0,
                            int every = 1) {
    const Recording honest(parties, Seed{}, protocol);
    const Recording another(parties, Seed{std::byte{99}}, protocol);
    const auto right = LocalNetwork(parties, Seed{}).run(protocol);
    CheatingReport report;
    int passed = 0;
    for (const Frame& target : honest.frames) {
        if (target.from != cheater || target.number < first_frame || passed++ % every != 0) continue;
        const Frame reflected = honest.find(target.to, cheater, target.number);
        const auto other = another.find(cheater, target.to, target.number).bytes;
        const auto earlier =
            target.number == 0 ? std::vector<std::byte>() : honest.find(cheater, target.to, target.number - 1).bytes;
        for (const Alteration& alteration : alterations()) {
            Frame probe = target;
            alteration.apply(probe, reflected, other, earlier);
            if (probe.bytes == target.bytes) continue;
            LocalNetwork network(parties, Seed{}, [&](Frame& frame) {
                if (frame.from == cheater && frame.to == target.to && frame.number == target.number) {
                    alteration.apply(frame, reflected, other, earlier);
                }
            });
            judge(report, network.run_each(protocol), right, cheater,
                  std::string(alteration.name) + " in frame " + std::to_string(target.number) + " to " +
                      std::to_string(target.to));
        }
    }
    return report;
}

}  // namespace tacit::party
