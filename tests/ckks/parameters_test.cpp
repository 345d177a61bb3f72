#include "tacit/ckks/parameters.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "base/throws.hpp"
#include "ckks/chain.hpp"
#include "ckks/make_parameters.hpp"
#include "tacit/base/expected.hpp"
#include "tacit/ckks/security.hpp"
#include "tacit/math/modulus.hpp"

namespace tacit::ckks {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string refusal(ErrorCode code, const ParameterSpec& spec) {
    return message_of(code, [&] { static_cast<void>(choose_chain(spec)); });
}

double bits(std::uint64_t prime) { return std::log2(static_cast<double>(prime)); }

/// Everything that holds for a chain that Tacit chose itself.
void expect_sound(const Chain& chain, const ParameterSpec& spec) {
    const auto two_n = std::uint64_t{2} << chain.log_ring_dimension;
    std::set<std::uint64_t> distinct;
    for (const auto prime : all_primes(chain)) {
        EXPECT_TRUE(math::is_prime(prime)) << prime;
        EXPECT_EQ(prime % two_n, 1u);
        EXPECT_LT(prime, std::uint64_t{1} << 49);
        EXPECT_TRUE(distinct.insert(prime).second) << prime << " occurs twice";
    }
    EXPECT_LE(log2_product(chain.primes) + log2_product(chain.special_primes),
              max_log_modulus(chain.log_ring_dimension, spec.security_bits));
    for (std::size_t i = 0; i < chain.primes.size(); i += chain.digit_limbs) {
        double digit = 0;
        for (std::size_t j = i; j < std::min(i + chain.digit_limbs, chain.primes.size()); ++j)
            digit += bits(chain.primes[j]);
        EXPECT_GE(log2_product(chain.special_primes), digit) << "digit at prime " << i;
    }
    long double scale = std::exp2(static_cast<long double>(chain.scale_bits)), top = scale;
    std::size_t limb = chain.primes.size();
    for (int level = chain.depth; level > 0; --level) {
        scale *= scale;
        for (std::size_t i = 0; i < chain.primes_per_level; ++i)
            scale /= static_cast<long double>(chain.primes[--limb]);
        EXPECT_LT(std::fabs(std::log2(scale / top)), 0.25L) << "scale of level " << level - 1;
    }
    double room = static_cast<double>(-std::log2(scale)) - chain.integer_bits - 1;
    for (std::size_t i = 0; i < chain.base_primes; ++i) room += bits(chain.primes[i]);
    EXPECT_GT(room, -0.5) << "level 0 is too small for its values";
}

TEST(SecurityTable, IsTheOneOfTheGuidelines) {
    // 2024/463, table 5.2, classical, ternary secret, N = 2^10 .. 2^17.
    constexpr std::array<std::array<int, 8>, 3> table{{{26, 53, 106, 214, 430, 868, 1747, 3523},
                                                       {0, 36, 73, 147, 297, 597, 1199, 2411},
                                                       {0, 27, 56, 114, 230, 462, 929, 1866}}};
    for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t column = 0; column < 8; ++column) {
            EXPECT_EQ(max_log_modulus(static_cast<int>(column) + 10, 128 + 64 * static_cast<int>(row)),
                      table[row][column]);
        }
    }
    for (const int security : {128, 192, 256}) {
        for (const int log_n : {-1, 0, 9, 18, 64}) EXPECT_EQ(max_log_modulus(log_n, security), 0);
    }
    for (const int security : {-1, 0, 80, 127, 129, 512}) {
        EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { static_cast<void>(max_log_modulus(14, security)); }),
                    HasSubstr("use 128, 192 or 256"));
    }
}

TEST(SecurityTable, HasTheQuantumColumnOfTheGuidelines) {
    // The column that the scripts of 2024/463 give with quantum sieving, as published with them; ternary secret.
    constexpr std::array<std::array<int, 8>, 3> table{{{20, 40, 80, 161, 322, 644, 1289, 2578},
                                                       {0, 29, 59, 119, 239, 479, 959, 1920},
                                                       {0, 22, 47, 95, 192, 385, 773, 0}}};
    // The 2018 standard, ternary secret, quantum: N = 2^10 .. 2^15.
    constexpr std::array<std::array<int, 6>, 3> standard{
        {{25, 51, 101, 202, 411, 827}, {17, 35, 70, 141, 284, 571}, {13, 27, 54, 109, 220, 443}}};
    for (std::size_t row = 0; row < 3; ++row) {
        const int security = 128 + 64 * static_cast<int>(row);
        for (std::size_t column = 0; column < 8; ++column) {
            const int log_n = static_cast<int>(column) + 10;
            EXPECT_EQ(max_log_modulus(log_n, security, Attacks::quantum), table[row][column]);
            EXPECT_LE(table[row][column], max_log_modulus(log_n, security)) << "quantum attacks are no weaker";
            if (column < 6) {
                EXPECT_LE(table[row][column], standard[row][column]);
            }
        }
    }
}

