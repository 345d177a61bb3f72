#include "mpc/psi_checkpoint.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/fail.hpp"
#include "base/posix_file.hpp"
#include "tacit/base/files.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::mpc {

namespace fs = std::filesystem;

namespace {

static_assert(std::has_unique_object_representations_v<PsiCheckpoint::Run> &&
              std::has_unique_object_representations_v<PsiCheckpoint::Received> &&
              std::has_unique_object_representations_v<PsiCheckpoint::WeightedReceived> &&
              std::has_unique_object_representations_v<MaskedElement>);

/// Throws io_failure if the system says no.
void check(const std::error_code& error, const char* action, const fs::path& path) {
    if (error) fail_io(action, path, error.value());
}

[[noreturn]] void refuse(const fs::path& file) {
    fail(ErrorCode::malformed_input,
         "'{}' is of no stopped run; delete its folder to begin anew, which takes one more of the runs allowed",
         file.string());
}

/// The header of the file, checked against its size.
PsiCheckpoint::Run run_of(std::span<const std::byte> bytes, const fs::path& file) {
    PsiCheckpoint::Run run;
    const std::uint64_t records = (bytes.size() - std::min(bytes.size(), sizeof run)) / sizeof(MaskedElement);
    if (bytes.size() >= sizeof run) std::memcpy(&run, bytes.data(), sizeof run);
    if (bytes.size() < sizeof run || bytes.size() != sizeof run + records * sizeof(MaskedElement) ||
        run.masked != records || run.count > records) {
        refuse(file);
    }
    return run;
}

}  // namespace

void PsiCheckpoint::Run::wipe_secrets() noexcept {
    wipe(secret);
    wipe(weight_key);
}

std::optional<PsiCheckpoint::Run> PsiCheckpoint::stopped(const Digest& about) const {
    if (folder_.empty() || !fs::exists(run_file())) return std::nullopt;
    const MappedFile file = MappedFile::open(run_file());
    const Run run = run_of(file.bytes(), run_file());
    return run.about == about ? std::optional(run) : std::nullopt;
}

void PsiCheckpoint::read_masked(const std::function<void(const MaskedElement&)>& take) const {
    const MappedFile file = MappedFile::open(run_file());
    for (auto rest = file.bytes().subspan(sizeof(Run)); !rest.empty(); rest = rest.subspan(sizeof(MaskedElement))) {
        MaskedElement element;
        std::memcpy(&element, rest.data(), sizeof element);
        take(element);
    }
}

void PsiCheckpoint::begin(const Run& run, const std::function<bool(MaskedElement&)>& next) const {
    if (folder_.empty()) return;
    std::error_code error;
    fs::create_directories(folder_, error);
    check(error, "create", folder_);
    fs::permissions(folder_, fs::perms::owner_all, error);
    check(error, "protect", folder_);
    for (const fs::path& path : {size_file(), tags_file()}) {  // of the run before, so before the new one is there
        fs::remove(path, error);
        check(error, "remove", path);
    }
    AtomicFile file = AtomicFile::open(run_file(), FileMode::owner_only);
    file.write(std::as_bytes(std::span(&run, 1)));
    for (MaskedElement element; next(element);) file.write(std::as_bytes(std::span(&element, 1)));
    file.commit();
}

std::uint64_t PsiCheckpoint::size_of_other(std::uint64_t announced) const {
    if (folder_.empty()) return announced;
    if (!fs::exists(size_file())) {
        write_file_atomically(size_file(), std::as_bytes(std::span(&announced, 1)), FileMode::owner_only);
        return announced;
    }
    const auto bytes = read_file(size_file(), sizeof announced);
    if (bytes.size() != sizeof announced) refuse(size_file());
    std::memcpy(&announced, bytes.data(), sizeof announced);
    return announced;
}

void PsiCheckpoint::append(std::span<const std::byte> records) const {
    if (folder_.empty()) return;
    const Descriptor file(open(tags_file().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (file.value() < 0) fail_io("open", tags_file(), errno);
    write_all(file.value(), records, tags_file());
    if (fdatasync(file.value()) != 0) fail_io("flush", tags_file(), errno);
}

std::uint64_t PsiCheckpoint::read_records(std::uint64_t total, std::size_t size,
                                          const std::function<void(std::uint64_t, const std::byte*)>& take) const {
    if (!fs::exists(tags_file())) return 0;
    std::error_code error;
    std::uint64_t count = fs::file_size(tags_file(), error) / size;
    check(error, "read", tags_file());
    if (count < total) count -= count % psi_chunk;
    if (count > total) refuse(tags_file());
    fs::resize_file(tags_file(), count * size, error);
    check(error, "shorten", tags_file());
    if (count == 0) return 0;
    const MappedFile file = MappedFile::open(tags_file());
    for (std::uint64_t i = 0; i < count; ++i) take(i, file.bytes().data() + i * size);
    return count;
}

void PsiCheckpoint::remove() const {
    if (folder_.empty() || !fs::exists(folder_)) return;
    std::error_code error;
    for (const fs::path& path : {run_file(), size_file(), tags_file()}) {
        fs::remove(path, error);
        check(error, "remove", path);
    }
    flush_folder(folder_);
    fs::remove(folder_, error);  // stays if there is something else in it
}

}  // namespace tacit::mpc
