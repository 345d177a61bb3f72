#include "tacit/ckks/parameters.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/fail.hpp"
#include "ckks/context.hpp"
#include "ckks/make_parameters.hpp"
#include "tacit/ckks/security.hpp"

namespace tacit::ckks {

Parameters make_parameters(std::shared_ptr<const Context> context) { return Parameters(std::move(context)); }

Parameters insecure_parameters_for_tests(const ParameterSpec& spec) {
    return make_parameters(std::make_shared<const Context>(choose_insecure_chain(spec)));
}

Parameters Parameters::create(const ParameterSpec& spec) {
    return make_parameters(std::make_shared<const Context>(choose_chain(spec)));
}

int Parameters::log_ring_dimension() const noexcept { return context_->chain().log_ring_dimension; }
std::size_t Parameters::ring_dimension() const noexcept { return context_->dimension(); }
std::size_t Parameters::slots() const noexcept { return context_->dimension() / 2; }
int Parameters::depth() const noexcept { return context_->chain().depth; }
int Parameters::scale_bits() const noexcept { return context_->chain().scale_bits; }
int Parameters::integer_bits() const noexcept { return context_->chain().integer_bits; }
int Parameters::security_bits() const noexcept { return context_->chain().security_bits; }

int Parameters::quantum_security_bits() const {
    for (const int bits : {256, 192, 128}) {
        if (log2_modulus_with_special() <= max_log_modulus(log_ring_dimension(), bits, Attacks::quantum)) return bits;
    }
    return 0;
}

std::size_t Parameters::limbs(int level) const {
    if (level < 0 || level > depth()) {
        fail(ErrorCode::out_of_levels, "level {} does not exist; these parameters have levels 0 to {}", level, depth());
    }
    return context_->limbs(level);
}

double Parameters::scale(int level) const { return static_cast<double>(exact_scale(level)); }

long double Parameters::exact_scale(int level) const {
    static_cast<void>(limbs(level));
    return context_->scale(level);
}

const std::vector<std::uint64_t>& Parameters::primes() const noexcept { return context_->chain().primes; }
const std::vector<std::uint64_t>& Parameters::special_primes() const noexcept {
    return context_->chain().special_primes;
}
std::size_t Parameters::digit_limbs() const noexcept { return context_->chain().digit_limbs; }
std::size_t Parameters::digits(int level) const { return context_->digits(limbs(level)); }
double Parameters::log2_modulus() const noexcept { return log2_product(primes()); }
double Parameters::log2_modulus_with_special() const noexcept {
    return log2_modulus() + log2_product(special_primes());
}

std::size_t Parameters::key_switch_key_bytes() const noexcept {
    return 2 * context_->digits(primes().size()) * context_->prime_count() * ring_dimension() * sizeof(double);
}

std::size_t Parameters::ciphertext_bytes(int level, int degree) const {
    return static_cast<std::size_t>(degree + 1) * limbs(level) * ring_dimension() * sizeof(double);
}

const Digest& Parameters::fingerprint() const noexcept { return context_->fingerprint(); }

std::string Parameters::summary() const {
    std::string security = "INSECURE, for tests only";
    if (security_bits() != 0) {
        security = fmt::format("of {} allowed, {} bits classical",
                               max_log_modulus(log_ring_dimension(), security_bits()), security_bits());
        if (quantum_security_bits() != 0) security += fmt::format(", {} bits quantum", quantum_security_bits());
    }
    return fmt::format(
        "N = 2^{}, depth {}, scale 2^{}, {} + {} primes, log2 QP = {:.1f} ({}), {} key-switching digit{}",
        log_ring_dimension(), depth(), scale_bits(), primes().size(), special_primes().size(),
        log2_modulus_with_special(), security, digits(depth()), digits(depth()) == 1 ? "" : "s");
}

}  // namespace tacit::ckks
