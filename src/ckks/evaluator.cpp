#include "tacit/ckks/evaluator.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"
#include "ckks/coefficients.hpp"
#include "ckks/context.hpp"
#include "ckks/mod_down.hpp"
#include "ckks/operand_checks.hpp"
#include "math/kernels.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

void check_equal(const char* operation, const CiphertextType& a, const CiphertextType& b) {
    if (a.level != b.level) {
        fail(ErrorCode::invalid_argument,
             "{}: operands are at levels {} and {}; bring the higher one down with drop_level", operation, a.level,
             b.level);
    }
    if (a.scale_power != b.scale_power) {
        fail(ErrorCode::invalid_argument,
             "{}: operands have scale powers {} and {}; rescale the product (or encode at its scale power)", operation,
             a.scale_power, b.scale_power);
    }
}

void check_factor(const char* operation, const CiphertextType& type, int max_degree) {
    if (type.scale_power != 1) {
        fail(ErrorCode::invalid_argument, "{}: an operand is a product that was not rescaled ({}); rescale it first",
             operation, to_string(type));
    }
    if (type.degree > max_degree) {
        fail(ErrorCode::invalid_argument,
             "{}: an operand is a product that was not relinearised ({}); relinearize it first", operation,
             to_string(type));
    }
}

namespace {

/// A decrypted plaintext keeps the primes that hold its message only.
void check_complete(const char* operation, const Plaintext& plain) {
    if (plain.poly().limbs() != plain.parameters().limbs(plain.level())) {
        fail(ErrorCode::invalid_argument,
             "{}: the plaintext has {} of the {} primes of level {}, it comes from decryption; decode it "
             "and encode it again",
             operation, plain.poly().limbs(), plain.parameters().limbs(plain.level()), plain.level());
    }
}

enum class Sign { plus, minus };

/// out = a +- b on every row of one polynomial.
void combine(const Context& context, Sign sign, ring::EvaluationPoly& out, const ring::EvaluationPoly& a,
             const ring::EvaluationPoly& b) {
    const auto& k = math::kernels();
    parallel_for(0, out.limbs(), [&](std::size_t i) {
        const auto operation = sign == Sign::plus ? k.add : k.sub;
        operation(out.limb(i), a.limb(i), b.limb(i), context.dimension(), context.ring().modulus(i));
    });
}

/// out = a * factor, the factor given modulo each prime.
template <class Factor>
void scale_rows(const Context& context, ring::EvaluationPoly& out, const ring::EvaluationPoly& a,
                const Factor& factor) {
    parallel_for(0, out.limbs(), [&](std::size_t i) {
        const math::Modulus& p = context.ring().modulus(i);
        math::kernels().mul_scalar(out.limb(i), a.limb(i), factor(p), context.dimension(), p);
    });
}

ring::EvaluationPoly negated(const Context& context, const ring::EvaluationPoly& a) {
    ring::EvaluationPoly out(context.dimension(), a.limbs());
    scale_rows(context, out, a, [](const math::Modulus&) { return -1.0; });
    return out;
}

/// Polynomial i of a +- b; `reusable`, if any, is a's own polynomial, to be overwritten.
ring::EvaluationPoly combined_poly(const Context& context, Sign sign, const Ciphertext& a, const Ciphertext& b,
                                   std::size_t i, ring::EvaluationPoly* reusable) {
    const bool in_a = i <= static_cast<std::size_t>(a.type().degree);
    const bool in_b = i <= static_cast<std::size_t>(b.type().degree);
    if (!in_a) return sign == Sign::plus ? b.poly(i).clone() : negated(context, b.poly(i));
    if (!in_b) return reusable != nullptr ? std::move(*reusable) : a.poly(i).clone();
    ring::EvaluationPoly out =
        reusable != nullptr ? std::move(*reusable) : ring::EvaluationPoly(context.dimension(), a.limbs());
    combine(context, sign, out, reusable != nullptr ? out : a.poly(i), b.poly(i));
    return out;
}

/// a +- b, ciphertexts of equal level and scale power; a's memory is reused if `owned` is a itself.
Ciphertext combined(const Context& context, Sign sign, const Ciphertext& a, const Ciphertext& b, Ciphertext* owned) {
    const CiphertextType type = a.type();
    const auto last = static_cast<std::size_t>(std::max(type.degree, b.type().degree));
    std::vector<ring::EvaluationPoly> polys;
    for (std::size_t i = 0; i <= last; ++i) {
        const bool reuse = owned != nullptr && i <= static_cast<std::size_t>(type.degree);
        polys.push_back(combined_poly(context, sign, a, b, i, reuse ? &owned->poly(i) : nullptr));
    }
    return {a.parameters(), std::move(polys), type.level, type.scale_power};
}

}  // namespace

