#include "mpc/ristretto.hpp"

#include <sodium.h>

#include <cstring>

namespace tacit::mpc::ristretto {

namespace {

unsigned char* raw(Point& point) { return reinterpret_cast<unsigned char*>(point.data()); }
const unsigned char* raw(const Point& point) { return reinterpret_cast<const unsigned char*>(point.data()); }

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
    if (crypto_scalarmult_ristretto255(raw(product), scalar.data(), raw(point)) != 0) return std::nullopt;
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
    if (crypto_core_ristretto255_add(raw(sum), raw(a), raw(b)) != 0) return std::nullopt;
    return sum;
}

std::optional<Point> subtract(const Point& a, const Point& b) noexcept {
    Point difference;
    if (crypto_core_ristretto255_sub(raw(difference), raw(a), raw(b)) != 0) return std::nullopt;
    return difference;
}

}  // namespace tacit::mpc::ristretto
