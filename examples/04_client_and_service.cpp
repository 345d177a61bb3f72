// Two parties that share nothing but bytes: parameters, keys, layouts and ciphertexts travel, the secret key does not.
//
// `Upload` and what `serve` returns stand for files or a network. The service takes nothing on trust: whatever is wrong
// with bytes from outside is an Error that it sends back.
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "tacit/base/error.hpp"
#include "tacit/base/expected.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/serialization.hpp"
#include "tacit/linalg/products.hpp"
#include "tacit/linalg/program.hpp"
#include "tacit/runtime/executor.hpp"

using namespace tacit;

namespace {

using Bytes = std::vector<std::byte>;

/// An encrypted matrix on its way: one line that says which slots hold what, and its tiles.
struct EncryptedMatrix {
    std::string layout;
    std::vector<Bytes> tiles;
};

struct Upload {
    Bytes parameters;
    Bytes evaluation_keys;
    std::vector<EncryptedMatrix> inputs;
};

constexpr std::size_t samples = 100, features = 20;

/// What both sides know: the scores X w of 100 samples, each shifted by 0.5.
linalg::Program scores() {
    const auto unit = linalg::Unit::make(64, 64);
    linalg::ProgramBuilder builder;
    const linalg::Matrix x = builder.matrix("samples", unit, samples, features);
    const linalg::ColumnVector weights = builder.column_vector("weights", unit, features);
    builder.output("scores", multiply(x, weights) + 0.5);
    return std::move(builder).finish();
}

/// The inputs, if they are what the program takes.
const std::vector<EncryptedMatrix>& in_order(const std::vector<EncryptedMatrix>& inputs,
                                             const linalg::Program& program) {
    const auto refuse = [](const std::string& flaw) { throw Error(ErrorCode::malformed_input, "service: " + flaw); };
    if (inputs.size() != program.inputs.size()) refuse("send the samples and the weights, two inputs");
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const linalg::Operand& wanted = program.inputs[i];
        if (linalg::parse_layout(inputs[i].layout).value() == wanted.layout) continue;
        refuse("the " + wanted.name + " come as " + inputs[i].layout + "; send " + print(wanted.layout));
    }
    return inputs;
}

/// The service. Every parser checks its bytes against the parameters before it takes memory; `value()` throws the Error
/// of one that refuses, and `catching` hands it on.
Expected<EncryptedMatrix> serve(const Upload& upload) {
    return catching([&] {
        const auto parameters = ckks::parse_parameters(upload.parameters).value();
        const auto keys = ckks::parse_evaluation_keys(upload.evaluation_keys, parameters).value();
        const linalg::Program program = scores();
        std::vector<ckks::Ciphertext> inputs;
        for (const EncryptedMatrix& sent : in_order(upload.inputs, program)) {
            for (const Bytes& tile : sent.tiles) inputs.push_back(ckks::parse_ciphertext(tile, parameters).value());
        }
        const auto managed = compile::manage(program.circuit, parameters.slots());
        EncryptedMatrix result{print(program.outputs[0].layout), {}};
        for (const auto& tile : runtime::execute(managed, keys, std::move(inputs))) {
            result.tiles.push_back(serialize(tile));
        }
        return result;
    });
}

/// The client's inputs, at the levels where the circuit wants them. Ciphertexts fresh from the secret key travel at
/// half their size: the other half is a seed.
std::vector<EncryptedMatrix> encrypt(const linalg::Program& program, const std::vector<linalg::Dense>& matrices,
                                     const ckks::Encryptor& encryptor, const std::vector<int>& levels) {
    std::vector<EncryptedMatrix> inputs;
    for (std::size_t i = 0; i < matrices.size(); ++i) {
        const auto& [name, layout, first] = program.inputs[i];
        inputs.push_back({print(layout), {}});
        for (const auto& slots : pack(layout, matrices[i])) {
            inputs.back().tiles.push_back(serialize(encryptor.encrypt(slots, levels[first])));
        }
    }
    return inputs;
}

}  // namespace

int main() {
    // The client makes keys for exactly this program.
    const linalg::Program program = scores();
    const auto parameters = ckks::Parameters::create({.depth = 1, .min_slots = program.slots()});
    const auto managed = compile::manage(program.circuit, parameters.slots());
    const auto keys = ckks::generate_keys(parameters, managed.key_request());

    linalg::Dense x(samples, features), weights(features, 1);
    for (std::size_t j = 0; j < features; ++j) {
        weights(j, 0) = std::cos(static_cast<double>(j));
        for (std::size_t i = 0; i < samples; ++i) x(i, j) = std::sin(static_cast<double>(i * features + j));
    }
    Upload upload{serialize(parameters), serialize(keys.evaluation_keys),
                  encrypt(program, {x, weights}, ckks::Encryptor(keys.secret_key), managed.input_levels())};
    std::printf("keys %.1f MB, %zu tiles of samples, the first %.0f kB\n",
                static_cast<double>(upload.evaluation_keys.size()) / 1e6, upload.inputs[0].tiles.size(),
                static_cast<double>(upload.inputs[0].tiles[0].size()) / 1e3);

    const EncryptedMatrix result = serve(upload).value();

    const ckks::Decryptor decryptor(keys.secret_key);
    std::vector<std::vector<double>> slots;
    for (const Bytes& tile : result.tiles) {
        slots.push_back(decryptor.decrypt(ckks::parse_ciphertext(tile, parameters).value(), program.slots()));
    }
    const linalg::Dense found = unpack(linalg::parse_layout(result.layout).value(), slots);
    double largest_error = 0;
    for (std::size_t i = 0; i < samples; ++i) {
        double expected = 0.5;
        for (std::size_t j = 0; j < features; ++j) expected += x(i, j) * weights(j, 0);
        largest_error = std::fmax(largest_error, std::fabs(found(0, i) - expected));
    }
    std::printf("%zu scores, largest error %.1e\n", found.columns(), largest_error);

    // One bit falls over on the way.
    upload.inputs[1].tiles[0][1000] ^= std::byte{1};
    const auto refused = serve(upload);
    std::printf("%s\n", refused ? "damage went unnoticed" : refused.error().what());
    return largest_error < 1e-6 && !refused ? 0 : 1;
}
