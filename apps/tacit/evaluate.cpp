#include <fmt/format.h>

#include "commands.hpp"
#include "output.hpp"
#include "pictures.hpp"

namespace tacit::app {

namespace {

std::string score_line(const char* name, const logreg::ModelScore& score) {
    return fmt::format("{:<39}{:>9}{:>10.4f}\n", name, percent_text(score.accuracy), score.area_under_roc);
}

}  // namespace

void evaluate(const EvaluateOptions& options) {
    const logreg::Evaluation evaluation = logreg::evaluate(options.private_folder);
    const logreg::EvaluationRecord& r = evaluation.record;
    std::string text =
        fmt::format("{}, {} images\n{:<39}{:>9}{:>10}\n", r.data, count_text(r.held_out_rows), "", "accuracy", "AUC");
    text += score_line("trained on ciphertexts", r.encrypted);
    text += score_line("trained in the clear, same polynomial", r.clear);
    text += score_line("trained in the clear, exact sigmoid", r.exact_sigmoid);
    text +=
        fmt::format("largest weight error {:.1e}, relative {:.1e}", r.largest_weight_error, r.relative_weight_error);
    if (options.pictures) {
        const fs::path folder = options.picture_folder.empty() ? options.private_folder : options.picture_folder;
        text += '\n';
        text += draw_evaluation(evaluation, folder);
    }
    print_step("evaluate", text);
}

}  // namespace tacit::app
