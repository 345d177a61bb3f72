#include <fmt/format.h>

#include <functional>

#include "commands.hpp"
#include "output.hpp"
#include "pictures.hpp"

namespace tacit::app {

namespace {

using learn::EvaluationRecord;
using learn::StatisticsRecord;

/// What one run left behind.
struct Run {
    StatisticsRecord training;
    EvaluationRecord evaluation;
};

Run read_run(const fs::path& folder) {
    Run run{learn::read_record<StatisticsRecord>(folder / "result" / learn::file_names::statistics).value(),
            learn::read_record<EvaluationRecord>(folder / "private" / learn::file_names::evaluation).value()};
    if (run.training.job != run.evaluation.job) {
        throw Error(ErrorCode::parameter_mismatch,
                    fmt::format("'{}': result and evaluation belong to different jobs; run `tacit evaluate` again",
                                folder.string()));
    }
    return run;
}

/// A row of the table: its name and the cell of a run.
struct Row {
    const char* name;
    std::function<std::string(const Run&)> cell;
};

std::vector<Row> circuit_rows() {
    return {{"depth", [](const Run& r) { return fmt::format("{}", r.training.depth); }},
            {"ring dimension N", [](const Run& r) { return fmt::format("2^{}", r.training.log_ring_dimension); }},
            {"log2 QP", [](const Run& r) { return fmt::format("{:.0f}", r.training.log2_modulus); }},
            {"security, bits", [](const Run& r) { return fmt::format("{}", r.training.security_bits); }},
            {"multiplications", [](const Run& r) { return count_text(r.training.products); }},
            {"rotations", [](const Run& r) { return count_text(r.training.rotations); }},
            {"conjugations", [](const Run& r) { return count_text(r.training.conjugations); }},
            {"evaluation keys", [](const Run& r) { return fmt::format("{}", r.training.keys); }},
            {"  in memory", [](const Run& r) { return bytes_text(r.training.key_memory_bytes); }},
            {"  in the file", [](const Run& r) { return bytes_text(r.training.key_file_bytes); }},
            {"encrypted inputs", [](const Run& r) { return fmt::format("{}", r.training.inputs); }},
            {"  in memory", [](const Run& r) { return bytes_text(r.training.input_memory_bytes); }},
            {"  in the file", [](const Run& r) { return bytes_text(r.training.input_file_bytes); }}};
}

std::vector<Row> result_rows() {
    return {
        {"training time", [](const Run& r) { return seconds_text(r.training.seconds); }},
        {"  cores", [](const Run& r) { return fmt::format("{}", r.training.threads); }},
        {"peak memory", [](const Run& r) { return bytes_text(r.training.peak_memory_bytes); }},
        {"accuracy, encrypted", [](const Run& r) { return percent_text(r.evaluation.encrypted.accuracy); }},
        {"accuracy, clear twin", [](const Run& r) { return percent_text(r.evaluation.clear.accuracy); }},
        {"accuracy, exact sigmoid", [](const Run& r) { return percent_text(r.evaluation.exact.accuracy); }},
        {"AUC, encrypted", [](const Run& r) { return fmt::format("{:.4f}", r.evaluation.encrypted.area_under_roc); }},
        {"AUC, clear twin", [](const Run& r) { return fmt::format("{:.4f}", r.evaluation.clear.area_under_roc); }},
        {"largest weight error", [](const Run& r) { return fmt::format("{:.1e}", r.evaluation.largest_weight_error); }},
        {"  relative", [](const Run& r) { return fmt::format("{:.1e}", r.evaluation.relative_weight_error); }}};
}

constexpr int name_width = 26;
constexpr int cell_width = 14;

std::string rule(std::size_t runs) { return std::string(name_width + cell_width * runs, '-') + "\n"; }

void print_rows(const std::vector<Row>& rows, const std::vector<Run>& runs) {
    for (const Row& row : rows) {
        fmt::print("{:<{}}", row.name, name_width);
        for (const Run& run : runs) fmt::print("{:>{}}", row.cell(run), cell_width);
        fmt::print("\n");
    }
}

/// How much faster than the first run.
Row speed_up_row(const Run& reference) {
    return {"  speed-up", [seconds = reference.training.seconds](const Run& r) {
                return fmt::format("{:.1f} x", seconds / r.training.seconds);
            }};
}

}  // namespace

void compare(const CompareOptions& options) {
    std::vector<Run> runs;
    for (const fs::path& folder : options.runs) runs.push_back(read_run(folder));
    print_rows({{"circuit", [](const Run& r) { return r.training.method; }}}, runs);
    fmt::print("{}", rule(runs.size()));
    print_rows(circuit_rows(), runs);
    fmt::print("{}", rule(runs.size()));
    std::vector<Row> results = result_rows();
    if (runs.size() > 1) results.insert(results.begin() + 1, speed_up_row(runs.front()));
    print_rows(results, runs);
    if (options.picture_folder.empty()) return;
    std::vector<TimedMethod> times;
    for (const Run& run : runs) times.push_back({run.training.method, run.training.seconds});
    fmt::print("{}\n", draw_times(times, runs.front().training.threads, options.picture_folder));
}

}  // namespace tacit::app
