#pragma once

#include <string>
#include <vector>

#include "ckks/secret_key_rows.hpp"
#include "ckks/support.hpp"
#include "math/kernels.hpp"
#include "tacit/ckks/threshold.hpp"

// What the tests of collective keys share: a group of parties whose messages travel as bytes, and the secret that no
// party has.
namespace tacit::ckks::threshold {

inline std::vector<Member> make_members(const std::vector<std::string>& names, Rng& rng) {
    std::vector<Member> members;
    for (const std::string& name : names) {
        const Seed contribution = rng.new_seed();
        members.push_back({name, commitment(name, contribution), contribution});
    }
    return members;
}

inline std::vector<std::string> make_names(std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) names.push_back("party " + std::string(1, static_cast<char>('A' + i)));
    return names;
}

/// What arrives of a share.
inline Share sent(Share&& share, const Session& session) {
    return parse_share(serialize(std::move(share)), session).value();
}

struct Group {
    Group(const Parameters& parameters, std::size_t count, const KeyRequest& request, Rng&& random)
        : rng(std::move(random)), session(Session::agree(parameters, make_members(make_names(count), rng))) {
        for (const std::string& name : session.parties()) parties.push_back(Party::create(session, name, rng));
        for (const std::string& name : session.parties()) ledgers.emplace_back(session, name, publications);
        make_keys(request);
    }

    /// Collects `give(party)` of all.
    template <class Result, class Give>
    Result collect(Collector<Result> collector, Give give) {
        for (Party& party : parties) collector.add(sent(give(party), session));
        return std::move(collector).finish();
    }
    void make_keys(const KeyRequest& request) {
        public_keys.push_back(
            collect(collect_public_key(session), [&](Party& party) { return party.public_key_share(rng); }));
        if (request.relinearization) {
            const auto made = collect(collect_relinearization_one(session),
                                      [&](Party& party) { return party.relinearization_share_one(rng); });
            const auto round = parse_relinearization_round(serialize(made), session).value();
            keys.set(collect(collect_relinearization_key(session, round),
                             [&](Party& party) { return party.relinearization_share_two(round, rng); }));
        }
        for (const std::uint64_t element : galois_elements(session.parameters(), request)) {
            keys.add(collect(collect_galois_key(session, element),
                             [&](Party& party) { return party.galois_share(element, rng); }));
        }
    }
    [[nodiscard]] Plaintext decrypt(const Ciphertext& ciphertext, const Smudging& smudging,
                                    Repeat repeat = Repeat::refuse) {
        return collect(collect_decryption(session, ciphertext), [&](Party& party) {
            return party.decryption_share(ciphertext, smudging, ledgers[party.index()], rng, repeat);
        });
    }
    [[nodiscard]] Ciphertext switch_key(const Ciphertext& ciphertext, const PublicKey& receiver,
                                        const Smudging& smudging) {
        return collect(collect_key_switch(session, ciphertext, receiver), [&](Party& party) {
            return party.key_switch_share(ciphertext, receiver, smudging, ledgers[party.index()], rng);
        });
    }
    [[nodiscard]] const PublicKey& public_key() const { return public_keys.front(); }
    /// s_1 + ... + s_N, to look behind the encryption; the parties never have it.
    [[nodiscard]] SecretKey sum_of_secrets() const {
        const Context& context = session.parameters().context();
        SecretBuffer sum(context.dimension() * context.prime_count());
        for (const Party& party : parties) {
            const SecretKeyRows rows(party.secret());
            for (std::size_t i = 0; i < context.prime_count(); ++i) {
                double* row = sum.data() + i * context.dimension();
                AlignedBuffer aligned(context.dimension());
                std::copy_n(row, aligned.size(), aligned.data());
                math::kernels().add(aligned.data(), aligned.data(), rows[i], aligned.size(), context.ring().modulus(i));
                std::copy_n(aligned.data(), aligned.size(), row);
            }
        }
        return SecretKey::from_residues(session.parameters(), std::move(sum), insecure_secret_key_access());
    }

    static constexpr std::uint64_t publications = 64;
    Rng rng;
    Session session;
    std::vector<Party> parties;
    std::vector<DecryptionLedger> ledgers;
    std::vector<PublicKey> public_keys;
    EvaluationKeys keys{session.parameters()};
};

}  // namespace tacit::ckks::threshold
