#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include "base/fail.hpp"
#include "mpc/flp.hpp"
#include "mpc/xof.hpp"
#include "tacit/mpc/prio3.hpp"

namespace tacit::mpc {

/// Prio3 over some field.
class Prio3::Engine {
public:
    struct Shape {
        std::uint32_t algorithm = 0;  ///< the draft's identifier
        int shares = 2;
        std::uint64_t largest_entry = 1;
        std::uint64_t largest_sum = ~std::uint64_t{0};  ///< of the entries of one measurement
        std::size_t measurement_length = 1;
        int proofs = 1;
    };
    explicit Engine(const Shape& s) : shape(s) {}
    virtual ~Engine() = default;
    virtual Report shard(ByteView context, std::span<const std::uint64_t> measurement, ByteView nonce,
                         ByteView random) const = 0;
    virtual Verification verify_init(ByteView key, ByteView context, std::uint8_t aggregator, ByteView nonce,
                                     ByteView public_share, ByteView input_share) const = 0;
    virtual Bytes combine(ByteView context, std::span<const Bytes> verifier_shares) const = 0;
    virtual void add(std::span<std::byte> total, ByteView share) const = 0;
    virtual std::vector<std::uint64_t> decode(ByteView total) const = 0;

    Shape shape;
    bool joint_randomness = false;
    std::size_t output_length = 0;
    std::size_t output_bytes = 0;
    std::size_t leader_bytes = 0;    ///< numbers and proofs
    std::size_t verifier_bytes = 0;  ///< without the part of the joint randomness
};

template <class F>
class Prio3Engine final : public Prio3::Engine {
public:
    Prio3Engine(const Shape& s, std::unique_ptr<const Validity<F>> validity)
        : Engine(s), validity_(std::move(validity)), flp_(*validity_), proofs_(static_cast<std::size_t>(s.proofs)) {
        joint_randomness = validity_->joint_rand_length > 0;
        output_length = validity_->output_length;
        output_bytes = output_length * F::encoded_bytes;
        leader_bytes = (validity_->measurement_length + proofs_ * flp_.proof_length()) * F::encoded_bytes;
        verifier_bytes = proofs_ * flp_.verifier_length() * F::encoded_bytes;
    }

    Prio3::Report shard(ByteView context, std::span<const std::uint64_t> measurement, ByteView nonce,
                        ByteView random) const override {
        const auto seed = [&](std::size_t i) { return random.subspan(i * seed_bytes, seed_bytes); };
        const auto helpers = static_cast<std::size_t>(shape.shares) - 1;
        // Seeds in the draft's order: for each helper its share and its blind, then the leader's blind, then the
        // prover's.
        const std::size_t each = joint_randomness ? 2 : 1;
        const ByteView leader_blind = joint_randomness ? seed(each * helpers) : ByteView{};
        const ByteView prove_seed = seed(each * helpers + each - 1);

        Prio3::Report report;
        SecretVector<F> encoded(validity_->measurement_length);
        validity_->encode(measurement, encoded);
        SecretVector<F> leader(encoded);
        Bytes parts;
        for (std::size_t j = 1; j <= helpers; ++j) {
            const SecretVector<F> share = helper_measurement(context, j, seed(each * (j - 1)));
            subtract(leader, share);
            if (joint_randomness) append(parts, joint_part(context, j, seed(each * (j - 1) + 1), share, nonce));
        }
        if (joint_randomness) {
            const auto first = joint_part(context, 0, leader_blind, leader, nonce);
            parts.insert(parts.begin(), first.begin(), first.end());
        }
        SecretVector<F> proofs = prove(context, encoded, prove_seed, parts);
        for (std::size_t j = 1; j <= helpers; ++j) subtract(proofs, helper_proofs(context, j, seed(each * (j - 1))));

        report.input_shares.push_back(joined(leader, proofs, leader_blind));
        for (std::size_t j = 0; j < helpers; ++j) {
            const ByteView seeds = random.subspan(each * j * seed_bytes, each * seed_bytes);
            report.input_shares.emplace_back(seeds.begin(), seeds.end());
        }
        report.public_share = std::move(parts);
        return report;
    }

