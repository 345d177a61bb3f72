// What the owner of the data does first; the secret key is made and written here and nowhere else.
#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <set>
#include <utility>

#include "learn/customer_files.hpp"
#include "ring/automorphism.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/base/random.hpp"
#include "tacit/ckks/serialization.hpp"
#include "tacit/learn/clear_training.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

std::string new_job_name(Rng& rng) {
    const Seed seed = rng.new_seed();
    return to_hex(std::span(seed).first(16));
}

/// The keys one after the other, so that the work can be watched and stopped.
ckks::EvaluationKeys make_evaluation_keys(const ckks::SecretKey& secret, const ckks::KeyRequest& request, Rng& rng,
                                          const WorkProgress& progress) {
    const ckks::Parameters& parameters = secret.parameters();
    std::set<std::uint64_t> elements;
    for (const int steps : request.rotations)
        elements.insert(ring::galois_element(steps, parameters.log_ring_dimension()));
    if (request.conjugation) elements.insert(ring::conjugation_element(parameters.log_ring_dimension()));
    const std::size_t total = elements.size() + 1;
    ckks::EvaluationKeys keys(parameters);
    std::size_t done = 0;
    if (request.relinearization) keys.set(ckks::RelinearizationKey::generate(secret, rng));
    report(progress, ++done, total);
    for (const std::uint64_t element : elements) {
        keys.add(ckks::GaloisKey::generate(secret, element, rng));
        report(progress, ++done, total);
    }
    return keys;
}

/// What the owner keeps of the data: where they are and what they were like.
DataRecord record_of(DataChoice choice, const DataSplit& split) {
    if (choice.source != "embedded") choice.source = fs::absolute(choice.source).lexically_normal().string();
    return {std::move(choice), fingerprint(split), split.features};
}

void check_no_key(const fs::path& path, bool overwrite) {
    std::error_code error;
    if (overwrite || !fs::exists(path, error)) return;
    fail(ErrorCode::invalid_argument,
         "'{}' exists, and without it nothing encrypted under it can be read; choose another folder or --overwrite",
         path.string());
}

constexpr double sigmoid_ranges[] = {4, 6, 8, 12, 16, 24, 32, 48, 64};

/// What the clear training with the exact sigmoid meets, rounded up.
double covering_range(const TrainingRecipe& recipe, const Dataset& training, std::uint64_t seed) {
    const Dataset rows = standardised(training, fit_standardiser(training, recipe.algorithm));
    const double largest =
        train_clear(draw_minibatches(rows, recipe, seed), recipe, Slope::exact_sigmoid).largest_input();
    const auto* const range = std::ranges::lower_bound(sigmoid_ranges, largest);
    if (range != std::end(sigmoid_ranges)) return *range;
    fail(ErrorCode::invalid_argument,
         "training reaches inputs of {:.3g} to the sigmoid, the limit is {}; choose a "
         "smaller learning rate, fewer steps or some ridge",
         largest, *std::rbegin(sigmoid_ranges));
}

/// The choice with everything that follows from the data.
TrainingChoice fitted_to(TrainingChoice choice, const Dataset& training, std::uint64_t seed) {
    TrainingRecipe& recipe = choice.recipe;
    if (recipe.start != Start::zero) {
        fail(ErrorCode::invalid_argument,
             "a job starts from zero, not from {}; warm starts are for circuits of your own", to_string(recipe.start));
    }
    recipe.features = recipe_features(training.features);
    if (choice.full_batch) {
        const auto rows = static_cast<int>(training.rows());
        recipe.minibatches = 1;
        recipe.minibatch_size = static_cast<int>(std::bit_ceil(training.rows()));
        recipe.zero_rows = recipe.minibatch_size - rows;
    }
    require_fit(training, recipe);
    if (choice.sigmoid_degree)
        recipe.sigmoid = SigmoidPolynomial::fit(covering_range(recipe, training, seed), *choice.sigmoid_degree);
    return choice;
}

}  // namespace

JobSummary generate_job(const TrainingChoice& training, const DataChoice& data, const fs::path& private_folder,
                        const fs::path& upload_folder, bool overwrite, const WorkProgress& progress) {
    const fs::path secret_path = private_folder / file_names::secret_key;
    check_no_key(secret_path, overwrite);
    const DataSplit split = load_data(data);
    const TrainingChoice choice = fitted_to(training, split.training, data.seed);
    const PlannedTraining planned = plan_training(choice);
    const ckks::Parameters& parameters = planned.parameters;
    make_folder(private_folder, FileMode::owner_only);
    make_folder(upload_folder);
    remove_stale(upload_folder / file_names::program);
    remove_old_inputs(upload_folder);
    Rng rng = Rng::from_system();
    const auto secret = ckks::SecretKey::generate(parameters, rng);
    const auto keys = make_evaluation_keys(secret, planned.key_request(), rng, progress);
    ProgramRecord program{new_job_name(rng), choice.method, choice.recipe, parameters.slots(),
                          to_hex(parameters.fingerprint())};
    for (const TrainingPlan& plan : planned.segments) {
        program.segments.push_back({plan.training.segment.steps, to_hex(plan.fingerprint())});
    }
    const fs::path keys_path = upload_folder / file_names::evaluation_keys;
    ckks::write_evaluation_keys(keys_path, keys);
    throw_if_interrupted();
    ckks::write_secret_key(secret_path, secret, ckks::insecure_secret_key_access());
    write_parameters(private_folder / file_names::parameters, parameters, FileMode::owner_only);
    write_parameters(upload_folder / file_names::parameters, parameters, FileMode::shared);
    write_record(private_folder / file_names::program, program, FileMode::owner_only);
    write_record(private_folder / file_names::data, record_of(data, split), FileMode::owner_only);
    write_record(upload_folder / file_names::program, program);
    return {program,
            parameters,
            split.training.name,
            split.training.rows(),
            split.training.features,
            keys.galois_keys().size() + (keys.relinearization() != nullptr ? 1 : 0),
            keys.memory_bytes(),
            fs::file_size(keys_path),
            planned.cost};
}

}  // namespace tacit::learn
