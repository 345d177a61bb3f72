#include "tacit/study/store.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "base/fail.hpp"
#include "base/posix_file.hpp"
#include "tacit/base/files.hpp"
#include "tacit/study/compute.hpp"

namespace tacit::study {

namespace {

namespace fs = std::filesystem;

constexpr const char* description_name = "study.toml";
constexpr const char* invitations_name = "invitations";
constexpr const char* submissions_name = "submissions";
constexpr const char* closed_name = "closed";
constexpr std::uint64_t largest_description = std::uint64_t{1} << 20;
constexpr std::uint64_t largest_invitations = std::uint64_t{1} << 26;
constexpr std::size_t line_bytes = 2 * sizeof(ContributorId) + 1;

/// While it lives, no other thread or process changes the folder.
Descriptor lock(const fs::path& folder) {
    const fs::path path = folder / "lock";
    Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (file.value() < 0) fail_io("open", path, errno);
    if (flock(file.value(), LOCK_EX) != 0) fail_io("lock", path, errno);
    return file;
}

/// A line of hex digits per contributor.
std::string read_invitations(const fs::path& folder) {
    const fs::path path = folder / invitations_name;
    if (!fs::exists(path)) return {};
    const auto bytes = read_file(path, largest_invitations);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write_text(const fs::path& path, std::string_view text) {
    write_file_atomically(path, std::as_bytes(std::span(text)), FileMode::owner_only);
}

fs::path place_of(const fs::path& folder, const ContributorId& contributor) {
    return folder / submissions_name / to_hex(contributor);
}

std::vector<fs::path> submissions_in(const fs::path& folder) {
    std::vector<fs::path> paths;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder / submissions_name, error)) {
        if (entry.path().filename().string().size() + 1 == line_bytes) paths.push_back(entry.path());
    }
    if (error) fail_io("read", folder / submissions_name, error.value());
    std::ranges::sort(paths);
    return paths;
}

}  // namespace

Store Store::create(const fs::path& folder, const fs::path& description) {
    static_cast<void>(read_study(description));
    if (fs::exists(folder / description_name)) {
        fail(ErrorCode::invalid_argument, "'{}' has a study already; use another folder", folder.string());
    }
    std::error_code error;
    fs::create_directories(folder / submissions_name, error);
    if (error) fail_io("make", folder / submissions_name, error.value());
    write_file_atomically(folder / description_name, read_file(description, largest_description));
    return Store(folder);
}

Store::Store(fs::path folder) : folder_(std::move(folder)), study_(read_study(folder_ / description_name)) {}

std::vector<Invitation> Store::invite(std::size_t count, Rng& rng) const {
    const Descriptor alone = lock(folder_);
    if (fs::exists(folder_ / closed_name)) {
        fail(ErrorCode::budget_exceeded, "the study in '{}' is closed; nobody else can be invited", folder_.string());
    }
    std::string lines = read_invitations(folder_);
    const std::size_t before = lines.size() / line_bytes;
    if (before > study_.most || count > study_.most - before) {
        fail(ErrorCode::quota_exceeded, "{} are invited and {} more asked for; the study says 'most = {}'", before,
             count, study_.most);
    }
    std::vector<Invitation> invitations(count);
    for (Invitation& one : invitations) {
        rng.fill(std::span<std::byte>(one));
        lines += to_hex(contributor_of(one)) + "\n";
    }
    write_text(folder_ / invitations_name, lines);
    return invitations;
}

bool Store::is_invited(const ContributorId& contributor) const {
    const std::string lines = read_invitations(folder_);
    const std::string line = to_hex(contributor) + "\n";
    for (std::size_t at = 0; at + line_bytes <= lines.size(); at += line_bytes) {
        if (lines.compare(at, line_bytes, line) == 0) return true;
    }
    return false;
}

Store::Status Store::status_of(const ContributorId& contributor) const {
    Status status;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    status.open = !fs::exists(folder_ / closed_name) && now < study_.deadline;
    const fs::path path = place_of(folder_, contributor);
    if (fs::exists(path)) {
        status.version = read_header(study_, read_file(path, submission_bytes(study_))).value().version;
    }
    return status;
}

Expected<Store::Status> Store::status(const Invitation& invitation) const {
    const ContributorId contributor = contributor_of(invitation);
    if (!is_invited(contributor)) {
        return Error(ErrorCode::untrusted_peer, "this link is no invitation to this study; ask for yours");
    }
    return catching([&] { return status_of(contributor); });
}

Expected<Digest> Store::take(const Invitation& invitation, std::span<const std::byte> submission) const {
    return catching([&] {
        const Descriptor alone = lock(folder_);
        const Status before = status(invitation).value();
        const Header header = read_header(study_, submission).value();
        if (submission.size() != submission_bytes(study_) || header.contributor != contributor_of(invitation)) {
            fail(ErrorCode::malformed_input, "this submission is not whole, or another contributor's");
        }
        if (!before.open) {
            fail(ErrorCode::budget_exceeded, "the study is closed: nothing more is taken, what was handed in counts");
        }
        if (header.version != before.version + 1) {
            fail(ErrorCode::protocol_violation,
                 "this is version {} of a table of which version {} is here; load the page again", header.version,
                 before.version);
        }
        write_file_atomically(place_of(folder_, header.contributor), submission, FileMode::owner_only);
        return header.receipt;
    });
}

Store::Counts Store::counts() const {
    return {.invited = read_invitations(folder_).size() / line_bytes,
            .submitted = submissions_in(folder_).size(),
            .closed = fs::exists(folder_ / closed_name)};
}

void Store::close(const fs::path& out) const {
    const Descriptor alone = lock(folder_);
    write_text(folder_ / closed_name, "");
    const std::vector<fs::path> paths = submissions_in(folder_);
    std::error_code error;
    fs::create_directories(out, error);
    if (error) fail_io("make", out, error.value());
    for (std::size_t server = 0; server < study_.servers.size(); ++server) {
        AtomicFile file = AtomicFile::open(out / (study_.servers[server].name + ".bundle"), FileMode::owner_only);
        file.write(bundle_header(study_, server, paths.size()));
        for (const fs::path& path : paths) {
            file.write(part_for(study_, read_file(path, submission_bytes(study_)), server));
        }
        file.commit();
    }
}

}  // namespace tacit::study
