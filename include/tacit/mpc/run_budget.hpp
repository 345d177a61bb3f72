#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace tacit::mpc {

/// How often another party may have an answer about the same data, kept in a text file: one line for each run, with the
/// time, who asked and about what, and how many answers if not one. A run is spent before it begins and never given
/// back: whoever breaks off a run may have learnt from it. Any number of processes may use one file.
class RunBudget {
public:
    explicit RunBudget(std::filesystem::path file) : file_(std::move(file)) {}

    /// Answers spent so far. Throws io_failure, malformed_input for a file that is no such list.
    [[nodiscard]] std::uint64_t spent(const std::string& who, const std::string& what) const;
    /// Spends `answers` of `allowed`; on the disk when it returns. `who` and `what` have no tabs or line ends. Throws
    /// budget_exceeded if fewer are left; as above otherwise.
    void spend(const std::string& who, const std::string& what, std::uint64_t allowed, std::uint64_t answers = 1);

private:
    std::filesystem::path file_;
};

}  // namespace tacit::mpc
