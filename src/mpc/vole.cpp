#include "mpc/vole.hpp"

#include <algorithm>
#include <cstring>

#include "base/fail.hpp"
#include "mpc/bit_transpose.hpp"
#include "mpc/constant_time.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::mpc::vole {

namespace {

constexpr party::MessageType tree_message{0x0500, "sums of key trees"};
constexpr party::MessageType word_message{0x0501, "masked words"};

constexpr std::size_t tree = std::size_t{1} << planes;  // leaves for a place

/// The keystream of a node: what grows from it, or the bits of a leaf in the calls from 0 on.
enum class Use : std::uint64_t { children, bits };

Rng keystream(const Block& key, Use use, std::uint64_t call = 0) {
    Seed seed{};
    std::memcpy(seed.data(), &key, sizeof key);
    std::memcpy(seed.data() + sizeof key, &use, sizeof use);
    Rng rng(seed, call);
    wipe(seed);
    return rng;
}

/// The children of the first `count` nodes, in place, and the sums of the left and of the right ones.
std::array<Block, 2> grow(std::span<Block> nodes, std::size_t count) {
    std::array<Block, 2> sums{};
    for (std::size_t i = count; i-- > 0;) {
        std::array<std::uint64_t, 4> bytes{};
        keystream(nodes[i], Use::children).fill(std::span<std::uint64_t>(bytes));
        nodes[2 * i] = {bytes[0], bytes[1]};
        nodes[2 * i + 1] = {bytes[2], bytes[3]};
        sums[0] ^= nodes[2 * i];
        sums[1] ^= nodes[2 * i + 1];
        wipe(std::as_writable_bytes(std::span(bytes)));
    }
    return sums;
}

void add(std::span<std::uint64_t> sum, std::span<const std::uint64_t> words) noexcept {
    for (std::size_t i = 0; i < words.size(); ++i) sum[i] ^= words[i];
}

/// The bits of one place for many rows, 64 to a word.
struct Place {
    explicit Place(std::size_t words) : sum(words) {
        for (auto& plane : numbers) plane.resize(words);
    }
    SecretVector<std::uint64_t> sum;                          ///< of all leaves
    std::array<SecretVector<std::uint64_t>, planes> numbers;  ///< plane b: of the leaves whose number has bit b
};

/// Expands and sums the leaves: two additions for each.
Place sum_leaves(std::span<const Block> leaves, std::size_t words, std::uint64_t call) {
    Place place(words);
    // pending[b]: the sum of 2^b leaves, the first half of twice as many.
    std::array<SecretVector<std::uint64_t>, planes> pending;
    for (auto& half : pending) half.resize(words);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        auto& now = place.sum;
        keystream(leaves[i], Use::bits, call).fill(std::span(now));
        std::size_t bit = 0;
        for (; (i >> bit & 1) != 0; ++bit) {
            add(place.numbers[bit], now);
            add(now, pending[bit]);
        }
        if (bit < planes) now.swap(pending[bit]);
    }
    return place;
}

/// Bits by plane, place and row, which become rows. Tiles of the columns are read, of one cache line each.
class Columns {
public:
    explicit Columns(std::size_t words) : words_(words), bits_(planes * bch::length * words) {}
    [[nodiscard]] std::span<std::uint64_t> column(std::size_t plane, std::size_t place) {
        return std::span(bits_).subspan((plane * bch::length + place) * words_, words_);
    }
    [[nodiscard]] SecretVector<Row> rows() const {
        SecretVector<Row> rows(64 * words_);
        constexpr std::size_t tile = 8;
        parallel_for(0, (words_ + tile - 1) / tile, [&](std::size_t t) {
            for (std::size_t half = 0; half < 2 * planes; ++half) {
                for (std::size_t w = t * tile; w < std::min(words_, (t + 1) * tile); ++w) transpose_into(rows, half, w);
            }
        });
        return rows;
    }

private:
    void transpose_into(SecretVector<Row>& rows, std::size_t half, std::size_t word) const {
        std::array<std::uint64_t, 64> block;
        for (std::size_t j = 0; j < 64; ++j) block[j] = bits_[(half * 64 + j) * words_ + word];
        transpose(block);
        for (std::size_t i = 0; i < 64; ++i) rows[64 * word + i][half] = block[i];
    }
    std::size_t words_;
    SecretVector<std::uint64_t> bits_;
};

/// The bits of words by place: place p at [p * words.size() / 64].
std::vector<std::uint64_t> by_place(std::span<const Block> words) {
    const std::size_t lanes = words.size() / 64;
    std::vector<std::uint64_t> bits(bch::length * lanes);
    parallel_for(0, lanes, [&](std::size_t lane) {
        std::array<std::uint64_t, 64> low;
        std::array<std::uint64_t, 64> high;
        for (std::size_t i = 0; i < 64; ++i) {
            low[i] = words[64 * lane + i].low;
            high[i] = words[64 * lane + i].high;
        }
        transpose(low);
        transpose(high);
        for (std::size_t i = 0; i < 64; ++i) {
            bits[i * lanes + lane] = low[i];
            bits[(64 + i) * lanes + lane] = high[i];
        }
    });
    return bits;
}

}  // namespace

