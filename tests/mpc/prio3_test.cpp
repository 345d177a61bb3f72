#include "tacit/mpc/prio3.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "base/seeded.hpp"
#include "base/throws.hpp"

namespace tacit::mpc {
namespace {

using Numbers = std::vector<std::uint64_t>;

const Bytes context{std::byte{'t'}};
const Bytes key(Prio3::verify_key_bytes, std::byte{42});

Bytes random_nonce(Rng& rng) {
    Bytes nonce(Prio3::nonce_bytes);
    rng.fill(nonce);
    return nonce;
}

/// The output shares of a report, or the reason why it is refused.
Expected<std::vector<Bytes>> verify(const Prio3& prio3, const Prio3::Report& report, const Bytes& nonce) {
    std::vector<Bytes> shares;
    std::vector<Prio3::State> states;
    for (int j = 0; j < prio3.shares(); ++j) {
        auto begun = prio3.verify_init(key, context, j, nonce, report.public_share,
                                       report.input_shares[static_cast<std::size_t>(j)]);
        if (!begun) return begun.error();
        shares.push_back(begun->verifier_share);
        states.push_back(std::move(begun->state));
    }
    const auto message = prio3.verifier_shares_to_message(context, shares);
    if (!message) return message.error();
    std::vector<Bytes> outputs;
    for (auto& state : states) {
        auto output = prio3.verify_next(std::move(state), *message);
        if (!output) return output.error();
        outputs.push_back(std::move(*output));
    }
    return outputs;
}

/// Random measurements of one kind and what they add up to.
struct Kind {
    Prio3 prio3;
    std::function<Numbers(Rng&)> measurement;
    std::function<void(const Numbers&, Numbers&)> count;
};

std::vector<Kind> kinds(int shares) {
    const auto add = [](const Numbers& m, Numbers& total) {
        std::transform(m.begin(), m.end(), total.begin(), total.begin(), std::plus());
    };
    std::vector<Kind> all;
    all.push_back({Prio3::count(shares), [](Rng& rng) { return Numbers{rng.next() % 2}; }, add});
    all.push_back({Prio3::sum(shares, 1000), [](Rng& rng) { return Numbers{rng.next() % 1001}; }, add});
    all.push_back({Prio3::sum_vec(shares, 5, 77),
                   [](Rng& rng) {
                       Numbers m(5);
                       for (auto& entry : m) entry = rng.next() % 78;
                       return m;
                   },
                   add});
    all.push_back({Prio3::histogram(shares, 9), [](Rng& rng) { return Numbers{rng.next() % 9}; },
                   [](const Numbers& m, Numbers& total) { ++total[m[0]]; }});
    all.push_back({Prio3::multihot_count_vec(shares, 6, 2),
                   [](Rng& rng) {
                       Numbers m(6);
                       m[rng.next() % 6] = m[rng.next() % 6] = 1;
                       return m;
                   },
                   add});
    return all;
}

TEST(Prio3, TotalsOfAllKindsAreThoseInTheClear) {
    Seeded random;
    for (const int shares : {2, 3, 5}) {
        for (const Kind& kind : kinds(shares)) {
            Numbers expected(kind.prio3.output_length());
            std::vector<Bytes> totals(static_cast<std::size_t>(shares), kind.prio3.empty_aggregate());
            for (int i = 0; i < 7; ++i) {
                const Numbers measurement = kind.measurement(random.rng);
                kind.count(measurement, expected);
                const Bytes nonce = random_nonce(random.rng);
                const auto report = kind.prio3.shard(context, measurement, nonce, random.rng);
                const auto outputs = verify(kind.prio3, report, nonce);
                for (std::size_t j = 0; j < totals.size(); ++j) kind.prio3.aggregate(totals[j], outputs.value()[j]);
            }
            EXPECT_EQ(kind.prio3.unshard(totals).value(), expected);
        }
    }
}

TEST(Prio3, MessagesHaveTheSizesThatWereAnnounced) {
    Seeded random;
    for (const Kind& kind : kinds(3)) {
        const Bytes nonce = random_nonce(random.rng);
        const auto report = kind.prio3.shard(context, kind.measurement(random.rng), nonce, random.rng);
        EXPECT_EQ(report.public_share.size(), kind.prio3.public_share_bytes());
        for (int j = 0; j < 3; ++j) {
            EXPECT_EQ(report.input_shares[static_cast<std::size_t>(j)].size(), kind.prio3.input_share_bytes(j));
        }
    }
    // Stated in the draft's table of sizes.
    EXPECT_EQ(Prio3::count().input_share_bytes(0), 48U);
    EXPECT_EQ(Prio3::count().input_share_bytes(1), 32U);
    EXPECT_EQ(Prio3::sum(2, 255).input_share_bytes(0), 320U);
    EXPECT_EQ(Prio3::histogram(2, 4, 2).input_share_bytes(0), 272U);
}

TEST(Prio3, AReportWithAnyByteAlteredIsRefused) {
    Seeded random;
    for (const Kind& kind : kinds(2)) {
        const Bytes nonce = random_nonce(random.rng);
        const auto report = kind.prio3.shard(context, kind.measurement(random.rng), nonce, random.rng);
        ASSERT_TRUE(verify(kind.prio3, report, nonce));
        const auto refused = [&](auto alter) {
            Prio3::Report altered = report;
            Bytes altered_nonce = nonce;
            alter(altered, altered_nonce);
            return !verify(kind.prio3, altered, altered_nonce);
        };
        for (std::size_t j = 0; j < 2; ++j) {
            for (std::size_t i = 0; i < report.input_shares[j].size(); ++i) {
                EXPECT_TRUE(refused([&](Prio3::Report& r, Bytes&) { r.input_shares[j][i] ^= std::byte{1}; }))
                    << j << " " << i;
            }
        }
        for (std::size_t i = 0; i < report.public_share.size(); ++i) {
            EXPECT_TRUE(refused([&](Prio3::Report& r, Bytes&) { r.public_share[i] ^= std::byte{0x80}; })) << i;
        }
        // The nonce is bound by joint randomness; without it the proof holds for any nonce, and the draft says so.
        if (!report.public_share.empty()) {
            EXPECT_TRUE(refused([](Prio3::Report&, Bytes& n) { n[3] ^= std::byte{4}; }));
        }
    }
}

TEST(Prio3, ABufferOfAnotherSizeIsRefused) {
    Seeded random;
    for (const Kind& kind : kinds(2)) {
        const Bytes nonce = random_nonce(random.rng);
        const auto report = kind.prio3.shard(context, kind.measurement(random.rng), nonce, random.rng);
        for (const int j : {0, 1}) {
            Bytes share = report.input_shares[static_cast<std::size_t>(j)];
            share.push_back(std::byte{0});
            EXPECT_FALSE(kind.prio3.verify_init(key, context, j, nonce, report.public_share, share));
            share.resize(share.size() - 2);
            EXPECT_FALSE(kind.prio3.verify_init(key, context, j, nonce, report.public_share, share));
        }
        EXPECT_FALSE(kind.prio3.verifier_shares_to_message(context, std::vector<Bytes>(2)));
        EXPECT_FALSE(kind.prio3.verifier_shares_to_message(context, std::vector<Bytes>(3)));
        EXPECT_FALSE(kind.prio3.unshard(std::vector<Bytes>(1, kind.prio3.empty_aggregate())));
    }
}

TEST(Prio3, ANumberThatIsNoResidueIsRefused) {
    const Prio3 prio3 = Prio3::count();
    const Bytes share(prio3.input_share_bytes(0), std::byte{0xFF});
    const auto result = prio3.verify_init(key, context, 0, Bytes(Prio3::nonce_bytes), {}, share);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::malformed_input);
    EXPECT_STREQ(result.error().what(), "Prio3: element 0 of a message is not below the field's modulus");
}

TEST(Prio3, SharesOfOneAggregatorSayNothingAboutTheMeasurement) {
    // The helper's share is its seed, whatever the measurement; the leader's is masked by what the seed expands to.
    Seeded random;
    const Prio3 prio3 = Prio3::sum(2, 255);
    Bytes uniform(prio3.random_bytes());
    random.rng.fill(uniform);
    const Bytes nonce(Prio3::nonce_bytes);
    const auto low = prio3.shard(context, Numbers{0}, nonce, uniform);
    const auto high = prio3.shard(context, Numbers{255}, nonce, uniform);
    EXPECT_EQ(low.input_shares[1], high.input_shares[1]);
    EXPECT_NE(low.input_shares[0], high.input_shares[0]);
}

TEST(Prio3, MeasurementsOutOfRangeAreRefusedWithoutNamingThem) {
    Rng rng = Rng::from_system();
    const Bytes nonce(Prio3::nonce_bytes);
    const auto shard = [&](const Prio3& prio3, const Numbers& m) {
        static_cast<void>(prio3.shard(context, m, nonce, rng));
    };
    expect_throws(ErrorCode::invalid_argument, "Prio3: entry 0 of the measurement exceeds 200; clamp it first",
                  [&] { shard(Prio3::sum(2, 200), {201}); });
    expect_throws(ErrorCode::invalid_argument, "Prio3: entry 1 of the measurement exceeds 3; clamp it first", [&] {
        shard(Prio3::sum_vec(2, 2, 3), {3, 4});
    });
    expect_throws(ErrorCode::invalid_argument, "Prio3: entry 0 of the measurement exceeds 4; clamp it first",
                  [&] { shard(Prio3::histogram(2, 5), {5}); });
    expect_throws(ErrorCode::invalid_argument, "Prio3: more than 1 entries of the measurement are 1", [&] {
        shard(Prio3::multihot_count_vec(2, 3, 1), {1, 0, 1});
    });
    expect_throws(ErrorCode::invalid_argument, "Prio3: a measurement of 2 entries was given but has to have 1", [&] {
        shard(Prio3::count(), {1, 1});
    });
    expect_throws(ErrorCode::invalid_argument, "Prio3: a nonce of 3 and randomness of 64 bytes",
                  [&] { static_cast<void>(Prio3::count().shard(context, Numbers{1}, Bytes(3), rng)); });
}

TEST(Prio3, ParametersOutOfRangeAreRefused) {
    const auto refused = [](auto make, const char* text) {
        expect_throws(ErrorCode::invalid_argument, text, [&] { static_cast<void>(make()); });
    };
    refused([] { return Prio3::count(1); }, "Prio3: 1 aggregators; there have to be 2 to 255");
    refused([] { return Prio3::count(256); }, "Prio3: 256 aggregators; there have to be 2 to 255");
    refused([] { return Prio3::sum(2, 0); }, "Prio3: the largest measurement is 0; it has to be 1 to 2^63 - 1");
    refused([] { return Prio3::sum_vec(2, 0, 1); }, "Prio3: 0 entries of 1 bits; a measurement has 1 to 2^20 bits");
    refused([] { return Prio3::sum_vec(2, 1 << 20, 2); }, "Prio3: 1048576 entries of 2 bits");
    refused([] { return Prio3::histogram(2, 4, 0); }, "Prio3: a chunk length of 0 for 4 bits");
    refused([] { return Prio3::histogram(2, 4, 5); }, "Prio3: a chunk length of 5 for 4 bits");
    refused([] { return Prio3::multihot_count_vec(2, 4, 5); }, "Prio3: at most 5 of 4 bits are 1; it has to be 1 to 4");
    refused([] { return Prio3::count().verify_init(key, context, 2, {}, {}, {}); },
            "Prio3: a key of 32 bytes and aggregator 2; 32 bytes and 0 to 1 are possible");
}

}  // namespace
}  // namespace tacit::mpc
