// Encrypted prediction, the side of the rows' owner; and of the owner of a model, who offers it.
#include <algorithm>
#include <cmath>
#include <utility>

#include "learn/ciphertext_reader.hpp"
#include "learn/customer_files.hpp"
#include "learn/role_files.hpp"
#include "learn/score_files.hpp"
#include "learn/table_rows.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/base/random.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/serialization.hpp"
#include "tacit/learn/scoring.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

constexpr int score_bits = 16;  // scores stay below 2^16
constexpr double largest_feature = 4096;

ModelRecord read_model_file(const fs::path& path) { return value_at(path, read_record<ModelRecord>(path)); }

/// The model's weights, each in all slots of a ciphertext.
void write_encrypted_model(const ModelRecord& model, const ckks::SecretKey& secret, const fs::path& path) {
    const ckks::Encryptor encryptor(secret);
    CiphertextFileWriter file(path);
    for (const std::vector<double>& weights : scoring_weights(model)) {
        for (const double w : weights) {
            throw_if_interrupted();
            file.write(encryptor.encrypt(std::vector(secret.parameters().slots(), w), scoring_input_type.level));
        }
    }
    file.commit();
}

/// A batch holds two rows a slot; the bias is 1 in rows that are there.
std::size_t batches_of(const Dataset& rows, std::size_t slots) { return (rows.rows() + 2 * slots - 1) / (2 * slots); }

void check_features(const TableRows& rows, const table::FeatureMap& map) {
    const auto& values = rows.data.values;
    const auto bad = std::ranges::find_if(values, [](double x) { return !(std::fabs(x) <= largest_feature); });
    if (bad == values.end()) return;
    const auto at = static_cast<std::size_t>(bad - values.begin());
    fail(ErrorCode::invalid_argument,
         "{}, line {}: '{}' is {:.3g} deviations from the training rows' mean, the limit is {}; mend or drop the row",
         rows.data.name, rows.lines[at / rows.data.features], map.feature_names()[at % rows.data.features], *bad,
         largest_feature);
}

std::string fingerprint_of(const TableRows& rows) {
    Hasher hasher;
    hasher.update(std::as_bytes(std::span(rows.data.values)));
    return to_hex(hasher.finish());
}

OfferRecord chosen_offer(const ScoringChoice& choice) {
    if (choice.offer.empty() == choice.model.empty()) {
        fail(ErrorCode::invalid_argument,
             "scoring takes an offer (of a model that the service has in the clear) or a model (to be encrypted), one "
             "of the two");
    }
    if (!choice.model.empty()) return offer_of(read_model_file(choice.model), choice.model);
    require_file(choice.offer, "score offer");
    return read_score_record<OfferRecord>(choice.offer);
}

void check_same_rows(const fs::path& result_folder, const ScoringRecord& record, const RowsRecord& rows) {
    const fs::path path = result_folder / file_names::scoring_statistics;
    require_file(path, "score run");
    const auto statistics = read_score_record<ScoringStatistics>(path);
    if (statistics.job == record.job && statistics.inputs_fingerprint == rows.inputs_fingerprint) return;
    fail(ErrorCode::parameter_mismatch, "'{}' has scores {}; give the folders of one customer, or score again",
         result_folder.string(), statistics.job != record.job ? "under other keys" : "of other rows");
}

}  // namespace

void offer_scoring(const fs::path& model, const fs::path& offer) {
    require_file(model, "decrypt");
    write_score_record(offer, offer_of(read_model_file(model), model), FileMode::shared);
}