TEST(Parameters, AreSecureAgainstTheAttacksAskedFor) {
    const ParameterSpec classical{.depth = 12};
    ParameterSpec quantum = classical;
    quantum.attacks = Attacks::quantum;
    const Parameters usual = Parameters::create(classical), cautious = Parameters::create(quantum);
    EXPECT_EQ(usual.security_bits(), 128);
    EXPECT_EQ(cautious.security_bits(), 128);
    EXPECT_EQ(cautious.quantum_security_bits(), 128);
    EXPECT_LE(cautious.log2_modulus_with_special(),
              max_log_modulus(cautious.log_ring_dimension(), 128, Attacks::quantum));
    EXPECT_THAT(cautious.summary(), HasSubstr("128 bits classical, 128 bits quantum"));
    quantum.log_ring_dimension = 15;
    quantum.depth = 17;
    EXPECT_THAT(message_of(ErrorCode::insecure_parameters, [&] { static_cast<void>(Parameters::create(quantum)); }),
                HasSubstr("N = 2^15 allows 644 in all for 128 bits of quantum security"));
    quantum.attacks = Attacks::classical;
    const Parameters large = Parameters::create(quantum);
    EXPECT_EQ(large.quantum_security_bits(), 0) << large.summary();
    EXPECT_THAT(large.summary(), testing::Not(HasSubstr("quantum")));
    quantum.attacks = Attacks::quantum;
    quantum.primes = large.primes();
    quantum.special_primes = large.special_primes();
    quantum.digits = static_cast<int>(large.digits(large.depth()));
    EXPECT_THAT(message_of(ErrorCode::insecure_parameters, [&] { static_cast<void>(Parameters::create(quantum)); }),
                HasSubstr("exceeds 644 at N = 2^15 for 128 bits of quantum security"));
}

TEST(Parameters, EveryChoiceOverAGridIsSoundAndSecure) {
    int chosen = 0;
    for (const int security : {128, 192, 256}) {
        for (int scale = 30; scale <= 45; scale += 3) {
            for (int depth = 0; depth <= 40; depth += depth < 4 ? 1 : 9) {
                const ParameterSpec spec{.depth = depth, .scale_bits = scale, .security_bits = security};
                SCOPED_TRACE(testing::Message()
                             << "depth " << depth << ", scale 2^" << scale << ", " << security << " bits");
                const auto chain = catching([&] { return choose_chain(spec); });
                if (!chain) {
                    EXPECT_EQ(chain.error().code(), ErrorCode::insecure_parameters) << chain.error().what();
                    continue;
                }
                expect_sound(*chain, spec);
                EXPECT_EQ(chain->security_bits, security);
                ++chosen;
            }
        }
    }
    EXPECT_GT(chosen, 130);
}

TEST(Parameters, SmallScalesAreSoundOrRefusedWithTheReason) {
    // Few primes are 1 modulo 2N near a small scale: without a check the scales run away doubly exponentially.
    for (int scale = 20; scale < 30; scale += 3) {
        for (const int depth : {1, 4, 12, 30}) {
            const ParameterSpec spec{.depth = depth, .scale_bits = scale};
            SCOPED_TRACE(testing::Message() << "depth " << depth << ", scale 2^" << scale);
            const auto chain = catching([&] { return choose_chain(spec); });
            if (chain) {
                expect_sound(*chain, spec);
            } else {
                EXPECT_EQ(chain.error().code(), ErrorCode::invalid_argument);
                EXPECT_THAT(chain.error().what(),
                            AllOf(HasSubstr("too few primes near 2^"), HasSubstr("raise scale_bits")));
            }
        }
    }
}

TEST(Parameters, LargeScalesTakeTwoPrimesPerLevel) {
    for (const int scale : {49, 55, 60, 75, 90}) {
        const ParameterSpec spec{.depth = 5, .scale_bits = scale, .integer_bits = 10};
        const Chain chain = choose_chain(spec);
        expect_sound(chain, spec);
        EXPECT_EQ(chain.primes_per_level, 2u);
    }
}

