#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "commands.hpp"
#include "output.hpp"
#include "tacit/table/table.hpp"

namespace tacit::app {

using learn::Model;

std::string prediction_csv(const learn::Prediction& p) {
    const bool two = p.model == Model::logistic;
    std::string text = p.model == Model::linear ? "line,prediction\n" : "line,score,class\n";
    if (two) text = "line,score,probability,class\n";
    auto out = std::back_inserter(text);
    for (std::size_t i = 0; i < p.lines.size(); ++i) {
        if (p.model == Model::linear) {
            fmt::format_to(out, "{},{:.6g}\n", p.lines[i], p.scores.front()[i]);
            continue;
        }
        const double score = p.scores[two ? 0 : p.found[i]][i];
        const std::string probability = two ? fmt::format("{:.6g},", 1 / (1 + std::exp(-score))) : "";
        fmt::format_to(out, "{},{:.6g},{}{}\n", p.lines[i], score, probability,
                       table::csv_field(p.classes[p.found[i]]));
    }
    return text;
}

std::string prediction_summary(const learn::Prediction& p) {
    std::string text = fmt::format("{} rows", count_text(p.lines.size()));
    for (std::size_t c = 0; c < p.classes.size(); ++c) {
        const auto rows = std::ranges::count(p.found, static_cast<std::uint8_t>(c));
        text +=
            fmt::format("{} {} '{}'", c == 0 ? ":" : ",", count_text(static_cast<std::uint64_t>(rows)), p.classes[c]);
    }
    if (!p.labels.empty()) {
        const auto counts = learn::confusion_matrix(p.found, p.labels, static_cast<int>(p.classes.size()));
        std::size_t right = 0;
        for (std::size_t c = 0; c < counts.size(); ++c) right += counts[c][c];
        text += fmt::format("\naccuracy {} by the labels of the file",
                            percent_text(static_cast<double>(right) / static_cast<double>(p.labels.size())));
    }
    if (!p.targets.empty()) {
        text += fmt::format("\nroot mean square error {:.4g} by the label column of the file",
                            learn::root_mean_square_error(p.scores.front(), p.targets));
    }
    return text;
}

void predict(const PredictOptions& options) {
    const learn::Prediction p = learn::predict(options.private_folder, options.data);
    std::string text = prediction_summary(p);
    if (!options.out.empty()) {
        const std::string csv = prediction_csv(p);
        write_file_atomically(options.out, std::as_bytes(std::span(csv)), FileMode::owner_only);
        text += fmt::format("\nscores -> {}", options.out.string());
    }
    print_step("predict", text);
}

}  // namespace tacit::app
