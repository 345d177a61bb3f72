#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <span>

#include "mpc/field128.hpp"
#include "tacit/mpc/secret_vector.hpp"

namespace tacit::mpc {

/// The weights of the modified bit decomposition of 0 .. max: powers of two, the last such that all add up to max. So
/// bits, whatever they are, stand for a number in the range.
struct RangeCode {
    explicit RangeCode(std::uint64_t largest)
        : max(largest),
          bits(static_cast<std::size_t>(std::bit_width(largest))),
          last_weight(largest - ((std::uint64_t{1} << (bits - 1)) - 1)) {}

    [[nodiscard]] std::uint64_t weight(std::size_t bit) const {
        return bit + 1 == bits ? last_weight : std::uint64_t{1} << bit;
    }
    /// `value` is at most max. No branch on it.
    template <class F>
    void encode(std::uint64_t value, std::span<F> out) const {
        const std::uint64_t last = mask(value > max - last_weight) & 1;
        const std::uint64_t rest = value - (last_weight & (0 - last));
        for (std::size_t bit = 0; bit + 1 < bits; ++bit) out[bit] = F((rest >> bit) & 1);
        out[bits - 1] = F(last);
    }
    /// Linear, so it decodes shares too.
    template <class F>
    [[nodiscard]] F decode(std::span<const F> encoded) const {
        F value;
        for (std::size_t bit = 0; bit < bits; ++bit) value += encoded[bit] * F(weight(bit));
        return value;
    }

    std::uint64_t max;
    std::size_t bits;
    std::uint64_t last_weight;
};

/// What a measurement has to satisfy, as arithmetic on shares: affine, except for calls of one gadget of degree 2.
/// The gadget of all validity circuits here is a sum of products, inputs[0] inputs[1] + inputs[2] inputs[3] + ..., or
/// x^2 - x. ([VDAF] allows several gadgets of any degree.)
template <class F>
class Validity {
public:
    using Call = std::function<F(std::span<const F> inputs)>;

    virtual ~Validity() = default;
    /// The measurement as field elements; `values` were checked.
    virtual void encode(std::span<const std::uint64_t> values, std::span<F> out) const = 0;
    /// The part that is added up, in the form in which it is.
    virtual void truncate(std::span<const F> measurement, std::span<F> out) const = 0;
    /// Affine in the shares; zero if the measurement is valid, whatever the joint randomness.
    virtual void evaluate(std::span<const F> measurement, std::span<const F> joint_rand, const F& inverse_of_shares,
                          const Call& gadget, std::span<F> out) const = 0;
    [[nodiscard]] virtual F gadget(std::span<const F> inputs) const {
        F sum;
        for (std::size_t i = 0; i < inputs.size(); i += 2) sum += inputs[i] * inputs[i + 1];
        return sum;
    }

