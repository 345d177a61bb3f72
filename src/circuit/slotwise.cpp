#include "circuit/slotwise.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "tacit/base/error.hpp"

namespace tacit::circuit {

namespace {

template <class F>
std::vector<double> zip(std::span<const double> a, std::span<const double> b, F f) {
    std::vector<double> result(std::max(a.size(), b.size()));
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = f(a[i & (a.size() - 1)], b[i & (b.size() - 1)]);
    return result;
}

}  // namespace

std::vector<double> slotwise(Op op, std::span<const double> a, std::span<const double> b) {
    TACIT_ASSERT(operand_count(op) == 2);
    switch (op) {
        case Op::add: return zip(a, b, std::plus<>{});
        case Op::sub: return zip(a, b, std::minus<>{});
        case Op::mul: return zip(a, b, std::multiplies<>{});
        case Op::input:
        case Op::constant:
        case Op::negate:
        case Op::rotate: break;
    }
    return {};
}

std::vector<double> negated(std::span<const double> a) {
    std::vector<double> result(a.size());
    std::ranges::transform(a, result.begin(), std::negate<>{});
    return result;
}

std::vector<double> rotated(std::span<const double> a, std::int32_t steps) {
    std::vector<double> result(a.size());
    const auto middle = a.begin() + static_cast<std::ptrdiff_t>(normalised_steps(steps, a.size()));
    std::ranges::rotate_copy(a, middle, result.begin());
    return result;
}

std::vector<double> repeated(std::span<const double> period, std::size_t size) {
    std::vector<double> result(size);
    for (std::size_t i = 0; i < size; ++i) result[i] = period[i & (period.size() - 1)];
    return result;
}

double larger(double a, double b) { return a >= b || std::isnan(a) ? a : b; }

std::size_t normalised_steps(std::int32_t steps, std::size_t size) {
    return static_cast<std::size_t>(std::int64_t{steps}) & (size - 1);
}

std::span<const double> shortest_period(std::span<const double> values) {
    while (values.size() > 1) {
        const std::size_t half = values.size() / 2;
        // By bits: 0.0 and -0.0 are different constants.
        if (std::memcmp(values.data(), values.data() + half, half * sizeof(double)) != 0) break;
        values = values.first(half);
    }
    return values;
}

}  // namespace tacit::circuit
