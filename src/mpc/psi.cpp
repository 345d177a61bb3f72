#include "tacit/mpc/psi.hpp"

#include "base/fail.hpp"
#include "mpc/psi_ecdh.hpp"
#include "mpc/psi_vole.hpp"

namespace tacit::mpc {

namespace {

[[noreturn]] void refuse(const std::string& why) { fail(ErrorCode::invalid_argument, "set intersection: {}", why); }

/// The receiver sees the intersection: nothing of it can be held back.
void check_vole(const PsiTerms& terms) {
    if (terms.output != PsiOutput::intersection) {
        refuse(
            "the VOLE protocol shows the receiver which elements are common, so it cannot give counts or sums alone; "
            "take the ECDH protocol");
    }
    if (terms.minimum > 1) {
        refuse(
            fmt::format("the VOLE protocol shows the receiver every common element, so a minimum of {} would hold "
                        "nothing back; take the ECDH protocol or a minimum of 1",
                        terms.minimum));
    }
    if (terms.largest > largest_for_vole) {
        refuse(
            fmt::format("at most {} elements of the other party; the VOLE protocol takes up to 2^31", terms.largest));
    }
}

}  // namespace

party::Plan PsiTerms::plan() const {
    return {
        .program = "psi/2",
        .parameters = fmt::format("protocol {} output {} receiver {} sender_learns {} minimum {} largest {} purpose "
                                  "{}",
                                  static_cast<int>(protocol), static_cast<int>(output), receiver, sender_learns,
                                  minimum, largest, purpose)};
}

void PsiTerms::check() const {
    if (receiver != 0 && receiver != 1) refuse(fmt::format("party {} cannot receive", receiver));
    if (minimum == 0) refuse("a minimum of 0; an empty intersection is no secret: take 1");
    if (largest == 0 || largest >> 40 != 0) {
        refuse(fmt::format("at most {} elements of the other party; take 1 to 2^40 - 1", largest));
    }
    if (protocol == PsiProtocol::vole) check_vole(*this);
}

PsiResult intersect(party::Party& me, const PsiTerms& terms, const PsiSource& elements, const PsiOptions& options) {
    if (me.count() != 2) refuse(fmt::format("{} parties; it is for two", me.count()));
    terms.check();
    switch (terms.protocol) {
        case PsiProtocol::ecdh: return intersect_by_ecdh(me, terms, elements, options);
        case PsiProtocol::vole: return intersect_by_vole(me, terms, elements, options);
    }
    refuse(fmt::format("there is no protocol {}", static_cast<int>(terms.protocol)));
}

}  // namespace tacit::mpc