    std::size_t measurement_length = 1;
    std::size_t output_length = 1;
    std::size_t evaluation_length = 1;
    std::size_t joint_rand_length = 0;
    std::size_t arity = 2;
    std::size_t calls = 1;
};

/// A bit.
template <class F>
class CountValidity final : public Validity<F> {
public:
    using Call = typename Validity<F>::Call;
    void encode(std::span<const std::uint64_t> values, std::span<F> out) const override { out[0] = F(values[0]); }
    void truncate(std::span<const F> measurement, std::span<F> out) const override { out[0] = measurement[0]; }
    void evaluate(std::span<const F> x, std::span<const F>, const F&, const Call& gadget,
                  std::span<F> out) const override {
        const std::array inputs{x[0], x[0]};
        out[0] = gadget(inputs) - x[0];
    }
};

/// A number from 0 to a largest one.
template <class F>
class SumValidity final : public Validity<F> {
public:
    using Call = typename Validity<F>::Call;
    explicit SumValidity(std::uint64_t max) : code_(max) {
        this->measurement_length = this->evaluation_length = this->calls = code_.bits;
        this->arity = 1;
    }
    void encode(std::span<const std::uint64_t> values, std::span<F> out) const override {
        code_.encode(values[0], out);
    }
    void truncate(std::span<const F> measurement, std::span<F> out) const override {
        out[0] = code_.decode(measurement);
    }
    void evaluate(std::span<const F> bits, std::span<const F>, const F&, const Call& gadget,
                  std::span<F> out) const override {
        for (std::size_t i = 0; i < bits.size(); ++i) out[i] = gadget(bits.subspan(i, 1));
    }
    [[nodiscard]] F gadget(std::span<const F> inputs) const override { return inputs[0] * inputs[0] - inputs[0]; }

private:
    RangeCode code_;
};

/// Many bits, checked in chunks against random multiples; what else they have to satisfy is affine.
template <class F>
class BitsValidity : public Validity<F> {
public:
    using Call = typename Validity<F>::Call;
    BitsValidity(std::size_t bits, std::size_t chunk) : chunk_(chunk) {
        this->measurement_length = bits;
        this->arity = 2 * chunk;
        this->calls = this->joint_rand_length = (bits + chunk - 1) / chunk;
    }
    void evaluate(std::span<const F> bits, std::span<const F> joint_rand, const F& inverse_of_shares,
                  const Call& gadget, std::span<F> out) const final {
        SecretVector<F> inputs(this->arity);
        out[0] = F();
        for (std::size_t i = 0; i < this->calls; ++i) {
            F power = joint_rand[i];
            for (std::size_t j = 0; j < chunk_; ++j) {
                const std::size_t index = i * chunk_ + j;
                const F bit = index < bits.size() ? bits[index] : F();
                inputs[2 * j] = power * bit;
                inputs[2 * j + 1] = bit - inverse_of_shares;
                power *= joint_rand[i];
            }
            out[0] += gadget(inputs);
        }
        if (this->evaluation_length > 1) out[1] = affine_check(bits, inverse_of_shares);
    }

protected:
    [[nodiscard]] virtual F affine_check(std::span<const F>, const F&) const { return {}; }

private:
    std::size_t chunk_;
};

/// A vector of numbers from 0 to a largest one.
template <class F>
class SumVecValidity final : public BitsValidity<F> {
public:
    SumVecValidity(std::size_t length, std::uint64_t max, std::size_t chunk)
        : BitsValidity<F>(length * RangeCode(max).bits, chunk), code_(max) {
        this->output_length = length;
    }
    void encode(std::span<const std::uint64_t> values, std::span<F> out) const override {
        for (std::size_t i = 0; i < values.size(); ++i)
            code_.encode(values[i], out.subspan(i * code_.bits, code_.bits));
    }
    void truncate(std::span<const F> measurement, std::span<F> out) const override {
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = code_.decode(measurement.subspan(i * code_.bits, code_.bits));
    }

private:
    RangeCode code_;
};

/// One of `length` buckets: bits that add up to 1.
template <class F>
class HistogramValidity final : public BitsValidity<F> {
public:
    HistogramValidity(std::size_t length, std::size_t chunk) : BitsValidity<F>(length, chunk) {
        this->output_length = length;
        this->evaluation_length = 2;
    }
    /// Writes every bucket: the bucket that counts is not an index into memory.
    void encode(std::span<const std::uint64_t> values, std::span<F> out) const override {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = F(static_cast<std::uint64_t>(values[0] == i));
    }
    void truncate(std::span<const F> measurement, std::span<F> out) const override {
        std::ranges::copy(measurement, out.begin());
    }

private:
    [[nodiscard]] F affine_check(std::span<const F> bits, const F& inverse_of_shares) const override {
        F sum = -inverse_of_shares;
        for (const F& bit : bits) sum += bit;
        return sum;
    }
};

/// A vector of bits of which at most `max_weight` are 1; their number comes along, in the range.
template <class F>
class MultihotValidity final : public BitsValidity<F> {
public:
    MultihotValidity(std::size_t length, std::uint64_t max_weight, std::size_t chunk)
        : BitsValidity<F>(length + RangeCode(max_weight).bits, chunk), code_(max_weight) {
        this->output_length = length;
        this->evaluation_length = 2;
    }
    void encode(std::span<const std::uint64_t> values, std::span<F> out) const override {
        std::uint64_t weight = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            out[i] = F(values[i]);
            weight += values[i];
        }
        code_.encode(weight, out.subspan(values.size()));
    }
    void truncate(std::span<const F> measurement, std::span<F> out) const override {
        std::ranges::copy(measurement.first(out.size()), out.begin());
    }

private:
    [[nodiscard]] F affine_check(std::span<const F> bits, const F&) const override {
        F sum;
        for (const F& bit : bits.first(this->output_length)) sum += bit;
        return sum - code_.decode(bits.subspan(this->output_length));
    }
    RangeCode code_;
};

}  // namespace tacit::mpc