void Evaluator::check_mine(const char* operation, const Parameters& other) const {
    if (!(other == parameters_)) {
        fail(ErrorCode::parameter_mismatch,
             "{}: an operand was made under other parameters ({}) than the evaluator's ({})", operation,
             other.summary(), parameters_.summary());
    }
}

void Evaluator::check_sum(const char* operation, const Ciphertext& a, const Ciphertext& b) const {
    check_mine(operation, a.parameters());
    check_mine(operation, b.parameters());
    check_equal(operation, a.type(), b.type());
}

Ciphertext Evaluator::add(const Ciphertext& a, const Ciphertext& b) const {
    check_sum("add", a, b);
    return combined(parameters_.context(), Sign::plus, a, b, nullptr);
}

Ciphertext Evaluator::add(Ciphertext&& a, const Ciphertext& b) const {
    check_sum("add", a, b);
    return combined(parameters_.context(), Sign::plus, a, b, &a == &b ? nullptr : &a);
}

Ciphertext Evaluator::sub(const Ciphertext& a, const Ciphertext& b) const {
    check_sum("sub", a, b);
    return combined(parameters_.context(), Sign::minus, a, b, nullptr);
}

Ciphertext Evaluator::sub(Ciphertext&& a, const Ciphertext& b) const {
    check_sum("sub", a, b);
    return combined(parameters_.context(), Sign::minus, a, b, &a == &b ? nullptr : &a);
}

Ciphertext Evaluator::negate(const Ciphertext& a) const {
    check_mine("negate", a.parameters());
    std::vector<ring::EvaluationPoly> polys;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(a.type().degree); ++i) {
        polys.push_back(negated(parameters_.context(), a.poly(i)));
    }
    return {parameters_, std::move(polys), a.level(), a.type().scale_power};
}

Ciphertext Evaluator::add(const Ciphertext& a, const Plaintext& b) const {
    check_mine("add", a.parameters());
    check_mine("add", b.parameters());
    check_equal("add", a.type(), {b.level(), b.scale_power(), 0});
    check_complete("add", b);
    Ciphertext out = a.clone();
    combine(parameters_.context(), Sign::plus, out.poly(0), a.poly(0), b.poly());
    return out;
}

Ciphertext Evaluator::sub(const Ciphertext& a, const Plaintext& b) const {
    check_mine("sub", a.parameters());
    check_mine("sub", b.parameters());
    check_equal("sub", a.type(), {b.level(), b.scale_power(), 0});
    check_complete("sub", b);
    Ciphertext out = a.clone();
    combine(parameters_.context(), Sign::minus, out.poly(0), a.poly(0), b.poly());
    return out;
}

long double scaled_scalar(const char* operation, const Parameters& parameters, double b, int level, int scale_power) {
    const long double scaled =
        static_cast<long double>(b) * std::pow(parameters.exact_scale(level), static_cast<long double>(scale_power));
    if (!std::isfinite(b)) fail(ErrorCode::invalid_argument, "{}: the number {} is not finite", operation, b);
    double bits = -1;
    for (std::size_t i = 0; i < parameters.limbs(level); ++i)
        bits += std::log2(static_cast<double>(parameters.primes()[i]));
    if (scaled != 0 && std::log2(std::fabs(scaled)) > bits) {
        fail(ErrorCode::invalid_argument,
             "{}: {} times its scale exceeds half the modulus of level {} ({:.1f} bits); use a smaller number",
             operation, b, level, bits);
    }
    return scaled;
}

