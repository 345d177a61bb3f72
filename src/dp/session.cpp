#include "tacit/dp/session.hpp"

#include "base/fail.hpp"
#include "dp/draw.hpp"

namespace tacit::dp::detail {

namespace {

std::string unit_text(const LedgerTerms& terms) {
    if (terms.rows_per_unit == 1) return fmt::format("{}, with one row", terms.unit);
    return fmt::format("{}, with at most {} rows", terms.unit, terms.rows_per_unit);
}

std::string relation_text(const LedgerTerms& terms) {
    return terms.neighbours == Neighbours::add_remove
               ? fmt::format("all rows of one {} are there or not", terms.unit)
               : fmt::format("the rows of one {} hold something else; their number is public", terms.unit);
}

constexpr const char* adversary =
    "holds against everybody who sees the releases of this ledger and knows all other rows; not against who reads the "
    "data or the machine's memory, measures how long a release takes, or has the releases of another ledger";

}  // namespace

void check_terms(const LedgerTerms& terms, Measure measure, Neighbours neighbours) {
    if (terms.measure == measure && terms.neighbours == neighbours) return;
    fail(ErrorCode::parameter_mismatch,
         "the ledger of '{}' counts {} loss for neighbours that {} rows, the session {} loss for those that {}; make "
         "the session for the ledger's",
         terms.data_set, to_string(terms.measure), to_string(terms.neighbours), to_string(measure),
         to_string(neighbours));
}

void check_columns(const Dataset& data, const ColumnsUsed& columns) {
    Kernels::require_columns(data, columns.numbers, columns.texts);
}

Drawn reserve_and_draw(Ledger& ledger, const Loss& loss, const Description& description) {
    const LedgerContents after = ledger.reserve(loss, fmt::format("{}", fmt::join(description.steps, "; ")));
    const LedgerTerms& terms = after.terms;
    Drawn drawn;
    drawn.statement = {.data_set = terms.data_set,
                       .unit = unit_text(terms),
                       .neighbours = relation_text(terms),
                       .measure = terms.measure,
                       .loss = loss,
                       .spent = after.spent,
                       .budget = terms.budget,
                       .steps = description.steps,
                       .noise = description.noise,
                       .adversary = adversary,
                       .ledger_head = to_hex(after.head)};
    SystemWords words;
    drawn.noise = draw(description.noise, words);
    return drawn;
}

Quote quote(const Ledger& ledger, const Loss& loss, const Description& description) {
    const LedgerContents now = ledger.contents();
    return {.measure = now.terms.measure,
            .loss = loss,
            .left = now.left,
            .fits = (now.spent + loss).fits(now.terms.budget),
            .steps = description.steps,
            .noise = description.noise};
}

}  // namespace tacit::dp::detail
