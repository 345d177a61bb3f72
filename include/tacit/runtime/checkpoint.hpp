#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/ckks/ciphertext.hpp"
#include "tacit/ckks/keys.hpp"
#include "tacit/compile/plan.hpp"

namespace tacit::runtime {

/// A run cut between two tasks: who goes on from here gets the same bits as who began at the start. Holds ciphertexts
/// and public facts alone. The inputs are not in it: whoever goes on gives them again.
struct Checkpoint {
    Digest run{};             ///< of which run, see run_digest
    std::vector<bool> done{}; /**< for every task of the plan; one that only passes an input on is done once all its
                                   readers are */
    std::map<std::uint32_t, ckks::Ciphertext> alive{};  ///< what tasks that are done left for others, by instruction
};

/// Which run: plan, parameters, evaluation keys (by their seeds) and every residue of the inputs. Cost: hashing the
/// inputs, about 1 GB/s and core.
[[nodiscard]] Digest run_digest(const compile::Plan& plan, const ckks::EvaluationKeys& keys,
                                std::span<const ckks::Ciphertext> inputs);

/// The form of docs/formats.md.
[[nodiscard]] std::vector<std::byte> serialize(const Checkpoint& checkpoint, const ckks::Parameters& parameters);
/// Bytes may come from anywhere. malformed_input for what no run of this plan can have written; parameter_mismatch for
/// a checkpoint of another run than `run` or under other parameters. What is alive follows from plan and tasks, so
/// every length is known before memory is taken.
[[nodiscard]] Expected<Checkpoint> parse_checkpoint(std::span<const std::byte> bytes, const compile::Plan& plan,
                                                    const ckks::Parameters& parameters, const Digest& run);
/// The same from a file that a run wrote; errors begin with its path.
[[nodiscard]] Expected<Checkpoint> read_checkpoint(const std::filesystem::path& file, const compile::Plan& plan,
                                                   const ckks::EvaluationKeys& keys,
                                                   std::span<const ckks::Ciphertext> inputs);

/// Where a run writes down how far it is, how often, and where it begins.
///
///     Checkpoints checkpoints{.file = folder / "checkpoint.bin"};
///     if (exists(checkpoints.file)) checkpoints.from = read_checkpoint(checkpoints.file, plan, keys, inputs).value();
///     const auto outputs = execute(plan, keys, std::move(inputs), {}, {}, std::move(checkpoints));
///
/// No new task starts while one is written, so that it takes the time of packing and writing what is alive
/// (compile::Memory::peak_ciphertext_bytes at most, packed to about three quarters). The file is replaced atomically
/// and durably: after any stop it holds a whole checkpoint or none. The run does not remove it: the caller does, when
/// the outputs are safe.
struct Checkpoints {
    std::filesystem::path file{};  ///< empty: none are written
    std::chrono::milliseconds every{60'000};
    std::uint64_t most_bytes = ~std::uint64_t{0};  ///< a larger one is not written, and the one before stays
    std::optional<Checkpoint> from{};              ///< of this run
};

}  // namespace tacit::runtime
