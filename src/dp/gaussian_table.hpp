#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "dp/words.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::dp {

/// Binary digits bits*index + 1 ... bits*(index + 1) after the point of P[|Y| >= m], m = first .. first + count - 1,
/// for the discrete Gaussian distribution P[y] ~ e^(-y^2 / (2 variance)). Sums computed by MPFR between bounds rounded
/// down and up, with more precision until both have these digits. bits is 1..64, first at least 1.
[[nodiscard]] std::vector<std::uint64_t> gaussian_tail_digits(std::uint64_t variance, std::size_t first,
                                                              std::size_t count, int bits, int index);

/// The discrete Gaussian distribution from a table, exact and in fixed work: |Y| is the number of m for which a uniform
/// number below 1 is below P[|Y| >= m]. The number's first word is compared with the first digits of all of them, as
/// many as have one that is not 0; where it equals one, chance 2^-64 each, further digits decide. Another word gives
/// the sign. For small variances: the table has about 9.3 standard deviations.
template <class Word>
class GaussianTable {
public:
    static constexpr int digit_bits = std::numeric_limits<Word>::digits;

    explicit GaussianTable(std::uint64_t variance) : variance_(variance) {
        const auto block = static_cast<std::size_t>(10 * std::sqrt(static_cast<double>(variance))) + 8;  // enough
        for (std::size_t first = 1;; first += block) {
            for (const std::uint64_t digits : gaussian_tail_digits(variance, first, block, digit_bits, 0)) {
                tails_.push_back(static_cast<Word>(digits));
                if (digits == 0) return;
            }
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return tails_.size(); }

    void draw(WordSource<Word>& source, std::span<std::int64_t> out) const {
        std::array<Word, 1024> words;
        while (!out.empty()) {
            const std::size_t count = std::min(words.size() / 2, out.size());
            const std::span<Word> used(words.data(), 2 * count);
            source.fill(used);
            for (std::size_t i = 0; i < count; ++i) {
                const std::int64_t sign = -static_cast<std::int64_t>(used[2 * i + 1] & 1);
                out[i] = (magnitude(used[2 * i], source) ^ sign) - sign;
            }
            out = out.subspan(count);
        }
        wipe(std::as_writable_bytes(std::span(words)));
    }

private:
    [[nodiscard]] std::int64_t magnitude(Word word, WordSource<Word>& source) const {
        std::int64_t below = 0;
        unsigned equal = 0;
        for (const Word tail : tails_) {
            below += word < tail;
            equal |= static_cast<unsigned>(word == tail);
        }
        return equal == 0 ? below : slowly(word, below, source);
    }

    [[nodiscard]] std::int64_t slowly(Word word, std::int64_t below, WordSource<Word>& source) const {
        std::vector<Word> number{word};
        while (is_below(number, static_cast<std::size_t>(below) + 1, source)) ++below;
        wipe(std::as_writable_bytes(std::span(number)));
        return below;
    }

    [[nodiscard]] bool is_below(std::vector<Word>& number, std::size_t m, WordSource<Word>& source) const {
        for (std::size_t index = 0;; ++index) {
            if (index == number.size()) number.push_back(source.next());
            const auto tail =
                static_cast<Word>(gaussian_tail_digits(variance_, m, 1, digit_bits, static_cast<int>(index)).front());
            if (number[index] != tail) return number[index] < tail;
        }
    }

    std::uint64_t variance_;
    std::vector<Word> tails_;  ///< first digits of P[|Y| >= m], m = 1, 2, ...; the last one is 0
};

}  // namespace tacit::dp
