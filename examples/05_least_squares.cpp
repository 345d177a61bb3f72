// A line fitted to points that the fitter cannot read: least squares by linear algebra on encrypted matrices.
//
// The owner of the data sends the rows (1, x_i) and the values y_i encrypted; the service solves the normal equations
// w = (XᵀX)⁻¹ Xᵀ y. Levels, scales, masks and keys follow from the program.
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/passes.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/linalg/inverse.hpp"
#include "tacit/linalg/matrix_product.hpp"
#include "tacit/linalg/products.hpp"
#include "tacit/linalg/program.hpp"
#include "tacit/runtime/executor.hpp"

using namespace tacit;

namespace {

constexpr std::size_t points = 40;

/// What both sides know: shapes, and that x is in [-1, 1], so that XᵀX / n has a trace of at most 2, which bounds its
/// eigenvalues.
linalg::Program least_squares() {
    const auto unit = linalg::Unit::make(64, 64);  // 4096 slots
    linalg::ProgramBuilder builder;
    const linalg::Matrix x = builder.matrix("x", unit, points, 2);
    const linalg::RowVector y = builder.row_vector("y", unit, points);

    const linalg::Matrix gram = transposed_times(x, x, linalg::ProductForm::diagonals) * (1.0 / points);
    const linalg::ColumnVector moments = multiply(y, x) * (1.0 / points);  // Xᵀy / n
    const linalg::Matrix inverted = inverse_positive_definite(gram, 2, 5);
    builder.output("weights", multiply(inverted, moments));

    linalg::Program program = std::move(builder).finish();
    program.circuit = circuit::optimise(program.circuit);
    return program;
}

}  // namespace

int main() {
    const linalg::Program program = least_squares();
    const int depth = circuit::depth(program.circuit);
    const auto parameters = ckks::Parameters::create({.depth = depth, .min_slots = program.slots()});
    const auto managed = compile::manage(program.circuit, parameters.slots());
    std::printf("%s\n", parameters.summary().c_str());

    // The owner: points on y = 0.3 + 0.5 x, keys for exactly this program. Where a
    // ciphertext has more slots than the units, everything repeats.
    linalg::Dense x(points, 2);
    linalg::Dense y(1, points);
    for (std::size_t i = 0; i < points; ++i) {
        const double position = -1 + 2.0 * static_cast<double>(i) / (points - 1);
        x(i, 0) = 1;
        x(i, 1) = position;
        y(0, i) = 0.3 + 0.5 * position;
    }
    const auto keys = ckks::generate_keys(parameters, managed.key_request());
    const ckks::Encryptor encryptor(keys.secret_key);
    std::vector<ckks::Ciphertext> inputs;
    for (const auto& slots : program.pack(std::vector{x, y})) {
        inputs.push_back(encryptor.encrypt(slots, managed.input_levels()[inputs.size()]));
    }

    // The service.
    const auto outputs = runtime::execute(managed, keys.evaluation_keys, std::move(inputs));

    // The owner again.
    const ckks::Decryptor decryptor(keys.secret_key);
    std::vector<std::vector<double>> slots;
    for (const auto& output : outputs) slots.push_back(decryptor.decrypt(output, program.slots()));
    const linalg::Dense weights = program.unpack(slots)[0];
    std::printf("y = %.4f + %.4f x\n", weights(0, 0), weights(0, 1));
    return std::abs(weights(0, 0) - 0.3) < 5e-3 && std::abs(weights(0, 1) - 0.5) < 5e-3 ? 0 : 1;
}
