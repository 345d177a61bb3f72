#include "tacit/mpc/dealing.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "mpc/replicated_core.hpp"
#include "tacit/base/bytes.hpp"

namespace tacit::mpc {

namespace {

constexpr std::uint32_t magic = 0x31534254;  // "TBS1"

/// All components of uniformly random words that add up to `values`.
template <class Ring>
std::vector<Components> deal_words(std::span<const std::uint64_t> values, int parties, Rng& rng) {
    if (parties != 3 && parties != 4) {
        fail(ErrorCode::invalid_argument, "shares for {} parties; replicated sharing is for three or four", parties);
    }
    const auto n = static_cast<std::size_t>(parties);
    Components all;
    all[n - 1].assign(values.begin(), values.end());
    for (std::size_t m = 0; m + 1 < n; ++m) {
        all[m].resize(values.size());
        rng.fill(std::span<std::uint64_t>(all[m]));
        for (std::size_t i = 0; i < values.size(); ++i) all[n - 1][i] = Ring::subtract(all[n - 1][i], all[m][i]);
    }
    std::vector<Components> shares(n, all);
    for (std::size_t i = 0; i < n; ++i) shares[i][i] = {};
    return shares;
}

/// The sum of all components, each of which must be the same at everybody who holds it.
template <class Ring, class Share>
Expected<std::vector<std::uint64_t>> combine_words(std::span<const Share> shares, std::size_t words) {
    if (shares.size() != 3 && shares.size() != 4) {
        return Error(ErrorCode::invalid_argument,
                     fmt::format("a result of {} parties; three or four have shared it", shares.size()));
    }
    std::vector<std::uint64_t> total(words);
    for (std::size_t m = 0; m < shares.size(); ++m) {
        const std::size_t first = m == 0 ? 1 : 0;
        for (std::size_t i = 0; i < shares.size(); ++i) {
            const auto& part = shares[i].parts[m];
            if (part.size() != (i == m ? 0 : words)) {
                return Error(ErrorCode::malformed_input,
                             fmt::format("the result of party {} has {} words of component {} where {} are due", i,
                                         part.size(), m, i == m ? 0 : words));
            }
            if (i != m && part != shares[first].parts[m]) {
                return Error(ErrorCode::protocol_violation,
                             fmt::format("parties {} and {} sent different results: one of them cheats", first, i));
            }
        }
        for (std::size_t k = 0; k < words; ++k) total[k] = Ring::add(total[k], shares[first].parts[m][k]);
    }
    return total;
}

}  // namespace

std::vector<Bits> deal(const ClearBits& bits, int parties, Rng& rng) {
    std::vector<Bits> out;
    for (auto& share : deal_words<Bitwise>(bits.words, parties, rng)) {
        out.push_back({.parts = std::move(share), .shape = bits.shape});
    }
    return out;
}

std::vector<Numbers> deal(std::span<const std::uint64_t> values, int parties, Rng& rng) {
    std::vector<Numbers> out;
    for (auto& share : deal_words<Additive>(values, parties, rng)) {
        out.push_back({.parts = std::move(share), .size = values.size()});
    }
    return out;
}

Expected<ClearBits> combine(std::span<const Bits> shares) {
    const BitShape shape = shares.empty() ? BitShape{} : shares.front().shape;
    if (std::ranges::any_of(shares, [&](const Bits& share) { return share.shape != shape; })) {
        return Error(ErrorCode::malformed_input, "the parties sent results of different shapes");
    }
    auto words = combine_words<Bitwise>(shares, shape.words());
    if (!words) return words.error();
    ClearBits out(shape);
    out.words = std::move(words).value();
    return out;
}

Expected<std::vector<std::uint64_t>> combine(std::span<const Numbers> shares) {
    return combine_words<Additive>(shares, shares.empty() ? 0 : shares.front().size);
}

std::vector<std::byte> to_bytes(const Bits& share, int parties, int party) {
    ByteWriter out;
    out.u32(magic);
    out.u16(static_cast<std::uint16_t>(parties));
    out.u16(static_cast<std::uint16_t>(party));
    out.u64(share.shape.planes);
    out.u64(share.shape.lanes);
    for (const auto& part : share.parts) out.bytes(std::as_bytes(std::span(part)));
    return std::move(out).take();
}

Expected<Bits> share_from_bytes(std::span<const std::byte> bytes, int parties, int party, BitShape shape) {
    try {
        ByteReader in(bytes);
        if (in.u32("the mark of a share") != magic) {
            fail(ErrorCode::malformed_input, "these bytes are no share of bits; it begins with TBS1");
        }
        const int of = in.u16("the number of parties");
        const int owner = in.u16("the party");
        if (of != parties || owner != party || parties < 3 || parties > 4 || party < 0 || party >= parties) {
            fail(ErrorCode::malformed_input, "a share for party {} of {} where that for {} of {} is due", owner, of,
                 party, parties);
        }
        const BitShape found{.planes = in.u64("the number of planes"), .lanes = in.u64("the number of lanes")};
        if (found != shape) {
            fail(ErrorCode::malformed_input, "a share of {} x {} bits where {} x {} are due", found.planes, found.lanes,
                 shape.planes, shape.lanes);
        }
        if (in.remaining() != 8 * shape.words() * static_cast<std::size_t>(parties - 1)) {
            fail(ErrorCode::malformed_input, "a share of {} bytes where {} words in {} components are due",
                 bytes.size(), shape.words(), parties - 1);
        }
        Bits out{.parts = {}, .shape = shape};
        for (int m = 0; m < parties; ++m) {
            if (m == party) continue;
            auto& part = out.parts[static_cast<std::size_t>(m)];
            part.resize(shape.words());
            in.bytes(std::as_writable_bytes(std::span(part)));
        }
        return out;
    } catch (const Error& error) {
        return error;
    }
}

}  // namespace tacit::mpc
