// A line fitted to points that the fitter cannot read: least squares by linear algebra on encrypted matrices.
//
// The owner of the data sends the rows (1, x_i) and the values y_i encrypted; the service solves the normal equations
// w = (XᵀX)⁻¹ Xᵀ y. Layouts, levels, scales, masks and keys follow from the formula.
#include <cmath>
#include <cstdio>
#include <utility>

#include "tacit/linalg/lay_out.hpp"
#include "tacit/runtime/managed_program.hpp"

using namespace tacit;

namespace {

constexpr std::size_t points = 40;

/// What both sides know: shapes, and that x is in [-1, 1], so that XᵀX / n has a trace of at most 2, which bounds its
/// eigenvalues. How values lie in slots is chosen: a short search finds the same layouts on both sides.
linalg::Program least_squares() {
    linalg::FormulaBuilder builder;
    const linalg::Term x = builder.input("x", points, 2);
    const linalg::Term y = builder.input("y", points, 1);
    const linalg::Term gram = transpose(x) * x * (1.0 / points);
    const linalg::Term moments = transpose(x) * y * (1.0 / points);
    builder.output("weights", inverse_positive_definite(gram, 2, 5) * moments);
    return lay_out(std::move(builder).finish(), {.slots = 4096, .budget = 100}).program;
}

}  // namespace

int main() {
    const runtime::ManagedProgram plan(least_squares());
    const auto parameters = ckks::Parameters::create({.depth = plan.depth(), .min_slots = plan.slots()});
    std::printf("%s\n", parameters.summary().c_str());
    for (const auto& input : plan.inputs()) std::printf("%s: %s\n", input.name.c_str(), print_layout(input).c_str());

    // The owner: points on y = 0.3 + 0.5 x, keys for exactly this program.
    linalg::Dense x(points, 2);
    linalg::Dense y(points, 1);
    for (std::size_t i = 0; i < points; ++i) {
        const double position = -1 + 2.0 * static_cast<double>(i) / (points - 1);
        x(i, 0) = 1;
        x(i, 1) = position;
        y(i, 0) = 0.3 + 0.5 * position;
    }
    const auto keys = ckks::generate_keys(parameters, plan.key_request());
    auto inputs = plan.encrypt(ckks::Encryptor(keys.secret_key), {{"x", x}, {"y", y}});

    // The service.
    const auto outputs = run(plan, keys.evaluation_keys, std::move(inputs));

    // The owner again.
    const linalg::Dense weights = decrypt(ckks::Decryptor(keys.secret_key), runtime::find(outputs, "weights"));
    std::printf("y = %.4f + %.4f x\n", weights(0, 0), weights(1, 0));
    return std::abs(weights(0, 0) - 0.3) < 5e-3 && std::abs(weights(1, 0) - 0.5) < 5e-3 ? 0 : 1;
}
