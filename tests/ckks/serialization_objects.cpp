#include "ckks/serialization_objects.hpp"

#include <map>
#include <memory>

#include "ckks/make_parameters.hpp"
#include "ckks/serialization_for_tests.hpp"
#include "ckks/serialization_format.hpp"
#include "ckks/threshold_parts.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/evaluator.hpp"
#include "tacit/ckks/threshold.hpp"

namespace tacit::ckks::serialization_test {

namespace {

/// The reading and writing of one kind.
template <class Parse>
auto again(Parse parse) {
    return [parse](std::span<const std::byte> bytes, const Parameters& parameters) -> Expected<Bytes> {
        return parse(bytes, parameters).transform([](const auto& object) { return serialize(object); });
    };
}

Expected<Bytes> secret_key_again(std::span<const std::byte> bytes, const Parameters& parameters) {
    const SecretKeyAccess access = insecure_secret_key_access();
    return parse_secret_key(bytes, parameters, access).transform([&](const SecretKey& key) {
        return serialize(key, access);
    });
}

Expected<Bytes> parameters_again(std::span<const std::byte> bytes, const Parameters&) {
    return parse_insecure_parameters_for_tests(bytes).transform([](const Parameters& p) { return serialize(p); });
}

/// The same under any parameters; bytes travel within one session.
threshold::Session session_under(const Parameters& parameters) {
    std::vector<threshold::Member> members;
    for (const char* name : {"A", "B"}) members.push_back({name, threshold::commitment(name, {}), {}});
    return threshold::Session::agree(parameters, members);
}

Expected<Bytes> share_again(std::span<const std::byte> bytes, const Parameters& parameters) {
    return threshold::parse_share(bytes, session_under(parameters)).transform([](threshold::Share&& share) {
        return serialize(std::move(share));
    });
}

Expected<Bytes> round_again(std::span<const std::byte> bytes, const Parameters& parameters) {
    return threshold::parse_relinearization_round(bytes, session_under(parameters))
        .transform([](const threshold::RelinearizationRound& round) { return serialize(round); });
}

Expected<Bytes> ledger_again(std::span<const std::byte> bytes, const Parameters& parameters) {
    return format::parsing(ObjectKind::decryption_ledger, [&] {
        return threshold::LedgerAccess::bytes(threshold::LedgerAccess::parse(bytes, session_under(parameters), "B"));
    });
}

}  // namespace

std::vector<double> ramp(std::size_t n) {
    std::vector<double> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<double>(i % 17) / 17.0;
    return values;
}

std::vector<Instance> instances() {
    return {{"Small", {.depth = 1, .log_ring_dimension = 10, .digits = 1}},
            {"DepthZero", {.depth = 0, .scale_bits = 25, .log_ring_dimension = 10}},
            {"TwoDigits", {.depth = 3, .log_ring_dimension = 11, .digits = 2}},
            {"TwoPrimesPerLevel", {.depth = 2, .scale_bits = 60, .log_ring_dimension = 10, .digits = 3}}};
}

Objects::Objects(const Instance& instance)
    : parameters(insecure_parameters_for_tests(instance.spec)),
      keys(generate_keys(parameters, {.rotations = {1, -2}, .conjugation = true})) {
    samples.push_back(
        {"parameters", ObjectKind::parameters, serialize(parameters), serialized_size(parameters), parameters_again});
    add_keys();
    add_ciphertexts();
    add_threshold();
}

void Objects::add_keys() {
    const auto add = [&](const char* name, ObjectKind kind, const auto& object, auto parse) {
        samples.push_back({name, kind, serialize(object), serialized_size(object), again(parse)});
    };
    samples.push_back({"secret key", ObjectKind::secret_key, serialize(keys.secret_key, insecure_secret_key_access()),
                       serialized_size(keys.secret_key), secret_key_again});
    const EvaluationKeys& evaluation = keys.evaluation_keys;
    add("public key", ObjectKind::public_key, keys.public_key, parse_public_key);
    add("relinearisation key", ObjectKind::relinearization_key, *evaluation.relinearization(),
        parse_relinearization_key);
    add("Galois key", ObjectKind::galois_key, evaluation.galois_keys().begin()->second, parse_galois_key);
    add("evaluation keys", ObjectKind::evaluation_keys, evaluation, parse_evaluation_keys);
    add("no evaluation keys", ObjectKind::evaluation_keys, EvaluationKeys(parameters), parse_evaluation_keys);
}

void Objects::add_ciphertexts() {
    const auto add = [&](const char* name, const Ciphertext& ciphertext) {
        samples.push_back({name, ObjectKind::ciphertext, serialize(ciphertext), serialized_size(ciphertext),
                           again(parse_ciphertext)});
    };
    const auto add_plain = [&](const char* name, const Plaintext& plaintext) {
        samples.push_back(
            {name, ObjectKind::plaintext, serialize(plaintext), serialized_size(plaintext), again(parse_plaintext)});
    };
    const Encryptor encryptor(keys.secret_key);
    const Evaluator evaluator(keys.evaluation_keys);
    const std::vector<double> x = ramp(parameters.slots());
    const Ciphertext fresh = encryptor.encrypt(x);
    add("fresh symmetric ciphertext", fresh);
    add("public-key ciphertext", Encryptor(keys.public_key).encrypt(x));
    add("product", evaluator.mul(fresh, fresh));
    add("ciphertext at level 0", encryptor.encrypt(x, 0));
    add("zero", Ciphertext::zero(parameters, {0, 2, 2}));
    add_plain("plaintext", encryptor.encoder().encode(x, parameters.depth()));
    add_plain("decryption", Decryptor(keys.secret_key).decrypt_to_plaintext(fresh));
}

void Objects::add_threshold() {
    using threshold::Party;
    const auto add = [&](const char* name, ObjectKind kind, Bytes bytes, auto again) {
        const std::uint64_t size = bytes.size();
        samples.push_back({name, kind, std::move(bytes), size, again});
    };
    Rng rng = Rng::from_system();
    const threshold::Session session = session_under(parameters);
    Party a = Party::create(session, "A", rng), b = Party::create(session, "B", rng);
    const auto add_share = [&](const char* name, threshold::Share&& share) {
        add(name, ObjectKind::threshold_share, serialize(std::move(share)), share_again);
    };
    add_share("public key share", b.public_key_share(rng));
    auto first = collect_relinearization_one(session);
    first.add(a.relinearization_share_one(rng));
    first.add(b.relinearization_share_one(rng));
    const threshold::RelinearizationRound round = std::move(first).finish();
    add("relinearisation round", ObjectKind::relinearization_round, serialize(round), round_again);
    add_share("relinearisation share, round two", b.relinearization_share_two(round, rng));
    add_share("relinearisation share, round one", Party::create(session, "B", rng).relinearization_share_one(rng));
    add_share("Galois share", b.galois_share(5, rng));
    const Ciphertext ciphertext = Encryptor(keys.public_key).encrypt(ramp(parameters.slots()));
    threshold::DecryptionLedger ledger(session, "B", 3);
    const threshold::Smudging smudging{.error_standard_deviation = 1, .statistical_bits = 1};
    add_share("decryption share", b.decryption_share(ciphertext, smudging, ledger, rng));
    add_share("key switch share",
              b.key_switch_share(ciphertext, keys.public_key, smudging, ledger, rng, threshold::Repeat::allow));
    add("decryption ledger", ObjectKind::decryption_ledger, threshold::LedgerAccess::bytes(ledger), ledger_again);
}

const Sample& Objects::sample(const std::string& name) const {
    const auto found = std::ranges::find(samples, name, &Sample::name);
    TACIT_ASSERT(found != samples.end());
    return *found;
}

const Objects& objects(const Instance& instance) {
    static std::map<std::string, std::unique_ptr<Objects>> made;
    auto& slot = made[instance.name];
    if (!slot) slot = std::make_unique<Objects>(instance);
    return *slot;
}

}  // namespace tacit::ckks::serialization_test
