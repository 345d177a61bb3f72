#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "tacit/base/random.hpp"

/// The group ristretto255 (RFC 9496), of prime order about 2^252. Every function takes the same time for all values.
namespace tacit::mpc::ristretto {

/// An encoded element. Equal elements have equal bytes.
using Point = std::array<std::byte, 32>;
/// 64 uniform bytes.
using Hash = std::array<std::byte, 64>;

/// A secret integer modulo the order, wiped at its end.
class Scalar {
public:
    /// Uniform.
    explicit Scalar(Rng& rng);
    explicit Scalar(std::uint64_t value) noexcept;
    /// What data() was.
    explicit Scalar(std::span<const std::byte, 32> bytes) noexcept;
    ~Scalar();
    Scalar(const Scalar&) = delete;
    Scalar& operator=(const Scalar&) = delete;
    Scalar(Scalar&& other) noexcept = default;  // `other` keeps its value until its end
    Scalar& operator=(Scalar&&) = delete;

    /// Makes this a + b c.
    void set_sum_of_product(std::uint64_t a, const Scalar& b, const Scalar& c) noexcept;
    /// Of a, modulo the order.
    void set_half_of(const Scalar& a) noexcept;
    void set_negative_of(const Scalar& a) noexcept;
    [[nodiscard]] const unsigned char* data() const noexcept { return bytes_.data(); }

private:
    std::array<unsigned char, 32> bytes_{};
};

/// A uniform element from 64 uniform bytes (a hash): RFC 9496, 4.3.4.
[[nodiscard]] Point from_hash(std::span<const std::byte, 64> bytes) noexcept;
[[nodiscard]] Point random_point(Rng& rng);
/// None if `point` encodes no element or the product is the identity.
[[nodiscard]] std::optional<Point> multiply(const Scalar& scalar, const Point& point) noexcept;
/// Of the base point; the identity, 32 zeros, for 0.
[[nodiscard]] Point multiply_base(const Scalar& scalar) noexcept;
/// None if one encodes no element; the identity is one.
[[nodiscard]] std::optional<Point> add(const Point& a, const Point& b) noexcept;
[[nodiscard]] std::optional<Point> subtract(const Point& a, const Point& b) noexcept;

// Many at a time, on all cores: by the vector instructions of kernels() in ristretto_kernels.hpp several times as fast.
// `out` is as long as the input and may not overlap it.

/// out[i] = scalar from_hash(hashes[i])
void multiply_hashes(const Scalar& scalar, std::span<const Hash> hashes, std::span<Point> out);
/// out[i] = scalar points[i]; false if one encodes no element or gives the identity.
[[nodiscard]] bool multiply(const Scalar& scalar, std::span<const Point> points, std::span<Point> out);
/// out[i] = scalars[i] times the base point
void multiply_base(std::span<const Scalar> scalars, std::span<Point> out);
/// out[i] = start + i step, an addition each; false if one encodes no element. Point{} is the identity.
[[nodiscard]] bool walk(const Point& start, const Point& step, std::span<Point> out);
/// The sum; the identity of nothing. None if one encodes no element.
[[nodiscard]] std::optional<Point> add_all(std::span<const Point> points);

}  // namespace tacit::mpc::ristretto
