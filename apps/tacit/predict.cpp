#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "commands.hpp"
#include "output.hpp"

namespace tacit::app {

namespace {

/// A name as a field of CSV.
std::string quoted(const std::string& name) {
    if (name.find_first_of(",\"\r\n") == std::string::npos) return name;
    std::string text(1, '"');
    for (const char c : name) text.append(c == '"' ? 2 : 1, c);
    return text + '"';
}

std::string as_csv(const learn::Prediction& p) {
    std::string text = "line,score,probability,class\n";
    for (std::size_t i = 0; i < p.scores.size(); ++i) {
        fmt::format_to(std::back_inserter(text), "{},{:.6g},{:.6g},{}\n", p.lines[i], p.scores[i],
                       1 / (1 + std::exp(-p.scores[i])), quoted(p.scores[i] > 0 ? p.one : p.zero));
    }
    return text;
}

}  // namespace

void predict(const PredictOptions& options) {
    const learn::Prediction p = learn::predict(options.private_folder, options.data);
    const auto ones = std::ranges::count_if(p.scores, [](double score) { return score > 0; });
    std::string text = fmt::format("{} rows: {} '{}', {} '{}'", count_text(p.scores.size()),
                                   count_text(static_cast<std::uint64_t>(ones)), p.one,
                                   count_text(p.scores.size() - static_cast<std::uint64_t>(ones)), p.zero);
    if (!p.labels.empty()) {
        text +=
            fmt::format("\naccuracy {} by the labels of the file", percent_text(learn::accuracy(p.scores, p.labels)));
    }
    if (!options.out.empty()) {
        const std::string csv = as_csv(p);
        write_file_atomically(options.out, std::as_bytes(std::span(csv)), FileMode::owner_only);
        text += fmt::format("\nscores -> {}", options.out.string());
    }
    print_step("predict", text);
}

}  // namespace tacit::app
