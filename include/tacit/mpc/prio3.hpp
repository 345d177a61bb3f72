#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/base/random.hpp"

namespace tacit::mpc {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

/// Prio3: totals over very many contributors, each of whom speaks once and proves that its number is in range.
///
/// Parties: any number of contributors, 2 to 255 aggregators, a collector. A contributor splits its measurement into a
/// share for each aggregator (`shard`); the aggregators check the proof of each report together (`verify_init`,
/// `verifier_shares_to_message`, `verify_next`: one round) and add up what is valid; the collector adds the
/// aggregators' totals (`unshard`). As the VDAF draft of the CFRG, version byte 18, byte for byte [VDAF] [CGB17].
///
/// Adversary: nobody learns a measurement as long as one aggregator is honest, however many contributors and other
/// aggregators, actively, work against it. A contributor that deviates is caught except with probability below 2^-50
/// (2^-100 for vectors) as long as all aggregators are honest; a dishonest aggregator can falsify the total.
/// Revealed: the total to the collector; to aggregators who contributed, and whether it was valid. Totals over sets
/// that differ by one contributor reveal that one: collect each batch once, and not below a least number of reports.
///
/// Rounds: a message of the contributor to each aggregator, one among aggregators, one to the collector. Bytes: as
/// public_share_bytes(), input_share_bytes() and verifier_share_bytes() say.
///
/// Bytes from outside that do not fit are `malformed_input`. Thread-safe.
class Prio3 {
public:
    static constexpr std::size_t nonce_bytes = 16;
    static constexpr std::size_t verify_key_bytes = 32;

    /// Bits: how many contributors have a 1. Errors of all five are `invalid_argument`: sizes of 0, shares outside 2 ..
    /// 255, more than 2^20 bits a measurement.
    [[nodiscard]] static Prio3 count(int shares = 2);
    /// Numbers from 0 to max_measurement < 2^63.
    [[nodiscard]] static Prio3 sum(int shares, std::uint64_t max_measurement);
    /// Vectors of `length` numbers from 0 to max_measurement < 2^63. `chunk_length` sets how many bits one step of the
    /// proof checks: about the root of their number, the default, makes the proof smallest. All parties use the same.
    [[nodiscard]] static Prio3 sum_vec(int shares, std::size_t length, std::uint64_t max_measurement,
                                       std::optional<std::size_t> chunk_length = {});
    /// One of `length` buckets; the total is a count for each.
    [[nodiscard]] static Prio3 histogram(int shares, std::size_t length, std::optional<std::size_t> chunk_length = {});
    /// Vectors of `length` bits of which at most max_weight are 1; the total is a count for each.
    [[nodiscard]] static Prio3 multihot_count_vec(int shares, std::size_t length, std::size_t max_weight,
                                                  std::optional<std::size_t> chunk_length = {});
    ~Prio3();
    Prio3(Prio3&&) noexcept;
    Prio3& operator=(Prio3&&) noexcept;
    Prio3(const Prio3&) = delete;
    Prio3& operator=(const Prio3&) = delete;

    [[nodiscard]] int shares() const noexcept;
    /// Numbers in a measurement: 1, or the length of vectors.
    [[nodiscard]] std::size_t measurement_length() const noexcept;
    /// Numbers in a total.
    [[nodiscard]] std::size_t output_length() const noexcept;
    /// Uniform bytes that `shard` uses up.
    [[nodiscard]] std::size_t random_bytes() const noexcept;
    [[nodiscard]] std::size_t public_share_bytes() const noexcept;
    /// The leader, aggregator 0, gets the numbers and the proof; a helper gets seeds.
    [[nodiscard]] std::size_t input_share_bytes(int aggregator) const noexcept;
    [[nodiscard]] std::size_t verifier_share_bytes() const noexcept;

    struct Report {
        Bytes public_share{};
        std::vector<Bytes> input_shares{};  ///< one for each aggregator, for its eyes alone
    };
    /// What a contributor sends. `context` names the application and task; all parties use the same. The nonce is
    /// public and new for each report. Throws invalid_argument for a measurement out of range, naming the entry.
    [[nodiscard]] Report shard(ByteView context, std::span<const std::uint64_t> measurement, ByteView nonce,
                               Rng& rng) const;
    /// The same from given randomness [random_bytes()], for conformance tests.
    [[nodiscard]] Report shard(ByteView context, std::span<const std::uint64_t> measurement, ByteView nonce,
                               ByteView random) const;

    /// What an aggregator keeps of a report until it is verified: its share of the numbers. Wiped; moves, never copies.
    class State {
    public:
        State(State&&) noexcept = default;
        State& operator=(State&&) noexcept;
        State(const State&) = delete;
        State& operator=(const State&) = delete;
        ~State();

    private:
        friend class Prio3;
        template <class F>
        friend class Prio3Engine;
        State() = default;
        Bytes out_share_;
        Bytes joint_rand_seed_;
    };
    struct Verification {
        State state;
        Bytes verifier_share{};  ///< for all aggregators
    };
    /// The verify key is shared by the aggregators and unknown to contributors [verify_key_bytes]. Each aggregator
    /// accepts a nonce once.
    [[nodiscard]] Expected<Verification> verify_init(ByteView verify_key, ByteView context, int aggregator,
                                                     ByteView nonce, ByteView public_share, ByteView input_share) const;
    /// From the verifier shares of all aggregators in order; an error if the report is not valid.
    [[nodiscard]] Expected<Bytes> verifier_shares_to_message(ByteView context,
                                                             std::span<const Bytes> verifier_shares) const;
    /// The output share, to be added up; an error if the contributor told the aggregators different things.
    [[nodiscard]] Expected<Bytes> verify_next(State state, ByteView message) const;

    /// A total of no reports.
    [[nodiscard]] Bytes empty_aggregate() const;
    /// Adds an output share, or another total, to a total.
    void aggregate(Bytes& total, ByteView out_share) const;
    /// The totals of all aggregators together. Each number must be below 2^64.
    [[nodiscard]] Expected<std::vector<std::uint64_t>> unshard(std::span<const Bytes> totals) const;

    class Engine;

private:
    explicit Prio3(std::unique_ptr<const Engine> engine);
    std::unique_ptr<const Engine> engine_;
};

}  // namespace tacit::mpc
