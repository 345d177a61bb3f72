// Two-party protocols that compute for longer than they read, each side against frames that the input changes: set
// intersection by oblivious transfer, prediction by a linear model and by trees, sums of an intersection. The first
// byte picks one.
#include <array>
#include <memory>

#include "replay.hpp"
#include "tacit/mpc/predict.hpp"
#include "tacit/mpc/psi.hpp"

namespace {

using namespace tacit;

void intersect(party::Party& me, const mpc::PsiTerms& terms) {
    const auto result = mpc::intersect(me, terms, [](const auto& add) {
        for (const char* value : {"ada", "bob", "cy"}) add({value, 5});
    });
    for (const std::uint64_t row : result.rows) {
        if (row > 2) fuzz::report("a row that is none");
    }
}

const mpc::IntegerModel& linear() {
    static const auto made = mpc::integer_model(std::vector<std::vector<double>>{{1, -1, 0.5}, {0.5, 1, 0}});
    return made;
}

const mpc::IntegerModel& trees() {
    static const auto made = mpc::integer_model(
        mpc::parse_tree_ensemble(
            R"({"format": "tacit tree ensemble", "version": 1, "features": ["a"], "classes": ["x", "y"], "bias": [0.5],
"trees": [{"feature": [0, -2, -2], "threshold": [1, -2, -2], "left": [1, -1, -1], "right": [2, -1, -1],
"value": [[0], [1], [-2]]}]})")
            .value());
    return made;
}

void predict(party::Party& me, const mpc::IntegerModel& model) {
    const mpc::PredictTerms terms{.shape = model.shape, .client = 1};
    if (me.index() == 1) {
        static_cast<void>(mpc::predict(me, terms, std::vector<double>(model.shape.features, 1.5)));
        return;
    }
    mpc::serve_predictions(me, terms, model, [](std::uint64_t rows) {
        if (rows > 2) throw Error(ErrorCode::protocol_violation, "a budget");
    });
}

void run(unsigned protocol, party::Party& me) {
    if (protocol == 0) return intersect(me, {.protocol = mpc::PsiProtocol::vole, .sender_learns = true, .largest = 64});
    if (protocol == 3) return intersect(me, {.output = mpc::PsiOutput::sum, .largest = 64});
    predict(me, protocol == 1 ? linear() : trees());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::run_alone();
    static std::array<std::unique_ptr<fuzz::Replay>, 8> sides;
    if (size == 0) return 0;
    const unsigned pick = data[0] % sides.size();
    const auto protocol = [&](party::Party& me) { run(pick / 2, me); };
    if (!sides[pick]) sides[pick] = std::make_unique<fuzz::Replay>(2, static_cast<int>(pick % 2), protocol);
    sides[pick]->run(fuzz::as_bytes(data + 1, size - 1), protocol);
    return 0;
}