ScoringKeys score_keygen(const ScoringChoice& choice, const fs::path& private_folder, const fs::path& upload_folder,
                         bool overwrite) {
    const fs::path secret_path = private_folder / file_names::secret_key;
    require_no_key(secret_path, overwrite);
    const OfferRecord offer = chosen_offer(choice);
    const bool encrypted = !choice.model.empty();
    const auto parameters =
        ckks::Parameters::create({.depth = 1, .integer_bits = score_bits, .security_bits = choice.security_bits});
    make_folder(private_folder, FileMode::owner_only);
    make_folder(upload_folder);
    for (const char* stale : {file_names::rows, file_names::encrypted_model, file_names::evaluation_keys}) {
        remove_stale(upload_folder / stale);
    }
    Rng rng = Rng::from_system();
    const auto secret = ckks::SecretKey::generate(parameters, rng);
    const Seed name = rng.new_seed();
    const ScoringRecord record{to_hex(std::span(name).first(16)), offer.features.features(), offer.outputs(), encrypted,
                               to_hex(parameters.fingerprint())};
    if (encrypted) {
        ckks::EvaluationKeys keys(parameters);
        keys.set(ckks::RelinearizationKey::generate(secret, rng));
        ckks::write_evaluation_keys(upload_folder / file_names::evaluation_keys, keys);
        write_encrypted_model(read_model_file(choice.model), secret, upload_folder / file_names::encrypted_model);
    }
    ckks::write_secret_key(secret_path, secret, ckks::insecure_secret_key_access());
    write_parameters(private_folder / file_names::parameters, parameters, FileMode::owner_only);
    write_parameters(upload_folder / file_names::parameters, parameters, FileMode::shared);
    write_score_record(private_folder / file_names::offer, offer, FileMode::owner_only);
    write_score_record(private_folder / file_names::scoring, record, FileMode::owner_only);
    write_score_record(upload_folder / file_names::scoring, record, FileMode::shared);
    ScoringKeys made{parameters, record.features, record.outputs, 2 * parameters.slots()};
    for (const auto& entry : fs::directory_iterator(upload_folder)) made.upload_bytes += entry.file_size();
    return made;
}

ScoredRows score_encrypt(const fs::path& private_folder, const fs::path& upload_folder, const fs::path& data,
                         const WorkProgress& progress) {
    const OpenScoring scoring = open_scoring(private_folder);
    if (open_scoring(upload_folder).record.job != scoring.record.job) {
        fail(ErrorCode::parameter_mismatch,
             "'{}' belongs to other keys than the private folder; give the folders of one keygen",
             upload_folder.string());
    }
    const ckks::SecretKey secret = read_key(private_folder, scoring.parameters, "score keygen");
    const auto offer = read_score_record<OfferRecord>(private_folder / file_names::offer);
    const TableRows rows = read_rows(data, offer.features, offer.delimiter);
    check_features(rows, offer.features);
    const ckks::Encryptor encryptor(secret);
    const std::size_t slots = scoring.parameters.slots();
    const std::size_t inputs = rows.data.features + 1;
    const std::size_t total = batches_of(rows.data, slots) * inputs;
    CiphertextFileWriter file(upload_folder / file_names::rows);
    for (std::size_t i = 0; i < total; ++i) {
        report(progress, i, total);
        const auto values = feature_slots(rows.data, i % inputs, i / inputs * 2 * slots, slots);
        file.write(encryptor.encrypt(values, scoring_input_type.level));
    }
    report(progress, total, total);
    const RowsRecord record{fs::absolute(data).lexically_normal().string(), fingerprint_of(rows), file.fingerprint()};
    remove_stale(upload_folder / file_names::rows);  // old rows never stand beside a new record
    write_score_record(private_folder / file_names::rows_record, record, FileMode::owner_only);
    file.commit();
    return {rows.data.name, rows.data.rows(), batches_of(rows.data, slots), total, file.bytes()};
}

Prediction score_decrypt(const fs::path& private_folder, const fs::path& result_folder) {
    const OpenScoring scoring = open_scoring(private_folder);
    require_file(private_folder / file_names::rows_record, "score encrypt");
    const auto record = read_score_record<RowsRecord>(private_folder / file_names::rows_record);
    check_same_rows(result_folder, scoring.record, record);
    const auto offer = read_score_record<OfferRecord>(private_folder / file_names::offer);
    const TableRows rows = read_rows(record.source, offer.features, offer.delimiter);
    if (fingerprint_of(rows) != record.fingerprint) {
        fail(ErrorCode::parameter_mismatch,
             "the rows in '{}' are not those that were encrypted; bring them back, or encrypt and score them again",
             record.source);
    }
    const ckks::SecretKey secret = read_key(private_folder, scoring.parameters, "score keygen");
    const ckks::Decryptor decryptor(secret);
    const fs::path path = result_folder / file_names::scores;
    const MappedFile mapped = MappedFile::open(path);
    CiphertextReader file(path, mapped.bytes(), scoring.parameters);
    std::vector<std::vector<double>> scores(scoring.record.outputs);
    const std::size_t batch = 2 * scoring.parameters.slots();
    for (std::size_t first = 0; first < rows.data.rows(); first += batch) {
        for (auto& output : scores) {
            throw_if_interrupted();
            const auto slots = decryptor.decrypt_complex(file.next(ckks::CiphertextType{}));
            const auto values = scores_of_slots(slots, std::min(batch, rows.data.rows() - first));
            output.insert(output.end(), values.begin(), values.end());
        }
    }
    file.expect_end();
    return make_prediction(offer.model, offer.features, rows, std::move(scores));
}

}  // namespace tacit::learn
