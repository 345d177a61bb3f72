// Three hospitals train one model on the patients of all of them, and nobody sees another's patients.
//
// Their collective key has no owner: each hospital keeps a part of the secret, and only all three together open
// anything. A service computes; the model goes to a ministry that is no party. What travels is bytes. The protocols,
// who learns what, and the sizes are in docs/threshold.md.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/evaluator.hpp"
#include "tacit/ckks/serialization.hpp"
#include "tacit/ckks/threshold.hpp"
#include "tacit/compile/noise.hpp"
#include "tacit/learn/clear_training.hpp"
#include "tacit/learn/training_plan.hpp"
#include "tacit/runtime/executor.hpp"

using namespace tacit;
namespace threshold = ckks::threshold;

namespace {

/// Two steps on 64 patients each: a constant, six measurements, and a zero to fill the row.
constexpr int patients = 64, measurements = 6;
const std::vector<std::string> names{"Basel", "Geneva", "Zurich"};

learn::TrainingChoice choice() {
    learn::TrainingChoice made{.method = learn::Method::baseline, .scale_bits = 56};
    made.recipe = {.minibatches = 2, .minibatch_size = patients, .features = 8, .learning_rate = 4};
    return made;
}

/// Every third patient is this hospital's; its rows of the minibatches are zero elsewhere. `all` asks for everybody.
std::vector<learn::Minibatch> patients_of(std::size_t hospital, bool all = false) {
    std::vector<learn::Minibatch> minibatches;
    for (int batch = 0; batch < 2; ++batch) {
        learn::Minibatch rows{patients, 8, std::vector<double>(patients * 8)};
        for (std::size_t i = 0; i < patients; ++i) {
            if (!all && i % names.size() != hospital) continue;
            double risk = 0.1;
            double* row = rows.values.data() + 8 * i;
            for (std::size_t j = 1; j <= measurements; ++j) {
                row[j] =
                    0.5 * std::sin(static_cast<double>((i + 64 * static_cast<std::size_t>(batch)) * 37 + j * j * 11));
                risk += (j % 2 == 0 ? 1.0 : -1.5) * row[j];
            }
            row[0] = 1;
            for (std::size_t j = 0; j < 8; ++j) row[j] *= risk > 0 ? 1 : -1;  // signed rows y (1, x)
        }
        minibatches.push_back(std::move(rows));
    }
    return minibatches;
}

struct Hospital {
    threshold::Party party;
    threshold::DecryptionLedger ledger;  // DecryptionLedger::create keeps it in a file
    Rng rng = Rng::from_system();
};

/// Every hospital sends its share as bytes; somebody, here the service, adds them.
template <class Result, class Give>
Result collect(threshold::Collector<Result> collector, std::vector<Hospital>& hospitals, std::size_t& traffic,
               Give give) {
    for (Hospital& hospital : hospitals) {
        const auto bytes = serialize(give(hospital));
        traffic += bytes.size();
        collector.add(threshold::parse_share(bytes, hospital.party.session()).value());
    }
    return std::move(collector).finish();
}

/// All commit to 32 random bytes, then all open them: nobody chooses the common randomness.
threshold::Session meet(const ckks::Parameters& parameters) {
    std::vector<threshold::Member> members;
    for (const auto& name : names) {
        const Seed contribution = Rng::from_system().new_seed();
        members.push_back({name, threshold::commitment(name, contribution), contribution});
    }
    return threshold::Session::agree(parameters, members);
}

ckks::EvaluationKeys evaluation_keys(const threshold::Session& session, std::vector<Hospital>& hospitals,
                                     const ckks::KeyRequest& request, std::size_t& traffic) {
    ckks::EvaluationKeys keys(session.parameters());
    const auto round = collect(threshold::collect_relinearization_one(session), hospitals, traffic,
                               [](Hospital& h) { return h.party.relinearization_share_one(h.rng); });
    keys.set(collect(threshold::collect_relinearization_key(session, round), hospitals, traffic,
                     [&](Hospital& h) { return h.party.relinearization_share_two(round, h.rng); }));
    for (const auto element : ckks::galois_elements(session.parameters(), request)) {
        keys.add(collect(threshold::collect_galois_key(session, element), hospitals, traffic,
                         [&](Hospital& h) { return h.party.galois_share(element, h.rng); }));
    }
    return keys;
}

/// The rows of all hospitals, added up under encryption.
std::vector<ckks::Ciphertext> encrypted_rows(const learn::TrainingPlan& plan, const ckks::PublicKey& key) {
    const ckks::Encryptor encryptor(key);
    const ckks::Evaluator evaluator(key.parameters());
    std::vector<ckks::Ciphertext> sums;
    for (std::size_t hospital = 0; hospital < names.size(); ++hospital) {
        learn::InputPacker pack(plan.training, patients_of(hospital));
        for (std::size_t i = 0; i < pack.count(); ++i) {
            auto part = encryptor.encrypt(pack(i), plan.program.input_levels()[i]);
            if (hospital == 0) {
                sums.push_back(std::move(part));
            } else {
                sums[i] = evaluator.add(std::move(sums[i]), part);
            }
        }
    }
    return sums;
}

/// How large the error of the weights' ciphertexts may be: from the circuit and the ranges of its inputs, never from
/// the patients. Three fresh errors meet in each input, so all errors are taken sqrt(3) times as large.
threshold::Smudging smudging(const learn::TrainingPlan& plan, const ckks::Parameters& parameters,
                             const ckks::CiphertextType& type) {
    const std::vector<circuit::Bounds> bounds(plan.program.input_levels().size(), {{-1, 1}, {}});
    const auto errors = compile::predict_noise(plan.program, parameters, bounds, compile::Encryption::public_key,
                                               static_cast<int>(names.size()));
    double largest = 0;
    for (const auto output : plan.program.outputs()) largest = std::max(largest, errors[output].deviation);
    const double per_slot = std::sqrt(static_cast<double>(parameters.ring_dimension()));
    return {.error_standard_deviation = std::sqrt(3.0) * largest * parameters.scale(type.level) / per_slot};
}

/// The clear twin on the patients of all three says what the weights must be.
double largest_error(const learn::TrainingPlan& plan, const std::vector<double>& weights) {
    const auto expected = learn::train_clear(patients_of(0, true), plan.training.recipe).weights;
    double largest = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        largest = std::fmax(largest, std::fabs(weights[i] - expected[i]));
    }
    return largest;
}

}  // namespace

