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

std::string score_line(const char* name, const learn::ModelScore& score) {
    return fmt::format("{:<39}{:>9}{:>10.4f}\n", name, percent_text(score.accuracy), score.area_under_roc);
}

/// The features that speak loudest, by name; nothing for images.
std::string strongest(const learn::Evaluation& evaluation) {
    constexpr std::size_t most = 8;
    std::vector<std::size_t> order(evaluation.feature_names.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto size = [&](std::size_t i) { return std::fabs(evaluation.weights[i + 1]); };
    std::ranges::sort(order, std::ranges::greater{}, size);
    std::string text;
    for (std::size_t i = 0; i < std::min(most, order.size()); ++i) {
        text += fmt::format("\n{:+9.3f}  {}", evaluation.weights[order[i] + 1], evaluation.feature_names[order[i]]);
    }
    if (text.empty()) return text;
    return fmt::format("\nstrongest weights (of standardised features), for '{}' if positive{}", evaluation.one, text);
}

}  // namespace

void evaluate(const EvaluateOptions& options) {
    const learn::Evaluation evaluation = learn::evaluate(options.private_folder);
    const learn::EvaluationRecord& r = evaluation.record;
    std::string text =
        fmt::format("{}, {} rows\n{:<39}{:>9}{:>10}\n", r.data, count_text(r.held_out_rows), "", "accuracy", "AUC");
    text += score_line("trained on ciphertexts", r.encrypted);
    text += score_line("trained in the clear, same polynomial", r.clear);
    text += score_line("trained in the clear, exact sigmoid", r.exact_sigmoid);
    text +=
        fmt::format("largest weight error {:.1e}, relative {:.1e}", r.largest_weight_error, r.relative_weight_error);
    text += strongest(evaluation);
    if (options.pictures) {
        const fs::path folder = options.picture_folder.empty() ? options.private_folder : options.picture_folder;
        text += '\n';
        text += draw_evaluation(evaluation, folder);
    }
    print_step("evaluate", text);
}

}  // namespace tacit::app
