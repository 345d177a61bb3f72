#pragma once

#include <cstdint>
#include <vector>

#include "ckks/context.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/ckks/parameters.hpp"
#include "tacit/ring/rns_poly.hpp"

/// What writing and reading of SEAL's format share; see seal_format.hpp.
namespace tacit::oracle {

inline constexpr std::uint16_t magic = 0xA15E;
inline constexpr std::uint8_t header_size = 16;
inline constexpr std::uint8_t ckks_scheme = 2;

/// The primes of a level and those of keys.
[[nodiscard]] std::vector<std::size_t> data_primes(std::size_t limbs);
[[nodiscard]] std::vector<std::size_t> key_primes(const ckks::Context& context);
[[nodiscard]] Digest parms_id(const ckks::Context& context, const std::vector<std::size_t>& primes);
[[nodiscard]] double power_of_scale(const ckks::Parameters& parameters, int level, int scale_power);
/// phi_g or its inverse in the evaluation domain, on every row.
[[nodiscard]] ring::EvaluationPoly permuted(const ring::EvaluationPoly& poly, const std::vector<std::uint32_t>& index);

}  // namespace tacit::oracle
