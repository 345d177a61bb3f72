#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "tacit/runtime/checkpoint.hpp"

namespace tacit::runtime {

/// Whether a task only passes an input on.
[[nodiscard]] bool passes_input(const compile::Plan& plan, std::size_t task);
/// How often each value will still be read once these tasks are done, as Plan::uses counts.
[[nodiscard]] std::vector<int> reads_left(const compile::Plan& plan, const std::vector<bool>& done);
/// The values that a checkpoint after these tasks holds, ascending. `reads` as reads_left.
[[nodiscard]] std::vector<std::uint32_t> alive_after(const compile::Plan& plan, const std::vector<bool>& done,
                                                     const std::vector<int>& reads);

/// Writes a checkpoint whose ciphertexts stay where they are: `value(i)` is that of instruction i. False, and nothing
/// is written, if that takes more bytes than may be. Throws io_failure.
[[nodiscard]] bool write_checkpoint(const Checkpoints& to, const ckks::Parameters& parameters, const Digest& run,
                                    const std::vector<bool>& done, const std::vector<std::uint32_t>& alive,
                                    const std::function<const ckks::Ciphertext&(std::uint32_t)>& value);

}  // namespace tacit::runtime
