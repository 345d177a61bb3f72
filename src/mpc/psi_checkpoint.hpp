#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "mpc/psi_messages.hpp"
#include "mpc/psi_sum.hpp"
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
///   run    what the run is about, its secrets, and the own masked elements; written whole when all are masked
///   size   how many elements the other party announced: after it has seen an answer it must not add any
///   tags   the other party's points that were received, with their tags and, for sums, encrypted weights; grows by
///          psi_chunk at a time
/// The secrets belong to these elements, terms and parties; nothing else may be masked or encrypted with them. Whoever
/// reads the folder can test whether an element was in the run.
class PsiCheckpoint {
public:
    struct Run {
        Digest about;     ///< the terms, the parties, the padded size
        Digest session;   ///< of the first try: elements and tags are hashed with it
        Digest elements;  ///< all own elements
        std::array<std::byte, 32> secret;
        std::array<std::byte, WeightSecretKey::bytes> weight_key;  ///< of the sender of a sum; others have zeros
        std::uint64_t count;                                       ///< distinct own elements
        std::uint64_t masked;                                      ///< with padding

        void wipe_secrets() noexcept;
    };
    struct Received {
        ristretto::Point point;
        Tag tag;
    };
    struct WeightedReceived : Received {
        WeightCiphertext weight;
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
    /// Appends what was received, of one kind in one run; on the disk when it returns.
    template <class Record>
    void add(std::span<const Record> received) const {
        append(std::as_bytes(received));
    }
    /// Calls take(position, record) for whole chunks that were added, of `total` records in the end, and returns how
    /// many there were; forgets a chunk that was cut off. Throws malformed_input, io_failure.
    template <class Record, class Take>
    std::uint64_t read_received(std::uint64_t total, const Take& take) const {
        return read_records(total, sizeof(Record), [&](std::uint64_t i, const std::byte* bytes) {
            Record record;
            std::memcpy(&record, bytes, sizeof record);
            take(i, record);
        });
    }
    /// The run is over, and on the disk too when it returns; may be called again.
    void remove() const;

private:
    void append(std::span<const std::byte> records) const;
    std::uint64_t read_records(std::uint64_t total, std::size_t size,
                               const std::function<void(std::uint64_t, const std::byte*)>& take) const;
    [[nodiscard]] std::filesystem::path run_file() const { return folder_ / "run"; }
    [[nodiscard]] std::filesystem::path size_file() const { return folder_ / "size"; }
    [[nodiscard]] std::filesystem::path tags_file() const { return folder_ / "tags"; }
    std::filesystem::path folder_;
};

}  // namespace tacit::mpc
