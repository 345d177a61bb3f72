#pragma once

#include <cstdlib>
#include <optional>
#include <utility>

#include "alterations.hpp"
#include "base/seeded.hpp"

/// Parties that cheat. A protocol and what its header claims are a row (`Attacked`); `attack` alters every kind of
/// message that its cheaters send, in every way, and counts what becomes of that.
namespace tacit::party {

/// What each party takes from a run, or why it ended it.
using Results = std::vector<Expected<Bytes>>;

inline std::uint16_t kind_of(const Frame& frame) {
    std::uint16_t kind = 0;
    if (frame.bytes.size() >= frame_header_bytes) std::memcpy(&kind, &frame.bytes[4], sizeof kind);
    return kind;
}

/// A protocol under attack, and what is claimed of it.
struct Attacked {
    std::string protocol{};
    int parties = 2;
    std::vector<int> cheaters{};  ///< one at a time
    std::size_t kinds = 0;        ///< of messages that cheaters send, each of which must be attacked
    /// What a party does and takes from it. `secret`, 0 or 1, chooses the secrets of the honest parties.
    std::function<Bytes(Party&, int secret)> run{};
    /// Whether honest parties have what the header lets them have. Not set: whoever has a result has that of an honest
    /// run.
    std::function<bool(const Results&, int cheater)> holds{};
    /// Kinds by which a cheater says what its own inputs are: another result may follow; from the second ones only if
    /// it says the same to all.
    Kinds inputs{};
    Kinds inputs_to_all{};
    /// Set for protocols that claim privacy against a cheater: whatever it sends, honest parties send the same kinds
    /// and lengths and end at the same place under both secrets, and the same bytes but in these kinds, where secrets
    /// are masked.
    std::optional<Kinds> masked{};
    /// Kinds of which the cheater knows beforehand whether an altered one is refused, because that depends on shares or
    /// masked values that it holds. These depend on the secret if all randomness stays the same, so it is not compared.
    Kinds answers{};
    /// Kinds by which results leave: none is sent once a message was altered, unless its kind is one of `late`.
    Kinds results{};
    Kinds late{};
    /// Kinds that hold nothing random, so that two runs may send the same.
    Kinds repeated{};
    /// Of each kind so many alterations of frames, chosen at random; all with TACIT_SOAK. 0: all.
    std::size_t samples = 0;
    /// Of a hundred alterations so many may be without any effect: what is sent after the last message of a link, or
    /// fields that are for people alone.
    int harmless_percent = 4;
};

/// A run, with what every party sent, before it was altered.
struct Transcript {
    using Link = std::pair<int, int>;
    std::map<Link, std::vector<Frame>> links;
    Results results;

    [[nodiscard]] Bytes find(int from, int to, std::size_t number) const {
        const auto link = links.find({from, to});
        return link == links.end() || number >= link->second.size() ? Bytes() : link->second[number].bytes;
    }
};

inline Transcript run_once(const Attacked& row, const Seed& seed, int secret,
                           const std::function<void(Frame&)>& tamper = {}) {
    Transcript transcript;
    LocalNetwork network(row.parties, seed, [&](Frame& frame) {
        transcript.links[{frame.from, frame.to}].push_back(frame);
        if (tamper) tamper(frame);
    });
    transcript.results = network.run_each([&](Party& me) { return row.run(me, secret); });
    return transcript;
}

class Attack {
public:
    Attack(Attacked row, const Seed& seed)
        : row_(std::move(row)),
          seed_(seed),
          honest_(run_once(row_, seed, 0)),
          honest_with_other_secret_(row_.masked ? run_once(row_, seed, 1) : Transcript()),
          another_(run_once(row_, Rng(seed, 1).new_seed(), 0)) {}

    CheatingReport run() {
        for (const auto& result : honest_.results) {
            EXPECT_TRUE(result.has_value()) << row_.protocol << " without a cheater";
            if (!result) return report_;
        }
        find_repeated();
        std::map<std::uint16_t, std::vector<Target>> by_kind;
        for (const int cheater : row_.cheaters) {
            for (const auto& [link, frames] : honest_.links) {
                if (link.first != cheater) continue;
                for (const Frame& frame : frames) add_targets(frame, by_kind[kind_of(frame)]);
            }
        }
        for (auto& [kind, targets] : by_kind) {
            choose(targets);
            for (const Target& target : targets) {
                ++report_.kinds[kind];
                judge(target);
            }
        }
        return report_;
    }

private:
    /// One alteration of one frame, or of all that say the same to the other parties.
    struct Target {
        const Frame* frame;
        const Alteration* alteration;
        bool to_all;
    };

