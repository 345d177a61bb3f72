// A bank's model decides who gets a loan. It shows it to nobody; a customer shows nobody what the model asks about.
//
// Both parties run in this process; over a network the same functions run in `tacit mpc predict`.
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "tacit/mpc/predict.hpp"
#include "tacit/party/local_network.hpp"

using namespace tacit;

// Two trees on income and debts, as a training wrote them down: docs/predict.md has the format.
const std::string trees = R"({"format": "tacit tree ensemble", "version": 1,
  "features": ["income", "debts"], "classes": ["refused", "granted"], "bias": [-0.2],
  "trees": [
    {"feature": [0, -2, 1, -2, -2], "threshold": [2400, 0, 800, 0, 0], "left": [1, -1, 3, -1, -1],
     "right": [2, -1, 4, -1, -1], "value": [[0], [-0.5], [0], [0.9], [0.1]]},
    {"feature": [1, -2, -2], "threshold": [1500, 0, 0], "left": [1, -1, -1], "right": [2, -1, -1],
     "value": [[0], [0.2], [-0.6]]}]})";

int main() {
    const mpc::IntegerModel model = mpc::integer_model(mpc::parse_tree_ensemble(trees).value());
    const std::vector<double> customers{3100, 500,   // granted
                                        3100, 1600,  // debts
                                        2300, 100};  // income
    const mpc::PredictTerms terms{.shape = model.shape, .client = 0};

    party::LocalNetwork network(2);
    std::vector<std::size_t> classes;
    network.run([&](party::Party& me) {
        if (me.index() == terms.client) {
            classes = mpc::predict(me, terms, customers).classes;
        } else {
            mpc::serve_predictions(me, terms, model, [](std::uint64_t rows) {
                std::printf("the bank answers %llu rows and sees none\n", static_cast<unsigned long long>(rows));
            });
        }
        return 0;
    });
    for (const std::size_t number : classes) std::printf("%s\n", number == 1 ? "granted" : "refused");
    return classes == std::vector<std::size_t>{1, 0, 0} ? 0 : 1;
}
