#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tacit/mpc/replicated.hpp"
#include "tacit/mpc/sealed_shares.hpp"
#include "tacit/party/roster.hpp"

/// Who learns a result of three or four parties: some of those that compute, to whom it is opened, and people who are
/// no parties, to each of whom every party seals a share. A party that only computes learns nothing of the result.
/// Adversary: that of tacit/mpc/replicated.hpp; two parties together know the result whoever receives it.
namespace tacit::mpc {

/// Somebody who learns a result and takes no part in the run.
struct Outsider {
    std::string name;
    party::SealingPublicKey key{};
};

struct Receivers {
    std::vector<int> parties;  ///< of those that compute, by their index, ascending
    std::vector<Outsider> outsiders{};
};
/// All that compute, and nobody else.
[[nodiscard]] Receivers all_parties(int parties);
/// Those with the role `receive`. Throws invalid_argument if there are none, and for one that does not compute and has
/// no sealing key in the roster.
[[nodiscard]] Receivers receivers_of(const party::Roster& roster);

/// What goes with a result to outsiders: kind and task as in ShareLabel, and what the reader needs to understand it,
/// which must be the same at all parties.
struct ResultText {
    std::string kind;
    std::string task;
    std::vector<std::byte> about{};
};
/// This party's part of a result, to be brought to an outsider, who needs one from each party (reveal()).
struct ResultFile {
    std::string name;  ///< of the outsider
    std::vector<std::byte> bytes;
};
/// Seals a share after Replicated::for_receiver; the label's context is the session.
[[nodiscard]] ResultFile result_file(party::Party& me, const Bits& share, const Outsider& to, const ResultText& text);
[[nodiscard]] ResultFile result_file(party::Party& me, const Numbers& share, const Outsider& to,
                                     const ResultText& text);

template <class Value>
struct Delivered {
    std::optional<Value> value;     ///< none at a party that does not receive
    std::vector<ResultFile> files;  ///< for the outsiders
};
/// Called by all parties. If all of them receive: Replicated::open; else Replicated::open_to for each that does, 1
/// round and 8n bytes from one party each (among four 32 bytes from another one more). With outsiders
/// Replicated::for_receiver before.
[[nodiscard]] Delivered<std::vector<std::uint64_t>> deliver(Replicated& ring, const Numbers& x,
                                                            const Receivers& receivers, const ResultText& text);
[[nodiscard]] Delivered<ClearBits> deliver(Replicated& ring, const Bits& x, const Receivers& receivers,
                                           const ResultText& text);

}  // namespace tacit::mpc
