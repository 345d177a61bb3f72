#include "tacit/mpc/shamir.hpp"

#include <algorithm>
#include <array>

#include "../base/seeded.hpp"
#include "../base/throws.hpp"

namespace tacit::mpc::shamir {

namespace {

std::vector<std::uint64_t> random_secrets(Rng& rng, std::size_t count) {
    std::vector<std::uint64_t> secrets(count);
    for (std::uint64_t& secret : secrets) secret = rng.next() % modulus;
    return secrets;
}

/// Some of the shares, in any order.
std::vector<Share> pick(std::vector<Share> shares, std::size_t count, Rng& rng) {
    for (std::size_t i = shares.size(); i > 1; --i) std::swap(shares[i - 1], shares[rng.next() % i]);
    shares.resize(count);
    return shares;
}

}  // namespace

TEST(Shamir, AnyDegreePlusOneSharesOpen) {
    Seeded seeded;
    for (const Scheme scheme : {Scheme{2, 1}, Scheme{3, 1}, Scheme{5, 2}, Scheme{9, 8}, Scheme{40, 13}}) {
        const auto secrets = random_secrets(seeded.rng, 7);
        const auto shares = share(scheme, secrets, seeded.rng);
        ASSERT_EQ(shares.size(), static_cast<std::size_t>(scheme.parties));
        for (int count = scheme.degree + 1; count <= scheme.parties; ++count) {
            const auto opened = open(scheme, pick(shares, static_cast<std::size_t>(count), seeded.rng), seeded.rng);
            EXPECT_EQ(opened.secrets, secrets);
            EXPECT_TRUE(opened.wrong.empty());
        }
    }
}

TEST(Shamir, WrongSharesAreNamedWhileThereAreEnoughOthersAndFoundWhileThereIsOneMore) {
    Seeded seeded;
    const Scheme scheme{10, 3};
    const auto secrets = random_secrets(seeded.rng, 5);
    for (std::size_t count = 4; count <= 10; ++count) {
        for (std::size_t wrong = 1; wrong <= count - 4; ++wrong) {
            auto shares = pick(share(scheme, secrets, seeded.rng), count, seeded.rng);
            std::vector<int> liars;
            for (std::size_t i = 0; i < wrong; ++i) {
                std::uint64_t& value = shares[i].values[seeded.rng.next() % 5];
                value = (value + 1 + seeded.rng.next() % (modulus - 1)) % modulus;
                liars.push_back(shares[i].party);
            }
            std::ranges::sort(liars);
            if (4 + 2 * wrong <= count) {
                const auto opened = open(scheme, shares, seeded.rng);
                EXPECT_EQ(opened.secrets, secrets);
                EXPECT_EQ(opened.wrong, liars);
            } else {
                expect_throws(ErrorCode::protocol_violation, "do not lie on one polynomial",
                              [&] { return open(scheme, shares, seeded.rng); });
            }
        }
    }
}

TEST(Shamir, SharesAddUpToSharesOfSumsOfSignedNumbers) {
    Seeded seeded;
    const Scheme scheme{4, 2};
    std::vector<Share> totals = share(scheme, std::vector<std::uint64_t>(2), seeded.rng);
    for (const std::int64_t raise : {3100, 2876, 3540, 3170}) {
        const auto shares = share(scheme, std::vector{to_field(raise), to_field(-raise)}, seeded.rng);
        for (std::size_t i = 0; i < 4; ++i) add(totals[i], shares[i]);
    }
    totals.erase(totals.begin() + 1);  // somebody dropped out
    const auto opened = open(scheme, totals, seeded.rng);
    EXPECT_EQ(from_field(opened.secrets[0]), 12'686);
    EXPECT_EQ(from_field(opened.secrets[1]), -12'686);
}

TEST(Shamir, SignedNumbersComeBack) {
    for (const std::int64_t value : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{1} << 62,
                                     -(std::int64_t{1} << 62), std::int64_t{INT32_MAX}, std::int64_t{INT32_MIN}}) {
        EXPECT_LT(to_field(value), modulus);
        EXPECT_EQ(from_field(to_field(value)), value);
    }
}

TEST(Shamir, DegreeSharesAreUniformWhateverTheSecretIs) {
    // Two shares of a degree-2 sharing of 0 and of 1: each of the 16 pairs of top bits is equally likely.
    Seeded seeded;
    for (const std::uint64_t secret : {0U, 1U}) {
        std::array<int, 16> counts{};
        for (int i = 0; i < 16'000; ++i) {
            const auto shares = share({3, 2}, std::vector{secret}, seeded.rng);
            ++counts[(shares[0].values[0] >> 62 << 2) | (shares[2].values[0] >> 62)];
        }
        for (const int count : counts) EXPECT_NEAR(count, 1000, 6 * 31) << "more than six standard deviations off";
    }
}

TEST(Shamir, RefusesWhatCannotBe) {
    Rng rng{Seed{}};
    const std::vector<std::uint64_t> one{1};
    for (const Scheme scheme : {Scheme{1, 1}, Scheme{3, 0}, Scheme{3, 3}, Scheme{1001, 2}}) {
        expect_throws(ErrorCode::invalid_argument, "2 to 1000 parties", [&] { return share(scheme, one, rng); });
    }
    const Scheme scheme{3, 1};
    expect_throws(ErrorCode::invalid_argument, "to_field", [&] { return share(scheme, std::vector{modulus}, rng); });
    const auto shares = share(scheme, one, rng);
    expect_throws(ErrorCode::invalid_argument, "takes 2 or more",
                  [&] { return open(scheme, std::span(shares).first(1), rng); });
    auto bad = shares;
    bad[1].party = 0;
    expect_throws(ErrorCode::invalid_argument, "a second share of party 0", [&] { return open(scheme, bad, rng); });
    bad[1] = shares[1];
    bad[1].values.push_back(0);
    expect_throws(ErrorCode::invalid_argument, "shares of 1 and of 2 values", [&] { return open(scheme, bad, rng); });
    bad[1].values = {modulus};
    expect_throws(ErrorCode::protocol_violation, "no field element", [&] { return open(scheme, bad, rng); });
    Share total = shares[0];
    expect_throws(ErrorCode::invalid_argument, "do not add", [&] {
        add(total, shares[1]);
        return 0;
    });
}

}  // namespace tacit::mpc::shamir
