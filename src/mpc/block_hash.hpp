#pragma once

#include <memory>
#include <span>

#include "tacit/mpc/block.hpp"
#include "tacit/party/party.hpp"

namespace tacit::mpc {

/// What a tweak is for, so that no two hashes of a session have the same one.
enum class TweakUse : std::uint64_t { transfer = 1, gate = 2, pad = 3 };

/// A tweakable circular correlation robust hash of 128 bits from one permutation, pi = AES-128 under a key that
/// everybody in the session knows: H(x, i) = pi(pi(x) ^ i) ^ pi(x) (TMMO of [GKWY20]). A tweak must never come twice
/// with one secret difference. Cost: two AES blocks each, pipelined over the span.
class BlockHash {
public:
    explicit BlockHash(const party::Party& me);
    ~BlockHash();
    BlockHash(BlockHash&&) noexcept;
    BlockHash& operator=(BlockHash&&) noexcept;

    /// values[j] = H(values[j], tweaks[j]), in place; both spans are equally long.
    void hash(std::span<Block> values, std::span<const Block> tweaks);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tacit::mpc
