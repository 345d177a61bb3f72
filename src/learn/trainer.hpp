#pragma once

#include <filesystem>
#include <optional>

#include "learn/segment_inputs.hpp"
#include "tacit/compile/plan.hpp"

namespace tacit::learn {

/// The service's side of one training, its segments one after the other. Evaluation keys are read once, and what a
/// segment needs beside them and the refreshed state can be read while the customer refreshes that.
class Trainer {
public:
    /// Throws as train. Segments are carried out by `executor`, which has to live as long.
    Trainer(SegmentExecutor& executor, std::filesystem::path upload_folder, std::filesystem::path result_folder);

    /// Computes the next segment, unless the newest state waits to be refreshed; none where another machine has the
    /// outputs.
    [[nodiscard]] std::optional<TrainingOutcome> advance(const TrainingProgress& progress);
    /// Makes the plan of a segment and reads its rows, if they are there yet.
    void prepare(int segment);

private:
    /// A segment's program, its share, and its rows.
    struct Prepared {
        int number;
        TrainingPlan plan;
        compile::Plan tasks;
        std::optional<SegmentShare> share{};
        std::optional<SegmentInputs> rows{};
        double seconds = 0;  ///< that it took
    };

    [[nodiscard]] std::optional<NeedsRefresh> waiting() const;
    [[nodiscard]] Prepared take(int segment);
    void load_keys(const Prepared& segment);
    [[nodiscard]] Digest digest_of(const Prepared& segment, const SegmentInputs& inputs) const;
    [[nodiscard]] StatisticsRecord statistics_of(const Prepared& segment, const SegmentInputs& inputs) const;
    [[nodiscard]] TrainingOutcome write_result(int segment, StatisticsRecord statistics,
                                               std::span<const ckks::Ciphertext> outputs) const;

    SegmentExecutor& executor_;
    std::filesystem::path upload_;
    std::filesystem::path result_;
    OpenJob job_;
    std::optional<Prepared> prepared_{};
    std::optional<ckks::EvaluationKeys> keys_{};
    std::uint64_t key_file_bytes_ = 0;
};

}  // namespace tacit::learn
