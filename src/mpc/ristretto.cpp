#include "mpc/ristretto.hpp"

#include <sodium.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <vector>

#include "base/fail.hpp"
#include "mpc/ristretto_kernels.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/base/secret.hpp"
#include "tacit/mpc/secret_vector.hpp"

namespace tacit::mpc::ristretto {

namespace {

unsigned char* raw(Point& point) { return reinterpret_cast<unsigned char*>(point.data()); }
const unsigned char* raw(const Point& point) { return reinterpret_cast<const unsigned char*>(point.data()); }

/// libsodium up to 1.0.18 ignores the highest bit, which no encoding has.
bool highest_bit(const Point& point) { return (point.back() & std::byte{0x80}) != std::byte{0}; }

/// Points for one thread at a time by kernels that take any number.
constexpr std::size_t long_block = 1024;

/// Calls work(first, count) for blocks of n points; whether all were true.
template <class Work>
bool for_blocks(std::size_t n, std::size_t block, const Work& work) {
    std::atomic<bool> good = true;
    parallel_for(0, (n + block - 1) / block, [&](std::size_t i) {
        if (!work(i * block, std::min(block, n - i * block))) good = false;
    });
    return good;
}

/// The digits of a scalar's half, wiped: kernels give doubles.
class HalfDigits {
public:
    explicit HalfDigits(const Scalar& scalar) {
        Scalar half(std::uint64_t{0});
        half.set_half_of(scalar);
        digits_ = digits_of(half);
    }
    ~HalfDigits() { wipe(std::as_writable_bytes(std::span(digits_))); }
    HalfDigits(const HalfDigits&) = delete;
    HalfDigits& operator=(const HalfDigits&) = delete;
    [[nodiscard]] const Digits& get() const noexcept { return digits_; }

private:
    Digits digits_;
};

/// None if it encodes no element.
std::optional<Point> half_of(const Point& point) {
    Scalar half(std::uint64_t{0});
    half.set_half_of(Scalar(1));
    if (point == Point{}) return point;  // which multiply() refuses
    return multiply(half, point);
}

}  // namespace

Scalar::Scalar(Rng& rng) {
    std::array<std::byte, 64> wide{};
    rng.fill(wide);
    crypto_core_ristretto255_scalar_reduce(bytes_.data(), reinterpret_cast<const unsigned char*>(wide.data()));
    sodium_memzero(wide.data(), wide.size());
}

Scalar::Scalar(std::uint64_t value) noexcept { std::memcpy(bytes_.data(), &value, sizeof value); }

Scalar::Scalar(std::span<const std::byte, 32> bytes) noexcept {
    std::memcpy(bytes_.data(), bytes.data(), bytes_.size());
}

Scalar::~Scalar() { sodium_memzero(bytes_.data(), bytes_.size()); }

void Scalar::set_sum_of_product(std::uint64_t a, const Scalar& b, const Scalar& c) noexcept {
    const Scalar first(a);
    crypto_core_ristretto255_scalar_mul(bytes_.data(), b.data(), c.data());
    crypto_core_ristretto255_scalar_add(bytes_.data(), bytes_.data(), first.data());
}

void Scalar::set_half_of(const Scalar& a) noexcept {
    static constexpr std::array<unsigned char, 32> half{
        0xf7, 0xe9, 0x7a, 0x2e, 0x8d, 0x31, 0x09, 0x2c, 0x6b, 0xce, 0x7b, 0x51, 0xef, 0x7c, 0x6f, 0x0a,
        0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x08};
    crypto_core_ristretto255_scalar_mul(bytes_.data(), a.data(), half.data());
}

void Scalar::set_negative_of(const Scalar& a) noexcept {
    crypto_core_ristretto255_scalar_negate(bytes_.data(), a.data());
}

Point from_hash(std::span<const std::byte, 64> bytes) noexcept {
    Point point;
    crypto_core_ristretto255_from_hash(raw(point), reinterpret_cast<const unsigned char*>(bytes.data()));
    return point;
}

Point random_point(Rng& rng) {
    std::array<std::byte, 64> bytes{};
    rng.fill(bytes);
    return from_hash(bytes);
}

std::optional<Point> multiply(const Scalar& scalar, const Point& point) noexcept {
    Point product;
    if (highest_bit(point) || crypto_scalarmult_ristretto255(raw(product), scalar.data(), raw(point)) != 0)
        return std::nullopt;
    return product;
}

Point multiply_base(const Scalar& scalar) noexcept {
    Point product;
    // -1 says that the product is the identity, whose encoding was written.
    static_cast<void>(crypto_scalarmult_ristretto255_base(raw(product), scalar.data()));
    return product;
}

std::optional<Point> add(const Point& a, const Point& b) noexcept {
    Point sum;
    if (highest_bit(a) || highest_bit(b)) return std::nullopt;
    if (crypto_core_ristretto255_add(raw(sum), raw(a), raw(b)) != 0) return std::nullopt;
    return sum;
}

std::optional<Point> subtract(const Point& a, const Point& b) noexcept {
    Point difference;
    if (highest_bit(a) || highest_bit(b)) return std::nullopt;
    if (crypto_core_ristretto255_sub(raw(difference), raw(a), raw(b)) != 0) return std::nullopt;
    return difference;
}

void multiply_hashes(const Scalar& scalar, std::span<const Hash> hashes, std::span<Point> out) {
    TACIT_ASSERT(out.size() == hashes.size());
    const HalfDigits digits(scalar);
    for_blocks(hashes.size(), kernels().block, [&](std::size_t first, std::size_t count) {
        kernels().multiply_hashes(&out[first], &hashes[first], count, digits.get());
        return true;
    });
}

bool multiply(const Scalar& scalar, std::span<const Point> points, std::span<Point> out) {
    TACIT_ASSERT(out.size() == points.size());
    const HalfDigits digits(scalar);
    return for_blocks(points.size(), kernels().block, [&](std::size_t first, std::size_t count) {
        return kernels().multiply(&out[first], &points[first], count, digits.get());
    });
}

void multiply_base(std::span<const Scalar> scalars, std::span<Point> out) {
    TACIT_ASSERT(out.size() == scalars.size());
    const BaseTable& table = base_table();
    for_blocks(scalars.size(), kernels().block, [&](std::size_t first, std::size_t count) {
        SecretVector<Digits> digits(count);
        for (std::size_t i = 0; i < count; ++i) digits[i] = digits_of(scalars[first + i]);
        kernels().multiply_base(&out[first], digits.data(), count, table);
        return true;
    });
}

bool walk(const Point& start, const Point& step, std::span<Point> out) {
    const auto half_start = half_of(start);
    const auto half_step = half_of(step);
    if (!half_start || !half_step) return false;
    return for_blocks(out.size(), long_block, [&](std::size_t first, std::size_t count) {
        const auto way = multiply(Scalar(first), *half_step);
        const Point from = way ? add(*half_start, *way).value() : *half_start;  // no way at all
        return kernels().walk(&out[first], from, *half_step, count);
    });
}

std::optional<Point> add_all(std::span<const Point> points) {
    std::vector<Point> doubles((points.size() + long_block - 1) / long_block * kernels().lanes);
    const bool good = for_blocks(points.size(), long_block, [&](std::size_t first, std::size_t count) {
        return kernels().add(&doubles[first / long_block * kernels().lanes], &points[first], count);
    });
    if (!good) return std::nullopt;
    Point total{};
    for (const Point& part : doubles) total = add(total, part).value();
    return half_of(total);
}

}  // namespace tacit::mpc::ristretto
