#include "tacit/mpc/dealing.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "mpc/replicated_core.hpp"
#include "tacit/base/bytes.hpp"

namespace tacit::mpc {

namespace {

constexpr std::uint32_t bits_mark = 0x31534254;     // "TBS1"
constexpr std::uint32_t numbers_mark = 0x31534E54;  // "TNS1"; a plane of 64 lanes for each number
constexpr std::size_t share_header_bytes = 24;

/// What stands before the words of a share.
struct ShareHeader {
    std::uint32_t mark;
    BitShape shape;
};

SecretVector<std::byte> write_share(const ShareHeader& header, const Components& parts, int parties, int party) {
    ByteWriter out;
    out.u32(header.mark);
    out.u16(static_cast<std::uint16_t>(parties));
    out.u16(static_cast<std::uint16_t>(party));
    out.u64(header.shape.planes);
    out.u64(header.shape.lanes);
    const std::vector<std::byte> front = std::move(out).take();
    SecretVector<std::byte> bytes(front.begin(), front.end());
    bytes.reserve(share_header_bytes + 8 * header.shape.words() * static_cast<std::size_t>(parties - 1));
    for (const auto& part : parts) {
        const auto words = std::as_bytes(std::span(part));
        bytes.insert(bytes.end(), words.begin(), words.end());
    }
    return bytes;
}

/// Takes no more memory than the bytes have. Throws malformed_input.
Components read_parts(std::span<const std::byte> bytes, std::uint32_t mark, int parties, int party, BitShape& shape) {
    ByteReader in(bytes);
    if (in.u32("the mark of a share") != mark) {
        fail(ErrorCode::malformed_input, "these bytes are no share of {}; it begins with {}",
             mark == bits_mark ? "bits" : "numbers", mark == bits_mark ? "TBS1" : "TNS1");
    }
    const int of = in.u16("the number of parties");
    const int owner = in.u16("the party");
    if (of != parties || owner != party || parties < 3 || parties > 4 || party < 0 || party >= parties) {
        fail(ErrorCode::malformed_input, "a share for party {} of {} where that for {} of {} is due", owner, of, party,
             parties);
    }
    shape.planes = in.bounded("the number of planes", bytes.size());
    shape.lanes = in.bounded("the number of lanes", 8 * bytes.size());
    if (in.remaining() / 8 != shape.words() * static_cast<std::size_t>(parties - 1) || in.remaining() % 8 != 0) {
        fail(ErrorCode::malformed_input, "a share of {} bytes where {} words in {} components are due", bytes.size(),
             shape.words(), parties - 1);
    }
    Components out;
    for (int m = 0; m < parties; ++m) {
        if (m == party) continue;
        auto& part = out[static_cast<std::size_t>(m)];
        part.resize(shape.words());
        in.bytes(std::as_writable_bytes(std::span(part)));
    }
    return out;
}

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

SecretVector<std::byte> to_bytes(const Bits& share, int parties, int party) {
    return write_share({.mark = bits_mark, .shape = share.shape}, share.parts, parties, party);
}

SecretVector<std::byte> to_bytes(const Numbers& share, int parties, int party) {
    return write_share({.mark = numbers_mark, .shape = {.planes = share.size, .lanes = 64}}, share.parts, parties,
                       party);
}

Expected<Bits> share_from_bytes(std::span<const std::byte> bytes, int parties, int party, std::optional<BitShape> due) {
    return catching([&] {
        Bits out;
        out.parts = read_parts(bytes, bits_mark, parties, party, out.shape);
        if (due && out.shape != *due) {
            fail(ErrorCode::malformed_input, "a share of {} x {} bits where {} x {} are due", out.shape.planes,
                 out.shape.lanes, due->planes, due->lanes);
        }
        return out;
    });
}

Expected<Numbers> numbers_from_bytes(std::span<const std::byte> bytes, int parties, int party) {
    return catching([&] {
        BitShape shape;
        Numbers out;
        out.parts = read_parts(bytes, numbers_mark, parties, party, shape);
        if (shape.lanes != 64) {
            fail(ErrorCode::malformed_input, "a share of numbers of {} bits; they have 64", shape.lanes);
        }
        out.size = shape.planes;
        return out;
    });
}

}  // namespace tacit::mpc