int main() {
    const learn::PlannedTraining planned = learn::plan_training(choice());
    const learn::TrainingPlan& plan = planned.segments.front();  // two steps are one circuit
    const ckks::Parameters& parameters = planned.parameters;
    const threshold::Session session = meet(parameters);
    std::vector<Hospital> hospitals;
    for (const auto& name : names) {
        Rng rng = Rng::from_system();
        hospitals.push_back({threshold::Party::create(session, name, rng),
                             threshold::DecryptionLedger(session, name, plan.program.outputs().size())});
    }

    // Keys that nobody holds: one message of every hospital per step, two for the relinearisation key.
    std::size_t traffic = 0;
    const auto public_key = collect(threshold::collect_public_key(session), hospitals, traffic,
                                    [](Hospital& h) { return h.party.public_key_share(h.rng); });
    const auto keys = evaluation_keys(session, hospitals, plan.program.key_request(), traffic);
    std::printf("%s\nkeys of %zu hospitals: %.1f MB sent by each\n", parameters.summary().c_str(), hospitals.size(),
                static_cast<double>(traffic) / 1e6 / static_cast<double>(hospitals.size()));

    // The service trains.
    const auto outputs = runtime::execute(plan.program, keys, encrypted_rows(plan, public_key));

    // The hospitals agree to hand the weights to the ministry, and to nobody else.
    const auto ministry = ckks::generate_keys(parameters, {.relinearization = false});
    const ckks::Decryptor decryptor(ministry.secret_key);
    const threshold::Smudging noise = smudging(plan, parameters, outputs.front().type());
    std::vector<learn::ComplexSlots> slots;
    for (const auto& output : outputs) {
        const auto switched = collect(
            threshold::collect_key_switch(session, output, ministry.public_key), hospitals, traffic,
            [&](Hospital& h) { return h.party.key_switch_share(output, ministry.public_key, noise, h.ledger, h.rng); });
        slots.push_back(decryptor.decrypt_complex(switched));
    }

    const auto weights = learn::extract_weights(plan.training, slots);
    const double error = largest_error(plan, weights);
    const double promised = threshold::smudging_error(session, outputs.front().type(), noise, outputs.size());
    std::printf("%zu weights, largest error %.1e; smudging adds %.1e\n", weights.size(), error, promised);
    return error < 6 * promised && promised < 1e-2 ? 0 : 1;
}
