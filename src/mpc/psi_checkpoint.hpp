#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "mpc/psi_messages.hpp"
#include "mpc/ristretto.hpp"
#include "tacit/base/hash.hpp"

namespace tacit::mpc {

/// An element as the other party gets to see it.
struct MaskedElement {
    ristretto::Point point;
    std::uint64_t number;  ///< of the element; no_element for a random point
    std::uint64_t weight;  ///< of all equal elements
    friend auto operator<=>(const MaskedElement&, const MaskedElement&) = default;
};
inline constexpr std::uint64_t no_element = ~std::uint64_t{0};

/// What a run by ecdh goes on from after a stop, in a folder of this party alone. Its files:
///   run    what the run is about, its secret, and the own masked elements; written whole when all are masked
///   size   how many elements the other party announced: after it has seen an answer it must not add any
///   tags   the other party's points that were received, with their tags; grows by psi_chunk at a time
/// The secret belongs to these elements, terms and parties; nothing else may be masked with it. Whoever reads the
/// folder can test whether an element was in the run.
class PsiCheckpoint {
public:
    struct Run {
        Digest about;     ///< the terms, the parties, the padded size
        Digest session;   ///< of the first try: elements and tags are hashed with it
        Digest elements;  ///< all own elements
        std::array<std::byte, 32> secret;
        std::uint64_t count;   ///< distinct own elements
        std::uint64_t masked;  ///< with padding
    };
    struct Received {
        ristretto::Point point;
        Tag tag;
    };

    /// Keeps nothing if `folder` is empty.
    explicit PsiCheckpoint(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// The stopped run, if there is one about that. Throws malformed_input, io_failure.
    [[nodiscard]] std::optional<Run> stopped(const Digest& about) const;
    /// Its masked elements, ascending.
    void read_masked(const std::function<void(const MaskedElement&)>& take) const;
    /// Replaces whatever is there; `next` gives the masked elements.
    void begin(const Run& run, const std::function<bool(MaskedElement&)>& next) const;
    /// What the other party announced in the first try, which is this one if there was none. Throws malformed_input.
    [[nodiscard]] std::uint64_t size_of_other(std::uint64_t announced) const;
    /// Appends; on the disk when it returns.
    void add(std::span<const Received> received) const;
    /// Calls take(position, record) for whole chunks that were added, of `total` records in the end, and returns how
    /// many there were; forgets a chunk that was cut off. Throws malformed_input, io_failure.
    std::uint64_t read_received(std::uint64_t total,
                                const std::function<void(std::uint64_t, const Received&)>& take) const;
    /// The run is over.
    void remove() const;

private:
    [[nodiscard]] std::filesystem::path run_file() const { return folder_ / "run"; }
    [[nodiscard]] std::filesystem::path size_file() const { return folder_ / "size"; }
    [[nodiscard]] std::filesystem::path tags_file() const { return folder_ / "tags"; }
    std::filesystem::path folder_;
};

}  // namespace tacit::mpc