Sender::Sender(party::Party& me, std::span<const std::array<Block, 2>> keys) : leaves_(bch::length * tree) {
    TACIT_ASSERT(keys.size() == transfers);
    std::vector<std::array<Block, 2>> sums(keys.begin(), keys.end());
    for (std::size_t place = 0; place < bch::length; ++place) {
        const auto nodes = std::span(leaves_).subspan(place * tree, tree);
        me.rng().fill(std::as_writable_bytes(nodes.first(1)));
        for (std::size_t level = 0; level < planes; ++level) {
            const auto [left, right] = grow(nodes, std::size_t{1} << level);
            auto& masked = sums[place * planes + level];
            masked[0] ^= left;
            masked[1] ^= right;
        }
    }
    me.send(1 - me.index(), tree_message, sums);
}

SecretVector<Row> Sender::extend(party::Party& me, std::span<const Block> words) {
    TACIT_ASSERT(words.size() % 64 == 0);
    const std::size_t lanes = words.size() / 64;
    std::vector<std::uint64_t> masked = by_place(words);
    Columns v(lanes);
    parallel_for(0, bch::length, [&](std::size_t place) {
        const Place sums = sum_leaves(std::span(leaves_).subspan(place * tree, tree), lanes, calls_);
        for (std::size_t b = 0; b < planes; ++b) std::ranges::copy(sums.numbers[b], v.column(b, place).begin());
        add(std::span(masked).subspan(place * lanes, lanes), sums.sum);
    });
    ++calls_;
    me.send(1 - me.index(), word_message, masked);
    return v.rows();
}

Receiver::Delta::Delta(Rng& rng) { rng.fill(std::as_writable_bytes(std::span(bits_))); }

Receiver::Delta::~Delta() { wipe(std::as_writable_bytes(std::span(bits_))); }

std::uint64_t Receiver::Delta::at(std::size_t place) const noexcept {
    std::uint64_t number = 0;
    for (std::size_t b = 0; b < planes; ++b) {
        number |= ((place < 64 ? bits_[b].low : bits_[b].high) >> (place % 64) & 1) << b;
    }
    return number;
}

std::vector<std::uint8_t> Receiver::Delta::choices() const {
    std::vector<std::uint8_t> choices;
    for (std::size_t place = 0; place < bch::length; ++place) {
        // The sum on the other side of the path to leaf `at(place)`, from the root down.
        for (std::size_t b = planes; b-- > 0;) choices.push_back(static_cast<std::uint8_t>(1 ^ (at(place) >> b & 1)));
    }
    return choices;
}

Row Receiver::Delta::times(const Block& word) const noexcept {
    Row row;
    for (std::size_t b = 0; b < planes; ++b) {
        row[2 * b] = word.low & bits_[b].low;
        row[2 * b + 1] = word.high & bits_[b].high;
    }
    return row;
}

Receiver::Receiver(party::Party& me, const Delta& delta, std::span<const Block> keys)
    : delta_(delta), leaves_(bch::length * tree) {
    TACIT_ASSERT(keys.size() == transfers);
    const auto sums = me.receive<std::array<Block, 2>>(1 - me.index(), tree_message, transfers);
    for (std::size_t place = 0; place < bch::length; ++place) {
        // The node on the path is unknown; what grows from it here is wrong, and cancels at the end.
        const auto nodes = std::span(leaves_).subspan(place * tree, tree);
        std::uint64_t path = 0;
        for (std::size_t level = 0; level < planes; ++level) {
            const std::size_t i = place * planes + level;
            const std::uint64_t side = 1 ^ (delta.at(place) >> (planes - 1 - level) & 1);
            const auto grown = grow(nodes, std::size_t{1} << level);
            Block wrong = keys[i];
            for (std::uint64_t s = 0; s < 2; ++s) wrong ^= (grown[s] ^ sums[i][s]).masked(s ^ side ^ 1);
            for (std::uint64_t node = 0; node < std::uint64_t{2} << level; ++node) {
                nodes[node] ^= wrong.masked(equal(node, 2 * path + side));
            }
            path = 2 * path + (side ^ 1);
        }
    }
}

SecretVector<Row> Receiver::extend(party::Party& me, std::size_t rows) {
    TACIT_ASSERT(rows % 64 == 0);
    const std::size_t lanes = rows / 64;
    const auto masked = me.receive<std::uint64_t>(1 - me.index(), word_message, bch::length * lanes);
    Columns w(lanes);
    parallel_for(0, bch::length, [&](std::size_t place) {
        // With r_i the bits of leaf i: sum i r_i + delta (sum r_i + masked word) = v + word * delta, and r_delta is in
        // it not at all.
        Place sums = sum_leaves(std::span(leaves_).subspan(place * tree, tree), lanes, calls_);
        add(sums.sum, std::span(masked).subspan(place * lanes, lanes));
        const std::uint64_t delta = delta_.at(place);
        for (std::size_t b = 0; b < planes; ++b) {
            const std::uint64_t mask = -(delta >> b & 1);
            const auto out = w.column(b, place);
            for (std::size_t i = 0; i < lanes; ++i) out[i] = sums.numbers[b][i] ^ (sums.sum[i] & mask);
        }
    });
    ++calls_;
    return w.rows();
}

}  // namespace tacit::mpc::vole
