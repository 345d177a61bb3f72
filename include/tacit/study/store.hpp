#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/base/random.hpp"
#include "tacit/study/description.hpp"
#include "tacit/study/submission.hpp"

namespace tacit::study {

/// What whoever takes submissions in keeps: a folder with the description, who is invited, and the newest submission of
/// each. It holds no invitation's secret and nothing that it could read. Threads and processes may share one.
class Store {
public:
    /// Makes the folder. Throws malformed_input for a description that is none, invalid_argument if there is a study
    /// already, io_failure.
    [[nodiscard]] static Store create(const std::filesystem::path& folder, const std::filesystem::path& description);
    /// Throws as read_study() and io_failure.
    explicit Store(std::filesystem::path folder);

    [[nodiscard]] const Study& study() const noexcept { return study_; }

    /// New invitations, which are kept nowhere else. Throws quota_exceeded beyond study.most, budget_exceeded once
    /// closed, io_failure.
    [[nodiscard]] std::vector<Invitation> invite(std::size_t count, Rng& rng) const;

    struct Status {
        bool open = false;          ///< neither closed nor past the deadline
        std::uint64_t version = 0;  ///< of what was submitted; 0: nothing yet
    };
    /// untrusted_peer for an invitation that is none.
    [[nodiscard]] Expected<Status> status(const Invitation& invitation) const;
    /// Takes a submission in place of the one before and returns its receipt. untrusted_peer for an invitation that is
    /// none, malformed_input for bytes that are no submission of that contributor to this study, protocol_violation
    /// unless the version is one more than the last one's, as it is not in a replay; budget_exceeded once closed.
    [[nodiscard]] Expected<Digest> take(const Invitation& invitation, std::span<const std::byte> submission) const;

    struct Counts {
        std::size_t invited = 0;
        std::size_t submitted = 0;
        bool closed = false;
    };
    /// Throws io_failure.
    [[nodiscard]] Counts counts() const;
    /// Takes nothing more in, and writes OUT/SERVER.bundle for each server; the same again if it was closed before.
    /// Throws io_failure.
    void close(const std::filesystem::path& out) const;

private:
    [[nodiscard]] Status status_of(const ContributorId& contributor) const;
    [[nodiscard]] bool is_invited(const ContributorId& contributor) const;

    std::filesystem::path folder_;
    Study study_;
};

}  // namespace tacit::study
