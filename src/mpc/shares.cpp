#include "tacit/mpc/shares.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "base/fail.hpp"
#include "mpc/bit_transpose.hpp"

namespace tacit::mpc {

namespace {

void expect_equal_sizes(const char* operation, const Numbers& x, const Numbers& y) {
    if (x.size != y.size) {
        fail(ErrorCode::invalid_argument, "{}: {} secret numbers and {}; both sides need the same", operation, x.size,
             y.size);
    }
}

void expect_equal_shapes(const char* operation, const BitShape& x, const BitShape& y) {
    if (x != y) {
        fail(ErrorCode::invalid_argument,
             "{}: {} planes of {} secret bits and {} of {}; both sides need the same shape", operation, x.planes,
             x.lanes, y.planes, y.lanes);
    }
}

/// Fills in a share, component by component that this party holds: make(part of x, part of result).
template <class Make>
Components each_part(const Components& x, std::size_t words, const Make& make) {
    Components out;
    for (std::size_t m = 0; m < x.size(); ++m) {
        if (x[m].empty()) continue;
        out[m].resize(words);
        make(std::span<const std::uint64_t>(x[m]), std::span<std::uint64_t>(out[m]));
    }
    return out;
}

/// Bits 0, 2, 4, … of a word, in its lower half.
std::uint64_t even_bits(std::uint64_t word) noexcept {
    word &= 0x5555555555555555;
    word = (word | (word >> 1U)) & 0x3333333333333333;
    word = (word | (word >> 2U)) & 0x0F0F0F0F0F0F0F0F;
    word = (word | (word >> 4U)) & 0x00FF00FF00FF00FF;
    word = (word | (word >> 8U)) & 0x0000FFFF0000FFFF;
    return (word | (word >> 16U)) & 0x00000000FFFFFFFF;
}

/// What is left of the last word of a plane.
std::uint64_t last_word_mask(const BitShape& shape) noexcept {
    return shape.lanes % 64 == 0 ? ~std::uint64_t{0} : (std::uint64_t{1} << (shape.lanes % 64)) - 1;
}

Bits every_second_lane(const Bits& x, unsigned odd) {
    Bits out{.parts = {}, .shape = {x.shape.planes, (x.shape.lanes + 1) / 2}};
    const std::size_t from_words = x.shape.lane_words();
    const std::size_t to_words = out.shape.lane_words();
    const std::uint64_t last = last_word_mask(x.shape);
    out.parts = each_part(x.parts, out.shape.words(), [&](auto from, auto to) {
        for (std::size_t plane = 0; plane < x.shape.planes; ++plane) {
            for (std::size_t i = 0; i < from_words; ++i) {
                const std::uint64_t word = from[plane * from_words + i] & (i + 1 == from_words ? last : ~0ULL);
                to[plane * to_words + i / 2] |= even_bits(word >> odd) << (32 * (i % 2));
            }
        }
    });
    return out;
}

}  // namespace

Numbers& Numbers::operator+=(const Numbers& other) {
    expect_equal_sizes("sum", *this, other);
    for (std::size_t m = 0; m < parts.size(); ++m) {
        for (std::size_t i = 0; i < parts[m].size(); ++i) parts[m][i] += other.parts[m][i];
    }
    return *this;
}

Numbers& Numbers::operator-=(const Numbers& other) {
    expect_equal_sizes("difference", *this, other);
    for (std::size_t m = 0; m < parts.size(); ++m) {
        for (std::size_t i = 0; i < parts[m].size(); ++i) parts[m][i] -= other.parts[m][i];
    }
    return *this;
}

Numbers& Numbers::operator+=(std::uint64_t value) {
    for (std::uint64_t& word : parts[0]) word += value;
    return *this;
}

Numbers& Numbers::operator*=(std::uint64_t value) {
    for (auto& part : parts) {
        for (std::uint64_t& word : part) word *= value;
    }
    return *this;
}

Numbers operator+(Numbers x, const Numbers& y) { return std::move(x += y); }
Numbers operator-(Numbers x, const Numbers& y) { return std::move(x -= y); }

Numbers slice(const Numbers& x, std::size_t first, std::size_t count) {
    if (count > x.size || first > x.size - count) {
        fail(ErrorCode::invalid_argument, "slice: entries {} to {} of {} secret numbers", first, first + count, x.size);
    }
    auto parts = each_part(x.parts, count,
                           [&](auto from, auto to) { std::ranges::copy(from.subspan(first, count), to.begin()); });
    return {.parts = std::move(parts), .size = count};
}

Numbers join(std::initializer_list<const Numbers*> pieces) {
    Numbers out;
    for (const Numbers* piece : pieces) {
        for (std::size_t m = 0; m < out.parts.size(); ++m) {
            out.parts[m].insert(out.parts[m].end(), piece->parts[m].begin(), piece->parts[m].end());
        }
        out.size += piece->size;
    }
    return out;
}

Numbers gather(const Numbers& x, std::span<const std::uint32_t> order) {
    TACIT_ASSERT(std::ranges::all_of(order, [&](std::uint32_t i) { return i < x.size; }));
    auto parts = each_part(x.parts, order.size(), [&](auto from, auto to) {
        std::ranges::transform(order, to.begin(), [&](std::uint32_t i) { return from[i]; });
    });
    return {.parts = std::move(parts), .size = order.size()};
}

Numbers sum(const Numbers& x) {
    auto parts = each_part(
        x.parts, 1, [](auto from, auto to) { to[0] = std::accumulate(from.begin(), from.end(), std::uint64_t{0}); });
    return {.parts = std::move(parts), .size = 1};
}

std::size_t planes_for(std::size_t count) noexcept {
    return count < 3 ? 1 : static_cast<std::size_t>(std::bit_width(count - 1));
}

ClearBits::ClearBits(std::span<const std::uint64_t> values, std::size_t planes)
    : ClearBits(BitShape{planes, values.size()}) {
    to_planes(values, planes, words);
}

std::vector<std::uint64_t> ClearBits::values() const {
    std::vector<std::uint64_t> out(shape.lanes);
    from_planes(words, shape.planes, out);
    return out;
}

Bits& Bits::operator^=(const Bits& other) {
    expect_equal_shapes("exclusive or", shape, other.shape);
    for (std::size_t m = 0; m < parts.size(); ++m) {
        for (std::size_t i = 0; i < parts[m].size(); ++i) parts[m][i] ^= other.parts[m][i];
    }
    return *this;
}

Bits operator^(Bits x, const Bits& y) { return std::move(x ^= y); }

Bits operator^(Bits x, const ClearBits& y) {
    expect_equal_shapes("exclusive or", x.shape, y.shape);
    for (std::size_t i = 0; i < x.parts[0].size(); ++i) x.parts[0][i] ^= y.words[i];
    return x;
}

Bits operator~(Bits x) {
    for (std::uint64_t& word : x.parts[0]) word = ~word;
    return x;
}

Bits operator&(Bits x, const ClearBits& y) {
    expect_equal_shapes("and", x.shape, y.shape);
    for (auto& part : x.parts) {
        for (std::size_t i = 0; i < part.size(); ++i) part[i] &= y.words[i];
    }
    return x;
}

Bits pick(const Bits& x, std::span<const std::size_t> planes) {
    const std::size_t words = x.shape.lane_words();
    Bits out{.parts = {}, .shape = {planes.size(), x.shape.lanes}};
    out.parts = each_part(x.parts, out.shape.words(), [&](auto from, auto to) {
        for (std::size_t i = 0; i < planes.size(); ++i) {
            TACIT_ASSERT(planes[i] < x.shape.planes);
            std::ranges::copy(from.subspan(planes[i] * words, words), to.subspan(i * words).begin());
        }
    });
    return out;
}

Bits planes(const Bits& x, std::size_t first, std::size_t count) {
    std::vector<std::size_t> wanted(count);
    std::iota(wanted.begin(), wanted.end(), first);
    return pick(x, wanted);
}

Bits stack(std::initializer_list<const Bits*> pieces) {
    Bits out{.parts = {}, .shape = {0, (*pieces.begin())->shape.lanes}};
    for (const Bits* piece : pieces) {
        TACIT_ASSERT(piece->shape.lanes == out.shape.lanes);
        for (std::size_t m = 0; m < out.parts.size(); ++m) {
            out.parts[m].insert(out.parts[m].end(), piece->parts[m].begin(), piece->parts[m].end());
        }
        out.shape.planes += piece->shape.planes;
    }
    return out;
}

Bits repeat(const Bits& plane, std::size_t count) { return pick(plane, std::vector<std::size_t>(count, 0)); }

Bits beside(std::initializer_list<const Bits*> pieces) {
    Bits out{.parts = {}, .shape = {(*pieces.begin())->shape.planes, 0}};
    for (const Bits* piece : pieces) {
        TACIT_ASSERT(piece->shape.planes == out.shape.planes);
        out.shape.lanes = 64 * out.shape.lane_words() + piece->shape.lanes;
    }
    const std::size_t words = out.shape.lane_words();
    std::size_t column = 0;
    for (const Bits* piece : pieces) {
        const std::size_t width = piece->shape.lane_words();
        for (std::size_t m = 0; m < out.parts.size(); ++m) {
            if (piece->parts[m].empty()) continue;
            out.parts[m].resize(out.shape.words());
            for (std::size_t plane = 0; plane < out.shape.planes; ++plane) {
                std::copy_n(&piece->parts[m][plane * width], width, &out.parts[m][plane * words + column]);
            }
        }
        column += width;
    }
    return out;
}

Bits lanes(const Bits& x, std::size_t first, std::size_t count) {
    TACIT_ASSERT(first % 64 == 0 && first + count <= 64 * x.shape.lane_words());
    Bits out{.parts = {}, .shape = {x.shape.planes, count}};
    const std::size_t from_words = x.shape.lane_words();
    const std::size_t to_words = out.shape.lane_words();
    out.parts = each_part(x.parts, out.shape.words(), [&](auto from, auto to) {
        for (std::size_t plane = 0; plane < x.shape.planes; ++plane) {
            std::ranges::copy(from.subspan(plane * from_words + first / 64, to_words),
                              to.subspan(plane * to_words).begin());
        }
    });
    return out;
}

Bits even_lanes(const Bits& x) { return every_second_lane(x, 0); }
Bits odd_lanes(const Bits& x) { return every_second_lane(x, 1); }

Bits gather(const Bits& x, std::span<const std::uint32_t> order) {
    TACIT_ASSERT(std::ranges::all_of(order, [&](std::uint32_t i) { return i < x.shape.lanes; }));
    Bits out{.parts = {}, .shape = {x.shape.planes, order.size()}};
    out.parts = each_part(x.parts, out.shape.words(), [&](auto from, auto to) {
        SecretVector<std::uint64_t> rows(x.shape.lanes);
        SecretVector<std::uint64_t> chosen(order.size());
        for (std::size_t plane = 0; plane < x.shape.planes; plane += 64) {
            const std::size_t count = std::min<std::size_t>(64, x.shape.planes - plane);
            from_planes(from.subspan(plane * x.shape.lane_words()), count, rows);
            std::ranges::transform(order, chosen.begin(), [&](std::uint32_t i) { return rows[i]; });
            to_planes(chosen, count, to.subspan(plane * out.shape.lane_words()));
        }
    });
    return out;
}

Bits collect(std::span<const Bits> single, std::size_t count) {
    Bits out{.parts = {}, .shape = {count, single.size()}};
    const std::size_t words = out.shape.lane_words();
    for (std::size_t lane = 0; lane < single.size(); ++lane) {
        expect_equal_shapes("collect", single[lane].shape, {count, 1});
        for (std::size_t m = 0; m < out.parts.size(); ++m) {
            const auto& part = single[lane].parts[m];
            if (part.empty()) continue;
            out.parts[m].resize(out.shape.words());
            for (std::size_t plane = 0; plane < count; ++plane) {
                out.parts[m][plane * words + lane / 64] |= (part[plane] & 1U) << (lane % 64);
            }
        }
    }
    return out;
}

void clear_padding(Bits& x) {
    if (x.shape.lanes % 64 == 0) return;
    const std::size_t words = x.shape.lane_words();
    for (auto& part : x.parts) {
        for (std::size_t i = words; i <= part.size(); i += words) part[i - 1] &= last_word_mask(x.shape);
    }
}

}  // namespace tacit::mpc
