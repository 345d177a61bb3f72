#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/party/party.hpp"
#include "tacit/party/session.hpp"

/// Private set intersection: by Diffie-Hellman [HFH99], with sums after [IKNPRSSSSY20]; or, for large sets, by
/// oblivious transfer: a key-value store [GPRTY21], [RR22] inside vector oblivious linear evaluation [Roy22].
///
///              ecdh                                        vole
/// Gives        intersection, count, sum; a minimum         intersection, minimum 1
/// Assumption   decisional Diffie-Hellman in ristretto255 (RFC 9496), random oracle BLAKE2b; vole: AES besides
/// Rounds       6 (intersection), 5 (count), 7 (sum),       8; messages are streamed in both
///              and one for each further 4096 elements
/// Bytes        32 for each element of either side, 10      21 for each element of the receiver, 10 for each of the
///              for each of the receiver's; intersection:   sender; 70,000 besides
///              8 more for each of the receiver's; sum: 96
///              more for each of the sender's
/// Cost         one hash to the group for each own          4 hashes for each own element, 170 blocks of AES for each
///              element, one multiplication of a point      element of the receiver, on all cores
///              for each element of either side, on all
///              cores, 9 us each with AVX-512 IFMA, 50
///              without; sum: three multiplications of the
///              base point more for each of the sender's,
///              three additions for each common one, up to
///              3 2^8 sqrt(common) at the end
///
/// Parties      two: a receiver and a sender.
/// Adversary    semi-honest, one of the two. A receiver that deviates can test whatever elements it likes, say that a
///              minimum is reached when it is not, and have the sum of any of the sender's weights opened, of a single
///              one too; a sender that deviates can make the result wrong, and if it learns the result, find out by
///              that which places of the receiver's list are common. Neither learns the other's elements beyond that.
///              Repeating runs on changed sets reveals single elements: allow few.
/// Revealed     to both: the announced (perhaps padded) number of distinct elements of the other, and whether the
///              minimum is reached. To the receiver: the size of the intersection and what the terms say. To the
///              sender: what the terms say.
/// Memory       about 150 MB however large the sets are, and 8 bytes for each element of the result: what is larger is
///              sorted in files of the system's temporary folder that have no name and are gone with the process. Where
///              vole touches memory depends on hashes of the own elements, which other programs on the machine may see.
namespace tacit::mpc {

enum class PsiOutput : std::uint8_t {
    intersection,  ///< the receiver learns which of its elements the sender has
    count,         ///< the receiver learns how many
    sum,           ///< both learn how many, and the sum of the weights that the sender gives to them
};

enum class PsiProtocol : std::uint8_t {
    ecdh,  ///< Diffie-Hellman: gives every output, and withholds what is below a minimum
    vole,  ///< oblivious transfer: many times faster and a third of the bytes, but the receiver learns the intersection
           ///< itself, so that there are no counts, sums or minimum
};

/// What both parties must agree on; sessions compare it before anything is sent.
struct PsiTerms {
    PsiProtocol protocol = PsiProtocol::ecdh;
    PsiOutput output = PsiOutput::intersection;
    int receiver = 0;                  ///< 0 or 1, by party
    bool sender_learns = false;        ///< whether the sender learns the same; of the sum it does
    std::uint64_t minimum = 1;         ///< of a smaller intersection, nothing is opened but that it is smaller
    std::uint64_t largest = 1u << 27;  ///< elements that a party takes from the other; below 2^40,
                                       ///< by vole at most 2^31
    /// Whatever else must be the same: how elements were normalised, what the run is for.
    std::string purpose{};

    /// The same for both parties of a session.
    [[nodiscard]] party::Plan plan() const;
    /// Throws invalid_argument for terms out of range or that the protocol cannot keep.
    void check() const;
};

/// One element of a set.
struct PsiElement {
    std::string_view value;    ///< any bytes; what is equal must be byte for byte
    std::uint64_t weight = 0;  ///< below 2^32; the sender's, for sums. Weights of equal elements are added.
};

/// Calls add(element) for every element of the set; the value is read before add returns. The i-th one, from 0, is row
/// i of the result. Elements may repeat: a set has them once.
using PsiSource = std::function<void(const std::function<void(const PsiElement&)>& add)>;

/// How far a run is: first the own elements are masked, then the other party's.
enum class PsiStep : std::uint8_t { own_elements, others_elements };
using PsiProgress = std::function<void(PsiStep step, std::uint64_t done, std::uint64_t total)>;

struct PsiOptions {
    std::uint64_t padded_size = 0;  ///< random points are added to reach it, so that the other side does not learn the
                                    ///< size; at least the number of distinct elements; 0: no padding
    std::uint64_t sort_bytes = 64u << 20;  ///< sorted in memory; what is larger goes through files
    PsiProgress progress{};
    /// A folder of this party for this data and the other party alone, made if need be. If a run by ecdh stops, the
    /// next one with equal elements, weights, terms and sizes on both sides goes on where it was, for a sum until it
    /// has been opened. It sends the points that are missing under the same secrets and encrypts their weights anew, so
    /// two tries tell no more than one. Empty: none.
    std::filesystem::path checkpoint{};
    /// Called before anything of the elements is sent, but not if a stopped run goes on: to spend what a run costs.
    std::function<void()> begins{};
};

struct PsiResult {
    std::uint64_t elements = 0;  ///< distinct ones of this party
    std::uint64_t others = 0;    ///< elements that the other party announced
    bool went_on = false;        ///< with a run that was stopped
    bool minimum_reached = false;
    std::optional<std::uint64_t> count{};  ///< if this party learns it
    std::optional<std::uint64_t> sum{};    ///< for PsiOutput::sum, if the minimum is reached
    std::vector<std::uint64_t> rows{};     ///< ascending, of this party's elements in the intersection
};

/// Both parties call it with equal terms. Throws invalid_argument for terms that check() refuses, a weight that does
/// not fit and a padded size that is too small; protocol_violation if the other party sends what no honest one does;
/// io_failure if the temporary folder is full; Error(interrupted).
[[nodiscard]] PsiResult intersect(party::Party& me, const PsiTerms& terms, const PsiSource& elements,
                                  const PsiOptions& options = {});

}  // namespace tacit::mpc
