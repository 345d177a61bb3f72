#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>

#include "dp/biased_bits.hpp"
#include "tacit/base/error.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::dp {

/// Noise beyond this is cut there, after sampling; both signs.
inline constexpr std::int64_t largest_noise = std::int64_t{1} << 61;

/// The largest scale, 1 / rate: its noise meets the cut with chance e^-2048.
inline constexpr std::uint64_t largest_scale = std::uint64_t{1} << 50;

/// The geometric distribution P[G >= k] = e^(-rate k), k = 0, 1, ..., and differences of two of them, which have the
/// discrete Laplace distribution P[Y = k] = (1-q)/(1+q) q^|k|, q = e^-rate [GRS12].
///
/// The binary digits of G are independent: digit i is 1 with probability 1/(1 + e^(rate 2^i)) (the variable forgets:
/// whole blocks of 2^i are as likely to be skipped whatever the other digits are). The lowest digits are thrown as
/// coins, as many as make all higher ones together rarer than the coins' own equal case; one more coin says whether a
/// higher one is set, and then G's high part is 1 plus a geometric variable again. Work is fixed but for that chance
/// and the equal case: a sample takes coins() words, a difference twice as many. Precondition: the scale is at most
/// largest_scale.
template <class Word>
class Geometric {
public:
    explicit Geometric(const Rate& rate) : low_digits_(count_low_digits(rate)), bits_(coins_for(rate, low_digits_)) {}

    [[nodiscard]] std::size_t coins() const noexcept { return bits_.size(); }
    [[nodiscard]] const BiasedBits<Word>& bits() const noexcept { return bits_; }

    /// out[i] = G, cut at 2^61.
    void draw(WordSource<Word>& source, std::span<std::int64_t> out) const {
        for_blocks(source, out, coins(), [&](std::span<const Word> words) { return one(words, source); });
    }

    /// out[i] = G - G', cut at 2^61 both ways.
    void draw_differences(WordSource<Word>& source, std::span<std::int64_t> out) const {
        for_blocks(source, out, 2 * coins(), [&](std::span<const Word> words) {
            const std::int64_t plus = one(words.first(coins()), source);
            return plus - one(words.subspan(coins()), source);
        });
    }

private:
    static int count_low_digits(const Rate& rate) {
        TACIT_ASSERT(rate.numerator >= rate.denominator / largest_scale);
        const double x = static_cast<double>(rate.numerator) / static_cast<double>(rate.denominator);
        const double enough = BiasedBits<Word>::digit_bits * 0.6931471805599453;
        int count = 0;
        while (std::ldexp(x, count) <= enough) ++count;  // how many is a matter of speed, not of exactness
        return count;
    }

    static std::vector<Probability> coins_for(const Rate& rate, int low_digits) {
        std::vector<Probability> coins;
        for (int i = 0; i < low_digits; ++i) coins.push_back({Probability::Form::logistic, rate, i});
        coins.push_back({Probability::Form::exponential, rate, low_digits});
        return coins;
    }

    template <class Sample>
    static void for_blocks(WordSource<Word>& source, std::span<std::int64_t> out, std::size_t words_each,
                           const Sample& sample) {
        std::array<Word, 2048> words;
        const std::size_t block = words.size() / words_each;
        while (!out.empty()) {
            const std::size_t count = std::min(block, out.size());
            const std::span<Word> used(words.data(), count * words_each);
            source.fill(used);
            for (std::size_t i = 0; i < count; ++i) out[i] = sample(used.subspan(i * words_each, words_each));
            out = out.subspan(count);
        }
        wipe(std::as_writable_bytes(std::span(words)));
    }

    std::int64_t one(std::span<const Word> words, WordSource<Word>& source) const {
        std::uint64_t value = 0;
        bool undecided = false;
        for (std::size_t i = 0; i < words.size(); ++i) {
            value |= std::uint64_t{words[i] < bits_.threshold(i)} << i;
            undecided |= words[i] == bits_.threshold(i);
        }
        const bool rare = undecided || (value >> low_digits_) != 0;
        return rare ? slowly(words, source) : static_cast<std::int64_t>(value);
    }

    std::int64_t slowly(std::span<const Word> words, WordSource<Word>& source) const {
        const auto digits = static_cast<std::size_t>(low_digits_);
        std::int64_t value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            value |= std::int64_t{bits_.settle(i, words[i], source)} << i;
        }
        const std::int64_t step = std::int64_t{1} << low_digits_;
        bool more = bits_.settle(digits, words[digits], source);
        while (more && value < largest_noise) {
            value += step;
            more = bits_.settle(digits, source.next(), source);
        }
        return std::min(value, largest_noise);
    }

    int low_digits_;
    BiasedBits<Word> bits_;
};

}  // namespace tacit::dp