TEST(Parameters, ScalesFollowTheExactRecursion) {
    const auto parameters = insecure_parameters_for_tests({.depth = 6, .log_ring_dimension = 11});
    EXPECT_EQ(parameters.exact_scale(6), 0x1p40L);
    for (int level = 6; level > 0; --level) {
        const long double q = static_cast<long double>(parameters.primes()[parameters.limbs(level) - 1]);
        const long double expected = parameters.exact_scale(level) * parameters.exact_scale(level) / q;
        EXPECT_LT(std::fabs(parameters.exact_scale(level - 1) / expected - 1), 0x1p-60L);
    }
}

TEST(Parameters, ReportTheirSizes) {
    const auto parameters = Parameters::create({.depth = 3, .log_ring_dimension = 14, .digits = 2});
    EXPECT_EQ(parameters.slots(), 8192u);
    EXPECT_EQ(parameters.digits(3), 2u);
    EXPECT_EQ(parameters.limbs(3), parameters.primes().size());
    EXPECT_NEAR(parameters.log2_modulus_with_special(),
                parameters.log2_modulus() + log2_product(parameters.special_primes()), 1e-9);
    EXPECT_EQ(parameters.ciphertext_bytes(0), 2 * parameters.limbs(0) * 16384 * 8);
    EXPECT_EQ(parameters.key_switch_key_bytes(),
              2 * 2 * (parameters.primes().size() + parameters.special_primes().size()) * 16384 * 8);
    EXPECT_THAT(parameters.summary(), AllOf(HasSubstr("N = 2^14"), HasSubstr("of 430 allowed, 128 bits"),
                                            HasSubstr("2 key-switching digits")));
    EXPECT_THAT(insecure_parameters_for_tests({.depth = 1}).summary(), HasSubstr("INSECURE"));
    EXPECT_EQ(insecure_parameters_for_tests({.depth = 1}).security_bits(), 0);
    for (const int level : {-1, 4}) {
        EXPECT_THAT(message_of(ErrorCode::out_of_levels, [&] { static_cast<void>(parameters.limbs(level)); }),
                    HasSubstr("levels 0 to 3"));
        EXPECT_THAT(message_of(ErrorCode::out_of_levels, [&] { static_cast<void>(parameters.scale(level)); }),
                    HasSubstr("levels 0 to 3"));
    }
}

TEST(Parameters, AreEqualExactlyIfEverythingAgrees) {
    const ParameterSpec spec{.depth = 2, .log_ring_dimension = 13};
    const auto first = Parameters::create(spec);
    EXPECT_TRUE(first == Parameters::create(spec));
    EXPECT_FALSE(first == Parameters::create({.depth = 2, .scale_bits = 39, .log_ring_dimension = 13}));
    EXPECT_FALSE(first == insecure_parameters_for_tests(spec));
}

TEST(Parameters, GiveTheSlotsAskedFor) {
    EXPECT_EQ(choose_chain({.depth = 1, .min_slots = 16384}).log_ring_dimension, 15);
    EXPECT_THAT(refusal(ErrorCode::invalid_argument, {.log_ring_dimension = 13, .min_slots = 4097}),
                AllOf(HasSubstr("4096 slots"), HasSubstr("raise log_ring_dimension")));
    EXPECT_THAT(refusal(ErrorCode::invalid_argument, {.min_slots = 65537}), HasSubstr("at most 65536"));
}

TEST(Parameters, RefuseValuesOutOfRange) {
    for (const int depth : {-1, 61})
        EXPECT_THAT(refusal(ErrorCode::invalid_argument, {.depth = depth}), HasSubstr("depth is"));
    for (const int scale : {19, 91, -40})
        EXPECT_THAT(refusal(ErrorCode::invalid_argument, {.scale_bits = scale}), HasSubstr("scale_bits is"));
    for (const int integer : {0, 61})
        EXPECT_THAT(refusal(ErrorCode::invalid_argument, {.integer_bits = integer}), HasSubstr("integer_bits is"));
    for (const int log_n : {9, 18, -1}) {
        EXPECT_THAT(refusal(ErrorCode::invalid_argument, {.log_ring_dimension = log_n}),
                    HasSubstr("log_ring_dimension is"));
    }
    for (const int digits : {0, -1, 201})
        EXPECT_THAT(refusal(ErrorCode::invalid_argument, {.digits = digits}), HasSubstr("digits is"));
    for (const int security : {0, 100})
        EXPECT_THAT(refusal(ErrorCode::invalid_argument, {.security_bits = security}), HasSubstr("128, 192 or 256"));
}

TEST(Parameters, RefuseDigitsThatCannotBe) {
    // Four primes per digit or two: five digits of seven primes do not exist.
    EXPECT_THAT(refusal(ErrorCode::invalid_argument, {.depth = 6, .digits = 5}),
                AllOf(HasSubstr("7 primes do not make 5"), HasSubstr("4 are the nearest")));
    EXPECT_THAT(refusal(ErrorCode::invalid_argument, {.depth = 1, .digits = 3}), HasSubstr("2 primes do not make 3"));
}

