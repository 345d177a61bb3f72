#pragma once

#include <functional>
#include <span>

#include "ckks/context.hpp"
#include "tacit/ring/rns_poly.hpp"

namespace tacit::ckks {

/// Divides polynomials by the product D of a converter's primes, rounding every coefficient to nearest.
///
/// Each polynomial has rows [0, kept) modulo the first `kept` primes q, followed by one row for each source prime of
/// `dropped`; afterwards it has the first `kept` rows only. Serves rescaling (D = primes of a level), the end of a key
/// switch (D = P) and both at once. Cost per polynomial: one inverse transform per dropped, one transform per kept row.
/// `finish`, if given, is called once per finished row, while the row is still in the cache, from several threads.
using RowFinisher = std::function<void(std::size_t poly, std::size_t row)>;
void mod_down(const Context& context, std::span<ring::EvaluationPoly* const> polys, std::size_t kept,
              const ring::BaseConverter& dropped, const RowFinisher& finish = {});

}  // namespace tacit::ckks
