#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "dp/probability.hpp"
#include "dp/words.hpp"

namespace tacit::dp {

/// A row of independent biased coins, thrown together and exactly. A uniform number below 1 is drawn digit by digit,
/// one word each; a coin shows 1 if its number is below its probability. The first word decides but with chance
/// 2^-64 (for 64-bit words), when it equals the probability's own; then further digits of both are compared. So the
/// work is the same for every outcome but for that chance, and the coins are exact, not 2^-64 close.
template <class Word>
class BiasedBits {
public:
    static constexpr int digit_bits = std::numeric_limits<Word>::digits;

    explicit BiasedBits(std::vector<Probability> coins) : coins_(std::move(coins)) {
        for (const Probability& coin : coins_) {
            thresholds_.push_back(static_cast<Word>(coin.digits(digit_bits, 0)));
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return coins_.size(); }
    [[nodiscard]] const Probability& coin(std::size_t i) const { return coins_[i]; }
    [[nodiscard]] Word threshold(std::size_t i) const { return thresholds_[i]; }

    /// Whether coin i shows 1, where `first` is the first word of its number.
    [[nodiscard]] bool settle(std::size_t i, Word first, WordSource<Word>& source) const {
        Word threshold = thresholds_[i];
        for (int index = 1; first == threshold; ++index) {
            threshold = static_cast<Word>(coins_[i].digits(digit_bits, index));
            first = source.next();
        }
        return first < threshold;
    }

private:
    std::vector<Probability> coins_;
    std::vector<Word> thresholds_;
};

}  // namespace tacit::dp
