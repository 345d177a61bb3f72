// Sums of rotations with one division by P.
#include <array>

#include "base/fail.hpp"
#include "ckks/context.hpp"
#include "ckks/operand_checks.hpp"
#include "ckks/rotation_sums.hpp"
#include "ring/automorphism.hpp"
#include "tacit/ckks/evaluator.hpp"

namespace tacit::ckks {

namespace {

constexpr const char* operation = "sums_of_rotations";

/// The type of a term; refuses a factor that does not fit.
CiphertextType type_of(const RotatedTerm& term, const Parameters& parameters) {
    const CiphertextType type = term.value->type();
    check_degree(operation, type, 1, "relinearize it first");
    if (term.factor.index() == 0) return type;
    check_factor(operation, type, 1);
    if (const auto* number = std::get_if<double>(&term.factor)) {
        static_cast<void>(scaled_scalar(operation, parameters, *number, type.level, 1));
    } else {
        const IntegerPlaintext& factor = *std::get<const IntegerPlaintext*>(term.factor);
        check_equal(operation, type, {factor.level(), factor.scale_power(), 0});
    }
    return {type.level, 2, 1};
}

}  // namespace

CiphertextType Evaluator::check_sums(std::span<const RotatedSum> sums) const {
    for (const RotatedSum& sum : sums) {
        if (sum.empty()) fail(ErrorCode::invalid_argument, "{}: a sum has no terms; give it at least one", operation);
        for (const RotatedTerm& term : sum) {
            check_mine(operation, term.value->parameters());
            if (const auto* factor = std::get_if<const IntegerPlaintext*>(&term.factor)) {
                check_mine(operation, (*factor)->parameters());
            }
            if (term.conjugated && term.steps != 0) {
                fail(ErrorCode::invalid_argument,
                     "{}: a term is rotated by {} and conjugated, which takes two keys; conjugate the value first",
                     operation, term.steps);
            }
            check_equal(operation, type_of(sums.front().front(), parameters_), type_of(term, parameters_));
        }
    }
    return type_of(sums.front().front(), parameters_);
}

std::vector<Ciphertext> Evaluator::divided_sums(std::span<const RotatedSum> sums, int level, int scale_power,
                                                const ring::BaseConverter& dropped) const {
    const Context& context = parameters_.context();
    const int log_n = parameters_.log_ring_dimension();
    std::vector<std::vector<const GaloisKey*>> keys;  // all looked up before any work is done
    for (const RotatedSum& sum : sums) {
        keys.emplace_back();
        for (const RotatedTerm& term : sum) {
            const std::uint64_t element =
                term.conjugated ? ring::conjugation_element(log_n) : ring::galois_element(term.steps, log_n);
            keys.back().push_back(element == 1 ? nullptr : &galois_key(operation, element, term.steps));
        }
    }
    RotationSums rows(context);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        for (std::size_t j = 0; j < sums[i].size(); ++j) rows.add(i, sums[i][j], keys[i][j]);
    }
    const std::size_t kept = context.limbs(level);
    std::vector<ring::EvaluationPoly> polys;
    for (std::size_t i = 0; i < 2 * sums.size(); ++i) polys.emplace_back(context.dimension(), kept);
    std::vector<ring::EvaluationPoly*> out;
    for (ring::EvaluationPoly& poly : polys) out.push_back(&poly);
    mod_down(context, rows.rows(), out, kept, dropped);
    std::vector<Ciphertext> found;
    for (std::size_t i = 0; i < sums.size(); ++i) {
        std::vector<ring::EvaluationPoly> c;
        c.push_back(std::move(polys[2 * i]));
        c.push_back(std::move(polys[2 * i + 1]));
        found.emplace_back(parameters_, std::move(c), level, scale_power);
    }
    return found;
}

std::vector<Ciphertext> Evaluator::sums_of_rotations(std::span<const RotatedSum> sums) const {
    if (sums.empty()) return {};
    const CiphertextType type = check_sums(sums);
    return divided_sums(sums, type.level, type.scale_power, parameters_.context().special_converter());
}

std::vector<Ciphertext> Evaluator::sums_of_rotations_rescaled(std::span<const RotatedSum> sums) const {
    if (sums.empty()) return {};
    const CiphertextType type = check_sums(sums);
    if (type.scale_power != 2 || type.level == 0) {
        fail(type.level == 0 ? ErrorCode::out_of_levels : ErrorCode::invalid_argument,
             "sums_of_rotations_rescaled: needs products above level 0 but the sums have {}; {}", to_string(type),
             type.level == 0 ? "use parameters of a larger depth" : "give the terms factors");
    }
    return divided_sums(sums, type.level - 1, 1, parameters_.context().fused_converter(type.level));
}

}  // namespace tacit::ckks