    Prio3::Verification verify_init(ByteView key, ByteView context, std::uint8_t aggregator, ByteView nonce,
                                    ByteView public_share, ByteView input_share) const override {
        SecretVector<F> measurement, proofs;
        if (aggregator == 0) {
            measurement = decoded(input_share.first(validity_->measurement_length * F::encoded_bytes));
            proofs = decoded(input_share.first(leader_bytes).subspan(measurement.size() * F::encoded_bytes));
        } else {
            measurement = helper_measurement(context, aggregator, input_share.first(seed_bytes));
            proofs = helper_proofs(context, aggregator, input_share.first(seed_bytes));
        }
        Prio3::Verification out{Prio3::State(), {}};
        Bytes part;
        std::vector<F> joint;
        if (joint_randomness) {
            part = joint_part(context, aggregator, input_share.last(seed_bytes), measurement, nonce);
            Bytes parts(public_share.begin(), public_share.end());
            std::ranges::copy(part, parts.begin() + static_cast<std::ptrdiff_t>(aggregator * seed_bytes));
            out.state.joint_rand_seed_ = joint_seed(context, parts);
            joint = joint_rands(context, out.state.joint_rand_seed_);
        }
        SecretVector<F> verifiers(proofs_ * flp_.verifier_length());
        query(key, context, nonce, measurement, proofs, joint, verifiers);

        SecretVector<F> output(output_length);
        validity_->truncate(measurement, output);
        out.state.out_share_.resize(output_bytes);
        encode(std::span<const F>(output), out.state.out_share_);
        out.verifier_share.resize(verifier_bytes);
        encode(std::span<const F>(verifiers), out.verifier_share);
        append(out.verifier_share, part);
        return out;
    }

    Bytes combine(ByteView context, std::span<const Bytes> verifier_shares) const override {
        std::vector<F> verifiers(proofs_ * flp_.verifier_length());
        Bytes parts;
        for (const Bytes& share : verifier_shares) {
            const SecretVector<F> values = decoded(ByteView(share).first(verifier_bytes));
            for (std::size_t i = 0; i < values.size(); ++i) verifiers[i] += values[i];
            append(parts, ByteView(share).subspan(verifier_bytes));
        }
        for (std::size_t i = 0; i < proofs_; ++i) {
            const std::size_t length = flp_.verifier_length();
            if (!flp_.decide(std::span(verifiers).subspan(i * length, length))) {
                fail(ErrorCode::malformed_input,
                     "Prio3: the proof of a report does not hold: its measurement is not valid, or a share was "
                     "altered; drop the report");
            }
        }
        return joint_randomness ? joint_seed(context, parts) : Bytes{};
    }

    void add(std::span<std::byte> total, ByteView share) const override {
        SecretVector<F> sum = decoded(total);
        const SecretVector<F> more = decoded(share);
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += more[i];
        encode(std::span<const F>(sum), total);
    }

    std::vector<std::uint64_t> decode(ByteView total) const override {
        std::vector<std::uint64_t> numbers;
        for (const F& element : decoded(total)) {
            if (element.integer() >> 64 != 0) {
                fail(ErrorCode::malformed_input,
                     "Prio3: entry {} of the total is not below 2^64; the totals belong to different batches",
                     numbers.size());
            }
            numbers.push_back(static_cast<std::uint64_t>(element.integer()));
        }
        return numbers;
    }

private:
    enum class Usage : std::uint8_t {
        measurement_share = 1,
        proof_share,
        joint_randomness,
        prove_randomness,
        query_randomness,
        joint_rand_seed,
        joint_rand_part,
    };

    /// The randomness of one usage: tag = version 18, class 0, algorithm (4 bytes) and usage (2) big endian, context.
    [[nodiscard]] Xof xof(Usage usage, ByteView context, ByteView seed, std::initializer_list<ByteView> binder) const {
        const std::array<std::uint8_t, 8> tag{18,
                                              0,
                                              static_cast<std::uint8_t>(shape.algorithm >> 24),
                                              static_cast<std::uint8_t>(shape.algorithm >> 16),
                                              static_cast<std::uint8_t>(shape.algorithm >> 8),
                                              static_cast<std::uint8_t>(shape.algorithm),
                                              0,
                                              static_cast<std::uint8_t>(usage)};
        return Xof(seed, {std::as_bytes(std::span(tag)), context}, binder);
    }
    template <class Vector>
    [[nodiscard]] Vector expand(Usage usage, ByteView context, ByteView seed, std::initializer_list<ByteView> binder,
                                std::size_t length) const {
        Vector out(length);
        xof(usage, context, seed, binder).fill(std::span<F>(out));
        return out;
    }

