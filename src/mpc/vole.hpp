#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mpc/bch_code.hpp"
#include "tacit/mpc/block.hpp"
#include "tacit/mpc/secret_vector.hpp"
#include "tacit/party/party.hpp"

/// Vector oblivious linear evaluation from oblivious transfer: SoftSpoken with a linear code [Roy22, sections 3 to 5].
///
/// The sender chooses code words, one a row; the receiver has a secret delta, seven bits for each of the 128 places of
/// a word. Both get a row of 128 times seven bits: the sender a random v, the receiver w = v + word * delta, where a
/// place of the word that is 1 adds delta's seven bits of that place.
///
/// Parties      two: a sender and a receiver.
/// Adversary    semi-honest. A sender that takes words outside the code makes some rows guessable; a receiver cannot
///              deviate but in its own rows.
/// Revealed     nothing: words are masked by keystream, delta stays behind the transfers. For another word, w - word' *
///              delta has 140 bits of entropy for the sender: two code words differ in 20 places.
/// Rounds       2 after the transfers to set up, then one message for any number of rows.
/// Bytes        28,672 to set up, then 16 for each row.
/// Cost         for each row 128 blocks of AES and 256 sums of 128 bits.
namespace tacit::mpc::vole {

/// Bits of delta for each place.
inline constexpr std::size_t planes = 7;
static_assert(planes * bch::distance >= 128, "what another word is masked by cannot be guessed");
/// Random oblivious transfers to set up.
inline constexpr std::size_t transfers = planes * bch::length;

/// Words 2b and 2b + 1 are bit b of the 128 places.
using Row = std::array<std::uint64_t, 2 * planes>;

/// The 128 leaves of a binary tree of keys for each place of a word.
using Leaves = SecretVector<Block>;

class Sender {
public:
    /// `keys` are both keys of the random transfers in which the other party chooses.
    Sender(party::Party& me, std::span<const std::array<Block, 2>> keys);

    /// v for code words; their number is a multiple of 64, and the same on the other side. Sends one message.
    [[nodiscard]] SecretVector<Row> extend(party::Party& me, std::span<const Block> words);

private:
    Leaves leaves_;
    std::uint64_t calls_ = 0;
};

class Receiver {
public:
    /// The choices of the random transfers for a fresh delta.
    class Delta {
    public:
        explicit Delta(Rng& rng);
        ~Delta();
        Delta(const Delta&) = delete;
        Delta& operator=(const Delta&) = delete;
        Delta(Delta&&) = delete;
        Delta& operator=(Delta&&) = delete;
        [[nodiscard]] std::vector<std::uint8_t> choices() const;
        /// A word's product with delta: what `word` adds to w.
        [[nodiscard]] Row times(const Block& word) const noexcept;
        [[nodiscard]] std::uint64_t at(std::size_t place) const noexcept;

    private:
        std::array<Block, planes> bits_;
    };

    /// `keys` are those that delta's choices() gave; `delta` must outlive this.
    Receiver(party::Party& me, const Delta& delta, std::span<const Block> keys);

    /// w for as many rows as the sender has words. Receives one message.
    [[nodiscard]] SecretVector<Row> extend(party::Party& me, std::size_t rows);

private:
    const Delta& delta_;
    Leaves leaves_;
    std::uint64_t calls_ = 0;
};

}  // namespace tacit::mpc::vole
