#pragma once

#include <bit>
#include <span>

#include "mpc/lagrange.hpp"
#include "mpc/validity.hpp"

namespace tacit::mpc {

/// Fully linear proof that a shared measurement is valid: theorem 4.3 of [BBCGGI19] as [VDAF] has it.
///
/// Wire j of the gadget carries, over the calls of the circuit, values of a polynomial of degree below p: a random one
/// at w^0 and that of call k at w^k. The gadget of all wires is a polynomial of degree 2 (p - 1), and the proof is the
/// random values and 2p - 1 of its values. Whoever holds shares evaluates the circuit with that polynomial in place of
/// the gadget and compares both at a random point.
template <class F>
class Flp {
public:
    explicit Flp(const Validity<F>& validity)
        : validity_(validity), wires_(std::bit_ceil(validity.calls + 1)), gadget_(2 * wires_.size()) {}

    [[nodiscard]] std::size_t prove_rand_length() const { return validity_.arity; }
    [[nodiscard]] std::size_t query_rand_length() const {
        return 1 + (validity_.evaluation_length > 1 ? validity_.evaluation_length : 0);
    }
    [[nodiscard]] std::size_t proof_length() const { return validity_.arity + gadget_.size() - 1; }
    [[nodiscard]] std::size_t verifier_length() const { return validity_.arity + 2; }

    /// Cost: 2 arity transforms of length p.
    void prove(std::span<const F> measurement, std::span<const F> prove_rand, std::span<const F> joint_rand,
               std::span<F> proof) const {
        SecretVector<F> wires = record(measurement, prove_rand, joint_rand, F(1), [](std::size_t) { return F(); }, {});
        const std::size_t p = wires_.size();
        SecretVector<F> doubled(validity_.arity * 2 * p), inputs(validity_.arity);
        for (std::size_t j = 0; j < validity_.arity; ++j) {
            wires_.doubled(std::span(wires).subspan(j * p, p), std::span(doubled).subspan(j * 2 * p, 2 * p));
        }
        std::ranges::copy(prove_rand, proof.begin());
        for (std::size_t k = 0; k + 1 < 2 * p; ++k) {
            for (std::size_t j = 0; j < validity_.arity; ++j) inputs[j] = doubled[j * 2 * p + k];
            proof[validity_.arity + k] = validity_.gadget(inputs);
        }
    }

    /// A share of the verifier. False, and nothing is written, if the random point is a root of unity, where the
    /// verifier would give the measurement away; the probability is below 2p over the size of the field.
    [[nodiscard]] bool query(std::span<const F> measurement, std::span<const F> proof, std::span<const F> query_rand,
                             std::span<const F> joint_rand, std::size_t shares, std::span<F> verifier) const {
        const F point = query_rand.back();
        if (point.power(gadget_.size()) == F(1)) return false;
        SecretVector<F> values(gadget_.size());
        const auto stated = proof.subspan(validity_.arity);
        std::ranges::copy(stated, values.begin());
        values.back() = gadget_.last_value(stated);

        SecretVector<F> out(validity_.evaluation_length);
        const SecretVector<F> wires = record(
            measurement, proof.first(validity_.arity), joint_rand, F(shares).inverse(),
            [&values](std::size_t call) { return values[2 * call]; }, out);
        verifier[0] = out[0];
        if (out.size() > 1) {
            verifier[0] = F();
            for (std::size_t i = 0; i < out.size(); ++i) verifier[0] += query_rand[i] * out[i];
        }
        const std::vector<F> wire_weights = wires_.weights(point);
        for (std::size_t j = 0; j < validity_.arity; ++j) {
            verifier[1 + j] = inner_product(wire_weights, std::span(wires).subspan(j * wires_.size(), wires_.size()));
        }
        verifier[1 + validity_.arity] = inner_product(gadget_.weights(point), values);
        return true;
    }

    /// Whether the sum of all shares of the verifier proves the measurement valid.
    [[nodiscard]] bool decide(std::span<const F> verifier) const {
        return verifier[0] == F() && validity_.gadget(verifier.subspan(1, validity_.arity)) == verifier.back();
    }

private:
    /// The values of all wires [arity x p] of an evaluation whose gadget answers by number of call.
    template <class Answer>
    [[nodiscard]] SecretVector<F> record(std::span<const F> measurement, std::span<const F> seeds,
                                         std::span<const F> joint_rand, const F& inverse_of_shares,
                                         const Answer& answer, std::span<F> out) const {
        const std::size_t p = wires_.size();
        SecretVector<F> wires(validity_.arity * p), unused(validity_.evaluation_length);
        for (std::size_t j = 0; j < seeds.size(); ++j) wires[j * p] = seeds[j];
        std::size_t call = 0;
        const auto gadget = [&](std::span<const F> inputs) {
            ++call;
            for (std::size_t j = 0; j < inputs.size(); ++j) wires[j * p + call] = inputs[j];
            return answer(call);
        };
        validity_.evaluate(measurement, joint_rand, inverse_of_shares, gadget, out.empty() ? std::span(unused) : out);
        return wires;
    }

    [[nodiscard]] static F inner_product(std::span<const F> a, std::span<const F> b) {
        F sum;
        for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
        return sum;
    }

    const Validity<F>& validity_;
    Lagrange<F> wires_;   // p points
    Lagrange<F> gadget_;  // 2p points
};

}  // namespace tacit::mpc
