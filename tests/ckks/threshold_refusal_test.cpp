// What collective keys refuse: other sessions, parties, steps and subjects, missing, repeated and used shares, keys
// made twice, ciphertexts decrypted twice, noise that does not fit.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/throws.hpp"
#include "ckks/threshold_support.hpp"
#include "tacit/base/files.hpp"
#include "tacit/ckks/noise.hpp"

namespace tacit::ckks::threshold {
namespace {

struct ThresholdRefusal : ::testing::Test {
    Parameters parameters = insecure_parameters_for_tests({.depth = 1, .log_ring_dimension = 10});
    Group group{parameters, 3, {.rotations = {1}}, Rng(fixed_seed(1))};
    Group other{parameters, 3, {.rotations = {1}}, Rng(fixed_seed(2))};  // the same names, another session
    Session session = group.session;
    Party& a = group.parties[0];
    Party& b = group.parties[1];
    Ciphertext ciphertext = Encryptor(group.public_key()).encrypt(std::vector<double>{0.5});
    Smudging smudging{.error_standard_deviation = 1000, .statistical_bits = 10};

    [[nodiscard]] Party fresh(const std::string& name) { return Party::create(session, name, group.rng); }
    [[nodiscard]] Share share_of(Party& party, const Ciphertext& of, Repeat repeat = Repeat::refuse) {
        return party.decryption_share(of, smudging, group.ledgers[party.index()], group.rng, repeat);
    }
};

TEST_F(ThresholdRefusal, AContributionMustOpenItsCommitment) {
    auto members = make_members(make_names(3), group.rng);
    members[1].contribution[7] ^= std::byte{1};
    expect_throws(ErrorCode::invalid_argument, "the contribution of \"party B\" does not open its commitment",
                  [&] { return Session::agree(parameters, members); });
    members = make_members(make_names(3), group.rng);
    std::swap(members[0].name, members[1].name);  // a commitment is to a name, too
    expect_throws(ErrorCode::invalid_argument, "does not open its commitment",
                  [&] { return Session::agree(parameters, members); });
}

TEST_F(ThresholdRefusal, MembersAreTwoOrMoreWithDistinctNames) {
    expect_throws(ErrorCode::invalid_argument, "1 members; a collective key has 2 to 1024",
                  [&] { return Session::agree(parameters, make_members({"alone"}, group.rng)); });
    expect_throws(ErrorCode::invalid_argument, "two members are called \"A\"", [&] {
        return Session::agree(parameters, make_members({"A", "A"}, group.rng));
    });
    expect_throws(ErrorCode::invalid_argument, "a name of 0 bytes", [&] {
        return Session::agree(parameters, make_members({"A", ""}, group.rng));
    });
    expect_throws(ErrorCode::invalid_argument, "a name of 256 bytes", [&] {
        return Session::agree(parameters, make_members({"A", std::string(256, 'x')}, group.rng));
    });
    expect_throws(ErrorCode::invalid_argument, "no party is called \"party D\"", [&] { return fresh("party D"); });
}

TEST_F(ThresholdRefusal, EverythingAgreedGoesIntoTheSessionsId) {
    const auto members = make_members(make_names(3), group.rng);
    std::set<Digest> ids{Session::agree(parameters, members).id()};
    auto changed = members;
    std::swap(changed[0], changed[1]);
    EXPECT_TRUE(ids.insert(Session::agree(parameters, changed).id()).second) << "order";
    changed = members;
    changed.pop_back();
    EXPECT_TRUE(ids.insert(Session::agree(parameters, changed).id()).second) << "members";
    changed = members;
    changed[2].contribution[0] ^= std::byte{1};
    changed[2].commitment = commitment(changed[2].name, changed[2].contribution);
    EXPECT_TRUE(ids.insert(Session::agree(parameters, changed).id()).second) << "contribution";
    changed = members;
    changed[2].name = "somebody else";
    changed[2].commitment = commitment(changed[2].name, changed[2].contribution);
    EXPECT_TRUE(ids.insert(Session::agree(parameters, changed).id()).second) << "name";
    const auto deeper = insecure_parameters_for_tests({.depth = 2, .log_ring_dimension = 10});
    EXPECT_TRUE(ids.insert(Session::agree(deeper, members).id()).second) << "parameters";
    EXPECT_FALSE(ids.insert(Session::agree(parameters, members).id()).second);
}

TEST_F(ThresholdRefusal, SharesOfAnotherSession) {
    const Ciphertext foreign = Encryptor(other.public_key()).encrypt(std::vector<double>{0.5});
    auto share = [&] {
        return other.parties[0].decryption_share(foreign, smudging, other.ledgers[0], other.rng, Repeat::allow);
    };
    auto collector = collect_decryption(session, foreign);
    expect_throws(ErrorCode::parameter_mismatch, "collect decryption: a share of session", [&] {
        collector.add(share());
        return 0;
    });
    const auto parsed = parse_share(serialize(share()), session);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code(), ErrorCode::parameter_mismatch);
    EXPECT_THAT(parsed.error().what(), ::testing::HasSubstr("made in session"));
}

TEST_F(ThresholdRefusal, RoundsOfAnotherSession) {
    auto first = collect_relinearization_one(session);
    for (const auto& name : session.parties()) first.add(fresh(name).relinearization_share_one(group.rng));
    const RelinearizationRound round = std::move(first).finish();
    Party stranger = Party::create(other.session, "party A", other.rng);
    static_cast<void>(stranger.relinearization_share_one(other.rng));
    expect_throws(ErrorCode::parameter_mismatch, "round one is of session",
                  [&] { return stranger.relinearization_share_two(round, other.rng); });
    expect_throws(ErrorCode::parameter_mismatch, "round one is of session",
                  [&] { return collect_relinearization_key(other.session, round); });
    EXPECT_FALSE(parse_relinearization_round(serialize(round), other.session));
}

TEST_F(ThresholdRefusal, SharesOfAnotherStepOrSubject) {
    const Ciphertext another = Encryptor(group.public_key()).encrypt(std::vector<double>{0.5});
    auto collector = collect_decryption(session, ciphertext);
    expect_throws(ErrorCode::invalid_argument, "the share of \"party A\" was made for another subject", [&] {
        collector.add(share_of(a, another));
        return 0;
    });
    expect_throws(ErrorCode::invalid_argument, "the share of \"party A\" is for another step (public key)", [&] {
        collector.add(fresh("party A").public_key_share(group.rng));
        return 0;
    });
    expect_throws(ErrorCode::invalid_argument, "was made for another subject", [&] {
        collect_galois_key(session, 5).add(fresh("party A").galois_share(25, group.rng));
        return 0;
    });
    const KeySet one = generate_keys(parameters), two = generate_keys(parameters);
    expect_throws(ErrorCode::invalid_argument, "was made for another subject", [&] {
        collect_key_switch(session, ciphertext, one.public_key)
            .add(a.key_switch_share(ciphertext, two.public_key, smudging, group.ledgers[0], group.rng));
        return 0;
    });
    EXPECT_EQ(collector.missing().size(), 3u);  // what was refused left no trace
}

TEST_F(ThresholdRefusal, MissingRepeatedAndUsedShares) {
    auto collector = collect_decryption(session, ciphertext);
    Share share = share_of(a, ciphertext);
    collector.add(std::move(share));
    expect_throws(ErrorCode::invalid_argument, "this share was used up before", [&] {
        collector.add(std::move(share));  // NOLINT: on purpose
        return 0;
    });
    expect_throws(ErrorCode::invalid_argument, "serialize: this share was used up before",
                  [&] { return serialize(std::move(share)); });
    expect_throws(ErrorCode::invalid_argument, "a second share of \"party A\"", [&] {
        collector.add(share_of(a, ciphertext, Repeat::allow));
        return 0;
    });
    EXPECT_EQ(collector.missing(), (std::vector<std::string>{"party B", "party C"}));
    expect_throws(ErrorCode::invalid_argument, "2 of 3 shares are missing, \"party B\" first",
                  [&] { return std::move(collector).finish(); });
}

TEST_F(ThresholdRefusal, AReplayedMessageIsASecondShare) {
    const auto bytes = serialize(share_of(a, ciphertext));
    auto collector = collect_decryption(session, ciphertext);
    collector.add(parse_share(bytes, session).value());
    expect_throws(ErrorCode::invalid_argument, "a second share of \"party A\"", [&] {
        collector.add(parse_share(bytes, session).value());
        return 0;
    });
}

TEST_F(ThresholdRefusal, NoSharesCanBeCopied) {
    static_assert(!std::is_copy_constructible_v<Share> && !std::is_copy_assignable_v<Share>);
    static_assert(!std::is_copy_constructible_v<Party> && !std::is_copy_assignable_v<Party>);
    static_assert(std::is_nothrow_move_constructible_v<Share>);
}

TEST_F(ThresholdRefusal, KeySharesAreGivenOnce) {
    const auto refused = [&](const char* what, const auto& give) {
        expect_throws(ErrorCode::invalid_argument, what, give);
    };
    refused("public key: \"party A\" gave its share already", [&] { return a.public_key_share(group.rng); });
    refused("relinearisation key, round one: \"party A\" gave its share already",
            [&] { return a.relinearization_share_one(group.rng); });
    refused("Galois key: \"party A\" gave its share already", [&] { return a.galois_share(5, group.rng); });
    EXPECT_NO_THROW(static_cast<void>(a.galois_share(25, group.rng)));  // of another element
    refused("4 is no Galois element", [&] { return a.galois_share(4, group.rng); });
    refused("4 is no Galois element", [&] { return collect_galois_key(session, 4); });
}

TEST_F(ThresholdRefusal, RoundTwoFollowsRoundOneAndIsGivenOnce) {
    Party party = fresh("party A");
    auto first = collect_relinearization_one(session);
    first.add(party.relinearization_share_one(group.rng));
    for (const char* name : {"party B", "party C"}) first.add(fresh(name).relinearization_share_one(group.rng));
    const RelinearizationRound round = std::move(first).finish();
    expect_throws(ErrorCode::invalid_argument, "gave no share of round one",
                  [&] { return fresh("party B").relinearization_share_two(round, group.rng); });
    static_cast<void>(party.relinearization_share_two(round, group.rng));
    expect_throws(ErrorCode::invalid_argument, "round two: \"party A\" gave its share already",
                  [&] { return party.relinearization_share_two(round, group.rng); });
}

TEST_F(ThresholdRefusal, ARestoredPartyMakesNoKeys) {
    Rng rng(fixed_seed(5));
    Party restored = Party::restore(session, "party A", SecretKey::generate(parameters, rng));
    expect_throws(ErrorCode::invalid_argument, "public key: \"party A\" was restored",
                  [&] { return restored.public_key_share(rng); });
    const auto deeper = insecure_parameters_for_tests({.depth = 2, .log_ring_dimension = 10});
    expect_throws(ErrorCode::parameter_mismatch, "restore a party: made under other parameters",
                  [&] { return Party::restore(session, "party A", SecretKey::generate(deeper, rng)); });
}

TEST_F(ThresholdRefusal, OtherParametersAndDegreeTwo) {
    const auto deeper = insecure_parameters_for_tests({.depth = 2, .log_ring_dimension = 10});
    const KeySet keys = generate_keys(deeper);
    const Ciphertext foreign = Encryptor(keys.public_key).encrypt(std::vector<double>{0.5});
    expect_throws(ErrorCode::parameter_mismatch, "decryption share: made under other parameters",
                  [&] { return share_of(a, foreign); });
    expect_throws(ErrorCode::parameter_mismatch, "collect decryption: made under other parameters",
                  [&] { return collect_decryption(session, foreign); });
    expect_throws(ErrorCode::parameter_mismatch, "key switch share: made under other parameters", [&] {
        return a.key_switch_share(ciphertext, keys.public_key, smudging, group.ledgers[0], group.rng);
    });
    expect_throws(ErrorCode::parameter_mismatch, "collect key switch: made under other parameters",
                  [&] { return collect_key_switch(session, ciphertext, keys.public_key); });
    const Ciphertext product = Evaluator(parameters).mul(ciphertext, ciphertext);
    expect_throws(ErrorCode::invalid_argument, "degree 2, but shares are of degree 1; relinearize it",
                  [&] { return share_of(a, product); });
}

TEST_F(ThresholdRefusal, NoiseThatDoesNotFit) {
    const auto give = [&](Smudging wanted) {
        return a.decryption_share(ciphertext, wanted, group.ledgers[0], group.rng);
    };
    expect_throws(ErrorCode::invalid_argument, "decryption share: error bound 0, 64 publications",
                  [&] { return give({}); });
    expect_throws(ErrorCode::invalid_argument, "the noise of 3 parties that hides an error of 1e+06 adds",
                  [&] { return give({.error_standard_deviation = 1e6, .statistical_bits = 30}); });
    expect_throws(ErrorCode::invalid_argument, "above 2^50",
                  [&] { return give({.error_standard_deviation = 1e9, .statistical_bits = 40}); });
    expect_throws(ErrorCode::invalid_argument, "smudging error: the noise of 3 parties", [&] {
        return smudging_error(session, {1, 1, 1}, {.error_standard_deviation = 1e6, .statistical_bits = 30}, 64);
    });
    EXPECT_EQ(group.ledgers[0].given(), 0u);  // a refusal uses nothing up
}

TEST_F(ThresholdRefusal, ACiphertextDecryptsOnceUnlessTheCallerSaysSo) {
    static_cast<void>(share_of(a, ciphertext));
    const auto again = [&](const Ciphertext& of) {
        expect_throws(ErrorCode::invalid_argument, "was given before, and fresh noise on the same averages out",
                      [&] { return share_of(a, of); });
    };
    again(ciphertext);
    again(Evaluator(parameters).add(ciphertext, 0.25));  // another c_0 over the same c_1
    expect_throws(ErrorCode::invalid_argument, "key switch share: a share of ciphertext", [&] {
        return a.key_switch_share(ciphertext, other.public_key(), smudging, group.ledgers[0], group.rng);
    });
    EXPECT_EQ(group.ledgers[0].given(), 1u);
    static_cast<void>(share_of(a, ciphertext, Repeat::allow));
    EXPECT_EQ(group.ledgers[0].given(), 2u);
    EXPECT_NO_THROW(static_cast<void>(share_of(b, ciphertext)));  // another party, another ledger
}

TEST_F(ThresholdRefusal, ALedgerHasAnOwnerAndAnEnd) {
    DecryptionLedger ledger(session, "party A", 2);
    const auto give = [&](Party& party) {
        return party.decryption_share(ciphertext, smudging, ledger, group.rng, Repeat::allow);
    };
    expect_throws(ErrorCode::invalid_argument, "the ledger is that of party 0", [&] { return give(b); });
    expect_throws(ErrorCode::invalid_argument, "the ledger is that of party 0", [&] { return give(other.parties[0]); });
    static_cast<void>(give(a));
    static_cast<void>(give(a));
    expect_throws(ErrorCode::invalid_argument, "all 2 publications that the noise was sized for are used up",
                  [&] { return give(a); });
    expect_throws(ErrorCode::invalid_argument, "0 publications",
                  [&] { return DecryptionLedger(session, "party A", 0); });
}

TEST_F(ThresholdRefusal, ALedgerInAFileRemembersAfterARestart) {
    const auto folder = std::filesystem::temp_directory_path() / ("tacit_ledger_" + to_hex(group.rng.new_seed()));
    std::filesystem::create_directory(folder);
    const auto path = folder / "ledger.bin";
    {
        auto ledger = DecryptionLedger::create(path, session, "party A", 2);
        static_cast<void>(a.decryption_share(ciphertext, smudging, ledger, group.rng));
    }
    expect_throws(ErrorCode::io_failure, "there is a file already",
                  [&] { return DecryptionLedger::create(path, session, "party A", 2); });
    auto ledger = DecryptionLedger::open(path, session, "party A").value();
    EXPECT_EQ(ledger.given(), 1u);
    EXPECT_EQ(ledger.publications(), 2u);
    expect_throws(ErrorCode::invalid_argument, "was given before",
                  [&] { return a.decryption_share(ciphertext, smudging, ledger, group.rng); });
    const auto refused = DecryptionLedger::open(path, session, "party B");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::parameter_mismatch);
    EXPECT_FALSE(DecryptionLedger::open(path, other.session, "party A"));
    std::filesystem::remove_all(folder);
    expect_throws(ErrorCode::io_failure, "ledger.bin", [&] {  // nowhere to write: no share, and nothing noted
        return a.decryption_share(ciphertext, smudging, ledger, group.rng, Repeat::allow);
    });
    EXPECT_EQ(ledger.given(), 1u);
}

}  // namespace
}  // namespace tacit::ckks::threshold
