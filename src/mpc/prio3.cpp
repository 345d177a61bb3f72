#include "tacit/mpc/prio3.hpp"

#include <bit>
#include <cmath>
#include <numeric>
#include <utility>

#include "mpc/prio3_engine.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::mpc {

namespace {

constexpr std::size_t most_bits = std::size_t{1} << 20;

void check_shares(int shares) {
    if (shares < 2 || shares > 255) {
        fail(ErrorCode::invalid_argument, "Prio3: {} aggregators; there have to be 2 to 255", shares);
    }
}

/// Of numbers from 0 to max.
std::size_t bits_of(std::uint64_t max) {
    if (max == 0 || max >> 63 != 0) {
        fail(ErrorCode::invalid_argument, "Prio3: the largest measurement is {}; it has to be 1 to 2^63 - 1", max);
    }
    return static_cast<std::size_t>(std::bit_width(max));
}

/// The chunk length that was asked for or the root of the number of bits.
std::size_t checked_chunk(std::size_t length, std::size_t bits_each, std::size_t more_bits,
                          std::optional<std::size_t> chunk) {
    if (length == 0 || length > most_bits || length * bits_each + more_bits > most_bits) {
        fail(ErrorCode::invalid_argument,
             "Prio3: {} entries of {} bits; a measurement has 1 to 2^20 bits: split it into several", length,
             bits_each);
    }
    const std::size_t bits = length * bits_each + more_bits;
    const std::size_t chosen = chunk.value_or(static_cast<std::size_t>(std::ceil(std::sqrt(bits))));
    if (chosen == 0 || chosen > bits) {
        fail(ErrorCode::invalid_argument, "Prio3: a chunk length of {} for {} bits; it has to be 1 to their number",
             chosen, bits);
    }
    return chosen;
}

void check_size(const char* what, std::size_t bytes, std::size_t wanted) {
    if (bytes != wanted)
        fail(ErrorCode::malformed_input, "Prio3: {} has {} bytes but must have {}", what, bytes, wanted);
}

}  // namespace

Prio3::Prio3(std::unique_ptr<const Engine> engine) : engine_(std::move(engine)) {}
Prio3::~Prio3() = default;
Prio3::Prio3(Prio3&&) noexcept = default;
Prio3& Prio3::operator=(Prio3&&) noexcept = default;

Prio3::State::~State() { wipe(out_share_); }
Prio3::State& Prio3::State::operator=(State&& other) noexcept {
    std::swap(out_share_, other.out_share_);
    std::swap(joint_rand_seed_, other.joint_rand_seed_);
    return *this;
}

Prio3 Prio3::count(int shares) {
    check_shares(shares);
    return Prio3(std::make_unique<Prio3Engine<Field64>>(Engine::Shape{.algorithm = 1, .shares = shares},
                                                        std::make_unique<CountValidity<Field64>>()));
}

Prio3 Prio3::sum(int shares, std::uint64_t max_measurement) {
    check_shares(shares);
    static_cast<void>(bits_of(max_measurement));
    return Prio3(std::make_unique<Prio3Engine<Field64>>(
        Engine::Shape{.algorithm = 2, .shares = shares, .largest_entry = max_measurement},
        std::make_unique<SumValidity<Field64>>(max_measurement)));
}

Prio3 Prio3::sum_vec(int shares, std::size_t length, std::uint64_t max_measurement,
                     std::optional<std::size_t> chunk_length) {
    check_shares(shares);
    const std::size_t chunk = checked_chunk(length, bits_of(max_measurement), 0, chunk_length);
    return Prio3(std::make_unique<Prio3Engine<Field128>>(
        Engine::Shape{.algorithm = 3, .shares = shares, .largest_entry = max_measurement, .measurement_length = length},
        std::make_unique<SumVecValidity<Field128>>(length, max_measurement, chunk)));
}

Prio3 Prio3::histogram(int shares, std::size_t length, std::optional<std::size_t> chunk_length) {
    check_shares(shares);
    const std::size_t chunk = checked_chunk(length, 1, 0, chunk_length);
    return Prio3(std::make_unique<Prio3Engine<Field128>>(
        Engine::Shape{.algorithm = 4, .shares = shares, .largest_entry = length - 1},
        std::make_unique<HistogramValidity<Field128>>(length, chunk)));
}

Prio3 Prio3::multihot_count_vec(int shares, std::size_t length, std::size_t max_weight,
                                std::optional<std::size_t> chunk_length) {
    check_shares(shares);
    if (max_weight == 0 || max_weight > length) {
        fail(ErrorCode::invalid_argument, "Prio3: at most {} of {} bits are 1; it has to be 1 to {}", max_weight,
             length, length);
    }
    const std::size_t chunk = checked_chunk(length, 1, bits_of(max_weight), chunk_length);
    return Prio3(std::make_unique<Prio3Engine<Field128>>(
        Engine::Shape{.algorithm = 5, .shares = shares, .largest_sum = max_weight, .measurement_length = length},
        std::make_unique<MultihotValidity<Field128>>(length, max_weight, chunk)));
}

