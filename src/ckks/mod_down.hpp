#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "ckks/context.hpp"
#include "tacit/ring/rns_poly.hpp"

namespace tacit::ckks {

/// Some rows of a few polynomials: rows[i][k] is the k-th of them of polynomial i.
struct Rows {
    std::vector<std::vector<const double*>> rows;
    ring::EvaluationPoly storage;  // of rows that were made for the occasion
};

/// Makes rows of polynomials modulo (kept primes, dropped primes) on demand, so that they are used while they are in
/// the cache; called from several threads. Row r < kept is modulo prime r, row kept + i modulo the i-th dropped prime.
using RowSource = std::function<Rows(std::span<const std::size_t> rows)>;

/// Divides polynomials by the product D of a converter's primes, rounding every coefficient to nearest.
///
/// `out` receives the first `kept` rows of each; with a table `index` of an automorphism, its image. Without one the
/// source's rows may be those of `out`. Serves rescaling (D = primes of a level), the end of a key switch (D = P) and
/// both at once. Cost per polynomial: one inverse transform per dropped, one transform per kept row.
void mod_down(const Context& context, const RowSource& source, std::span<ring::EvaluationPoly* const> out,
              std::size_t kept, const ring::BaseConverter& dropped, const std::uint32_t* index = nullptr);

}  // namespace tacit::ckks
