// Two parties that share nothing but bytes: parameters, keys and encrypted values travel, the secret key does not.
//
// `Upload` and what `serve` returns stand for files or a network. The service takes nothing on trust: whatever is wrong
// with bytes from outside is an Error that it sends back.
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <utility>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/ckks/serialization.hpp"
#include "tacit/linalg/products.hpp"
#include "tacit/linalg/program.hpp"
#include "tacit/runtime/managed_program.hpp"

using namespace tacit;

namespace {

using Bytes = std::vector<std::byte>;

struct Upload {
    Bytes parameters;
    Bytes evaluation_keys;
    std::vector<Bytes> inputs;  ///< encrypted values, in any order
};

constexpr std::size_t samples = 100, features = 20;

/// What both sides know: the scores X w of 100 samples, each shifted by 0.5.
runtime::ManagedProgram scores() {
    const auto unit = linalg::Unit::make(64, 64);
    linalg::ProgramBuilder builder;
    const linalg::Matrix x = builder.matrix("samples", unit, samples, features);
    const linalg::ColumnVector weights = builder.column_vector("weights", unit, features);
    builder.output("scores", multiply(x, weights) + 0.5);
    return runtime::ManagedProgram(std::move(builder).finish());
}

/// The service. Every parser checks its bytes against the parameters before it takes memory, and `run` holds names and
/// layouts against the program; `value()` throws the Error of a parser that refuses, and `catching` hands it on.
Expected<Bytes> serve(const Upload& upload) {
    return catching([&] {
        const auto parameters = ckks::parse_parameters(upload.parameters).value();
        const auto keys = ckks::parse_evaluation_keys(upload.evaluation_keys, parameters).value();
        std::vector<runtime::EncryptedValue> inputs;
        for (const Bytes& sent : upload.inputs) {
            inputs.push_back(runtime::parse_encrypted_value(sent, parameters).value());
        }
        return serialize(run(scores(), keys, std::move(inputs)).front());
    });
}

}  // namespace

int main() {
    // The client makes keys for exactly this program.
    const runtime::ManagedProgram plan = scores();
    const auto parameters = ckks::Parameters::create({.depth = plan.depth(), .min_slots = plan.slots()});
    const auto keys = ckks::generate_keys(parameters, plan.key_request());

    linalg::Dense x(samples, features), weights(features, 1);
    for (std::size_t j = 0; j < features; ++j) {
        weights(j, 0) = std::cos(static_cast<double>(j));
        for (std::size_t i = 0; i < samples; ++i) x(i, j) = std::sin(static_cast<double>(i * features + j));
    }
    // Ciphertexts fresh from the secret key travel at half their size: the other half is a seed.
    Upload upload{serialize(parameters), serialize(keys.evaluation_keys), {}};
    for (const auto& value : plan.encrypt(ckks::Encryptor(keys.secret_key), {{"samples", x}, {"weights", weights}})) {
        upload.inputs.push_back(serialize(value));
        std::printf("%s, a %s: %.0f kB\n", value.name().c_str(), print_layout(value.description()).c_str(),
                    static_cast<double>(upload.inputs.back().size()) / 1e3);
    }
    std::printf("keys: %.1f MB\n", static_cast<double>(upload.evaluation_keys.size()) / 1e6);

    const auto result = runtime::parse_encrypted_value(serve(upload).value(), parameters).value();
    const linalg::Dense found = decrypt(ckks::Decryptor(keys.secret_key), result);
    double largest_error = 0;
    for (std::size_t i = 0; i < samples; ++i) {
        double expected = 0.5;
        for (std::size_t j = 0; j < features; ++j) expected += x(i, j) * weights(j, 0);
        largest_error = std::fmax(largest_error, std::fabs(found(0, i) - expected));
    }
    std::printf("%zu %s, largest error %.1e\n", found.columns(), result.name().c_str(), largest_error);

    // One bit falls over on the way.
    upload.inputs[1][1000] ^= std::byte{1};
    const auto refused = serve(upload);
    std::printf("%s\n", refused ? "damage went unnoticed" : refused.error().what());
    return largest_error < 1e-6 && !refused ? 0 : 1;
}
