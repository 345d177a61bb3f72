#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "commands.hpp"

namespace tacit::app {

/// "1.29 GB", "48.4 MB", "812 bytes"; powers of ten.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
/// "12,345"
[[nodiscard]] std::string count_text(std::uint64_t count);
/// "0.52 s", "3.2 s", "48 s"
[[nodiscard]] std::string seconds_text(double seconds);
/// "95.55 %"
[[nodiscard]] std::string percent_text(double share);

/// "keygen     first line", further lines below it: how every command reports.
void print_step(const char* command, const std::string& lines);

/// "line,score,probability,class" and a line for each row; of numbers "line,prediction".
[[nodiscard]] std::string prediction_csv(const learn::Prediction& prediction);
/// How many rows of which class, and how right they are if the labels are known.
[[nodiscard]] std::string prediction_summary(const learn::Prediction& prediction);

/// A live bar for long work, `suffix` of the numbers after them; nothing if the user asked for quiet.
[[nodiscard]] learn::WorkProgress progress_bar(const char* label, const CommonOptions& common,
                                               std::string (*suffix)(std::size_t done, std::size_t total) = nullptr);

/// "minibatch 3 of 60", in the units of learn::encrypt_data.
[[nodiscard]] std::string step_text(std::size_t done, std::size_t total);
/// "segment 1 of 2, minibatch 3 of 6, 7 of 10 levels, noise budget 289 bits"
[[nodiscard]] std::string work_text(const learn::TrainingWork& work);
/// The bar of a training, with that behind it.
[[nodiscard]] learn::TrainingProgress training_bar(const CommonOptions& common);

}  // namespace tacit::app
