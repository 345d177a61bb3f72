#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "tacit/base/hash.hpp"
#include "tacit/base/secret.hpp"
#include "tacit/mpc/replicated.hpp"

namespace tacit::mpc {

/// The two rings: numbers modulo 2^64, and 64 bits at a time.
struct Additive {
    static std::uint64_t add(std::uint64_t a, std::uint64_t b) noexcept { return a + b; }
    static std::uint64_t subtract(std::uint64_t a, std::uint64_t b) noexcept { return a - b; }
    static std::uint64_t multiply(std::uint64_t a, std::uint64_t b) noexcept { return a * b; }
};
struct Bitwise {
    static std::uint64_t add(std::uint64_t a, std::uint64_t b) noexcept { return a ^ b; }
    static std::uint64_t subtract(std::uint64_t a, std::uint64_t b) noexcept { return a ^ b; }
    static std::uint64_t multiply(std::uint64_t a, std::uint64_t b) noexcept { return a & b; }
};

/// Values known to all but parties g and h, to be added to a sharing: component h takes a mask that all but party h
/// draw, component g what is left, which is sent to party h.
struct Contribution {
    int g;
    int h;
    Components* into;
    /// Sets values to those from `first` on; not called at g and h.
    using Known = std::function<void(std::size_t first, std::span<std::uint64_t> values)>;
    Known known;
};
/// From a vector that is there already.
[[nodiscard]] Contribution::Known known_values(SecretVector<std::uint64_t> values);

template <class Ring>
void add_to(std::span<std::uint64_t> sum, std::span<const std::uint64_t> values) noexcept {
    for (std::size_t i = 0; i < values.size(); ++i) sum[i] = Ring::add(sum[i], values[i]);
}

template <class Ring>
void subtract_from(std::span<std::uint64_t> sum, std::span<const std::uint64_t> values) noexcept {
    for (std::size_t i = 0; i < values.size(); ++i) sum[i] = Ring::subtract(sum[i], values[i]);
}

struct Replicated::Core {
    explicit Core(party::Party& party);

    /// All zero, for this party's components.
    [[nodiscard]] Components zeros(std::size_t words) const;
    using Before = std::function<void(std::size_t first, std::size_t count)>;
    /// Shares values, `words` of each, by messages to each h, all in one round. Long vectors are made, masked and sent
    /// in pieces that stay in the cache; `before` is called for each piece ahead of the contributions to it. 1 round.
    template <class Ring>
    void contribute(
        std::span<const Contribution> contributions, std::size_t words,
        const Before& before = [](std::size_t, std::size_t) {});
    /// Sums of `length` products.
    template <class Ring>
    [[nodiscard]] Components products(const Components& x, const Components& y, std::size_t words, std::size_t length);
    template <class Ring>
    [[nodiscard]] Components input(int owner, std::span<const std::uint64_t> values, std::size_t words);
    template <class Ring>
    [[nodiscard]] std::vector<std::uint64_t> open(const Components& x, std::size_t words,
                                                  std::optional<int> receiver = {});
    template <class Ring>
    [[nodiscard]] Components refresh(const Components& x, std::size_t words);
    /// A secret is the sum of two halves, each of which some parties know: this party's view of half 0 or 1, empty if
    /// it lacks a component.
    template <class Ring>
    [[nodiscard]] SecretVector<std::uint64_t> half(const Components& x, int which) const;
    /// Shares what each half's parties derived from it. 1 round, 8n bytes from one party in three, from all in four.
    template <class Ring>
    [[nodiscard]] std::array<Components, 2> share_halves(std::array<SecretVector<std::uint64_t>, 2> values,
                                                         std::size_t words);
    void confirm_dealt(std::span<const Components* const> shares);
    [[nodiscard]] Components random(std::size_t words);
    /// Throws unless all that was sent was vouched for, and everybody found so. Among three: nothing.
    void verify();
    [[nodiscard]] Rng& key(int missing) { return *keys[static_cast<std::size_t>(missing)]; }

    party::Party& me;
    int n;
    int self;

private:
    void agree_on_keys();
    struct Piece {  ///< of all vectors of a round
        std::size_t first;
        std::size_t count;
    };
    using Box = SecretVector<std::uint64_t>;
    using Boxes = std::array<Box, max_replicated_parties>;
    [[nodiscard]] std::span<const std::uint64_t> sent_by(int sender, const Contribution& one,
                                                         std::span<const std::uint64_t> values) const;
    /// This party's part of a contribution: masks, and what goes to party h.
    template <class Ring>
    void give(const Contribution& one, Piece piece, Box& scratch, Box& outbox);
    /// Its part as party h.
    template <class Ring>
    void take(std::span<const Contribution> contributions, Piece piece, Boxes& inbox);
    /// Words of a piece that come from a party.
    [[nodiscard]] std::size_t due(std::span<const Contribution> contributions, Piece piece, int from) const;
    void vouch(std::optional<Hasher>& hasher, std::span<const std::uint64_t> values);

    std::array<std::optional<Rng>, max_replicated_parties> keys;        ///< drawn alike by all but that party
    std::array<std::optional<Hasher>, max_replicated_parties> vouched;  ///< what others should have sent to each
    std::array<std::optional<Hasher>, max_replicated_parties> heard;    ///< what each vouches for
    bool unverified = false;
};

}  // namespace tacit::mpc
