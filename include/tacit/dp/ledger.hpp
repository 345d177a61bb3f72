#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/dp/loss.hpp"

/// The file that says how much of a privacy budget is spent. docs/differential-privacy.md has its layout.
namespace tacit::dp {

enum class Neighbours : unsigned char {
    add_remove = 1,  ///< one row is there or not
    change_one = 2,  ///< one row's content differs
};

/// "add or remove", "change": of so many rows of one unit.
[[nodiscard]] const char* to_string(Neighbours neighbours) noexcept;

/// What a budget is for: fixed when the ledger is made.
struct LedgerTerms {
    std::string data_set;             ///< whose data; the ledger is for these people, not for a file. 1 to 64 bytes
    std::string unit = "person";      ///< who is protected. 1 to 64 bytes
    std::uint64_t rows_per_unit = 1;  ///< the most rows that one unit may have in the data; 1 to 2^32
    Neighbours neighbours = Neighbours::add_remove;
    Measure measure = Measure::pure;
    Loss budget{};
};

/// One line of a ledger.
struct LedgerEntry {
    enum class Kind : unsigned char {
        reserved = 1,  ///< the loss of a release, written before it
        torn = 2,      ///< what was left of records when a process or the machine stopped; counted all the same
    };
    std::uint64_t number = 0;
    Kind kind = Kind::reserved;
    std::uint32_t behind = 0;  ///< so many records just before it were perhaps not on the disk when it was written
    std::int64_t time = 0;     ///< seconds since 1970, UTC
    Loss loss{};
    std::string label{};  ///< the beginning of what was measured
    Digest digest{};      ///< of the record and, through it, of all before
};

/// A ledger as it was at one moment.
struct LedgerContents {
    LedgerTerms terms{};
    std::vector<LedgerEntry> entries{};
    Loss spent{};
    Loss left{};
    Digest origin{};               ///< hash of the first record, which has the terms
    Digest head{};                 ///< hash of the last record and, through it, of all
    std::uint64_t torn_bytes = 0;  ///< at the end, of unfinished records; their losses are in `spent` if legible

    /// Whether this was the head of the ledger at some time: false for a ledger that was put back to before that.
    [[nodiscard]] bool holds(const Digest& earlier_head) const noexcept;
};

/// 64 hexadecimal digits, as a release states its ledger's head. malformed_input for anything else.
[[nodiscard]] Expected<Digest> parse_head(std::string_view text);

/// Reads a ledger's bytes and checks every record and the chain of hashes. malformed_input says which record is wrong.
/// Unfinished records at the end are no error, as long as no record says that they had been on the disk.
[[nodiscard]] Expected<LedgerContents> parse_ledger(std::span<const std::byte> bytes);

/// A budget on disk, safe against crashes and shared by processes. Every reservation takes an exclusive lock, reads and
/// checks the whole file, appends its record, and returns when the record is on the disk: there is no balance in
/// memory, and no refund. The lock is not held while the disk is waited for, so that those who reserve at once wait
/// together.
class Ledger {
public:
    /// A new file, readable by its owner alone. Throws io_failure if it exists or cannot be written, invalid_argument
    /// for terms out of range.
    static Ledger create(const std::filesystem::path& path, const LedgerTerms& terms);
    /// Throws io_failure or malformed_input. A witness is a small file, best on another disk, that holds the newest
    /// head of the ledger: it is written after every reservation, and before each it must name a head that the ledger
    /// holds, or parameter_mismatch is thrown. So a ledger that was put back to an older copy of itself is refused, as
    /// long as the witness was not put back too. A witness that does not exist yet is made.
    static Ledger open(const std::filesystem::path& path, const std::filesystem::path& witness = {});
    ~Ledger();
    Ledger(Ledger&&) noexcept;
    Ledger& operator=(Ledger&&) noexcept;

    [[nodiscard]] const LedgerTerms& terms() const noexcept;
    /// What the file says now; all of it is on the disk.
    [[nodiscard]] LedgerContents contents() const;
    /// Writes `loss` to the disk or throws: budget_exceeded, with asked, left and total, if it does not fit;
    /// io_failure if the disk fails, and then the loss may be spent. `what` is what is measured, of which the file
    /// keeps a hash and the first 88 bytes. Costs one flush of the disk, which threads of one handle share; with a
    /// witness, the lock is held meanwhile. Any thread.
    LedgerContents reserve(const Loss& loss, std::string_view what);

private:
    struct State;
    explicit Ledger(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace tacit::dp
