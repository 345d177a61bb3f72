// What the owner of the data does first; the secret key is made and written here and nowhere else.
#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "learn/customer_files.hpp"
#include "learn/warm_start.hpp"
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
DataRecord record_of(DataChoice data, const DataSplit& split, const TrainingChoice& choice, TrainingState start) {
    if (data.source != "embedded") data.source = fs::absolute(data.source).lexically_normal().string();
    if (choice.continued) start.clear();  // no file has it in the clear
    return {std::move(data), fingerprint(split), split.features, std::move(start), choice.continued};
}

constexpr double sigmoid_ranges[] = {4, 6, 8, 12, 16, 24, 32, 48, 64};

/// What the clear training with the exact sigmoid meets, rounded up.
double covering_range(const TrainingRecipe& recipe, const Dataset& rows, std::uint64_t seed,
                      const TrainingState& start) {
    const double largest = largest_sigmoid_input(rows, recipe, seed, start);
    const auto* const range = std::ranges::lower_bound(sigmoid_ranges, largest);
    if (range != std::end(sigmoid_ranges)) return *range;
    fail(ErrorCode::invalid_argument,
         "training reaches inputs of {:.3g} to the sigmoid, the limit is {}; choose a "
         "smaller learning rate, fewer steps or some ridge",
         largest, *std::rbegin(sigmoid_ranges));
}

/// The data of a model: what it predicts is what the label has to be.
DataChoice data_for(Model model, DataChoice data) {
    using table::Label;
    data.table.features.kind = model == Model::linear        ? Label::number
                               : model == Model::multinomial ? Label::classes
                                                             : Label::two_classes;
    if (model == Model::logistic || data.is_table()) return data;
    fail(ErrorCode::invalid_argument,
         "a {} model is trained on a CSV file, and '{}' holds images; name one with --data", to_string(model),
         data.source);
}

/// The recipe with everything that follows from the data alone.
void fit_recipe(TrainingChoice& choice, const Dataset& training) {
    TrainingRecipe& recipe = choice.recipe;
    const bool starts = !choice.start.empty() || choice.continued;
    if (!choice.start.empty() && choice.continued) {
        fail(ErrorCode::invalid_argument, "a job starts from '{}' or from the encrypted result in '{}', not both",
             choice.start.string(), choice.continued->result_folder.string());
    }
    if (!starts && recipe.start != Start::zero) {
        fail(ErrorCode::invalid_argument,
             "a job that starts from {} needs the model; name its file, or start from zero", to_string(recipe.start));
    }
    if (starts) recipe.start = Start::own_model;
    if (recipe.model == Model::multinomial) recipe.classes = training.classes;
    recipe.features = recipe_features(training.features);
    if (choice.full_batch) {
        const auto rows = static_cast<int>(training.rows());
        recipe.minibatches = 1;
        recipe.minibatch_size = static_cast<int>(std::bit_ceil(training.rows()));
        recipe.zero_rows = recipe.minibatch_size - rows;
    }
    require_fit(training, recipe);
}

/// Fits the choice to the data; returns what training starts from.
TrainingState fit_choice(TrainingChoice& choice, const DataSplit& split, std::uint64_t seed) {
    fit_recipe(choice, split.training);
    TrainingRecipe& recipe = choice.recipe;
    const Standardiser standardiser = fit_standardiser(split.training, recipe.algorithm);
    TrainingState start;
    if (!choice.start.empty()) {
        const auto model = value_at(choice.start, read_record<ModelRecord>(choice.start));
        start = start_from(model, split, standardiser, recipe);
    }
    if (choice.continued) {
        DataRecord data;
        data.continued = choice.continued;
        start = start_of(data, split, standardiser, recipe);
    }
    if (choice.sigmoid_degree && recipe.model == Model::linear) {
        fail(ErrorCode::invalid_argument, "linear regression has no sigmoid to fit; leave out --fit-sigmoid");
    }
    if (choice.sigmoid_degree) {
        const Dataset rows = standardised(split.training, standardiser);
        recipe.sigmoid = SigmoidPolynomial::fit(covering_range(recipe, rows, seed, start), *choice.sigmoid_degree);
    }
    return start;
}

/// Encrypted, a training that diverges takes as long as one that does not, and only its owner could tell.
void check_converges(const TrainingChoice& choice, const DataSplit& split, std::uint64_t seed,
                     const TrainingState& start, const ckks::Parameters& parameters) {
    const TrainingRecipe& recipe = choice.recipe;
    const Dataset rows = standardised(split.training, fit_standardiser(split.training, recipe.algorithm));
    const double limit = std::ldexp(1.0, parameters.integer_bits());
    double largest = std::numeric_limits<double>::infinity();
    try {
        const auto weights = clear_weights(recipe, training_rows(rows, recipe, seed), start);
        largest = std::transform_reduce(
            weights.begin(), weights.end(), 0.0, [](double a, double b) { return std::max(a, b); },
            [](double w) { return std::fabs(w); });
    } catch (const Error&) {  // beyond doubles
    }
    if (largest <= limit) return;
    fail(ErrorCode::invalid_argument,
         "training diverges: after {} steps in the clear a weight is {:.3g}, and ciphertexts hold {:.0f} at most; "
         "choose "
         "a smaller learning rate, a sigmoid fitted to the training, larger minibatches or fewer steps",
         recipe.steps(), largest, limit);
}

}  // namespace

JobSummary generate_job(const TrainingChoice& training, const DataChoice& stated, const fs::path& private_folder,
                        const fs::path& upload_folder, bool overwrite, const WorkProgress& progress) {
    const fs::path secret_path = private_folder / file_names::secret_key;
    require_no_key(secret_path, overwrite);
    const DataChoice data = data_for(training.recipe.model, stated);
    const DataSplit split = load_data(data);
    TrainingChoice choice = training;
    if (choice.continued) choice.continued = encrypted_start(*choice.continued, private_folder);
    TrainingState start = fit_choice(choice, split, data.seed);
    const PlannedTraining planned = plan_training(choice);
    const ckks::Parameters& parameters = planned.parameters;
    check_converges(choice, split, data.seed, start, parameters);
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
    write_record(private_folder / file_names::data, record_of(data, split, choice, std::move(start)),
                 FileMode::owner_only);
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
