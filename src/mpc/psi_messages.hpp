#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tacit/mpc/psi.hpp"

/// What the protocols of psi.hpp share.
namespace tacit::mpc {

/// Records in one message.
constexpr std::uint64_t psi_chunk = 4096;

/// What stands for an element, cut; the bytes behind are 0.
using Tag = std::array<std::byte, 16>;

struct NumberedTag {
    Tag tag;
    std::uint64_t number;  ///< where the element stands among those of its owner
    friend auto operator<=>(const NumberedTag&, const NumberedTag&) = default;
};

/// So that two different elements among all have one tag with probability below 2^-40.
[[nodiscard]] std::size_t tag_bytes(std::uint64_t own, std::uint64_t others);

/// Refuses to pad a set of `elements` to a smaller size.
void check_padded_size(std::uint64_t elements, std::uint64_t size);

/// Tells the own size and returns the other party's; accuses it if the terms do not allow that.
[[nodiscard]] std::uint64_t exchange_sizes(party::Party& me, const PsiTerms& terms, std::uint64_t announced);

/// Sends tags in the order in which they come, in messages of psi_chunk.
class TagWriter {
public:
    TagWriter(party::Party& me, std::size_t bytes) : me_(me), bytes_(bytes) {}
    void write(const Tag& tag);
    /// After the last one.
    void finish();

private:
    party::Party& me_;
    std::size_t bytes_;
    std::vector<std::byte> waiting_;
};

/// Receives tags; accuses the other party if they do not ascend.
class TagReader {
public:
    TagReader(party::Party& me, std::size_t bytes, std::uint64_t count) : me_(me), bytes_(bytes), left_(count) {}
    /// False at the end.
    [[nodiscard]] bool read(Tag& tag);

private:
    party::Party& me_;
    std::size_t bytes_;
    std::uint64_t left_;  ///< that have not been received
    std::vector<std::byte> received_;
    std::size_t position_ = 0;
    Tag last_{};
    bool first_ = true;
};

/// The receiver, who knows result.count: sets minimum_reached and returns it; takes the count back if it is not
/// reached. The sender learns the count if the terms say so.
bool tell_verdict(party::Party& me, const PsiTerms& terms, PsiResult& result);
/// The sender: what it is told, at most `most`; sets minimum_reached, and the count if it learns that.
std::uint64_t hear_verdict(party::Party& me, const PsiTerms& terms, std::uint64_t most, PsiResult& result);

/// Positions, ascending, of the sender's elements in the intersection.
void send_matches(party::Party& me, const std::vector<std::uint64_t>& positions);
/// `count` positions; accuses the other party if one is not below `size`.
[[nodiscard]] std::vector<std::uint64_t> receive_matches(party::Party& me, std::uint64_t count, std::uint64_t size);
[[nodiscard]] std::uint64_t checked_position(const party::Party& me, std::uint64_t position, std::uint64_t size);

}  // namespace tacit::mpc
