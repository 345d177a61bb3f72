// Set intersection by Diffie-Hellman: each side, for each output, against frames that the input changes. Its first byte
// picks side and output. The sender of a sum is in `transfers`: it computes for too long.
#include "tacit/mpc/psi.hpp"

#include <array>

#include "replay.hpp"

namespace {

using namespace tacit;

struct Side {
    explicit Side(unsigned pick)
        : terms{.output = static_cast<mpc::PsiOutput>(pick / 2), .sender_learns = true, .largest = 64},
          replay(2, static_cast<int>(pick % 2), [this](party::Party& me) { intersect(me); }) {}

    void intersect(party::Party& me) const {
        const auto result = mpc::intersect(me, terms, [](const auto& add) {
            for (const char* value : {"ada", "bob", "cy"}) add({value, 5});
        });
        for (const std::uint64_t row : result.rows) {
            if (row > 2) fuzz::report("a row that is none");
        }
        if (result.count > 3U) fuzz::report("more common elements than a set has");
    }

    mpc::PsiTerms terms;
    fuzz::Replay replay;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::run_alone();
    static const std::array<Side, 5> sides{Side(0), Side(1), Side(2), Side(3), Side(4)};
    if (size == 0) return 0;
    const Side& side = sides.at(data[0] % sides.size());
    side.replay.run(fuzz::as_bytes(data + 1, size - 1), [&](party::Party& me) { side.intersect(me); });
    return 0;
}
