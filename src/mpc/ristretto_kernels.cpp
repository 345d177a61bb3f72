#include "mpc/ristretto_kernels.hpp"

#include <memory>
#include <string_view>
#include <vector>

#include "math/kernels.hpp"

namespace tacit::mpc::ristretto {

Digits digits_of(const Scalar& scalar) noexcept {
    const unsigned char* const bytes = scalar.data();
    Digits digits;
    int carry = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const int digit = (bytes[i / 2] >> (4 * (i % 2)) & 15) + carry;
        carry = i + 1 < digits.size() ? (digit + 8) >> 4 : 0;
        digits[i] = static_cast<std::int8_t>(digit - 16 * carry);
    }
    return digits;
}

std::span<const Kernels* const> available_kernels() {
    static const std::vector<const Kernels*> all = [] {
        std::vector<const Kernels*> found{&portable_kernels()};
        if (ifma_kernels() != nullptr) found.push_back(ifma_kernels());
        return found;
    }();
    return all;
}

const Kernels& kernels() {
    static const Kernels& chosen =
        math::kernels().name == std::string_view("avx3") ? *available_kernels().back() : portable_kernels();
    return chosen;
}

const BaseTable& base_table() {
    static const std::unique_ptr<const BaseTable> table = [] {
        auto made = std::make_unique<BaseTable>();
        Scalar half(std::uint64_t{0});
        half.set_half_of(Scalar(1));
        make_base_table(multiply_base(half), *made);
        return made;
    }();
    return *table;
}

}  // namespace tacit::mpc::ristretto