    void add_targets(const Frame& frame, std::vector<Target>& targets) const {
        for (const Alteration& alteration : alterations) {
            Bytes probe = frame.bytes;
            alteration.apply(probe, material(frame));
            if (probe == frame.bytes) continue;
            targets.push_back({&frame, &alteration, false});
            if (row_.parties > 2) targets.push_back({&frame, &alteration, true});
        }
    }
    void choose(std::vector<Target>& targets) {
        if (row_.samples == 0 || targets.size() <= row_.samples || std::getenv("TACIT_SOAK") != nullptr) return;
        for (std::size_t i = targets.size(); i > 1; --i) std::swap(targets[i - 1], targets[choice_.next() % i]);
        targets.erase(targets.begin() + static_cast<std::ptrdiff_t>(row_.samples), targets.end());
    }
    [[nodiscard]] Material material(const Frame& frame, int secret = 0) const {
        const Transcript& run = secret == 0 ? honest_ : honest_with_other_secret_;
        const int from = frame.from;
        const int to = frame.to;
        return {.reflected = run.find(to, from, frame.number),
                .another = another_.find(from, to, frame.number),
                .before = frame.number == 0 ? Bytes() : run.find(from, to, frame.number - 1),
                .after = run.find(from, to, frame.number + 1)};
    }
    /// The frame at the same place of another link: of its kind as many came before it.
    [[nodiscard]] static const Frame* same_place(const Frame& frame, const std::vector<Frame>& own,
                                                 const std::vector<Frame>& others) {
        const auto same_kind = [&](const Frame& one) { return kind_of(one) == kind_of(frame); };
        auto left = std::count_if(own.begin(), own.begin() + frame.number, same_kind);
        for (const Frame& one : others) {
            if (same_kind(one) && left-- == 0) return &one;
        }
        return nullptr;
    }

    [[nodiscard]] Transcript cheated(const Target& target, int secret) const {
        const int from = target.frame->from;
        std::map<std::pair<int, std::uint32_t>, Material> altered;
        for (const auto& [link, frames] : honest_.links) {
            if (link.first != from || (link.second != target.frame->to && !target.to_all)) continue;
            const auto* at = same_place(*target.frame, honest_.links.at({from, target.frame->to}), frames);
            if (at != nullptr) altered.emplace(std::pair(at->to, at->number), material(*at, secret));
        }
        std::map<int, Bytes> delayed;
        return run_once(row_, seed_, secret, [&](Frame& frame) {
            if (frame.from != from) return;
            if (const auto late = delayed.find(frame.to); late != delayed.end()) {
                detail::append(frame.bytes, late->second);
                delayed.erase(late);
            }
            const auto at = altered.find({frame.to, frame.number});
            if (at == altered.end()) return;
            if (target.alteration->delays) delayed[frame.to] = frame.bytes;
            target.alteration->apply(frame.bytes, at->second);
        });
    }

