#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tacit/mpc/replicated.hpp"

/// Votes among three or four parties to whom voters bring shares of their ballots (tacit/mpc/dealing.hpp).
///
/// Parties      three, semi-honest, or four, one of whom may do anything: tacit/mpc/replicated.hpp, which also says
/// what Adversary    one of three could do who does not follow the protocol, and two together. A voter who cheats
/// abstains. Revealed     what the caller opens: the counts, or one bit. To all parties who has voted. Rounds       a
/// decision 12 (15 among four), two choices 3 (6), with the opening. Bytes        8 a ballot and choice from one party
/// in three, 4 from each of four.
namespace tacit::mpc {

/// A vote for one of several choices. A ballot is a number, one lane with ballot_planes() planes: 0 abstains, 1 to
/// `choices` votes; every other number that the planes can hold counts as an abstention. So no ballot counts twice.
struct ChoiceVote {
    std::size_t choices = 2;  ///< 1 to 255

    [[nodiscard]] std::size_t ballot_planes() const;
};
/// Votes for each choice, secret. About log2(choices) + 4 rounds; from one party in three 8 bytes a ballot and choice.
/// Throws invalid_argument for ballots of another shape.
[[nodiscard]] Numbers count_choices(Replicated& ring, const Bits& ballots, const ChoiceVote& vote);
/// Approval: a plane for each choice, each of which a ballot may approve; every ballot is valid.
[[nodiscard]] Numbers count_approvals(Replicated& ring, const Bits& ballots);

/// When a motion is carried; the first choice is yes, the second no.
struct Majority {
    std::uint64_t numerator = 1;  ///< yes must be this part of the votes cast (yes or no), at most 1
    std::uint64_t denominator = 2;
    bool more_than = true;     ///< strictly more, or at least as much
    std::uint64_t quorum = 0;  ///< votes cast that are needed for any decision
};
/// Counts with ChoiceVote{2} and opens one bit, to all: whether enough voted and enough said yes. Neither counts nor
/// which of the two failed are opened. 12 rounds (15). Throws invalid_argument for fractions above 1 or of more than
/// 2^20, and for more than 2^40 ballots.
[[nodiscard]] bool is_carried(Replicated& ring, const Bits& ballots, const Majority& rule);
/// That bit, still secret: for receivers of the caller's choice (tacit/mpc/receivers.hpp).
[[nodiscard]] Bits carried_bit(Replicated& ring, const Bits& ballots, const Majority& rule);

/// What counts, once opened, say about single votes: true if all who voted chose the same, so that everybody's vote is
/// known. For small or one-sided votes open is_carried only.
[[nodiscard]] bool is_unanimous(const std::vector<std::uint64_t>& counts);

}  // namespace tacit::mpc