Ciphertext Evaluator::add(const Ciphertext& a, double b) const {
    check_mine("add", a.parameters());
    const Context& context = parameters_.context();
    const long double scaled = scaled_scalar("add", parameters_, b, a.level(), a.type().scale_power);
    Ciphertext out = a.clone();
    parallel_for(0, out.limbs(), [&, &c0 = out.poly(0)](std::size_t i) {
        // A constant polynomial has the same value at every point.
        const math::Modulus& p = context.ring().modulus(i);
        math::kernels().add_scalar(c0.limb(i), c0.limb(i), balanced_residue(scaled, p), context.dimension(), p);
    });
    return out;
}

Ciphertext Evaluator::mul(const Ciphertext& a, const Ciphertext& b) const {
    const std::pair<const Ciphertext*, const Ciphertext*> pair{&a, &b};
    return sum_of_products({&pair, 1});
}

Ciphertext Evaluator::square(const Ciphertext& a) const { return mul(a, a); }

Ciphertext Evaluator::sum_of_products(std::span<const std::pair<const Ciphertext*, const Ciphertext*>> pairs) const {
    if (pairs.empty())
        fail(ErrorCode::invalid_argument, "mul: no factors were given; a sum of products needs at least one pair");
    const CiphertextType first = pairs.front().first->type();
    for (const auto& [a, b] : pairs) {
        check_mine("mul", a->parameters());
        check_mine("mul", b->parameters());
        check_equal("mul", first, a->type());
        check_equal("mul", first, b->type());
        check_factor("mul", a->type(), 1);
        check_factor("mul", b->type(), 1);
    }
    const Context& context = parameters_.context();
    const std::size_t n = context.dimension();
    const std::size_t limbs = pairs.front().first->limbs();
    std::vector<ring::EvaluationPoly> c;
    for (int i = 0; i < 3; ++i) c.emplace_back(n, limbs);
    parallel_for(0, limbs, [&](std::size_t i) {
        for (std::size_t j = 0; j < pairs.size(); ++j) {
            const Ciphertext& a = *pairs[j].first;
            const Ciphertext& b = *pairs[j].second;
            math::kernels().tensor(c[0].limb(i), c[1].limb(i), c[2].limb(i), a.poly(0).limb(i), a.poly(1).limb(i),
                                   b.poly(0).limb(i), b.poly(1).limb(i), j > 0, n, context.ring().modulus(i));
        }
    });
    return {parameters_, std::move(c), first.level, 2};
}

Ciphertext Evaluator::mul(const Ciphertext& a, const Plaintext& b) const {
    check_mine("mul", a.parameters());
    check_mine("mul", b.parameters());
    check_equal("mul", a.type(), {b.level(), b.scale_power(), 0});
    check_complete("mul", b);
    check_factor("mul", a.type(), 2);
    const Context& context = parameters_.context();
    const auto polys = static_cast<std::size_t>(a.type().degree) + 1;
    std::vector<ring::EvaluationPoly> c;
    for (std::size_t i = 0; i < polys; ++i) c.emplace_back(context.dimension(), a.limbs());
    parallel_for(0, a.limbs() * polys, [&](std::size_t task) {
        const std::size_t i = task / polys;
        const std::size_t j = task % polys;
        math::kernels().mul(c[j].limb(i), a.poly(j).limb(i), b.poly().limb(i), context.dimension(),
                            context.ring().modulus(i));
    });
    return {parameters_, std::move(c), a.level(), 2};
}