    void judge(const Target& target) {
        const int cheater = target.frame->from;
        const std::uint16_t kind = kind_of(*target.frame);
        const bool is_input = row_.inputs.contains(kind) || (target.to_all && row_.inputs_to_all.contains(kind));
        const Transcript run = cheated(target, 0);
        bool ended = false;
        bool same = true;
        std::string wrong;
        for (std::size_t i = 0; i < run.results.size(); ++i) {
            if (static_cast<int>(i) == cheater) continue;
            ended = ended || !run.results[i];
            if (!run.results[i]) wrong += unfit(run.results[i].error());
            const bool differs = run.results[i] && *run.results[i] != *honest_.results[i];
            same = same && !differs;
            if (differs && !row_.holds && !is_input) wrong += "a wrong result; ";
        }
        if (row_.holds && !row_.holds(run.results, cheater)) wrong += "the claim does not hold; ";
        if (ended) wrong += left_too_early(run, target);
        if (row_.masked && !row_.answers.contains(kind)) wrong += difference(run, cheated(target, 1), cheater);
        ++report_.altered;
        ++(!wrong.empty() ? report_.undetected : ended ? report_.caught : same ? report_.harmless : report_.allowed);
        if (!wrong.empty()) report_.example = describe(target) + ": " + wrong;
    }
    [[nodiscard]] static std::string describe(const Target& target) {
        return fmt::format("{} in frame {} (kind {:#06x}) of {} to {}{}", target.alteration->name, target.frame->number,
                           kind_of(*target.frame), target.frame->from, target.frame->to,
                           target.to_all ? " and all others" : "");
    }
    /// Whether somebody honest sent results though a message before them was altered. Bytes that are missing or too
    /// many alter the messages behind them.
    [[nodiscard]] std::string left_too_early(const Transcript& run, const Target& target) const {
        Bytes altered = target.frame->bytes;
        target.alteration->apply(altered, material(*target.frame));
        if (altered.size() != target.frame->bytes.size() || row_.late.contains(kind_of(*target.frame))) return {};
        for (const auto& [link, frames] : run.links) {
            if (link.first == target.frame->from) continue;
            for (const Frame& frame : frames) {
                if (row_.results.contains(kind_of(frame))) return "results left; ";
            }
        }
        return {};
    }
    /// What tells two runs of honest parties with different secrets apart.
    [[nodiscard]] std::string difference(const Transcript& one, const Transcript& two, int cheater) const {
        for (std::size_t i = 0; i < one.results.size(); ++i) {
            const bool alike = one.results[i].has_value() == two.results[i].has_value();
            if (!alike && static_cast<int>(i) != cheater) return "ends with the secret; ";
        }
        for (const auto& [link, frames] : one.links) {
            if (link.first == cheater) continue;
            const auto other = two.links.find(link);
            if (other == two.links.end() || other->second.size() != frames.size()) return "stops with the secret; ";
            for (std::size_t i = 0; i < frames.size(); ++i) {
                const Bytes& a = frames[i].bytes;
                const Bytes& b = other->second[i].bytes;
                const bool masked = row_.masked->contains(kind_of(frames[i]));
                if (a.size() != b.size() || !std::equal(a.begin(), a.begin() + frame_header_bytes, b.begin())) {
                    return fmt::format("kind or length of frame {} shows the secret; ", i);
                }
                if (!masked && a != b) return fmt::format("frame {} shows the secret; ", i);
            }
        }
        return {};
    }
    /// Looks for 16 bytes that two runs with the same inputs have in common.
    void find_repeated() {
        std::set<Bytes> seen;
        const auto visit = [](const Transcript& run, const auto& piece) {
            for (const auto& [link, frames] : run.links) {
                for (const Frame& frame : frames) {
                    for (std::size_t at = frame_header_bytes; at + 16 <= frame.bytes.size(); at += 16) {
                        const auto first = frame.bytes.begin() + static_cast<std::ptrdiff_t>(at);
                        piece(frame, Bytes(first, first + 16));
                    }
                }
            }
        };
        visit(honest_, [&](const Frame&, Bytes bytes) { seen.insert(std::move(bytes)); });
        visit(another_, [&](const Frame& frame, const Bytes& bytes) {
            if (seen.contains(bytes)) report_.repeated.insert(kind_of(frame));
        });
    }

    Attacked row_;
    Seed seed_;
    Transcript honest_;
    Transcript honest_with_other_secret_;
    Transcript another_;
    Rng choice_{Rng(seed_, 2).new_seed()};
    CheatingReport report_;
};

/// Attacks a protocol, prints its row of the table, and expects that all claims hold.
inline void attack(const Attacked& row) {
    const Seeded seeded;
    const CheatingReport report = Attack(row, seeded.seed).run();
    std::printf("%s\n", report.row(row.protocol).c_str());
    EXPECT_EQ(report.undetected, 0) << row.protocol << ": " << report.example;
    EXPECT_EQ(report.kinds.size(), row.kinds) << row.protocol << ": a kind of message was not attacked, or is new";
    if (report.altered >= 100) {  // fewer may all be of the harmless ones
        EXPECT_GT(report.caught, 0) << row.protocol;
        EXPECT_LE(report.harmless * 100, report.altered * row.harmless_percent)
            << row.protocol << ": too many of " << report.altered << " are without effect: " << report.harmless;
    }
    for (const std::uint16_t kind : report.repeated) {
        EXPECT_TRUE(row.repeated.contains(kind)) << row.protocol << ": two runs share bytes of kind " << kind;
    }
}

}  // namespace tacit::party
