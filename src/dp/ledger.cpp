// The ledger's file: locks, reads, writes and flushes. What the bytes mean is in ledger_format.cpp.

#include "tacit/dp/ledger.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <mutex>
#include <utility>

#include "base/fail.hpp"
#include "base/posix_file.hpp"
#include "dp/ledger_calls.hpp"
#include "dp/ledger_flushes.hpp"
#include "dp/ledger_format.hpp"
#include "tacit/base/files.hpp"
#include "tacit/base/random.hpp"

namespace tacit::dp {

namespace fs = std::filesystem;

LedgerFault ledger_fault = nullptr;

namespace {

/// One system call, again after signals; Error(io_failure) if it fails. `made` gets the bytes that it may move.
template <class Call>
auto system_call(const char* name, const fs::path& path, std::size_t bytes, const Call& call) {
    while (true) {
        errno = ledger_fault != nullptr ? ledger_fault(name, bytes) : 0;
        const auto result = errno != 0 ? -1 : call(bytes);
        if (result >= 0) return result;
        if (errno != EINTR) fail_io(name, path, errno);
    }
}

/// The whole file is locked; closing the descriptor, or the end of the process, unlocks it. Locks of this kind belong
/// to the open file, so that other handles of the same process are kept out too.
void lock(int file, const fs::path& path, short kind) {
    struct flock region {};
    region.l_type = kind;
    region.l_whence = SEEK_SET;
    system_call("lock", path, 0, [&](std::size_t) { return fcntl(file, F_OFD_SETLKW, &region); });
}

ledger_format::Bytes read_all(int file, const fs::path& path) {
    struct stat status {};
    system_call("read", path, 0, [&](std::size_t) { return fstat(file, &status); });
    const auto length = static_cast<std::size_t>(status.st_size);
    if (length > ledger_format::largest_bytes) {
        fail(ErrorCode::malformed_input, "'{}' is longer than a ledger can be; is it the right file?", path.string());
    }
    ledger_format::Bytes bytes(length);
    std::size_t done = 0;
    while (done < length) {
        const ssize_t got = system_call("read", path, length - done, [&](std::size_t count) {
            return pread(file, bytes.data() + done, count, static_cast<off_t>(done));
        });
        if (got == 0) fail_io("read", path, EIO);
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

void write_at(int file, const fs::path& path, std::span<const std::byte> bytes, std::size_t at) {
    while (!bytes.empty()) {
        const ssize_t put = system_call("write", path, bytes.size(), [&](std::size_t count) {
            return pwrite(file, bytes.data(), count, static_cast<off_t>(at));
        });
        at += static_cast<std::size_t>(put);
        bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
}

void flush(int file, const fs::path& path) {
    system_call("flush", path, 0, [&](std::size_t) { return fdatasync(file); });
}

Descriptor open_file(const fs::path& path, int flags) {
    return Descriptor(
        system_call("open", path, 0, [&](std::size_t) { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); }));
}

LedgerContents parse(const ledger_format::Bytes& bytes, const fs::path& path) {
    const auto contents = parse_ledger(bytes);
    if (!contents) fail(ErrorCode::malformed_input, "'{}': {}", path.string(), contents.error().what());
    return *contents;
}

std::int64_t now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

Digest hash(std::string_view text) {
    Hasher hasher;
    hasher.update(std::as_bytes(std::span(text)));
    return hasher.finish();
}

[[noreturn]] void refuse(const LedgerContents& contents, const Loss& asked) {
    const Measure measure = contents.terms.measure;
    fail(ErrorCode::budget_exceeded,
         "a release of {} does not fit: {} is left of {} for '{}'; ask for less, or for "
         "nothing more: what is spent does not come back",
         to_string(measure, asked), to_string(measure, contents.left), to_string(measure, contents.terms.budget),
         contents.terms.data_set);
}

}  // namespace

struct Ledger::State {
    State(fs::path where, Descriptor opened, fs::path seen_by)
        : path(std::move(where)), file(std::move(opened)), witness(std::move(seen_by)) {}

    /// The file was not replaced by another since it was opened: its lock would be another's.
    void check_place() const {
        struct stat mine {};
        struct stat there {};
        system_call("check", path, 0, [&](std::size_t) { return fstat(file.value(), &mine); });
        system_call("check", path, 0, [&](std::size_t) { return stat(path.c_str(), &there); });
        if (mine.st_ino == there.st_ino && mine.st_dev == there.st_dev) return;
        fail(ErrorCode::io_failure, "'{}' was replaced by another file; open the ledger again", path.string());
    }

    /// Writes a record behind the others, without waiting for the disk.
    void append(LedgerContents& contents, LedgerEntry entry, std::string_view what) {
        entry.number = contents.entries.size() + 1;
        entry.behind = static_cast<std::uint32_t>(contents.entries.size() - flushed(contents));
        entry.time = now();
        entry.label = ledger_format::cut(what, ledger_format::label_bytes);
        const auto bytes = ledger_format::record(entry, hash(what), contents.head);
        write_at(file.value(), path, bytes, entry.number * ledger_format::record_bytes);
        std::copy(bytes.end() - sizeof(Digest), bytes.end(), contents.head.begin());
        entry.digest = contents.head;
        contents.entries.push_back(std::move(entry));
    }

    /// How many records are on the disk for certain.
    [[nodiscard]] std::uint64_t flushed(const LedgerContents& contents) const {
        std::uint64_t known = flushes.records();
        if (!contents.entries.empty()) {
            const LedgerEntry& last = contents.entries.back();
            known = std::max(known, last.number - 1 - last.behind);
        }
        return std::min<std::uint64_t>(known, contents.entries.size());
    }

    /// Returns when what was written before the ticket was taken is on the disk.
    void wait_for(std::uint64_t ticket) {
        flushes.wait_for(ticket, [&] { flush(file.value(), path); });
    }

    /// The head that the witness names is one of this ledger's.
    void check_witness(const LedgerContents& contents) const {
        if (witness.empty() || !fs::exists(witness)) return;
        const auto bytes = read_file(witness, 4096);
        const auto head = parse_head({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        if (!head) fail(ErrorCode::malformed_input, "the witness '{}': {}", witness.string(), head.error().what());
        if (contents.holds(*head)) return;
        fail(ErrorCode::parameter_mismatch,
             "the ledger '{}' does not hold the head {}... that its witness '{}' saw: it is another ledger or an older "
             "copy; put the newest back, and release nothing from this one",
             path.string(), to_hex(*head).substr(0, 12), witness.string());
    }

    void tell_witness(const LedgerContents& contents) const {
        if (witness.empty()) return;
        const std::string text = to_hex(contents.head) + "\n";
        write_file_atomically(witness, std::as_bytes(std::span(text)), FileMode::owner_only);
    }

    /// Under a lock, so that the witness is not newer than what is read.
    [[nodiscard]] LedgerContents read() const {
        LedgerContents contents = parse(read_all(file.value(), path), path);
        check_witness(contents);
        return contents;
    }

    /// Under a lock. The record counts from now on, and is for use when the ticket's flush is done.
    LedgerContents reserve(const Loss& loss, std::string_view what, std::uint64_t& ticket) {
        check_place();
        LedgerContents contents = read();
        if (contents.torn_bytes != 0) mend(contents);
        const Loss spent = contents.spent + loss;
        if (!spent.fits(contents.terms.budget)) refuse(contents, loss);
        append(contents, {.kind = LedgerEntry::Kind::reserved, .loss = loss}, what);
        contents.spent = spent;
        ticket = flushes.take_ticket(contents.entries.size());
        return contents;
    }

    /// Puts one whole record in place of unfinished ones, with the losses that were read from them. They are cut off
    /// when their losses are on the disk, and what follows is written when they are gone from it.
    void mend(LedgerContents& contents) {
        Loss known;
        for (const LedgerEntry& entry : contents.entries) known = known + entry.loss;
        Loss torn{contents.spent.epsilon.left_after(known.epsilon), contents.spent.delta.left_after(known.delta),
                  contents.spent.rho.left_after(known.rho)};
        append(contents, {.kind = LedgerEntry::Kind::torn, .loss = torn}, "records that were not written to their end");
        wait_for(flushes.take_ticket(contents.entries.size()));
        if (contents.torn_bytes > ledger_format::record_bytes) {
            const auto length = static_cast<off_t>((contents.entries.size() + 1) * ledger_format::record_bytes);
            system_call("truncate", path, 0, [&](std::size_t) { return ftruncate(file.value(), length); });
            wait_for(flushes.take_ticket(contents.entries.size()));
        }
        contents.torn_bytes = 0;
    }

    fs::path path;
    Descriptor file;
    fs::path witness;  ///< empty: none
    LedgerTerms terms{};
    std::mutex mutex{};  // locks on files do not keep threads of one handle apart
    Flushes flushes{};
};

Ledger::Ledger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ledger::~Ledger() = default;
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;

Ledger Ledger::create(const fs::path& path, const LedgerTerms& terms) {
    const auto bytes = ledger_format::first_record(terms, Rng::from_system().new_seed());
    // Complete under another name first, so that no ledger is ever half there; link() fails if the name is taken.
    const fs::path temporary = fs::path(path.string() + ".tmp-" + std::to_string(getpid()));
    struct Remove {
        ~Remove() { unlink(path.c_str()); }
        const fs::path& path;
    };
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    {
        const Descriptor file = open_file(temporary, O_RDWR | O_CREAT | O_EXCL);
        const Remove remove{temporary};
        write_at(file.value(), path, bytes, 0);
        flush(file.value(), path);
        system_call("make", path, 0, [&](std::size_t) { return link(temporary.c_str(), path.c_str()); });
    }
    const Descriptor place = open_file(folder, O_RDONLY | O_DIRECTORY);
    system_call("flush", folder, 0, [&](std::size_t) { return fsync(place.value()); });
    return open(path);
}

const LedgerTerms& Ledger::terms() const noexcept { return state_->terms; }

namespace {

/// A lock on the file for a scope.
class Locked {
public:
    Locked(int file, const fs::path& path, short kind) : file_(file) { lock(file, path, kind); }
    ~Locked() {
        struct flock region {};
        region.l_type = F_UNLCK;
        region.l_whence = SEEK_SET;
        fcntl(file_, F_OFD_SETLK, &region);
    }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

private:
    int file_;
};

}  // namespace

Ledger Ledger::open(const fs::path& path, const fs::path& witness) {
    Ledger ledger(std::make_unique<State>(path, open_file(path, O_RDWR), witness));
    State& state = *ledger.state_;
    const Locked processes(state.file.value(), path, F_WRLCK);
    const LedgerContents contents = state.read();
    state.terms = contents.terms;
    state.wait_for(state.flushes.take_ticket(contents.entries.size()));
    if (!witness.empty() && !fs::exists(witness)) state.tell_witness(contents);
    return ledger;
}

LedgerContents Ledger::contents() const {
    State& state = *state_;
    const auto read = [&] {
        const std::scoped_lock threads(state.mutex);
        const Locked processes(state.file.value(), state.path, F_RDLCK);
        return state.read();
    };
    LedgerContents contents = read();
    if (state.flushed(contents) < contents.entries.size()) {
        state.wait_for(state.flushes.take_ticket(contents.entries.size()));
    }
    return contents;
}

LedgerContents Ledger::reserve(const Loss& loss, std::string_view what) {
    State& state = *state_;
    std::uint64_t ticket = 0;
    const auto append = [&] {
        const std::scoped_lock threads(state.mutex);
        const Locked processes(state.file.value(), state.path, F_WRLCK);
        LedgerContents contents = state.reserve(loss, what, ticket);
        if (!state.witness.empty()) {  // which must name what is on the disk, and the newest of it
            state.wait_for(ticket);
            state.tell_witness(contents);
        }
        return contents;
    };
    LedgerContents contents = append();
    state.wait_for(ticket);
    return contents;
}

}  // namespace tacit::dp