int Prio3::shares() const noexcept { return engine_->shape.shares; }
std::size_t Prio3::measurement_length() const noexcept { return engine_->shape.measurement_length; }
std::size_t Prio3::output_length() const noexcept { return engine_->output_length; }
std::size_t Prio3::random_bytes() const noexcept {
    return static_cast<std::size_t>(shares()) * (engine_->joint_randomness ? 2 : 1) * seed_bytes;
}
std::size_t Prio3::public_share_bytes() const noexcept {
    return engine_->joint_randomness ? static_cast<std::size_t>(shares()) * seed_bytes : 0;
}
std::size_t Prio3::input_share_bytes(int aggregator) const noexcept {
    return (aggregator == 0 ? engine_->leader_bytes : seed_bytes) + (engine_->joint_randomness ? seed_bytes : 0);
}
std::size_t Prio3::verifier_share_bytes() const noexcept {
    return engine_->verifier_bytes + (engine_->joint_randomness ? seed_bytes : 0);
}

Prio3::Report Prio3::shard(ByteView context, std::span<const std::uint64_t> measurement, ByteView nonce,
                           ByteView random) const {
    const Engine::Shape& shape = engine_->shape;
    if (measurement.size() != shape.measurement_length) {
        fail(ErrorCode::invalid_argument, "Prio3: a measurement of {} entries was given but has to have {}",
             measurement.size(), shape.measurement_length);
    }
    // The values are secret: messages name places and limits alone.
    for (std::size_t i = 0; i < measurement.size(); ++i) {
        if (measurement[i] > shape.largest_entry) {
            fail(ErrorCode::invalid_argument, "Prio3: entry {} of the measurement exceeds {}; clamp it first", i,
                 shape.largest_entry);
        }
    }
    if (shape.largest_sum != ~std::uint64_t{0} &&
        std::accumulate(measurement.begin(), measurement.end(), std::uint64_t{0}) > shape.largest_sum) {
        fail(ErrorCode::invalid_argument, "Prio3: more than {} entries of the measurement are 1", shape.largest_sum);
    }
    if (nonce.size() != nonce_bytes || random.size() != random_bytes()) {
        fail(ErrorCode::invalid_argument, "Prio3: a nonce of {} and randomness of {} bytes; they must have {} and {}",
             nonce.size(), random.size(), nonce_bytes, random_bytes());
    }
    return engine_->shard(context, measurement, nonce, random);
}

Prio3::Report Prio3::shard(ByteView context, std::span<const std::uint64_t> measurement, ByteView nonce,
                           Rng& rng) const {
    SecretVector<std::byte> random(random_bytes());
    rng.fill(std::span<std::byte>(random));
    return shard(context, measurement, nonce, ByteView(random));
}

Expected<Prio3::Verification> Prio3::verify_init(ByteView verify_key, ByteView context, int aggregator, ByteView nonce,
                                                 ByteView public_share, ByteView input_share) const {
    if (verify_key.size() != verify_key_bytes || aggregator < 0 || aggregator >= shares()) {
        fail(ErrorCode::invalid_argument,
             "Prio3: a key of {} bytes and aggregator {}; {} bytes and 0 to {} are possible", verify_key.size(),
             aggregator, verify_key_bytes, shares() - 1);
    }
    return catching([&] {
        check_size("a nonce", nonce.size(), nonce_bytes);
        check_size("a public share", public_share.size(), public_share_bytes());
        check_size("an input share", input_share.size(), input_share_bytes(aggregator));
        return engine_->verify_init(verify_key, context, static_cast<std::uint8_t>(aggregator), nonce, public_share,
                                    input_share);
    });
}

Expected<Bytes> Prio3::verifier_shares_to_message(ByteView context, std::span<const Bytes> verifier_shares) const {
    return catching([&] {
        if (std::ssize(verifier_shares) != shares()) {
            fail(ErrorCode::malformed_input, "Prio3: verifier shares of {} aggregators; {} take part",
                 verifier_shares.size(), shares());
        }
        for (const Bytes& share : verifier_shares) check_size("a verifier share", share.size(), verifier_share_bytes());
        return engine_->combine(context, verifier_shares);
    });
}

Expected<Bytes> Prio3::verify_next(State state, ByteView message) const {
    if (!std::ranges::equal(state.joint_rand_seed_, message)) {
        return Error(ErrorCode::malformed_input,
                     "Prio3: the joint randomness of a report is not that of its shares; drop the report");
    }
    return std::move(state.out_share_);
}

Bytes Prio3::empty_aggregate() const { return Bytes(engine_->output_bytes); }

void Prio3::aggregate(Bytes& total, ByteView out_share) const {
    check_size("a total", total.size(), engine_->output_bytes);
    check_size("an output share", out_share.size(), engine_->output_bytes);
    engine_->add(total, out_share);
}

Expected<std::vector<std::uint64_t>> Prio3::unshard(std::span<const Bytes> totals) const {
    return catching([&] {
        if (std::ssize(totals) != shares()) {
            fail(ErrorCode::malformed_input, "Prio3: totals of {} aggregators; {} took part", totals.size(), shares());
        }
        Bytes sum = empty_aggregate();
        for (const Bytes& total : totals) aggregate(sum, total);
        return engine_->decode(sum);
    });
}

}  // namespace tacit::mpc
