#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tacit/ckks/parameters.hpp"
#include "tacit/compile/plan.hpp"

namespace tacit::compile {

/// Operations on ciphertexts of one level, or of all. A step that leaves its level counts where it starts.
struct LevelCounts {
    std::size_t products = 0;           ///< of two ciphertexts
    std::size_t constant_products = 0;  ///< of a ciphertext and a constant
    std::size_t additions = 0;          ///< and subtractions, of ciphertexts or constants
    std::size_t negations = 0;
    std::size_t relinearizations = 0;
    std::size_t rotations = 0;
    std::size_t conjugations = 0;
    std::size_t rescalings = 0;  ///< those fused with a relinearisation included
    std::size_t level_drops = 0;
    std::size_t refreshes = 0;
    /// Number-theoretic transforms of one prime, forward and inverse; 0 where no parameters were given.
    std::size_t transforms = 0;

    [[nodiscard]] std::size_t key_switches() const noexcept { return relinearizations + rotations + conjugations; }
    LevelCounts& operator+=(const LevelCounts& other) noexcept;
    friend bool operator==(const LevelCounts&, const LevelCounts&) = default;
};

/// What a run of a managed circuit does, level by level. What the client does (encoding, encryption) does not
/// count, and of a refresh only that there is one.
struct CountsByLevel {
    std::vector<LevelCounts> levels{};  ///< level 0 first, depth + 1 entries

    [[nodiscard]] LevelCounts total() const noexcept;
};

[[nodiscard]] CountsByLevel count_operations(const ManagedCircuit& program);
/// With the transforms under these parameters.
[[nodiscard]] CountsByLevel count_operations(const Plan& plan, const ckks::Parameters& parameters);

/// A vector constant as instructions meet it: a run encodes it once for all that meet it at one level and scale power.
struct Encoding {
    std::int32_t constant = 0;  ///< its number in the circuit
    int level = 0;
    int scale_power = 1;
    friend auto operator<=>(const Encoding&, const Encoding&) = default;
};

/// What an instruction of the program needs encoded; nothing for a number that is the same in every slot.
[[nodiscard]] std::optional<Encoding> encoding(const ManagedCircuit& program, const Instruction& instruction);
/// The positions of the instructions that meet each, ascending.
[[nodiscard]] std::map<Encoding, std::vector<std::uint32_t>> encodings(const ManagedCircuit& program);
/// The same in the order of the plan, and without the factors of its sums, which are reduced where they are read.
[[nodiscard]] std::map<Encoding, std::vector<std::uint32_t>> encodings(const Plan& plan);

/// The transforms of each instruction, in their order, exactly as the engine performs them. With L primes at the level,
/// k special primes and beta digits, a key switch, fused with a rescaling or not, takes (beta + 2) (L + k), and
/// 2 (L + k) if it is not the first of the rotations that share a decomposition; rescaling (degree + 1) L; a level drop
/// 2 L of the level above its target; encoding a vector constant L, for the first instruction that meets it (where
/// several run at once, any of them). A task of sums takes beta (L + k) for each value that it rotates, 2 (L + k) for
/// each sum, rescaled or not, and L + k for each vector that multiplies a rotated value, L for any other.
[[nodiscard]] std::vector<std::size_t> transforms(const Plan& plan, const ckks::Parameters& parameters);

/// {"format": "tacit operation counts", "version": 1, "levels": [{"level": 0, "products": 2, ...}, ...],
/// "total": {...}}, in one line; the names are those of LevelCounts, with "key_switches" added.
[[nodiscard]] std::string to_json(const CountsByLevel& counts);

}  // namespace tacit::compile
