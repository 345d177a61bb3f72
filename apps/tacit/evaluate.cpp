#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "commands.hpp"
#include "output.hpp"
#include "pictures.hpp"

namespace tacit::app {

namespace {

using learn::Model;

/// The figures of a model: two columns, the second without a name for several classes.
struct Columns {
    const char* first;
    const char* second;
    std::string (*text)(const learn::ModelScore&);
};

Columns columns_of(Model model) {
    switch (model) {
        case Model::linear:
            return {"R^2", "RMSE", [](const learn::ModelScore& s) {
                        return fmt::format("{:>9.4f}{:>10.4g}", s.r_squared, s.root_mean_square_error);
                    }};
        case Model::multinomial:
            return {"accuracy", "",
                    [](const learn::ModelScore& s) { return fmt::format("{:>9}", percent_text(s.accuracy)); }};
        case Model::logistic: break;
    }
    return {"accuracy", "AUC", [](const learn::ModelScore& s) {
                return fmt::format("{:>9}{:>10.4f}", percent_text(s.accuracy), s.area_under_roc);
            }};
}

std::string score_table(const learn::EvaluationRecord& r) {
    const Columns columns = columns_of(r.model);
    const bool number = r.model == Model::linear;
    std::string text = fmt::format("{:<39}{:>9}{:>10}\n", "", columns.first, columns.second);
    const auto add = [&](const char* name, const learn::ModelScore& score) {
        text += fmt::format("{:<39}{}\n", name, columns.text(score));
    };
    add("trained on ciphertexts", r.encrypted);
    add(number ? "trained in the clear, same steps" : "trained in the clear, same polynomial", r.clear);
    add(number ? "least squares, all training rows" : "trained in the clear, exact sigmoid", r.exact);
    return text;
}

/// What was taken for what, of several classes.
std::string confusion(const learn::Evaluation& evaluation) {
    std::string text;
    const auto& counts = evaluation.record.confusion;
    if (counts.empty()) return text;
    text += "\nrows by class (down) and by what they were taken for (across, in the same order)";
    for (std::size_t c = 0; c < counts.size(); ++c) {
        text += fmt::format("\n{:<20}{:>6}", evaluation.classes[c], fmt::join(counts[c], " "));
    }
    return text;
}

/// The features that speak loudest, by name; nothing for images.
std::string strongest(const learn::Evaluation& evaluation) {
    constexpr std::size_t most = 8;
    if (evaluation.record.model == Model::multinomial) return {};
    std::vector<std::size_t> order(evaluation.feature_names.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto size = [&](std::size_t i) { return std::fabs(evaluation.weights[i + 1]); };
    std::ranges::sort(order, std::ranges::greater{}, size);
    std::string text;
    for (std::size_t i = 0; i < std::min(most, order.size()); ++i) {
        text += fmt::format("\n{:+9.3f}  {}", evaluation.weights[order[i] + 1], evaluation.feature_names[order[i]]);
    }
    if (text.empty()) return text;
    const std::string meaning = evaluation.record.model == Model::linear
                                    ? ""
                                    : fmt::format(", for '{}' if positive", evaluation.classes.back());
    return fmt::format("\nstrongest weights (of standardised features){}{}", meaning, text);
}

}  // namespace

void evaluate(const EvaluateOptions& options) {
    const learn::Evaluation evaluation = learn::evaluate(options.private_folder);
    const learn::EvaluationRecord& r = evaluation.record;
    std::string text = fmt::format("{}, {} rows\n", r.data, count_text(r.held_out_rows));
    text += score_table(r);
    text +=
        fmt::format("largest weight error {:.1e}, relative {:.1e}", r.largest_weight_error, r.relative_weight_error);
    text += confusion(evaluation);
    text += strongest(evaluation);
    if (options.pictures) {
        const fs::path folder = options.picture_folder.empty() ? options.private_folder : options.picture_folder;
        text += '\n';
        text += draw_evaluation(evaluation, folder);
    }
    print_step("evaluate", text);
}

}  // namespace tacit::app
