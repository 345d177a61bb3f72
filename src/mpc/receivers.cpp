#include "tacit/mpc/receivers.hpp"

#include <numeric>

#include "base/fail.hpp"

namespace tacit::mpc {

namespace {

template <class Share>
ResultFile seal_for(party::Party& me, const Share& share, const Outsider& to, const ResultText& text) {
    const ShareLabel label{.kind = text.kind,
                           .task = text.task,
                           .context = me.session(),
                           .name = to.name,
                           .parties = me.count(),
                           .party = me.index()};
    return {.name = to.name, .bytes = seal_share(label, text.about, share, to.key, me.rng())};
}

template <class Share>
auto deliver_to(Replicated& ring, const Share& x, const Receivers& receivers, const ResultText& text) {
    Delivered<decltype(ring.open(x))> out;
    if (!receivers.outsiders.empty()) {
        const Share fresh = ring.for_receiver(x);
        for (const Outsider& one : receivers.outsiders) out.files.push_back(result_file(ring.me(), fresh, one, text));
    }
    if (receivers.parties.size() == static_cast<std::size_t>(ring.me().count())) {
        out.value = ring.open(x);
        return out;
    }
    for (const int receiver : receivers.parties) {
        auto opened = ring.open_to(receiver, x);
        if (receiver == ring.me().index()) out.value = std::move(opened);
    }
    return out;
}

}  // namespace

Receivers all_parties(int parties) {
    Receivers all{.parties = std::vector<int>(static_cast<std::size_t>(parties))};
    std::iota(all.parties.begin(), all.parties.end(), 0);
    return all;
}

Receivers receivers_of(const party::Roster& roster) {
    Receivers found;
    int index = 0;
    for (const party::Member& member : roster.members) {
        const int place = member.roles.compute ? index++ : -1;
        if (!member.roles.receive) continue;
        if (place >= 0) {
            found.parties.push_back(place);
        } else {
            found.outsiders.push_back({.name = member.name, .key = party::sealing_key(member)});
        }
    }
    if (found.parties.empty() && found.outsiders.empty()) {
        fail(ErrorCode::invalid_argument, "nobody receives the result; give somebody in roster '{}' that role",
             roster.name);
    }
    return found;
}

ResultFile result_file(party::Party& me, const Bits& share, const Outsider& to, const ResultText& text) {
    return seal_for(me, share, to, text);
}

ResultFile result_file(party::Party& me, const Numbers& share, const Outsider& to, const ResultText& text) {
    return seal_for(me, share, to, text);
}

Delivered<std::vector<std::uint64_t>> deliver(Replicated& ring, const Numbers& x, const Receivers& receivers,
                                              const ResultText& text) {
    return deliver_to(ring, x, receivers, text);
}

Delivered<ClearBits> deliver(Replicated& ring, const Bits& x, const Receivers& receivers, const ResultText& text) {
    return deliver_to(ring, x, receivers, text);
}

}  // namespace tacit::mpc
