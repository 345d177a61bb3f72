#include "mpc_shares.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tacit/base/files.hpp"
#include "tacit/identity/identity.hpp"
#include "tacit/mpc/dealing.hpp"

namespace tacit::app::mpc {

namespace {

using namespace tacit::mpc;

constexpr std::uint64_t largest_share_bytes = std::uint64_t{1} << 28;
constexpr const char* extension = ".share";

ShareLabel label_of(const party::Roster& roster, const Brought& what, int parties, int party) {
    return {.kind = what.kind,
            .task = what.task.empty() ? roster.name : what.task,
            .context = roster.hash(),
            .name = {},
            .parties = parties,
            .party = party};
}

}  // namespace

void check_name(const std::string& name) {
    const bool fits =
        !name.empty() && name.size() <= 100 && name.front() != '.' && name.find_first_of("/\\\n") == std::string::npos;
    if (!fits) throw Error(ErrorCode::invalid_argument, fmt::format("'{}' cannot be the name of a file", name));
}

void write_shares(const party::Roster& roster, const Brought& what, const std::string& name, const ClearBits& secret,
                  const fs::path& out, const std::optional<party::SealingPublicKey>& reply) {
    check_name(name);
    const std::vector<party::Member> parties = party::computing(roster);
    const int count = static_cast<int>(parties.size());
    Rng rng = Rng::from_system();
    const auto shares = deal(secret, count, rng);
    for (const party::Member& party : parties) static_cast<void>(party::sealing_key(party));  // all, or no file at all
    for (int i = 0; i < count; ++i) {
        const party::Member& party = parties[static_cast<std::size_t>(i)];
        const fs::path folder = out / party.name;
        std::error_code error;
        fs::create_directories(folder, error);
        ShareLabel label = label_of(roster, what, count, i);
        label.name = name;
        label.reply = reply;
        write_file_atomically(folder / (name + extension), seal_share(label, {}, shares[static_cast<std::size_t>(i)],
                                                                      party::sealing_key(party), rng));
    }
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

Inbox::Inbox(const party::Roster& roster, const fs::path& identity_folder, fs::path folder, Brought what,
             std::size_t planes)
    : folder_(std::move(folder)),
      due_([&] {
          const Place place = place_of(roster, identity_folder);
          return label_of(roster, what, place.parties, place.party);
      }()),
      planes_(planes),
      key_(party::own_sealing_key(roster, identity::Identity::open(identity_folder))) {}

Contributed Inbox::read(const std::string& name) const {
    const fs::path file = folder_ / (name + extension);
    ShareLabel due = due_;
    due.name = name;
    auto contributed = open_contribution(key_, read_file(file, largest_share_bytes), due, {planes_, 1});
    if (!contributed) {
        throw Error(contributed.error().code(), fmt::format("'{}': {}", file.string(), contributed.error().what()));
    }
    return std::move(contributed).value();
}

Inbox::Collected Inbox::read_all(const std::string& left_out) const {
    Collected out;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder_, error)) {
        if (entry.path().extension() == extension && entry.path().stem() != left_out) {
            out.names.push_back(entry.path().stem().string());
        }
    }
    if (error) {
        throw Error(ErrorCode::io_failure,
                    fmt::format("the folder '{}' cannot be read: {}", folder_.string(), error.message()));
    }
    std::ranges::sort(out.names);
    std::vector<Bits> shares;
    for (const std::string& name : out.names) {
        Contributed one = read(name);
        shares.push_back(std::move(one.share));
        out.replies.push_back(one.reply);
    }
    out.shares = collect(shares, planes_);
    return out;
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