Ciphertext Evaluator::mul(const Ciphertext& a, double b) const {
    check_mine("mul", a.parameters());
    check_factor("mul", a.type(), 2);
    const Context& context = parameters_.context();
    const long double scaled = scaled_scalar("mul", parameters_, b, a.level(), 1);
    std::vector<ring::EvaluationPoly> c;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(a.type().degree); ++i) {
        c.emplace_back(context.dimension(), a.limbs());
        scale_rows(context, c.back(), a.poly(i), [&](const math::Modulus& p) { return balanced_residue(scaled, p); });
    }
    return {parameters_, std::move(c), a.level(), 2};
}

Ciphertext Evaluator::mul_integer(const Ciphertext& a, std::int64_t b) const {
    check_mine("mul_integer", a.parameters());
    const Context& context = parameters_.context();
    const auto factor = static_cast<long double>(b);
    std::vector<ring::EvaluationPoly> c;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(a.type().degree); ++i) {
        c.emplace_back(context.dimension(), a.limbs());
        scale_rows(context, c.back(), a.poly(i), [&](const math::Modulus& p) { return balanced_residue(factor, p); });
    }
    return {parameters_, std::move(c), a.level(), a.type().scale_power};
}

Ciphertext Evaluator::rescale(const Ciphertext& a) const { return rescale(a.clone()); }

Ciphertext Evaluator::rescale(Ciphertext&& a) const {
    check_mine("rescale", a.parameters());
    const CiphertextType type = a.type();
    if (type.scale_power != 2) {
        fail(ErrorCode::invalid_argument,
             "rescale: the ciphertext is no product ({}); only products have scale power 2", to_string(type));
    }
    if (type.level == 0) {
        fail(ErrorCode::out_of_levels,
             "rescale: the product is at level 0 and no level is left; use parameters of a larger depth than {}",
             parameters_.depth());
    }
    const Context& context = parameters_.context();
    std::vector<ring::EvaluationPoly> polys;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(type.degree); ++i) polys.push_back(std::move(a.poly(i)));
    std::vector<ring::EvaluationPoly*> pointers;
    for (auto& poly : polys) pointers.push_back(&poly);
    const std::size_t kept = context.limbs(type.level - 1);
    const RowSource source = [&](std::span<const std::size_t> rows) {
        Rows in{std::vector<std::vector<const double*>>(polys.size()), {}};
        for (std::size_t i = 0; i < polys.size(); ++i) {
            for (const std::size_t row : rows) in.rows[i].push_back(polys[i].limb(row));
        }
        return in;
    };
    mod_down(context, source, pointers, kept, context.level_converter(type.level));
    for (auto& poly : polys) poly.truncate(kept);
    return {parameters_, std::move(polys), type.level - 1, 1};
}

Ciphertext Evaluator::drop_level(const Ciphertext& a, int level) const {
    check_mine("drop_level", a.parameters());
    if (level < 0 || level > a.level()) {
        fail(ErrorCode::out_of_levels,
             "drop_level: cannot go from level {} to {}; the target must lie between 0 and {}", a.level(), level,
             a.level());
    }
    if (level == a.level()) return a.clone();
    check_factor("drop_level", a.type(), 2);
    const Context& context = parameters_.context();
    // Multiply at level + 1 by what the rescaling has to leave: Delta_level * q / Delta_a.
    long double factor = context.scale(level) / context.scale(a.level());
    for (std::size_t i = context.limbs(level); i < context.limbs(level + 1); ++i) {
        factor *= static_cast<long double>(parameters_.primes()[i]);
    }
    std::vector<ring::EvaluationPoly> c;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(a.type().degree); ++i) {
        c.emplace_back(context.dimension(), context.limbs(level + 1));
        scale_rows(context, c.back(), a.poly(i), [&](const math::Modulus& p) { return balanced_residue(factor, p); });
    }
    return rescale(Ciphertext(parameters_, std::move(c), level + 1, 2));
}

}  // namespace tacit::ckks
