#include "mpc_shares.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tacit/base/files.hpp"
#include "tacit/base/secret.hpp"
#include "tacit/identity/identity.hpp"

namespace tacit::app::mpc {

namespace {

using namespace tacit::mpc;

constexpr std::uint64_t largest_share_bytes = std::uint64_t{1} << 28;
constexpr const char* extension = ".share";

void check_name(const std::string& name) {
    const bool fits =
        !name.empty() && name.size() <= 100 && name.front() != '.' && name.find_first_of("/\\\n") == std::string::npos;
    if (!fits) throw Error(ErrorCode::invalid_argument, fmt::format("'{}' cannot be the name of a file", name));
}

}  // namespace

void write_shares(const party::Roster& roster, const std::string& name, const ClearBits& secret, const fs::path& out) {
    check_name(name);
    const std::vector<party::Member> parties = party::computing(roster);
    Rng rng = Rng::from_system();
    const auto shares = deal(secret, static_cast<int>(parties.size()), rng);
    for (std::size_t i = 0; i < parties.size(); ++i) {
        const fs::path folder = out / parties[i].name;
        std::error_code error;
        fs::create_directories(folder, error);
        std::vector<std::byte> bytes = to_bytes(shares[i], static_cast<int>(parties.size()), static_cast<int>(i));
        write_file_atomically(folder / (name + extension), bytes, FileMode::owner_only);
        wipe(bytes);
    }
}

Bits read_share(const fs::path& file, int parties, int party, BitShape shape) {
    std::vector<std::byte> bytes = read_file(file, largest_share_bytes);
    auto share = share_from_bytes(bytes, parties, party, shape);
    wipe(bytes);
    if (!share) throw Error(share.error().code(), fmt::format("'{}': {}", file.string(), share.error().what()));
    return std::move(share).value();
}

Collected read_shares(const fs::path& folder, int parties, int party, std::size_t planes, const std::string& left_out) {
    Collected out;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (entry.path().extension() == extension && entry.path().stem() != left_out) {
            out.names.push_back(entry.path().stem().string());
        }
    }
    if (error) {
        throw Error(ErrorCode::io_failure,
                    fmt::format("the folder '{}' cannot be read: {}", folder.string(), error.message()));
    }
    std::ranges::sort(out.names);
    std::vector<Bits> shares;
    for (const std::string& name : out.names) {
        shares.push_back(read_share(folder / (name + extension), parties, party, {planes, 1}));
    }
    out.shares = collect(shares, planes);
    return out;
}

Place place_of(const party::Roster& roster, const fs::path& identity_folder) {
    const std::vector<party::Member> parties = party::computing(roster);
    const auto me =
        std::ranges::find(parties, identity::Identity::open(identity_folder).fingerprint(), &party::Member::pin);
    if (me == parties.end()) {
        throw Error(ErrorCode::invalid_argument, fmt::format("the identity in '{}' is none of the roster's parties "
                                                             "that compute",
                                                             identity_folder.string()));
    }
    return {.parties = static_cast<int>(parties.size()), .party = static_cast<int>(me - parties.begin())};
}

std::string hash_of_names(const std::vector<std::string>& names) {
    Hasher hasher;
    for (const std::string& name : names) {
        hasher.update(name.size());
        hasher.update(std::as_bytes(std::span(name)));
    }
    return to_hex(hasher.finish());
}

}  // namespace tacit::app::mpc
