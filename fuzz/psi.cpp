// Set intersection between an honest party and one whose frames arrive as the input says: byte 0 picks the terms, then
// five bytes each: which frame of those of one party, where in it, and what is added there; 255 as place cuts it off.
#include "tacit/mpc/psi.hpp"

#include <array>
#include <string>

#include "common.hpp"
#include "tacit/party/local_network.hpp"

namespace {

using namespace tacit;

void apply(std::span<const std::byte> changes, party::Frame& frame) {
    if (frame.from != 0) return;
    for (; changes.size() >= 5; changes = changes.subspan(5)) {
        const auto at = [&](std::size_t i) { return std::to_integer<std::size_t>(changes[i]); };
        if (at(0) != frame.number || frame.bytes.empty()) continue;
        const std::size_t place = (at(1) << 8 | at(2)) % frame.bytes.size();
        if (at(3) == 255) {
            frame.bytes.resize(place);
        } else {
            frame.bytes[place] ^= changes[4];
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::run_alone();
    const auto input = fuzz::as_bytes(data, size);
    if (input.empty()) return 0;
    const auto pick = std::to_integer<unsigned>(input[0]);
    const bool vole = (pick & 1) != 0;
    const mpc::PsiTerms terms{.protocol = vole ? mpc::PsiProtocol::vole : mpc::PsiProtocol::ecdh,
                              .output = vole ? mpc::PsiOutput::intersection : static_cast<mpc::PsiOutput>(pick / 4 % 3),
                              .receiver = static_cast<int>(pick / 2 % 2),
                              .sender_learns = true,
                              .largest = 64};
    party::LocalNetwork network(2, {}, [&](party::Frame& frame) { apply(input.subspan(1), frame); });
    const auto outcomes = network.run_each([&](party::Party& me) {
        return mpc::intersect(me, terms, [](const auto& add) {
            for (const char* value : {"ada", "bob", "cy"}) add({value, 5});
        });
    });
    for (const auto& outcome : outcomes) {
        if (outcome) {
            for (const std::uint64_t row : outcome->rows) {
                if (row > 2) fuzz::report("a row that is none");
            }
            continue;
        }
        const ErrorCode code = outcome.error().code();
        if (code != ErrorCode::protocol_violation && code != ErrorCode::unreachable) {
            fuzz::report(outcome.error().what());
        }
    }
    return 0;
}
