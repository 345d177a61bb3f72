#include "tacit/mpc/joint_ledger.hpp"

#include "base/fail.hpp"

namespace tacit::mpc {

namespace {

constexpr party::MessageType has_it_type{0x0300, "whether the ledger has the loss left"};
constexpr party::MessageType reserved_type{0x0301, "the loss is reserved"};

}  // namespace

dp::LedgerContents reserve_together(party::Party& me, dp::Ledger& ledger, const dp::Loss& loss, std::string_view what) {
    const dp::LedgerContents before = ledger.contents();
    const dp::Measure measure = before.terms.measure;
    const bool mine_has_it = (before.spent + loss).fits(before.terms.budget);
    me.send_to_others(has_it_type, std::uint8_t{mine_has_it});
    int without = mine_has_it ? -1 : me.index();
    for (const int other : me.others()) {
        if (me.receive<std::uint8_t>(other, has_it_type) != 1 && without < 0) without = other;
    }
    if (without == me.index()) {
        fail(ErrorCode::budget_exceeded,
             "{} was asked of the ledger of '{}', which has {} left of {}; no party has spent or computed anything",
             to_string(measure, loss), before.terms.data_set, to_string(measure, before.left),
             to_string(measure, before.terms.budget));
    }
    if (without >= 0) {
        fail(ErrorCode::budget_exceeded,
             "the ledger of {} has less left than {}; no party has spent or computed anything", me.name(without),
             to_string(measure, loss));
    }
    dp::LedgerContents after = ledger.reserve(loss, what);
    me.send_to_others(reserved_type, std::uint8_t{1});
    for (const int other : me.others()) {
        if (me.receive<std::uint8_t>(other, reserved_type) != 1) me.accuse(other, "confirmed its ledger wrongly");
    }
    return after;
}

}  // namespace tacit::mpc
