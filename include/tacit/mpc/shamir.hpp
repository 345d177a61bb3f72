#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tacit/base/random.hpp"

/// Secrets that any degree + 1 of the parties can open, and any `degree` of them know nothing about [Sha79].
///
/// The share of party i of a secret s is f(i + 1) of a random polynomial f of that degree with f(0) = s, over the
/// integers modulo 2^64 - 2^32 + 1. Shares add up to shares of the sum. Parties who are missing do no harm while enough
/// are left. Wrong shares are named and left out while there are degree + 1 shares and 2 more for each wrong one; of
/// more wrong ones it is found that they do not fit, unless their owners work together.
///
/// Parties      2 to 1000. Functions of one party each: the caller sends shares, 8 bytes a secret to each party and, to
///              open, to each receiver; 1 round each.
/// Adversary    `degree` of the parties, who may send any shares of theirs; whoever shares is not checked.
/// Revealed     what is opened, to whoever is sent degree + 1 shares.
namespace tacit::mpc::shamir {

inline constexpr std::uint64_t modulus = 0xFFFFFFFF00000001;

struct Scheme {
    int parties = 0;  ///< 2 to 1000
    int degree = 0;   ///< 1 to parties - 1
};

/// What one party holds of a vector of secrets. Secret together with degree others.
struct Share {
    int party = 0;
    std::vector<std::uint64_t> values;  ///< below the modulus
};

/// A signed integer as the field has it, and back; sums of magnitude below 2^63 - 2^31 come back right.
[[nodiscard]] std::uint64_t to_field(std::int64_t value) noexcept;
[[nodiscard]] std::int64_t from_field(std::uint64_t element) noexcept;

/// One share per party. Throws invalid_argument for a scheme or secret outside its range. parties * degree products per
/// secret.
[[nodiscard]] std::vector<Share> share(const Scheme& scheme, std::span<const std::uint64_t> secrets, Rng& rng);

/// Adds the secrets behind the shares. Throws invalid_argument unless both are the same party's and equally long.
void add(Share& total, const Share& more);

/// What shares of some of the parties open to.
struct Opened {
    std::vector<std::uint64_t> secrets;
    std::vector<int> wrong;  ///< parties whose shares do not fit and were left out, ascending
};

/// Needs shares of degree + 1 parties or more. Random sums of each party's values are decoded [BW86], so that one
/// decoding finds everybody who is wrong but for a chance of 2^-63; `rng` must be unknown to whoever made the shares.
/// Throws invalid_argument for too few shares, two of one party, or different lengths; protocol_violation if more are
/// wrong than can be told, and for a value that is no field element.
[[nodiscard]] Opened open(const Scheme& scheme, std::span<const Share> shares, Rng& rng);

}  // namespace tacit::mpc::shamir