TEST(Parameters, RefuseWhatIsNotSecure) {
    EXPECT_THAT(refusal(ErrorCode::insecure_parameters, {.depth = 10, .log_ring_dimension = 13}),
                AllOf(HasSubstr("N = 2^13 allows 214"), HasSubstr("128 bits"), HasSubstr("raise log_ring_dimension")));
    EXPECT_THAT(refusal(ErrorCode::insecure_parameters, {.depth = 60, .scale_bits = 45, .security_bits = 256}),
                HasSubstr("allows 1866"));
    EXPECT_THAT(refusal(ErrorCode::insecure_parameters,
                        {.depth = 0, .scale_bits = 20, .security_bits = 192, .log_ring_dimension = 10}),
                HasSubstr("allows 0"));
}

/// A chain that is right, to be made wrong.
ParameterSpec stated() {
    const Chain chain = choose_chain({.depth = 2, .log_ring_dimension = 13});
    ParameterSpec spec{.depth = 2,
                       .log_ring_dimension = 13,
                       .digits = 3,
                       .primes = chain.primes,
                       .special_primes = chain.special_primes};
    spec.base_primes = chain.base_primes;
    return spec;
}

TEST(StatedPrimes, AreTakenIfTheyAreSound) {
    const Chain chain = choose_chain(stated());
    EXPECT_EQ(chain.primes, stated().primes);
    EXPECT_EQ(chain.special_primes, stated().special_primes);
    EXPECT_EQ(chain.security_bits, 128);
}

TEST(StatedPrimes, AreRefusedIfAnythingIsWrong) {
    const auto wrong = [](auto change) {
        ParameterSpec spec = stated();
        change(spec);
        return refusal(ErrorCode::invalid_argument, spec);
    };
    EXPECT_THAT(wrong([](auto& s) { s.log_ring_dimension.reset(); }), HasSubstr("also needs log_ring_dimension"));
    EXPECT_THAT(wrong([](auto& s) { s.special_primes.clear(); }), HasSubstr("special_primes"));
    EXPECT_THAT(wrong([](auto& s) { s.primes.pop_back(); }), HasSubstr("add or remove primes"));
    EXPECT_THAT(wrong([](auto& s) { s.base_primes = 0; }), HasSubstr("add or remove primes"));
    EXPECT_THAT(wrong([](auto& s) {
                    s.primes.resize(1);
                    s.base_primes = std::size_t{0} - 1;  // plus the depth of 2: one prime, modulo 2^64
                }),
                HasSubstr("add or remove primes"));
    EXPECT_THAT(wrong([](auto& s) { s.primes[1] = s.primes[2]; }), HasSubstr("occurs twice"));
    EXPECT_THAT(wrong([](auto& s) { s.special_primes[0] = s.primes[0]; }), HasSubstr("occurs twice"));
    EXPECT_THAT(wrong([](auto& s) { s.primes[1] += 2; }), HasSubstr("is not a prime"));
    EXPECT_THAT(wrong([](auto& s) { s.primes[1] = 0; }), HasSubstr("is not a prime"));
    EXPECT_THAT(wrong([](auto& s) { s.primes[1] = (std::uint64_t{1} << 60) - 93; }), HasSubstr("below 2^49"));
    EXPECT_THAT(wrong([](auto& s) { s.primes[1] = math::nearest_ntt_prime(0x1p40, 1 << 12, s.primes); }),
                HasSubstr("1 modulo 2N"));
    EXPECT_THAT(wrong([](auto& s) { s.special_primes = {math::nearest_ntt_prime(0x1p30, 1 << 14, {})}; }),
                HasSubstr("add special primes"));
    EXPECT_THAT(wrong([](auto& s) { s.digits = 1; }), HasSubstr("add special primes or digits"));
    EXPECT_THAT(wrong([](auto& s) { s.primes[2] = math::nearest_ntt_prime(0x1p25, 1 << 14, {}); }),
                HasSubstr("nearer to 2^scale_bits"));
    EXPECT_THAT(wrong([](auto& s) { s.integer_bits = 30; }), HasSubstr("bits short of scale 2^40"));
}

TEST(StatedPrimes, AreRefusedIfTheyAreNotSecure) {
    ParameterSpec spec = stated();
    spec.security_bits = 256;
    EXPECT_THAT(refusal(ErrorCode::insecure_parameters, spec), HasSubstr("exceeds 114 at N = 2^13"));
}

}  // namespace
}  // namespace tacit::ckks
