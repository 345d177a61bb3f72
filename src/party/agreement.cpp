#include "tacit/party/agreement.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

namespace tacit::party {

namespace {

constexpr MessageType commitment_type{0x0001, "commitment"};
constexpr MessageType randomness_type{0x0002, "randomness of a commitment"};
constexpr MessageType opening_type{0x0003, "opening of a commitment"};
constexpr MessageType digest_type{0x0004, "hash of what must be equal"};

Digest commitment(const Party& party, std::string_view label, int committer, const Seed& random,
                  std::span<const std::byte> message) {
    std::vector<std::byte> data(random.begin(), random.end());
    data.insert(data.end(), message.begin(), message.end());
    return party.hash(std::string("commit ").append(label), committer, data);
}

/// Sends this party's commitment and returns everybody's.
std::vector<Digest> exchange_commitments(Party& party, const Digest& mine) {
    std::vector<Digest> commitments(static_cast<std::size_t>(party.count()));
    commitments[static_cast<std::size_t>(party.index())] = mine;
    party.send_to_others(commitment_type, mine);
    for (const int other : party.others()) {
        Digest& theirs = commitments[static_cast<std::size_t>(other)];
        theirs = party.receive<Digest>(other, commitment_type);
        if (std::ranges::count(commitments, theirs) != 1) party.accuse(other, "copied a commitment");
    }
    return commitments;
}

}  // namespace

std::vector<std::vector<std::byte>> commit_then_open(Party& party, std::string_view label,
                                                     std::span<const std::byte> mine, std::span<const int> receivers) {
    const Seed random = party.rng().new_seed();
    const auto commitments = exchange_commitments(party, commitment(party, label, party.index(), random, mine));
    for (const int receiver : receivers) {
        if (receiver == party.index()) continue;
        party.send(receiver, randomness_type, random);
        party.send(receiver, opening_type, mine);
    }
    if (!std::ranges::binary_search(receivers, party.index())) return {};
    std::vector<std::vector<std::byte>> opened(commitments.size());
    opened[static_cast<std::size_t>(party.index())].assign(mine.begin(), mine.end());
    for (const int other : party.others()) {
        const auto i = static_cast<std::size_t>(other);
        const auto theirs = party.receive<Seed>(other, randomness_type);
        opened[i] = party.receive<std::byte>(other, opening_type, mine.size());
        if (commitment(party, label, other, theirs, opened[i]) != commitments[i]) {
            party.accuse(other, "opened something else than it was committed to");
        }
    }
    return opened;
}

std::vector<std::vector<std::byte>> commit_then_open(Party& party, std::string_view label,
                                                     std::span<const std::byte> mine) {
    std::vector<int> all(static_cast<std::size_t>(party.count()));
    std::iota(all.begin(), all.end(), 0);
    return commit_then_open(party, label, mine, all);
}

Seed toss_coins(Party& party, std::string_view label) {
    std::vector<std::byte> all;
    for (const auto& random : commit_then_open(party, label, party.rng().new_seed())) {
        all.insert(all.end(), random.begin(), random.end());
    }
    return party.hash(std::string("coins ").append(label), 0, all);
}

void confirm_equal(Party& party, std::string_view label, std::span<const std::byte> mine) {
    const Digest digest = party.hash(std::string("equal ").append(label), 0, mine);
    party.send_to_others(digest_type, digest);
    for (const int other : party.others()) {
        if (party.receive<Digest>(other, digest_type) != digest) {
            party.accuse(other, "holds something else than this party where all must hold the same");
        }
    }
}

}  // namespace tacit::party
