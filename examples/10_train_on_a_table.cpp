// From a CSV file to predictions, encrypted on the way. A clinic trains on its table without showing it; then somebody
// else's rows are scored by the model without being shown either.
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>

#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/learn/metrics.hpp"
#include "tacit/learn/scoring.hpp"
#include "tacit/learn/training_plan.hpp"
#include "tacit/runtime/executor.hpp"
#include "tacit/table/feature_map.hpp"

using namespace tacit;

namespace {

/// A table as it comes: numbers, categories, a gap. Old smokers are ill.
std::string patients() {
    std::string csv = "name,age,smoker,ill\n";
    for (int i = 0; i < 128; ++i) {
        const int age = 20 + i * 37 % 60;
        const bool smoker = i % 3 == 0;
        csv.append("P").append(std::to_string(i)).append(",").append(i == 50 ? "?" : std::to_string(age));
        csv.append(smoker ? ",yes" : ",no").append(age + (smoker ? 25 : 0) > 60 ? ",1\n" : ",0\n");
    }
    return csv;
}

learn::Dataset rows_of(const table::FeatureMap& map, const table::Table& table) {
    auto features = map.apply(table);
    features.labels.resize(features.rows.size());  // a table to predict has no labels
    return {table.name(), features.columns, std::move(features.values), std::move(features.labels)};
}

std::vector<ckks::Ciphertext> run(const compile::ManagedCircuit& program, const ckks::KeySet& keys,
                                  const auto& slots_of_input) {
    const ckks::Encryptor encrypt(keys.secret_key);
    std::vector<ckks::Ciphertext> inputs;
    for (const int level : program.input_levels())
        inputs.push_back(encrypt.encrypt(slots_of_input(inputs.size()), level));
    return runtime::execute(program, keys.evaluation_keys, std::move(inputs));  // the service's part
}

}  // namespace

int main() {
    // The clinic: columns to numbers. The map is kept, for rows to come must be treated alike.
    const auto table = table::parse_csv(patients(), "patients").value();
    std::vector<std::size_t> rows(table.rows());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    const auto map =
        table::FeatureMap::fit(table, rows, {.label = "ill", .dropped = {"name"}, .missing = table::Missing::mean});
    const learn::Dataset data = rows_of(map, table);
    const auto standardiser = learn::fit_standardiser(data);

    // Training: the service sees ciphertexts.
    learn::TrainingChoice choice;
    choice.recipe.minibatches = 2;
    choice.recipe.minibatch_size = 64;
    choice.recipe.features = learn::recipe_features(data.features);
    const auto planned = learn::plan_training(choice);
    const learn::TrainingPlan& plan = planned.segments.front();  // two steps are one circuit
    const auto keys = ckks::generate_keys(planned.parameters, planned.key_request());
    const auto minibatches = learn::draw_minibatches(learn::standardised(data, standardiser), choice.recipe, 1);
    learn::InputPacker pack(plan.training, minibatches);
    std::vector<learn::ComplexSlots> slots;
    for (const auto& output : run(plan.program, keys, [&](std::size_t i) { return pack(i); })) {
        slots.push_back(ckks::Decryptor(keys.secret_key).decrypt_complex(output));
    }
    const auto weights = learn::extract_weights(plan.training, slots);
    const auto model = learn::weights_without_standardiser(weights, standardiser);
    const double right = learn::accuracy(learn::scores(data, model), data.labels);
    std::printf("trained on %zu encrypted rows, %.1f %% of them right\n", data.rows(), 100 * right);

    // Somebody else, with keys of their own, has two people scored. No evaluation key is needed.
    const auto others = table::parse_csv("smoker,age\nyes,75\nno,25\n", "others").value();
    const learn::Dataset people = rows_of(map, others);
    const auto scoring = compile::manage(learn::scoring_circuit(std::vector<std::vector<double>>{model}), 4096);
    const auto small = ckks::Parameters::create({.depth = scoring.depth(), .min_slots = scoring.slots()});
    const auto own_keys = ckks::generate_keys(small, scoring.key_request());
    const auto outputs =
        run(scoring, own_keys, [&](std::size_t j) { return learn::feature_slots(people, j, 0, scoring.slots()); });
    const auto decrypted = ckks::Decryptor(own_keys.secret_key).decrypt_complex(outputs.front());
    const auto scores = learn::scores_of_slots(decrypted, people.rows());
    std::printf("probability of illness: %.2f and %.2f\n", 1 / (1 + std::exp(-scores[0])),
                1 / (1 + std::exp(-scores[1])));
    return right > 0.8 && scores[0] > 0 && scores[1] < 0 ? 0 : 1;
}
