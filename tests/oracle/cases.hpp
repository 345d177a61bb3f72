#pragma once

#include <filesystem>

#include "oracle/sides.hpp"

namespace tacit::oracle {

/// Leaves our keys, ciphertexts and what must come out, for SEAL, in `folder`.
void write_for_seal(Ours& ours, const std::filesystem::path& folder);

/// Decrypts what SEAL left in `folder` and goes on with it, prints the table, and leaves what SEAL has to decrypt.
/// False if an error exceeds its bound.
[[nodiscard]] bool check_seals(Ours& ours, const std::filesystem::path& folder);

}  // namespace tacit::oracle