    [[nodiscard]] SecretVector<F> helper_measurement(ByteView context, std::size_t helper, ByteView seed) const {
        const std::array binder{static_cast<std::byte>(helper)};
        return expand<SecretVector<F>>(Usage::measurement_share, context, seed, {binder},
                                       validity_->measurement_length);
    }
    [[nodiscard]] SecretVector<F> helper_proofs(ByteView context, std::size_t helper, ByteView seed) const {
        const std::array binder{static_cast<std::byte>(proofs_), static_cast<std::byte>(helper)};
        return expand<SecretVector<F>>(Usage::proof_share, context, seed, {binder}, proofs_ * flp_.proof_length());
    }
    [[nodiscard]] Bytes joint_part(ByteView context, std::size_t aggregator, ByteView blind,
                                   std::span<const F> measurement, ByteView nonce) const {
        const std::array id{static_cast<std::byte>(aggregator)};
        SecretVector<std::byte> encoded(measurement.size() * F::encoded_bytes);
        encode(measurement, encoded);
        Bytes part(seed_bytes);
        xof(Usage::joint_rand_part, context, blind, {id, nonce, encoded}).fill(part);
        return part;
    }
    [[nodiscard]] Bytes joint_seed(ByteView context, ByteView parts) const {
        const std::array<std::byte, seed_bytes> zeros{};
        Bytes seed(seed_bytes);
        xof(Usage::joint_rand_seed, context, zeros, {parts}).fill(seed);
        return seed;
    }
    [[nodiscard]] std::vector<F> joint_rands(ByteView context, ByteView seed) const {
        const std::array binder{static_cast<std::byte>(proofs_)};
        return expand<std::vector<F>>(Usage::joint_randomness, context, seed, {binder},
                                      proofs_ * validity_->joint_rand_length);
    }

    /// All proofs, one after the other.
    [[nodiscard]] SecretVector<F> prove(ByteView context, std::span<const F> measurement, ByteView seed,
                                        ByteView parts) const {
        const std::array binder{static_cast<std::byte>(proofs_)};
        const std::size_t length = flp_.prove_rand_length(), joint_length = validity_->joint_rand_length;
        const auto rands = expand<SecretVector<F>>(Usage::prove_randomness, context, seed, {binder}, proofs_ * length);
        std::vector<F> joint;
        if (joint_randomness) joint = joint_rands(context, joint_seed(context, parts));
        SecretVector<F> proofs(proofs_ * flp_.proof_length());
        for (std::size_t i = 0; i < proofs_; ++i) {
            flp_.prove(measurement, std::span(rands).subspan(i * length, length),
                       std::span(joint).subspan(i * joint_length, joint_length),
                       std::span(proofs).subspan(i * flp_.proof_length(), flp_.proof_length()));
        }
        return proofs;
    }

    void query(ByteView key, ByteView context, ByteView nonce, std::span<const F> measurement,
               std::span<const F> proofs, std::span<const F> joint, std::span<F> verifiers) const {
        const std::array count{static_cast<std::byte>(proofs_)};
        const std::size_t length = flp_.query_rand_length(), joint_length = validity_->joint_rand_length;
        const auto rands =
            expand<std::vector<F>>(Usage::query_randomness, context, key, {count, nonce}, proofs_ * length);
        for (std::size_t i = 0; i < proofs_; ++i) {
            const bool done =
                flp_.query(measurement, proofs.subspan(i * flp_.proof_length(), flp_.proof_length()),
                           std::span(rands).subspan(i * length, length), joint.subspan(i * joint_length, joint_length),
                           static_cast<std::size_t>(shape.shares),
                           verifiers.subspan(i * flp_.verifier_length(), flp_.verifier_length()));
            if (!done) {
                fail(ErrorCode::malformed_input,
                     "Prio3: the nonce of a report leads to a root of unity, where checking it would reveal it; drop "
                     "the report");
            }
        }
    }

    [[nodiscard]] static SecretVector<F> decoded(ByteView bytes) {
        SecretVector<F> elements(bytes.size() / F::encoded_bytes);
        for (std::size_t i = 0; i < elements.size(); ++i) {
            const Wide value = little_endian(bytes.subspan(i * F::encoded_bytes, F::encoded_bytes));
            if (!F::is_canonical(value)) {
                fail(ErrorCode::malformed_input, "Prio3: element {} of a message is not below the field's modulus", i);
            }
            elements[i] = F::from_integer(value);
        }
        return elements;
    }
    [[nodiscard]] static Bytes joined(std::span<const F> a, std::span<const F> b, ByteView end) {
        Bytes out((a.size() + b.size()) * F::encoded_bytes);
        encode(a, out);
        encode(b, std::span(out).subspan(a.size() * F::encoded_bytes));
        append(out, end);
        return out;
    }
    static void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }
    static void subtract(std::span<F> from, std::span<const F> what) {
        for (std::size_t i = 0; i < from.size(); ++i) from[i] -= what[i];
    }

    std::unique_ptr<const Validity<F>> validity_;
    Flp<F> flp_;
    std::size_t proofs_;
};

}  // namespace tacit::mpc
