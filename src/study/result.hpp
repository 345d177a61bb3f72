#pragma once

#include <cstdint>
#include <vector>

#include "tacit/mpc/shares.hpp"
#include "tacit/study/description.hpp"

/// What a server sends to the analyst.
namespace tacit::study {

/// The same from all servers.
struct ResultHeader {
    std::uint64_t contributors = 0;
    std::uint64_t invalid = 0;
    std::vector<bool> shown;  ///< by entry
    bool operator==(const ResultHeader&) const = default;
};

/// Header and share (after Replicated::for_receiver) of what is shown, for the analyst alone.
[[nodiscard]] std::vector<std::byte> seal_result(const Study& study, std::size_t server, const ResultHeader& header,
                                                 const mpc::Numbers& share, Rng& rng);

}  // namespace tacit::study
